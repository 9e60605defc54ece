// Compares openapi/amp.yaml with the API's model as botocore carries it: every operation, member, shape,
// constraint, answer and error; and that what the program reads was made of it.
import { readFileSync } from 'node:fs';
import { describeWith, run } from '@ampere/testing';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ERROR_STATUS } from '../errors.ts';
import { OPERATIONS } from '../operations/index.ts';

const ROOT = new URL('../../../../', import.meta.url);
const document = parse(readFileSync(new URL('openapi/amp.yaml', ROOT), 'utf8'));
const schemas = document.components.schemas;

const PRINT_MODEL = `
import json
from botocore.loaders import Loader
print(json.dumps(Loader().load_service_model('amp', 'service-2')))
`;

// biome-ignore lint/suspicious/noExplicitAny: both sides are JSON that is compared member by member.
type Json = any;

let model: Json;

interface Described {
  readonly method: string;
  readonly path: string;
  readonly entry: Json;
}

const described = new Map<string, Described>(
  Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, entry]): [string, Described] => [
      entry.operationId,
      { method: method.toUpperCase(), path, entry },
    ]),
  ),
);

/** A schema of the description in the model's terms; `x-` members that only we have are left out. */
function ours(schema: Json): Json {
  const found = schema.$ref === undefined ? schema : schemas[schema.$ref.split('/').at(-1)];
  const { type, format, minLength, maxLength, pattern, minimum, maximum, minItems, maxItems } = found;
  const { minProperties, maxProperties, items, propertyNames, additionalProperties } = found;
  switch (type) {
    case 'string':
      if (found.contentEncoding === 'base64') return { type: 'blob' };
      return bounds('string', minLength, maxLength, {
        pattern: found['x-pattern-text'] ?? pattern?.replace(/^\^|\$$/g, ''),
        enum: found.enum,
      });
    case 'integer':
      return bounds(format === 'int64' ? 'long' : 'integer', minimum, maximum);
    case 'number':
      return found['x-timestamp'] === undefined ? bounds('double', minimum, maximum) : { type: 'timestamp' };
    case 'boolean':
      return { type };
    case 'array':
      return bounds('list', minItems, maxItems, { member: ours(items) });
    case 'object':
      if (additionalProperties !== undefined) {
        const inside = { key: ours(propertyNames), value: ours(additionalProperties) };
        return bounds('map', minProperties, maxProperties, inside);
      }
      return { type: 'structure', union: found['x-union'] === true, members: ourMembers(found) };
  }
  throw new Error(`a schema of type ${type}`);
}

function ourMembers({ properties = {}, required = [] }: Json): Json {
  return Object.fromEntries(
    Object.entries<Json>(properties).map(([name, schema]) => [
      name,
      { required: required.includes(name), shape: ours(schema) },
    ]),
  );
}

function theirs(name: string): Json {
  const { type, min, max, pattern, member, key, value, enum: values, union } = model.shapes[name];
  if (type === 'blob' || type === 'timestamp' || type === 'boolean') return { type };
  if (type === 'structure') return { type, union: union === true, members: theirMembers(name) };
  return bounds(type, min, max, {
    pattern,
    enum: values,
    member: member && theirs(member.shape),
    key: key && theirs(key.shape),
    value: value && theirs(value.shape),
  });
}

function theirMembers(name: string): Json {
  const { members = {}, required = [] } = model.shapes[name];
  return Object.fromEntries(
    Object.entries<Json>(members)
      // Headers are no part of a body.
      .filter(([, { location }]) => location !== 'header')
      .map(([member, { shape }]) => [member, { required: required.includes(member), shape: theirs(shape) }]),
  );
}

function bounds(type: string, min?: number, max?: number, others: Json = {}): Json {
  const kept = Object.entries(others).filter(([, value]) => value !== undefined);
  return {
    type,
    // For doubles and integers a lower bound of 0 says something, for lengths it doesn't.
    ...(min === undefined || (min === 0 && !/^(integer|long|double)$/.test(type)) ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...Object.fromEntries(kept),
  };
}

test('what the program reads is made of the description', async () => {
  const script = new URL('scripts/describe-api.mjs', ROOT).pathname;
  expect(await run(process.execPath, [script, '--check'])).toMatchObject({ stderr: '' });
});

test('patterns are of the whole value', () => {
  for (const { pattern } of Object.values<Json>(schemas)) {
    if (pattern !== undefined) expect(() => new RegExp(pattern, 'u').test('')).not.toThrow();
    if (pattern !== undefined) expect(pattern).toMatch(/^\^.*\$$/s);
  }
});

describeWith('the model of botocore', ['boto3'], ({ boto3 }) => {
  beforeAll(async () => {
    const { stdout, stderr } = await run(boto3, ['-c', PRINT_MODEL]);
    expect(stderr).toBe('');
    model = JSON.parse(stdout);
  });

  test('has the operations that are described and carried out', () => {
    const names = Object.keys(model.operations).sort();
    expect(names).toHaveLength(44);
    expect([...described.keys()].sort()).toEqual(names);
    expect(OPERATIONS.map(({ name }) => name).sort()).toEqual(names);
  });

  for (const [name, { method, path, entry }] of described) {
    test(`${name} is as the model says`, () => {
      const { http, input, output, errors } = model.operations[name];
      const [status, ...refusals] = Object.keys(entry.responses).map(Number);
      expect({ method, requestUri: path, responseCode: status }).toEqual(http);
      const inputShape = model.shapes[input.shape];
      expect(entry['x-members'] ?? []).toEqual(Object.keys(inputShape.members ?? {}));
      for (const [member, { shape, location, locationName }] of Object.entries<Json>(
        inputShape.members ?? {},
      )) {
        const parameter = (entry.parameters ?? []).find((one: Json) => one.name === (locationName ?? member));
        const places: Record<string, string> = { path: 'uri', query: 'querystring' };
        expect([member, parameter && places[parameter.in]]).toEqual([member, location]);
        // The model leaves the ARN open; we bound its length.
        if (parameter !== undefined && member !== 'resourceArn') {
          expect(ours(parameter.schema)).toEqual(theirs(shape));
          expect(parameter.required === true).toBe((inputShape.required ?? []).includes(member));
        }
      }
      const inBody = Object.entries<Json>(theirMembers(input.shape)).filter(
        ([member]) => inputShape.members[member].location === undefined,
      );
      const body = entry.requestBody?.content['application/json'].schema;
      expect(body === undefined ? {} : ours(body).members).toEqual(Object.fromEntries(inBody));
      const answer = entry.responses[String(status)].content?.['application/json'].schema;
      expect(answer === undefined ? {} : ours(answer).members).toEqual(
        output === undefined ? {} : theirMembers(output.shape),
      );
      const theirErrors = errors.map(({ shape }: Json) => model.shapes[shape].error.httpStatusCode);
      expect(refusals).toEqual(theirErrors.sort());
    });
  }

  for (const [name, status] of Object.entries(ERROR_STATUS)) {
    test(`${name} is ${status}`, () => {
      expect(model.shapes[name].error.httpStatusCode).toBe(status);
      expect(ours({ $ref: `/${name}` })).toEqual(theirs(name));
    });
  }
});
