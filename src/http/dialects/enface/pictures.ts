import type { AnalysedPicture } from '../../../domain/face.ts';
import type { EmbeddedPicture } from '../../../services/pictures.ts';
import type { DialectRouter } from '../../dialect.ts';
import { openScale } from './answers.ts';
import { readPictures } from './body.ts';
import type { EnfaceDeps } from './deps.ts';
import { refusals } from './errors.ts';
import { type Looked, lookAt, startSpending, toFeatures, toPictureAsk, toWireFace } from './looking.ts';
import { compareBody, detectBody, type Telling } from './wire.ts';

/** What is asked of pictures alone. */
export function addPictureRoutes(router: DialectRouter, deps: EnfaceDeps): void {
  addDetect(router, deps);
  addCompare(router, deps);
}

function addDetect(router: DialectRouter, deps: EnfaceDeps): void {
  const { recognition } = deps;
  router.post('/detect', 'read', async (ctx) => {
    const spent = startSpending();
    const part = { name: 'images', atMost: 100 } as const;
    const { options, images } = await readPictures(ctx, deps, { schema: detectBody, part });
    const results: unknown[] = [];
    const all: Looked<AnalysedPicture>[] = [];
    // One after the other: many pictures of one caller must not fill the queue that all callers share.
    for (const image of images) {
      const looked = await lookAt<AnalysedPicture>(
        recognition.analyse(toPictureAsk(image, options), ctx.state.signal),
      );
      const { picture, faces } = looked;
      all.push(looked);
      results.push(
        faces.map((face) => ({
          ...toWireFace(face, picture!, options),
          features: toFeatures(face, options.feature_check, picture!),
        })),
      );
    }
    ctx.body = { status: 'ok', ...whyNothing(all), results, spent: spent() };
  });
}

function addCompare(router: DialectRouter, deps: EnfaceDeps): void {
  const { recognition } = deps;
  router.post('/compare', 'read', async (ctx) => {
    const spent = startSpending();
    const part = { name: 'images', atMost: 2 } as const;
    const { options, images } = await readPictures(ctx, deps, { schema: compareBody, part });
    const [one, other] = images.map((image) => toPictureAsk(image, { ...options, feature_check: [] }));
    if (!one || !other) throw refusals.invalidSchema();
    const [first, second] = await Promise.all([
      lookAt(recognition.embed(one, ctx.state.signal)),
      lookAt(recognition.embed(other, ctx.state.signal)),
    ]);
    const scores = scoreAll(first.faces, second.faces, deps);
    ctx.body = {
      ...{ status: 'ok', ...whyNothing([first, second]) },
      image1: first.faces.map((_, at) => toCompared(first, options, { at, scores: scores[at]! })),
      image2: second.faces.map((_, at) =>
        toCompared(second, options, { at, scores: scores.map((row) => row[at]!) }),
      ),
      spent: spent(),
    };
  });
}

type Faces = EmbeddedPicture['faces'];

/** A row for each face of the first picture, in it the scores of those of the second. */
function scoreAll(first: Faces, second: Faces, { recognition }: EnfaceDeps): number[][] {
  const { toScore } = openScale(recognition);
  const vectorsOf = (faces: Faces) => faces.map(({ template }) => [...template.vector]);
  const scores = first.map(() => second.map(() => 0));
  for (const { source, target, score } of recognition.compareAll(vectorsOf(first), vectorsOf(second), -1)) {
    scores[source]![target] = toScore(score);
  }
  return scores;
}

/** A face, its best score, and those with each face of the other picture in their order. */
function toCompared(
  { picture, faces }: Looked<EmbeddedPicture>,
  asked: Telling,
  { at, scores }: { readonly at: number; readonly scores: readonly number[] },
) {
  return { score: Math.max(0, ...scores), scores, ...toWireFace(faces[at]!, picture!, asked) };
}

/** Why a picture shows no face that could be processed: of the first such one. */
function whyNothing(all: readonly Looked<AnalysedPicture>[]): { message?: string } {
  const nothing = all.find(({ faces }) => faces.length === 0);
  return nothing ? { message: nothing.message } : {};
}
