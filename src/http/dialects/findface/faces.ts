import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { longestText } from '../../../domain/gallery-bounds.ts';
import type { FaceChange } from '../../../services/faces.ts';
import type { DialectRouter, RouteContext } from '../../dialect.ts';
import { sendPicture } from '../../send-picture.ts';
import { faceTelling, toMetadata } from './answers.ts';
import { cameraIdSchema } from './camera-ids.ts';
import type { FindFaceParts } from './deps.ts';
import { check, readJsonText, readParameters, textSchema, textsSchema, wholeSchema } from './parameters.ts';
import { md5Of, readPhoto } from './photos.ts';
import { attributesOf, featuresSchema } from './pictures.ts';
import { openScope, type Scope } from './scope.ts';
import { boxesSchema, chooseFaces, facesToAsk, selectorSchema, tellingSeveral } from './selection.ts';
import { toWireFeatures, type WireFace } from './wire.ts';

const mostGalleries = 100;

const metaSchema = textSchema(longestText);
const galleriesSchema = textsSchema(48, mostGalleries);

export const newFaceSchema = featuresSchema.extend({
  meta: metaSchema.default(''),
  bbox: boxesSchema,
  mf_selector: selectorSchema,
  galleries: galleriesSchema.default([]),
  cam_id: cameraIdSchema.optional(),
});

export const changeSchema = z.object({
  meta: metaSchema.optional(),
  person_id: wholeSchema(0, Number.MAX_SAFE_INTEGER).optional(),
  galleries: z
    .preprocess(
      (value) => (typeof value === 'string' ? (readJsonText(value) ?? value) : value),
      z.strictObject(
        {
          add: galleriesSchema.optional(),
          del: galleriesSchema.optional(),
          set: galleriesSchema.optional(),
        },
        { error: 'must be an object with add, del or set' },
      ),
    )
    .optional(),
});
type Change = z.output<typeof changeSchema>;

/** Adding, reading, showing, changing and deleting faces. */
export function addFaceRoutes(router: DialectRouter, parts: FindFaceParts): void {
  router.post('/face', 'write', (ctx) => addFaces(ctx, parts));
  router.post('/face/gallery/:gallery', 'write', (ctx) => addFaces(ctx, parts));

  router.get('/faces/id/:id', 'read', async (ctx) => {
    ctx.body = [await tell(ctx, parts, await openScope(ctx, parts))];
  });
  router.get('/face/id/:id', 'read', async (ctx) => {
    ctx.body = await tell(ctx, parts, await openScope(ctx, parts));
  });
  router.get('/photo/:link', 'nothing', async (ctx) => {
    sendPicture(ctx, await parts.pictureLinks.open(ctx.params.link ?? ''));
  });
  router.put('/face/id/:id', 'write', async (ctx) => {
    const scope = await openScope(ctx, parts);
    const change = check(changeSchema, await readParameters(ctx, parts));
    const number = faceNumberOf(ctx);
    await parts.faces.change(number, scope.all, await toChange(change, { parts, scope, number }));
    ctx.body = await tell(ctx, parts, scope);
  });
  router.delete('/face/id/:id', 'write', async (ctx) => {
    const scope = await openScope(ctx, parts);
    await parts.faces.remove(faceNumberOf(ctx), scope.all);
    ctx.status = 204;
  });
}

async function addFaces(ctx: RouteContext, parts: FindFaceParts): Promise<void> {
  const scope = await openScope(ctx, parts);
  const { gallery } = ctx.params;
  const named = gallery === undefined ? [] : [gallery];
  const before = await scope.placesOf(named);
  const parameters = await readParameters(ctx, parts);
  const wish = check(newFaceSchema, parameters);
  const collectionIds =
    wish.galleries.length > 0 ? await scope.placesOf([...named, ...wish.galleries]) : before;
  const photo = await readPhoto(ctx, parts, { parameters, name: 'photo' });
  const { bytes: file } = photo;
  const selection = { selector: wish.mf_selector, ...(wish.bbox && { boxes: wish.bbox }) };
  const { signal } = ctx.state;
  const read = await tellingSeveral({ ...parts, picture: file, signal }, selection, async () => {
    const ask = { picture: file, ...facesToAsk(selection), attributes: attributesOf(wish) };
    const picture = await parts.people.readFaces(ask, signal);
    return { ...picture, faces: chooseFaces(picture.faces, selection) };
  });
  const hash = await md5Of(file);
  const numbers = await parts.intake.take(
    {
      ...{ collectionIds, reach: scope.all, text: wish.meta },
      ...(read.facesFound === 1 && { picture: { file, thumbnail: read.thumbnail } }),
      ...(wish.cam_id !== undefined && { cameraId: wish.cam_id }),
      faces: read.faces.map((face) => ({
        face,
        metadata: toMetadata({ ...photo, hash, features: toWireFeatures(face.attributes) }),
      })),
    },
    signal,
  );
  const results: WireFace[] = [];
  for (const number of numbers) results.push(await tellFace(ctx, { parts, scope, number }));
  ctx.body = { results };
}

/** What is no number is no face's id. */
function faceNumberOf({ params: { id = '' } }: RouteContext): number {
  const number = /^\d{1,16}$/.test(id) ? Number(id) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new AppError('reference-unknown', 'There is no such face');
  return number;
}

type Meant = { readonly parts: FindFaceParts; readonly scope: Scope; readonly number: number };

function tell(ctx: RouteContext, parts: FindFaceParts, scope: Scope): Promise<WireFace> {
  return tellFace(ctx, { parts, scope, number: faceNumberOf(ctx) });
}

async function tellFace(ctx: RouteContext, { parts, scope, number }: Meant): Promise<WireFace> {
  return faceTelling(ctx, parts, scope)(await parts.faces.get(number, scope.all));
}

async function toChange({ meta, person_id: person, galleries }: Change, meant: Meant): Promise<FaceChange> {
  const { parts, scope, number } = meant;
  const face = await parts.faces.get(number, scope.all);
  const heir = person === undefined ? undefined : await parts.persons.getByNumber(person, scope.all);
  const names = scope.namesOf(face.references.map(({ collectionId }) => collectionId));
  return {
    ...(meta !== undefined && { text: meta }),
    ...(heir && { personId: heir.person.id }),
    ...(galleries && { collectionIds: await placesAfter(galleries, { names, scope }) }),
  };
}

/** Where the face is to be: what it is taken out of last it stays in through `default`. */
async function placesAfter(
  { set, add = [], del = [] }: NonNullable<Change['galleries']>,
  { names, scope }: { names: readonly string[]; scope: Scope },
): Promise<string[]> {
  const gone = new Set(del);
  for (const name of del) scope.idsOf(name);
  return scope.placesOf([...(set ?? names), ...add].filter((name) => !gone.has(name)));
}
