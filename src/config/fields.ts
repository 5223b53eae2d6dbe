import { z } from 'zod';
import { settingsSchema } from './schema.ts';

/** One setting: where it stands in the file, which environment variable sets it, and what is known of it. */
export type Field = {
  readonly path: readonly string[];
  readonly variable: string;
  readonly schema: z.core.$ZodType;
  readonly description: string;
  readonly unit?: string;
  /** The default in words, where it depends on the machine. */
  readonly defaultText?: string;
  /** Undefined where there is none. */
  readonly defaultValue: unknown;
  readonly isPath: boolean;
};

const metaSchema = z.object({
  description: z.string(),
  unit: z.string().optional(),
  defaultText: z.string().optional(),
  isPath: z.boolean().optional(),
});

/** `vision.queueLength` is set by `OSTIARY_VISION_QUEUE_LENGTH`. */
function variableOf(path: readonly string[]): string {
  return ['OSTIARY', ...path]
    .join('_')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase();
}

function fieldsOf(schema: z.core.$ZodType, path: readonly string[]): Field[] {
  if (schema instanceof z.ZodPrefault) return fieldsOf(schema.def.innerType, path);
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.def.shape).flatMap(([key, inner]) => fieldsOf(inner, [...path, key]));
  }
  const { isPath = false, description, unit, defaultText } = metaSchema.parse(z.globalRegistry.get(schema));
  return [
    {
      path,
      variable: variableOf(path),
      schema,
      description,
      ...(unit !== undefined && { unit }),
      ...(defaultText !== undefined && { defaultText }),
      defaultValue: schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined,
      isPath,
    },
  ];
}

/** Every setting, in the order of the schema. */
export const fields: readonly Field[] = fieldsOf(settingsSchema, []);
