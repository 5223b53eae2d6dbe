import type { AnalysedPicture } from '../../../domain/face.ts';
import type { DialectRouter } from '../../dialect.ts';
import { readPictures } from './body.ts';
import type { EnfaceDeps } from './deps.ts';
import { lookAt, startSpending, toFeatures, toPictureAsk, toWireFace } from './looking.ts';
import { detectBody } from './wire.ts';

/** What is asked of pictures alone. */
export function addPictureRoutes(router: DialectRouter, deps: EnfaceDeps): void {
  const { recognition } = deps;

  router.post('/detect', 'read', async (ctx) => {
    const spent = startSpending();
    const part = { name: 'images', atMost: 100 } as const;
    const { options, images } = await readPictures(ctx, deps, { schema: detectBody, part });
    const results: unknown[] = [];
    // One after the other: many pictures of one caller must not fill the queue that all callers share.
    for (const image of images) {
      const looking = recognition.analyse(toPictureAsk(image, options), ctx.state.signal);
      const { picture, faces } = await lookAt<AnalysedPicture>(looking);
      results.push(
        faces.map((face) => ({
          ...toWireFace(face, picture!, options),
          features: toFeatures(face, options.feature_check, picture!),
        })),
      );
    }
    ctx.body = { status: 'ok', results, spent: spent() };
  });
}
