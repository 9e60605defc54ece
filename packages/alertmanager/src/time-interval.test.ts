import { expect, test } from 'vitest';
import { readYaml } from './config/yaml-reader.ts';
import { contains, timeInterval } from './time-interval.ts';

const check = (interval: string, moment: string, inside: boolean) =>
  test(`${interval} ${inside ? 'contains' : 'leaves out'} ${moment}`, () => {
    expect(contains(readYaml(interval, timeInterval)!, Date.parse(moment))).toBe(inside);
  });
const refused = (interval: string, message: string) =>
  test(`${interval}: ${message}`, () => expect(() => readYaml(interval, timeInterval)).toThrow(message));

const OFFICE = "{times: [{start_time: '09:00', end_time: '17:00'}]}";
check('{}', '2024-01-01T00:00:00Z', true);
check(OFFICE, '2024-01-01T08:59:59Z', false);
check(OFFICE, '2024-01-01T09:00:00Z', true);
check(OFFICE, '2024-01-01T16:59:59.999Z', true);
check(OFFICE, '2024-01-01T17:00:00Z', false);
check("{times: [{start_time: '22:00', end_time: '24:00'}]}", '2024-01-01T23:59:59Z', true);
check('{times: []}', '2024-01-01T00:00:00Z', false);
check("{weekdays: ['monday:friday']}", '2024-01-05T12:00:00Z', true);
check("{weekdays: ['monday:friday']}", '2024-01-06T12:00:00Z', false);
check('{weekdays: [Sunday]}', '2024-01-07T12:00:00Z', true);
check("{days_of_month: ['-1']}", '2024-02-29T00:00:00Z', true);
check("{days_of_month: ['-1']}", '2023-02-28T00:00:00Z', true);
check("{days_of_month: ['-3:-1']}", '2024-02-26T00:00:00Z', false);
check("{days_of_month: ['31']}", '2024-02-29T00:00:00Z', false);
check("{days_of_month: ['29:31']}", '2024-02-29T00:00:00Z', true);
check("{days_of_month: ['1:-1']}", '2024-02-15T00:00:00Z', true);
check("{months: ['1:3', 'may:august']}", '2024-04-01T00:00:00Z', false);
check("{months: ['1:3', 'may:august']}", '2024-06-01T00:00:00Z', true);
check("{years: ['2020:2022', '2024']}", '2024-06-01T00:00:00Z', true);
check("{years: ['2020:2022']}", '2024-06-01T00:00:00Z', false);
// Sydney is eleven hours ahead in its summer, ten in its winter.
check(`${OFFICE.slice(0, -1)}, location: Australia/Sydney}`, '2024-01-01T22:00:00Z', true);
check(`${OFFICE.slice(0, -1)}, location: Australia/Sydney}`, '2024-07-01T22:59:59Z', false);
check(`${OFFICE.slice(0, -1)}, location: Australia/Sydney}`, '2024-07-01T23:00:00Z', true);
check('{weekdays: [tuesday], location: Australia/Sydney}', '2024-01-01T13:00:00Z', true);

refused('{location: Mars/Base}', 'unknown time zone Mars/Base');
refused("{weekdays: ['friday:monday']}", 'start day cannot be before end day');
refused('{weekdays: [off]}', 'off is not a valid weekday');
refused("{days_of_month: ['0']}", '0 is not a valid day of the month: out of range');
refused("{days_of_month: ['-2:5']}", 'end day must be negative if start day is negative');
refused("{days_of_month: ['-1:-5']}", 'end day -5 is always before start day -1');
refused("{months: ['may:april']}", 'end month april is before start month may');
refused("{years: ['2024:2020']}", 'end year 2020 is before start year 2024');
refused("{times: [{start_time: '09:00'}]}", 'both start and end times must be provided');
refused(
  "{times: [{start_time: '09:00', end_time: '24:01'}]}",
  "couldn't parse timestamp 24:01, invalid format",
);
