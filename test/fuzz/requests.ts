import fc from 'fast-check';
import type { JsonSchema } from '../../src/http/openapi/json-schema.ts';
import {
  brokenBody,
  type Change,
  type Media,
  setField,
  setInPath,
  setQuery,
  without,
  withoutBody,
} from './changes.ts';
import type { Checks, Operation, Parameter } from './document.ts';
import { fitting, isText, missing, missingText } from './values.ts';

/** A change that breaks a parameter, a field of the body or the whole body; any of the names tells which. */
export type Mistake = Change & { readonly names: readonly string[] };

/** An operation, and what its sample's body is sent as. */
export type Asked = { readonly operation: Operation; readonly pattern: string; readonly media: Media };

/** A sample with some of the parameters that may be left out. */
export function goodChanges({
  operation: { parameters = [], requestBody },
  media,
}: Asked): fc.Arbitrary<Change> {
  const query = parameters.filter((one) => one.in === 'query' && !one.required);
  const { properties = {}, required = [] } = fieldsOf(requestBody, media);
  const fields = Object.entries(properties).filter(([name]) => !required.includes(name));
  const changes = [
    ...query.map(({ name, schema }) => sometimes(schema, (value) => setQuery(name, String(value)))),
    // Beside files all values are texts, and lists are not made.
    ...fields
      .filter(([, schema]) => media === 'application/json' || isText(schema))
      .map(([name, schema]) => sometimes(schema, (value) => setField(name, value))),
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
export function badChanges({ operation, pattern, media }: Asked, checks: Checks): Mistake[] {
  const { parameters = [], requestBody } = operation;
  // What a body must hold may be named when the whole of it is wrong.
  const names = ['body', ...Object.keys(fieldsOf(requestBody, media).properties ?? {})];
  return [
    ...parameters.flatMap((parameter) => badParameter(parameter, pattern, checks)),
    ...badFields(fieldsOf(requestBody, media), media, checks),
    ...(requestBody ? [{ what: 'a body that is none', apply: brokenBody, names }] : []),
    ...(requestBody?.required ? [{ what: 'no body', apply: withoutBody, names }] : []),
  ];
}

function badParameter(
  { name, in: where, required, schema }: Parameter,
  pattern: string,
  checks: Checks,
): Mistake[] {
  const wrong = missingText(schema, checks.fits(schema));
  if (where === 'path') {
    // A name of no known form may be any text, and one that is too long is nobody's.
    const known = schema.format === 'uuid' ? wrong.filter((text) => text.length < 100) : [];
    return known.map((text) => ({ ...setInPath(pattern, name, text), names: [name] }));
  }
  const changes = [...wrong.map((text) => setQuery(name, text, true)), ...(required ? [without(name)] : [])];
  return changes.map((change) => ({ ...change, names: [name] }));
}

function badFields({ properties = {}, required = [] }: Fields, media: Media, checks: Checks): Mistake[] {
  const wrong = Object.entries(properties).flatMap(([name, schema]) => {
    const fits = checks.fits(schema);
    const values = media === 'application/json' ? missing(fits) : missingText(schema, fits);
    return values.map((value) => ({ ...setField(name, value, true), names: [name] }));
  });
  const gone = required.map((name) => ({ ...setField(name, undefined, true), names: [name] }));
  return [...wrong, ...gone];
}

type Fields = {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
};

/** Of a body, or of the items of one that is a list. */
function fieldsOf(body: Operation['requestBody'], media: Media): Fields {
  const schema = media && (body?.content[media]?.schema as (Fields & { items?: Fields }) | undefined);
  return schema?.items ?? schema ?? {};
}
