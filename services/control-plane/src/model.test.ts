// Compares our operations with the API's model as botocore carries it.
import { describeWith, run } from '@ampere/testing';
import { beforeAll, expect, test } from 'vitest';
import { ERROR_STATUS } from './errors.ts';
import { OPERATIONS } from './operations/index.ts';
import type { Member, Shape } from './shape.ts';

const PRINT_MODEL = `
import json
from botocore.loaders import Loader
print(json.dumps(Loader().load_service_model('amp', 'service-2')))
`;

interface ModelShape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string; readonly location?: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly error?: { readonly httpStatusCode: number };
}

interface Model {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly http: {
          readonly method: string;
          readonly requestUri: string;
          readonly responseCode: number;
        };
        readonly input: { readonly shape: string };
        readonly errors: readonly { readonly shape: string }[];
      }
    >
  >;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

let model: Model;

/** A shape of ours in the model's terms; what the model doesn't say (trimming, reserved prefixes) left out. */
function ours(shape: Shape): object {
  switch (shape.type) {
    case 'string':
      return limits(shape.type, shape.lengthMin, shape.lengthMax, shape.pattern);
    case 'blob':
      return { type: shape.type };
    case 'integer':
      return limits(shape.type, shape.min, shape.max);
    case 'list':
      return { ...limits(shape.type, shape.lengthMin, shape.lengthMax), member: ours(shape.member) };
    case 'map':
      return { ...limits(shape.type, 0, shape.lengthMax), key: ours(shape.key), value: ours(shape.value) };
    case 'structure':
      return { type: shape.type, members: memberTable(shape.members) };
  }
}

function memberTable(members: Readonly<Record<string, Member>>): object {
  const places = { path: 'uri', query: 'querystring', body: undefined };
  return Object.fromEntries(
    Object.entries(members).map(([name, { shape, place, required }]) => [
      name,
      { location: places[place], required, shape: ours(shape) },
    ]),
  );
}

function theirs(name: string): object {
  const { type, min, max, pattern, member, key, value } = model.shapes[name]!;
  // A structure's members are with it, not in an envelope of their own; longs are integers to us.
  if (type === 'structure') return { type, members: theirMembers(name) };
  return {
    ...limits(type === 'long' ? 'integer' : type, min, max, pattern),
    ...(member && { member: theirs(member.shape) }),
    ...(key && value && { key: theirs(key.shape), value: theirs(value.shape) }),
  };
}

function theirMembers(name: string): object {
  const { members = {}, required = [] } = model.shapes[name]!;
  return Object.fromEntries(
    Object.entries(members).map(([member, { shape, location }]) => [
      member,
      { location, required: required.includes(member), shape: theirs(shape) },
    ]),
  );
}

function limits(type: string, min?: number, max?: number, pattern?: string): object {
  return {
    type,
    ...(min ? { min } : {}),
    ...(max === undefined ? {} : { max }),
    ...(pattern ? { pattern } : {}),
  };
}

describeWith('the model of botocore', ['boto3'], ({ boto3 }) => {
  beforeAll(async () => {
    const { stdout, stderr } = await run(boto3, ['-c', PRINT_MODEL]);
    expect(stderr).toBe('');
    model = JSON.parse(stdout);
  });

  for (const operation of OPERATIONS) {
    test(`${operation.name} is as the model says`, () => {
      const { http, input } = model.operations[operation.name]!;
      expect({
        method: operation.method,
        requestUri: operation.pathTemplate,
        responseCode: operation.successStatus,
      }).toEqual(http);
      const expected = theirMembers(input.shape);
      // The model leaves the ARN open; we bound its length.
      const actual = memberTable(operation.input) as Record<string, { shape: { type: string } }>;
      if (actual['resourceArn'] !== undefined) actual['resourceArn'].shape = { type: 'string' };
      expect(actual).toEqual(expected);
    });
  }

  for (const [name, status] of Object.entries(ERROR_STATUS)) {
    test(`${name} is ${status}`, () => {
      expect(model.shapes[name]!.error!.httpStatusCode).toBe(status);
    });
  }
});
