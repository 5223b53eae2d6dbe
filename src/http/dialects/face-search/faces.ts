import type { PictureAsk } from '../../../services/pictures.ts';
import type { DialectRouter } from '../../dialect.ts';
import type { FaceSearchDeps } from './deps.ts';
import { requireLive, requireLiveIfFound } from './liveness.ts';
import { readBody } from './requests.ts';
import { openScale } from './scale.ts';
import { compareBody, leastOf, livenessBody } from './wire.ts';

/** What needs no collection. */
export function addFaceRoutes(router: DialectRouter, deps: FaceSearchDeps): void {
  const { recognition, vision } = deps;

  // The vendor's page has the shorter path.
  for (const path of ['/compare', '/face-compare']) {
    router.post(path, 'read', async (ctx) => {
      const { body, decode } = await readBody(ctx, deps, compareBody);
      const picture = decode(body.face_base_64);
      const other = decode(body.ref_face_base_64);
      if (body.check_liveness) await requireLiveIfFound(vision, picture, ctx.state.signal);
      const { target } = await recognition.verifyPictures(
        toAsk(picture, 2),
        toAsk(other, 1),
        ctx.state.signal,
      );
      const [score = -1] = target.scores;
      const scale = openScale(recognition);
      ctx.body = {
        is_match: score >= scale.toCosine(leastOf(body)),
        similarity_score: scale.toSimilarity(score),
      };
    });
  }

  router.post('/liveness', 'read', async (ctx) => {
    const { body, decode } = await readBody(ctx, deps, livenessBody);
    await requireLive(vision, decode(body.face_base_64), ctx.state.signal);
    ctx.body = { is_live: true };
  });
}

function toAsk(picture: Uint8Array, maxFaces: number): PictureAsk {
  return { picture, faces: 'detect', maxFaces, attributes: [] };
}
