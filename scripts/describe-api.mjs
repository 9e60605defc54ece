// Makes of openapi/amp.yaml what the control plane reads: its operations and the schemas of their inputs as
// JSON, and the types of the inputs. With --check nothing is written; it ends with 1 when they differ.
//
//   node scripts/describe-api.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'services/control-plane/src/api');
const { parse } = createRequire(join(root, 'services/ampere/package.json'))('yaml');
const document = parse(readFileSync(join(root, 'openapi/amp.yaml'), 'utf8'));
const all = document.components.schemas;
const PREFIX = '#/components/schemas/';

const schemas = {};
const operations = {};
for (const [path, methods] of Object.entries(document.paths)) {
  for (const [method, entry] of Object.entries(methods)) {
    operations[entry.operationId] = {
      method: method.toUpperCase(),
      path,
      status: Number(Object.keys(entry.responses).find((status) => status.startsWith('2'))),
      members: (entry['x-members'] ?? []).map((name) => memberOf(entry, name)),
    };
  }
}

const files = {
  'description.json': `${JSON.stringify({ operations: sorted(operations), schemas: sorted(schemas) }, null, 2)}\n`,
  'inputs.ts': [
    '// Made of openapi/amp.yaml by scripts/describe-api.mjs; not to be changed by hand.',
    '',
    '/** The input of each operation as its handler gets it, checked and in the form of code. */',
    'export interface Inputs {',
    ...Object.entries(sorted(operations)).map(
      ([name, { members }]) => `  readonly ${name}: ${structure(members)};`,
    ),
    '}',
    '',
  ].join('\n'),
};

let differ = false;
for (const [name, text] of Object.entries(files)) {
  const path = join(folder, name);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  // How a formatter breaks lines is no difference.
  else if (squeeze(readFileSync(path, 'utf8')) !== squeeze(text)) {
    console.error(`${path} is not what openapi/amp.yaml makes; run node scripts/describe-api.mjs`);
    differ = true;
  }
}
process.exitCode = differ ? 1 : 0;

function memberOf(entry, name) {
  const parameter = (entry.parameters ?? []).find((one) => one.name === name);
  if (parameter !== undefined) {
    keep(parameter.schema);
    const { required = false, schema } = parameter;
    const greedy = parameter['x-greedy'] === true ? { greedy: true } : {};
    return { name, place: parameter.in, required, ...greedy, schema };
  }
  const body = deref(entry.requestBody.content['application/json'].schema);
  const schema = body.properties[name];
  keep(schema);
  return { name, place: 'body', required: (body.required ?? []).includes(name), schema };
}

/** Takes a schema and all it refers to along. */
function keep(schema) {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(PREFIX.length);
    if (name in schemas) return;
    schemas[name] = all[name];
  }
  const { items, propertyNames, additionalProperties, properties = {} } = deref(schema);
  for (const part of [items, propertyNames, additionalProperties, ...Object.values(properties)]) {
    if (part !== undefined) keep(part);
  }
}

function deref(schema) {
  return schema.$ref === undefined ? schema : all[schema.$ref.slice(PREFIX.length)];
}

function structure(members) {
  if (members.length === 0) return 'Readonly<Record<string, never>>';
  const texts = members.map(({ name, required, schema }) => {
    return `readonly ${name}: ${typeOf(schema)}${required ? '' : ' | undefined'};`;
  });
  return `{ ${texts.join(' ')} }`;
}

function typeOf(schema) {
  const found = deref(schema);
  switch (found.type) {
    case 'string':
      if (found.contentEncoding === 'base64') return 'Uint8Array';
      return found.enum === undefined ? 'string' : found.enum.map((one) => `'${one}'`).join(' | ');
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return `readonly (${typeOf(found.items)})[]`;
    default: {
      if (found.additionalProperties !== undefined)
        return `ReadonlyMap<string, ${typeOf(found.additionalProperties)}>`;
      const { required = [], properties = {} } = found;
      return structure(
        Object.entries(properties).map(([name, schema]) => {
          return { name, schema, required: required.includes(name) };
        }),
      );
    }
  }
}

function sorted(table) {
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function squeeze(text) {
  const dense = text.replace(/[\s()]+/g, '').replace(/[;,](?=[}\])])/g, '');
  return dense.replace(/([:<])\|/g, '$1');
}
