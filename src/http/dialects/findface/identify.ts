import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import type { RecognisedPicture, SearchAsk } from '../../../services/recognition.ts';
import type { DialectRouter, RouteContext } from '../../dialect.ts';
import { faceTelling, ledBy } from './answers.ts';
import { cameraIdSchema } from './camera-ids.ts';
import type { FindFaceParts } from './deps.ts';
import { orGone } from './or-gone.ts';
import { check, flagSchema, readParameters, textSchema, textsSchema, wholeSchema } from './parameters.ts';
import { readPhoto } from './photos.ts';
import { openScope, type Scope } from './scope.ts';
import { openScale, thresholdSchema } from './scores.ts';
import {
  boxesSchema,
  chooseFaces,
  coordinateSchema,
  facesToAsk,
  type Selection,
  selectorSchema,
  tellingSeveral,
} from './selection.ts';
import { collected, mapped } from './stream.ts';
import { boxKey } from './wire.ts';

/** More of those who are found are not told. */
const mostFound = 100;
const mostGalleries = 100;

const corner = coordinateSchema.optional();

export const identifySchema = z.object({
  x1: corner,
  y1: corner,
  x2: corner,
  y2: corner,
  bbox: boxesSchema,
  threshold: thresholdSchema,
  n: wholeSchema(1, 1e9)
    .default(1)
    .transform((n) => Math.min(n, mostFound)),
  /** There are no shards here of which one could be missing. */
  strict: flagSchema.optional(),
  mf_selector: selectorSchema,
  gallery: textSchema(48).optional(),
  galleries: textsSchema(48, mostGalleries).optional(),
  cam_id: cameraIdSchema.optional(),
});
type Wish = z.output<typeof identifySchema>;

/** Looking for the faces of a picture, in one gallery or in all. */
export function addIdentifyRoutes(router: DialectRouter, parts: FindFaceParts): void {
  router.post('/identify', 'read', (ctx) => identify(ctx, parts));
  router.post('/face/gallery/:gallery/identify', 'read', (ctx) => identify(ctx, parts));
}

async function identify(ctx: RouteContext, parts: FindFaceParts): Promise<void> {
  const { recognition } = parts;
  const scope = await openScope(ctx, parts);
  const named = ctx.params.gallery === undefined ? undefined : scope.idsOf(ctx.params.gallery);
  const parameters = await readParameters(ctx, parts);
  const wish = check(identifySchema, parameters);
  const names = [...(wish.galleries ?? []), ...(wish.gallery === undefined ? [] : [wish.gallery])];
  const collectionIds =
    named ?? (names.length > 0 ? [...new Set(names.flatMap((name) => scope.idsOf(name)))] : scope.all);
  const { bytes: picture } = await readPhoto(ctx, parts, { parameters, name: 'photo' });
  const selection = toSelection(wish);
  const search: SearchAsk = {
    ...{ collectionIds, limit: wish.n, distinctPersons: false, distinctFaces: true },
    minScore: wish.threshold === 'none' ? -1 : openScale(recognition).toCosine(wish.threshold),
    choose: (faces) => chooseFaces(faces, selection),
    ...(wish.cam_id !== undefined && { cameraId: wish.cam_id }),
  };
  const { signal } = ctx.state;
  // With the crop the template is the very one that enrolling the same picture makes.
  const ask = { picture, crop: true, ...facesToAsk(selection) };
  const found = await tellingSeveral({ recognition, picture, signal }, selection, () =>
    recognition.recognise(ask, search, signal),
  );
  ctx.set('X-Live-Servers', '1/1');
  ctx.type = 'json';
  ctx.body = `{"results": {${(await tell(found, { ctx, parts, scope })).join(', ')}}}`;
}

function toSelection({ x1, y1, x2, y2, bbox, mf_selector: selector }: Wish): Selection {
  const corners = [x1, y1, x2, y2].filter((one) => one !== undefined);
  if (corners.length === 0) return { selector, ...(bbox && { boxes: bbox }) };
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined)
    throw new AppError('bad-input', 'x1, y1, x2, y2: must be given together');
  return { selector, boxes: [{ x1, y1, x2, y2 }] };
}

type Telling = { readonly ctx: RouteContext; readonly parts: FindFaceParts; readonly scope: Scope };

/** A piece of JSON for each face: a long answer must not be made in one go. */
async function tell(
  { picture, candidates }: RecognisedPicture,
  { ctx, parts, scope }: Telling,
): Promise<string[]> {
  const { toScore } = openScale(parts.recognition);
  const tellFace = faceTelling(ctx, parts, scope);
  const pieces: string[] = [];
  for (const [at, face] of picture.faces.entries()) {
    const told = mapped(candidates[at] ?? [], async ({ score, faceNumber, referenceId }) => {
      // It may have been deleted since it was found.
      const known = await orGone(parts.faces.get(faceNumber, scope.all));
      const wire = known && (await tellFace(ledBy(known, referenceId)));
      return wire ? [{ confidence: toScore(score), face: wire }] : [];
    });
    pieces.push(`${JSON.stringify(boxKey(face.box))}: ${JSON.stringify((await collected(told)).flat())}`);
  }
  return pieces;
}
