import { anchoredScales, openAnchoredScale } from '../../../domain/anchored-scale.ts';
import { AppError } from '../../../domain/errors.ts';
import type { EmbeddedPicture, PictureAsk } from '../../../services/pictures.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { DialectRouter } from '../../dialect.ts';
import type { FaceMatchExpertDeps } from './deps.ts';
import { readBody, readPictures } from './requests.ts';
import {
  imageBody,
  toWirePoints,
  twoFaceDataBody,
  twoImagesBody,
  type WireComparison,
  type WireFace,
} from './wire.ts';

/** The border between the same and different faces. */
export const sameFace = 0.5;
/** So many of a picture's faces are told, the largest ones. */
const maxFaces = 100;

/** Looking at pictures, and comparing two. */
export function addFaceRoutes(router: DialectRouter, deps: FaceMatchExpertDeps): void {
  const { recognition, faceData } = deps;

  router.post('/detect', 'read', async (ctx) => {
    const { body, decode } = await readPictures(ctx, deps, imageBody);
    const ask = { ...toPictureAsk(decode(body.image)), maxFaces, crop: true };
    const faces = await facesOf(recognition.embed(ask, ctx.state.signal));
    ctx.body = faces.map(
      ({ template, crop, landmarks }): WireFace => ({
        faceData: faceData.write(template),
        faceImage: Buffer.from(crop?.jpeg ?? []).toString('base64'),
        ...toWirePoints(landmarks),
      }),
    );
  });

  router.post('/compare/image', 'read', async (ctx) => {
    const { body, decode } = await readPictures(ctx, deps, twoImagesBody);
    const [one, other] = [toPictureAsk(decode(body.image1)), toPictureAsk(decode(body.image2))];
    const { target } = await recognition.verifyPictures(one, other, ctx.state.signal);
    ctx.body = toComparison(target.scores[0] ?? -1, recognition);
  });

  router.post('/compare/face-data', 'read', async (ctx) => {
    const body = await readBody(ctx, deps, twoFaceDataBody);
    const templates = [body.faceData1, body.faceData2].map((text) => faceData.read(text));
    for (const { modelId } of templates) recognition.expectModel(modelId);
    const [one, other] = templates.map(({ vector }) => [...vector]);
    if (!one || !other) throw new AppError('internal', 'Two faces were read');
    ctx.body = toComparison(recognition.compareVectors(one, [other])[0] ?? -1, recognition);
  });
}

/** A picture of nobody has an empty list of faces. */
async function facesOf(picture: Promise<EmbeddedPicture>): Promise<EmbeddedPicture['faces']> {
  try {
    return (await picture).faces;
  } catch (error) {
    if (error instanceof AppError && error.code === 'no-face') return [];
    throw error;
  }
}

/** The largest face of a picture. */
export function toPictureAsk(picture: Uint8Array): PictureAsk {
  return { picture, faces: 'detect', maxFaces: 1, attributes: [] };
}

/** Similarities of the embedding model that runs now. */
export function openScale(recognition: Recognition) {
  const { toScore, toCosine } = openAnchoredScale(anchoredScales.faceMatchExpert, recognition.scores());
  return { toSimilarity: (cosine: number) => Math.round(toScore(cosine) * 1e5) / 1e5, toCosine };
}

function toComparison(cosine: number, recognition: Recognition): WireComparison {
  return { similarity: openScale(recognition).toSimilarity(cosine) };
}
