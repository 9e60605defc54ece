import { expect, test } from 'vitest';
import { AddressPolicy } from './address-policy.ts';

const closed = new AddressPolicy({ allowPrivate: false, allow: [] });
const open = new AddressPolicy({ allowPrivate: true, allow: [] });
const listed = new AddressPolicy({ allowPrivate: false, allow: ['10.1.0.0/16', '169.254.1.1', 'fd12::/16'] });

/** What the three policies say of an address. */
const check = (address: string, ...expected: [closed: boolean, open: boolean, listed: boolean]) =>
  test(address, () => {
    expect([closed, open, listed].map((policy) => policy.allows(address))).toEqual(expected);
  });

check('93.184.216.34', true, true, true);
check('127.0.0.1', false, true, false);
check('127.255.255.254', false, true, false);
check('0.0.0.0', false, false, false);
check('10.1.2.3', false, true, true);
check('10.2.2.3', false, true, false);
check('172.15.0.1', true, true, true);
check('172.16.0.1', false, true, false);
check('172.32.0.1', true, true, true);
check('192.168.1.1', false, true, false);
check('100.64.0.1', false, true, false);
check('169.254.169.254', false, false, false);
check('169.254.1.1', false, false, true);
check('168.63.129.16', false, false, false);
check('192.0.2.5', false, false, false);
check('198.18.0.1', false, false, false);
check('224.0.0.1', false, false, false);
check('255.255.255.255', false, false, false);
check('::', false, false, false);
check('::1', false, true, false);
check('fe80::1', false, false, false);
check('fe80::1%eth0', false, false, false);
check('fd12::1', false, true, true);
check('fd00:ec2::254', false, false, false);
check('ff02::1', false, false, false);
check('2606:2800:220:1::1', true, true, true);
check('2001:db8::1', false, false, false);
check('2001::1', false, false, false);
check('::ffff:127.0.0.1', false, true, false);
check('::ffff:7f00:1', false, true, false);
check('::ffff:93.184.216.34', true, true, true);
check('::127.0.0.1', false, true, false);
check('64:ff9b::a9fe:a9fe', false, false, false);
check('2002:7f00:1::', false, true, false);
check('2002:5db8:d822::', true, true, true);
check('localhost', false, false, false);
check('', false, false, false);
check('2130706433', false, false, false);

test('what can be listed', () => {
  for (const good of ['10.0.0.0/8', '::1', 'fd00::/8', '1.2.3.4/32'])
    expect(AddressPolicy.isNetwork(good)).toBe(true);
  for (const bad of ['', 'a', '10.0.0.0/33', '10.0.0/8', '::/129', '1.2.3.4/x'])
    expect(AddressPolicy.isNetwork(bad)).toBe(false);
});
