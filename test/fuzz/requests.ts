import fc from 'fast-check';
import type { JsonSchema } from '../../src/http/openapi/json-schema.ts';
import type { Sample } from '../integration/authorisation/surface.ts';
import type { Checks, Operation, Parameter } from './document.ts';
import { fitting, missing, missingText } from './values.ts';

/** How a request became what it is: with parameters that fit, or with one mistake. */
export type Change = { readonly what: string; readonly apply: (sample: Sample) => Sample };

/** A sample with some of the parameters that may be left out. */
export function goodChanges({ parameters = [], requestBody }: Operation): fc.Arbitrary<Change> {
  const query = parameters.filter((one) => one.in === 'query' && !one.required);
  const { properties = {}, required = [] } = jsonSchemaOf(requestBody) ?? {};
  const fields = Object.entries(properties).filter(([name]) => !required.includes(name));
  const changes = [
    ...query.map(({ name, schema }) => sometimes(schema, (value) => setQuery(name, String(value)))),
    ...fields.map(([name, schema]) => sometimes(schema, (value) => setField(name, value))),
  ].flatMap((one) => one ?? []);
  return fc.tuple(...changes).map((chosen) => {
    const made = chosen.flatMap((one) => one ?? []);
    return {
      what: made.map(({ what }) => what).join(', ') || 'as it is',
      // What the sample has already fits what else it says.
      apply: (sample) => made.reduce((so, { apply }) => apply(so), sample),
    };
  });
}

function sometimes(schema: JsonSchema, toChange: (value: unknown) => Change) {
  const values = fitting(schema);
  if (!values) return undefined;
  const none = { weight: 3, arbitrary: fc.constant(undefined) };
  return fc.oneof(none, { weight: 1, arbitrary: values.map(toChange) });
}

/** One mistake, that of the route's kinds of which it has any. */
export function badChanges(operation: Operation, pattern: string, checks: Checks): Change[] {
  const { parameters = [], requestBody } = operation;
  return [
    ...parameters.flatMap((parameter) => badParameter(parameter, pattern, checks)),
    ...badFields(jsonSchemaOf(requestBody), checks),
    ...(requestBody ? [notABody] : []),
    ...(requestBody?.required ? [noBody] : []),
  ];
}

function badParameter(
  { name, in: where, required, schema }: Parameter,
  pattern: string,
  checks: Checks,
): Change[] {
  const wrong = missingText(schema, checks.fits(schema));
  if (where === 'path') {
    // A name of no known form may be any text, and one that is too long is nobody's.
    const known = schema.format === 'uuid' ? wrong.filter((text) => text.length < 100) : [];
    return known.map((text) => setInPath(pattern, name, text));
  }
  // Some take their parameters from the body as well.
  const gone = setField(name, undefined, true);
  const without: Change = {
    what: `without ${name}`,
    apply: (sample) => ({
      ...gone.apply(sample),
      path: withQuery(sample.path, (query) => query.delete(name)),
    }),
  };
  return [...wrong.map((text) => setQuery(name, text, true)), ...(required ? [without] : [])];
}

function badFields(schema: ObjectSchema | undefined, checks: Checks): Change[] {
  const { properties = {}, required = [] } = schema ?? {};
  const isJson = (sample: Sample) => sample.json !== undefined;
  const wrong = Object.entries(properties).flatMap(([name, one]) =>
    missing(checks.fits(one)).map((value) => setField(name, value, true)),
  );
  const without = required.map((name) => setField(name, undefined, true));
  return [...wrong, ...without].map(({ what, apply }) => ({
    what,
    apply: (sample) => (isJson(sample) ? apply(sample) : brokenBody(sample)),
  }));
}

const notABody: Change = { what: 'a body that is none', apply: brokenBody };
const noBody: Change = {
  what: 'no body',
  apply: ({ json: _, files: __, body: ___, ...sample }) => sample,
};

function brokenBody({ json, files, body: _, ...sample }: Sample): Sample {
  const bytes = new TextEncoder().encode('{"no": [picture');
  if (files) return { ...sample, files: files.map((file) => ({ ...file, bytes })) };
  const headers =
    json === undefined ? sample.headers : { ...sample.headers, 'Content-Type': 'application/json' };
  return { ...sample, body: bytes, ...(headers && { headers }) };
}

type ObjectSchema = {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
};

function jsonSchemaOf(body: Operation['requestBody']): ObjectSchema | undefined {
  return body?.content['application/json']?.schema as ObjectSchema | undefined;
}

/** Over what the sample has there only when that is wanted. */
function setQuery(name: string, value: string, over = false): Change {
  const apply = (sample: Sample) => ({
    ...sample,
    path: withQuery(sample.path, (query) => {
      if (over || !query.has(name)) query.set(name, value);
    }),
  });
  return { what: `?${name}=${value.slice(0, 40)}`, apply };
}

function setField(name: string, value: unknown, over = false): Change {
  const apply = (sample: Sample): Sample => {
    const { json } = sample;
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return sample;
    if (!over && name in json) return sample;
    return { ...sample, json: { ...json, [name]: value } };
  };
  return { what: `${name}: ${JSON.stringify(value)?.slice(0, 40) ?? 'nothing'}`, apply };
}

function setInPath(pattern: string, name: string, text: string): Change {
  const at = pattern.split('/').indexOf(`{${name}}`);
  const apply = (sample: Sample) => {
    const [path = '', ...query] = sample.path.split('?');
    const steps = path.split('/');
    steps[at] = encodeURIComponent(text);
    return { ...sample, path: [steps.join('/'), ...query].join('?') };
  };
  return { what: `/${text}`, apply };
}

function withQuery(path: string, change: (query: URLSearchParams) => void): string {
  const [base = '', given = ''] = path.split('?');
  const query = new URLSearchParams(given);
  change(query);
  const text = query.toString();
  return text === '' ? base : `${base}?${text}`;
}
