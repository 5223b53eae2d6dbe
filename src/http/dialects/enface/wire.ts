import { z } from 'zod';
import { cameraFeatures } from '../../../domain/camera.ts';

/**
 * What stands on Enface's wire: the schemas that check what comes, and the shapes of what goes. In a form everything is
 * text, and clients send text in JSON as well, so that numbers and truths are taken as text too.
 */

export const uuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/)
  .meta({ format: 'uuid' })
  .transform((id) => id.toLowerCase());

const name = z.string().min(1).max(100);

const flag = z
  .union([z.boolean(), z.literal(['true', 'false', '1', '0', 1, 0])])
  .transform((value) => ['true', '1', 1, true].includes(value))
  .default(false);

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number),
]);

/** One of these numbers. */
function oneOf<Value extends number>(...values: readonly [Value, ...Value[]]) {
  return number.pipe(z.literal(values)).meta({ enum: [...values, ...values.map(String)] });
}

/** A number in these bounds; those of one in a text are told by no schema. */
function numberIn(least: number, most: number, type: 'integer' | 'number' = 'integer') {
  const checked = type === 'integer' ? z.int() : z.number();
  const text = type === 'integer' ? '^\\d+$' : '^\\d+(\\.\\d+)?$';
  return number.pipe(checked.min(least).max(most)).meta({
    anyOf: [
      { type, minimum: least, maximum: most },
      { type: 'string', pattern: text },
    ],
  });
}

/** One thing, several, or a JSON array of them in a text. */
function listOf<Item extends z.ZodType>(item: Item, separator?: string) {
  const { $schema: _, ...one } = z.toJSONSchema(item, { io: 'input', unrepresentable: 'any' });
  return z
    .unknown()
    .meta({ anyOf: [one, { type: 'array', items: one }] })
    .transform((value) => toList(value, separator))
    .pipe(z.array(item))
    .optional();
}

/** Lists come in lists and in texts, but not in one another without end. */
const deepestList = 4;

function toList(value: unknown, separator: string | undefined, depth = 0): unknown {
  if (depth > deepestList) return [value];
  if (Array.isArray(value)) return value.flatMap((one) => toList(one, separator, depth + 1));
  if (typeof value !== 'string') return [value];
  if (value.startsWith('[')) return arrayIn(value) ?? [value];
  return separator === undefined ? [value] : value.split(separator).flatMap((one) => one.trim() || []);
}

function arrayIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const uuids = listOf(uuid, ',').refine((list = []) => list.length <= 100);
const featureList = listOf(z.enum(cameraFeatures), ',').transform((list) => list && [...new Set(list)]);
const features = featureList.transform((list = []) => list);

/** Two millions of 64 KB are documented; the bound is ours. */
export const mostFields = { strings: 1_000, bytes: 60_000 } as const;

const fields = listOf(z.string()).transform((list) => list && [...new Set(list)]);

const newPersonThresholds = ['80', '85', '90', '95', 'no_match', 'never'] as const;
export type NewPersonThreshold = (typeof newPersonThresholds)[number];

const threshold = z.coerce
  .string()
  .pipe(z.enum(newPersonThresholds))
  .meta({ type: ['string', 'number'], enum: [...newPersonThresholds, 80, 85, 90, 95] });
const squareMin = oneOf(50, 112, 224);
const yawMax = oneOf(5, 10, 20, 30, 40, 50, 60, 70, 80);

const mostDays = 36_500;

export const loginBody = z.object({
  email: z
    .string()
    .regex(/^[^\s@:]+@[^\s@:]+$/)
    .max(254),
  password: z.string().min(6).max(1_024),
  valid_days: numberIn(1, mostDays).default(1),
});

const expires = z.union([z.literal('never'), z.iso.datetime({ offset: true }), z.iso.date()]);
const expiry = {
  valid_days: numberIn(1, mostDays, 'number').optional(),
  expires: expires.optional(),
};

export const newTokenBody = z.object(expiry);
export const tokenBody = z.object({ token_id: uuid });
export const tokenUpdateBody = z.object({ token_id: uuid, ...expiry });
export type Expiry = z.output<typeof newTokenBody>;

export const listCreateBody = z.object({ name: z.unknown().optional() });
export const listBody = z.object({ list_id: z.unknown().optional(), name: z.unknown().optional() });
export const listName = name;

