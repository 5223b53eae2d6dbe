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

/** Tells whether values are as a document says. */
export function openChecks(document: Document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'document');
  const check = (place: readonly string[], value: unknown): string | undefined => {
    const steps = place.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
    const fits = ajv.compile({ $ref: `document#/${steps.join('/')}` });
    return fits(value) ? undefined : ajv.errorsText(fits.errors);
  };
  return {
    /** Of a schema that stands alone. */
    fits: (schema: JsonSchema) => {
      const validate = ajv.compile(schema);
      return (value: unknown): boolean => validate(value) === true;
    },
    /** What is wrong with an answer, or nothing. */
    answer(
      { path, method }: { path: string; method: string },
      status: number,
      body: unknown,
    ): string | undefined {
      const { responses } = document.paths[path]![method]!;
      const told = responses[status] ? String(status) : 'default';
      if (!responses[told]?.content?.['application/json']) return undefined;
      const place = ['paths', path, method, 'responses', told, 'content', 'application/json', 'schema'];
      return check(place, body);
    },
  };
}
export type Checks = ReturnType<typeof openChecks>;
