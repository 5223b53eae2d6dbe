import { z } from 'zod';

/** A JSON Schema of 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What a request must look like, or what an answer looks like. */
export function toJsonSchema(schema: z.ZodType, side: 'request' | 'answer'): JsonSchema {
  const { $schema: _, ...written } = z.toJSONSchema(schema, {
    io: side === 'request' ? 'input' : 'output',
    // What only code can check is told by the schema's own `meta`, or not at all.
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const isText = jsonSchema.type === 'string' && jsonSchema.format === undefined;
      if (!isText) delete jsonSchema.pattern;
    },
  });
  return written;
}

/** Whether a picture is asked for somewhere in it. */
export function holdsPicture(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { format, contentEncoding } = schema as JsonSchema;
  return format === 'binary' || contentEncoding === 'base64' || Object.values(schema).some(holdsPicture);
}
