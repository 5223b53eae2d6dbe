import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../../src/http/openapi/json-schema.ts';

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
};

type Media = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export type Operation = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Media };
  readonly responses: Readonly<Record<string, { readonly content?: Media }>>;
};

export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

type Endpoint = { readonly path: string; readonly method: string };

/** Those that we check; texts of others are any. */
const formats = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
};

/** Tells whether values are as a document says. */
export function openChecks(document: Document) {
  const ajv = new Ajv2020({ strict: false, logger: false, formats });
  ajv.addSchema(document, 'document');
  const check = (place: readonly string[], value: unknown): string | undefined => {
    const steps = place.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
    const fits = ajv.compile({ $ref: `document#/${steps.join('/')}` });
    return fits(value) ? undefined : ajv.errorsText(fits.errors);
  };
  const responsesOf = ({ path, method }: Endpoint) => document.paths[path]![method]!.responses;
  const toldAs = (endpoint: Endpoint, status: number) =>
    responsesOf(endpoint)[status] ? String(status) : 'default';
  const contentOf = (endpoint: Endpoint, status: number) =>
    responsesOf(endpoint)[toldAs(endpoint, status)]?.content;
  return {
    /** Of a schema that stands alone. */
    fits: (schema: JsonSchema) => {
      const validate = ajv.compile(schema);
      return (value: unknown): boolean => validate(value) === true;
    },
    /** Whether an answer of this status has something to say. */
    hasBody: (endpoint: Endpoint, status: number): boolean => contentOf(endpoint, status) !== undefined,
    /** What is wrong with an answer, or nothing. */
    answer(endpoint: Endpoint, status: number, body: unknown): string | undefined {
      const content = contentOf(endpoint, status);
      if (!content) return 'something where the document has nothing';
      if (!content['application/json']) return undefined;
      const { path, method } = endpoint;
      const told = toldAs(endpoint, status);
      const place = ['paths', path, method, 'responses', told, 'content', 'application/json', 'schema'];
      return check(place, body);
    },
  };
}
export type Checks = ReturnType<typeof openChecks>;
