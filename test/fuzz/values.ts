import fc from 'fast-check';
import type { JsonSchema } from '../../src/http/openapi/json-schema.ts';

/** What a schema says of one value; all keywords that our documents use. */
type Told = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly contentEncoding?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** False where all items have schemas of their own. */
  readonly items?: JsonSchema | false;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
};

/** Values that fit the schema; `undefined` for pictures, ids and what no keyword tells enough of. */
export function fitting(schema: JsonSchema): fc.Arbitrary<unknown> | undefined {
  const told = schema as Told;
  if (told.const !== undefined) return fc.constant(told.const);
  if (told.enum) return fc.constantFrom(...told.enum);
  if (told.anyOf) return oneOf(told.anyOf);
  const type = typeof told.type === 'string' ? told.type : told.type?.find((one) => one !== 'null');
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: told.minimum ?? 0, max: Math.min(told.maximum ?? 100, 1_000) });
    case 'number':
      return numbers(told);
    case 'string':
      return texts(told);
    case 'array':
      return lists(told);
    case 'object':
      return objects(told);
    default:
      return undefined;
  }
}

function oneOf(schemas: readonly JsonSchema[]): fc.Arbitrary<unknown> | undefined {
  const each = schemas.flatMap((schema) => {
    const arbitrary = fitting(schema);
    return arbitrary ? [{ arbitrary, weight: 1 }] : [];
  });
  return each.length > 0 ? fc.oneof(...each) : undefined;
}

function numbers({ minimum, exclusiveMinimum, maximum = 100 }: Told): fc.Arbitrary<number> {
  // Of a few digits, as people write them.
  const least = minimum ?? exclusiveMinimum ?? 0;
  const steps = fc.integer({ min: exclusiveMinimum === undefined ? 0 : 1, max: 1_000 });
  return steps.map((step) => Number((least + ((maximum - least) * step) / 1_000).toFixed(6)));
}

function texts({ pattern, format, contentEncoding, minLength = 0, maxLength = 200 }: Told) {
  if (format === 'date-time') {
    return fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((at) => at.toISOString());
  }
  // An id that is made up is nobody's.
  if (format !== undefined || contentEncoding !== undefined) return undefined;
  if (pattern === undefined) return fc.string({ minLength, maxLength: Math.min(maxLength, 30) });
  return fc
    .stringMatching(new RegExp(pattern), { size: 'small' })
    .filter(({ length }) => length >= minLength && length <= maxLength);
}

function lists({ items, minItems = 0, maxItems = 100 }: Told): fc.Arbitrary<unknown> | undefined {
  const item = items ? fitting(items) : undefined;
  return item && fc.array(item, { minLength: minItems, maxLength: Math.min(maxItems, minItems + 3) });
}

function objects({ properties = {}, required = [] }: Told): fc.Arbitrary<unknown> | undefined {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const value = fitting(schema);
    if (value) fields[name] = value;
    else if (required.includes(name)) return undefined;
  }
  return fc.record(fields, { requiredKeys: [...required] });
}

/** Whether values of the schema can be told by a text of their own. */
export function isText(schema: JsonSchema): boolean {
  const { type, anyOf, ...told } = schema as Told;
  if (told.enum) return true;
  if (anyOf) return anyOf.every(isText);
  return typeof type === 'string' && type !== 'array' && type !== 'object';
}

const strangeTexts = ['nonsense!', '', '\u{1F980}', 'x'.repeat(5_000)];
const strangeValues = [17.5, {}, [], true, null, ...strangeTexts];

/** Texts that a query's parameter or a path's name of this schema must not be. */
export function missingText(schema: JsonSchema, fits: (value: unknown) => boolean): string[] {
  const { type, minimum, maximum, anyOf, ...told } = schema as Told;
  if (type === 'integer' || type === 'number') {
    const beyond = [
      minimum === undefined ? [] : minimum - 1,
      maximum === undefined ? [] : maximum + 1,
    ].flat();
    return ['nonsense!', ...beyond.map(String)];
  }
  if (type === 'boolean') return ['nonsense!'];
  return type === 'string' || anyOf || told.enum
    ? strangeTexts.filter((text) => text !== '' && !fits(text))
    : [];
}

/** JSON that a value of this schema must not be. */
export function missing(fits: (value: unknown) => boolean): unknown[] {
  return strangeValues.filter((value) => !fits(value));
}