/** Faces that become persons, as far as a request says anything of it. */
const admission = {
  new_person_threshold: threshold.optional(),
  new_person_square_min: squareMin.optional(),
  new_person_yaw_max: yawMax.optional(),
};

const telling = { bbox: flag, bbox_pro: flag, thumb: flag, multi: flag, feature_check: features };
export type Telling = { bbox: boolean; bbox_pro: boolean; thumb: boolean };

export const personCreateBody = z.object({
  ...telling,
  ...admission,
  list_id: uuid.optional(),
  replace_person_id: uuid.optional(),
  fields,
  drop_image: flag,
});
export const personBody = z.object({ list_id: uuid.optional(), person_id: uuid });
export const personUpdateBody = personBody.extend({ fields, drop_image: flag });
export const personDeleteBody = z.object({
  list_id: uuid.optional(),
  person_id: listOf(uuid, ',').pipe(z.array(uuid).min(1).max(100)),
});

export const detectBody = z.object(telling);
export const compareBody = detectBody.omit({ feature_check: true });

export const actionBody = z.object({
  ...telling,
  ...admission,
  feature_check: featureList,
  group_id: uuid.optional(),
  source_id: uuid.optional(),
  person_list_search: uuids,
  person_list_add: uuids,
  results: numberIn(1, 100).default(1),
  drop_image: flag,
});
export type ActionOptions = z.output<typeof actionBody>;

const text = z.string().max(2_048).default('');
const search = z.union([
  uuid.transform((id) => ({ id, on_found: '', on_failed: '' })),
  z.object({ id: uuid, on_found: text, on_failed: text }),
]);
export type WireSearch = z.output<typeof search>;
const searches = listOf(search).refine((list = []) => list.length <= 100);

export const groupBody = z.object({ group_id: uuid });
export const groupCreateBody = z.object({ name, person_list_search: searches });
export const groupUpdateBody = z.object({
  group_id: uuid,
  name: name.optional(),
  person_list_search: searches,
});

type Fields = Readonly<Record<string, unknown>>;

const sourceOptions = { ...admission, feature_check: featureList, person_list_add: uuids };
export type SourceOptions = Partial<z.output<z.ZodObject<typeof sourceOptions>>>;

/** Its rule may stand in an object of its own, as answers have it, and some names have two forms. */
function flatten(body: unknown): Fields {
  const { auto_person_create: rule, ...flat } = body as Fields;
  const said: Fields = { ...(typeof rule === 'object' && rule), ...flat };
  return {
    ...said,
    feature_check: said.feature_check ?? said.features_check,
    new_person_yaw_max: said.new_person_yaw_max ?? said.new_person_angle_max,
  };
}

export const newSource = z.object({ group_id: uuid, name, ...sourceOptions });
export const changedSource = newSource.partial().extend({ source_id: uuid });

export const sourceCreateBody = z.preprocess(flatten, newSource);
export const sourceUpdateBody = z.preprocess(flatten, changedSource);

/** One id or several; none is an error of its own. */
const ids = uuids.transform((list = []) => list);

export const groupDeleteBody = z
  .looseObject({})
  .transform((said: Fields) => said.group_id ?? said.group_ids ?? said.ids ?? said.id)
  .pipe(ids);
export const sourceDeleteBody = z
  .looseObject({})
  .transform((said: Fields) => said.source_id ?? said.source_ids ?? said.ids ?? said.id)
  .pipe(ids);

export type WireFeature = {
  readonly name: (typeof cameraFeatures)[number];
  readonly version: number;
  readonly result: string | number;
  /** One to six characters. */
  readonly confidence: string;
  /** Milliseconds. */
  readonly spent: number;
};

export type WirePerson = {
  readonly person_id: string;
  readonly list_id: string;
  readonly created: string;
  readonly updated: string;
  readonly group_id: string;
  readonly source_id: string;
  readonly image_url: string;
  readonly fields: readonly string[];
  readonly features: readonly WireFeature[];
  readonly status: 'init' | 'replaced';
  readonly yaw: number;
  readonly roll: number;
  readonly pitch: number;
  readonly person_source: {
    readonly group_id: string;
    readonly group_name: string;
    readonly source_id: string;
    readonly source_name: string;
  };
};

export type WireMatch = {
  readonly person_id: string;
  readonly list_id: string;
  /** 0 to 100. */
  readonly score: number;
  readonly fields: readonly string[];
  readonly image_url: string;
};
