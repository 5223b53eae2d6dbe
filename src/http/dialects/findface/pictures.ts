import { z } from 'zod';
import type { OpenScale } from '../../../domain/anchored-scale.ts';
import { AppError } from '../../../domain/errors.ts';
import type { AnalysedPicture, Attribute } from '../../../domain/face.ts';
import { cosine } from '../../../domain/vector.ts';
import type { EmbeddedFace } from '../../../services/pictures.ts';
import type { DialectRouter, RequestContext } from '../../dialect.ts';
import type { FindFaceParts } from './deps.ts';
import { check, flagSchema, readParameters } from './parameters.ts';
import { readPhoto } from './photos.ts';
import { openScale, thresholdSchema, type WireThreshold } from './scores.ts';
import {
  boxesSchema,
  chooseFaces,
  facesToAsk,
  type Selection,
  selectorSchema,
  tellingSeveral,
} from './selection.ts';
import { toWireBox, toWireFeatures, type WireBox } from './wire.ts';

/** What may be told of a face besides. */
export const featuresSchema = z.object({
  age: flagSchema.default(false),
  emotions: flagSchema.default(false),
  gender: flagSchema.default(false),
});

export function attributesOf({ age, emotions, gender }: z.output<typeof featuresSchema>): Attribute[] {
  return [
    ...(age ? (['age'] as const) : []),
    ...(emotions ? (['emotion'] as const) : []),
    ...(gender ? (['gender'] as const) : []),
  ];
}

export const verifySchema = z.object({
  threshold: thresholdSchema,
  mf_selector: selectorSchema,
  bbox1: boxesSchema,
  bbox2: boxesSchema,
});

/** So many faces of each picture are compared. */
const mostCompared = 50;

/** Looking at pictures, and comparing two. */
export function addPictureRoutes(router: DialectRouter, deps: FindFaceParts): void {
  router.post('/detect', 'read', async (ctx) => {
    const parameters = await readParameters(ctx, deps);
    const attributes = attributesOf(check(featuresSchema, parameters));
    const { bytes } = await readPhoto(ctx, deps, { parameters, name: 'photo' });
    const ask = { picture: bytes, faces: 'detect', maxFaces: 0, attributes } as const;
    const { faces } = await orNobody(deps.recognition.analyse(ask, ctx.state.signal));
    ctx.body = {
      faces: faces.map((face) => ({ ...toWireFeatures(face.attributes), ...toWireBox(face.box) })),
    };
  });

  router.post('/verify', 'read', async (ctx) => {
    const parameters = await readParameters(ctx, deps);
    const { threshold, mf_selector: selector, bbox1, bbox2 } = check(verifySchema, parameters);
    const photos = [
      await readPhoto(ctx, deps, { parameters, name: 'photo1' }),
      await readPhoto(ctx, deps, { parameters, name: 'photo2' }),
    ];
    // A box says which face is meant, whatever else is there.
    const selections = [bbox1, bbox2].map(
      (boxes): Selection => (boxes ? { selector: 'biggest', boxes } : { selector }),
    );
    const [ones, others] = await Promise.all(
      photos.map(({ bytes }, at) => embed(ctx, deps, { picture: bytes, selection: selections[at]! })),
    );
    ctx.body = compare([ones!, others!], threshold, openScale(deps.recognition));
  });
}

/** A picture of nobody has an empty list of faces. */
async function orNobody(picture: Promise<AnalysedPicture>): Promise<Pick<AnalysedPicture, 'faces'>> {
  try {
    return await picture;
  } catch (error) {
    if (error instanceof AppError && error.code === 'no-face') return { faces: [] };
    throw error;
  }
}

async function embed(
  { state: { signal } }: RequestContext,
  { recognition }: FindFaceParts,
  { picture, selection }: { picture: Uint8Array; selection: Selection },
): Promise<EmbeddedFace[]> {
  return tellingSeveral({ recognition, picture, signal }, selection, async () => {
    const { faces } = await recognition.embed({ picture, ...facesToAsk(selection) }, signal);
    return chooseFaces(faces, selection).slice(0, mostCompared);
  });
}

export type WirePair = {
  readonly bbox1: WireBox;
  readonly bbox2: WireBox;
  readonly confidence: number;
  readonly verified?: boolean;
};

/** Each face of one picture with each of the other; without a threshold nothing is decided. */
function compare(
  [ones, others]: readonly [readonly EmbeddedFace[], readonly EmbeddedFace[]],
  threshold: WireThreshold,
  { toScore }: OpenScale,
): { results: WirePair[]; verified?: boolean } {
  const decide = (confidence: number) => (threshold === 'none' ? {} : { verified: confidence >= threshold });
  const rows = ones.map((one) =>
    others.map((other): WirePair => {
      const confidence = toScore(cosine(one.template.vector, other.template.vector));
      const boxes = { bbox1: toWireBox(one.box), bbox2: toWireBox(other.box) };
      return { ...boxes, confidence, ...decide(confidence) };
    }),
  );
  const verified = rows.every((row) => row.some((pair) => pair.verified));
  return { results: rows.flat(), ...(threshold !== 'none' && { verified }) };
}
