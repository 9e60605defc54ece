import { expect, test } from 'vitest';
import { queryAnswer, queryError } from './answer.ts';
import { QueryFormError, QueryParameters } from './parameters.ts';

const textOf = ({ body }: { body: Uint8Array }) => Buffer.from(body).toString();

test('members, lists, structures and maps of a form', () => {
  const form = QueryParameters.parse(
    'Action=Do&Name=a%20b+c&L.member.1=x&L.member.2=y&L.member.4=z&P.1=q&T.member.1.Key=k&T.member.1.Value=&A.entry.1.key=p&A.entry.1.value=v&S.In=1&Name=2',
  );
  expect(form.text('Name')).toBe('a b c');
  expect(form.list('L')).toEqual(['x', 'y']);
  expect(form.list('P')).toEqual(['q']);
  expect(form.structures('T').map((tag) => [tag.text('Key'), tag.text('Value')])).toEqual([['k', '']]);
  expect([...form.map('A')]).toEqual([['p', 'v']]);
  expect([...form.map('T')]).toEqual([['k', '']]);
  expect(form.structure('S').text('In')).toBe('1');
  expect([form.has('S'), form.has('T'), form.has('Nam')]).toEqual([true, true, false]);
});

test('a form that is none is refused', () => {
  expect(() => QueryParameters.parse('a=%ff')).toThrow(QueryFormError);
  expect(() => QueryParameters.parse(`${'a.'.repeat(16)}b=1`)).toThrow('more than 16 parts');
  expect(() => QueryParameters.parse('a=1&'.repeat(5001))).toThrow('more than 5000 parameters');
});

test('an answer in XML', () => {
  const answer = queryAnswer('Do', 'urn:x', 'r-1', { A: 'a<&">\r\u0001', B: [1, { C: true }], D: undefined });
  expect(textOf(answer)).toBe(
    '<DoResponse xmlns="urn:x">\n<DoResult><A>a&lt;&amp;&quot;&gt;&#xD;\ufffd</A><B><member>1</member><member><C>true</C></member></B></DoResult>\n' +
      '<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>\n</DoResponse>\n',
  );
  expect(textOf(queryAnswer('Do', 'urn:x', 'r-1'))).not.toContain('Result');
});

test('a map in an answer', () => {
  const answer = queryAnswer('Do', 'urn:x', 'r-1', { M: new Map([['a&', 1]]) });
  expect(textOf(answer)).toContain('<M><entry><key>a&amp;</key><value>1</value></entry></M>');
});

test('a refusal in XML', () => {
  const error = queryError('urn:x', 'r-1', { status: 404, code: 'NoSuchEntity', message: 'no <user>' });
  expect(error.status).toBe(404);
  expect(textOf(error)).toContain(
    '<Type>Sender</Type><Code>NoSuchEntity</Code><Message>no &lt;user&gt;</Message>',
  );
  expect(textOf(error)).toContain('<RequestId>r-1</RequestId>');
});
