import type { DialectRouter, RequestContext } from '../../dialect.ts';
import { type CompreFaceDeps, collectionOf, imageIdOf } from './deps.ts';
import {
  type FaceForm,
  openScale,
  toPictureAsk,
  toPluginsVersions,
  toSearchAsk,
  toWireFace,
  toWireSubjects,
} from './faces.ts';
import { readQuery } from './query.ts';
import { readPictures, requireUploadType } from './uploads.ts';
import { fileBody, pictureQuery, recognizeQuery, twoFilesBody } from './wire.ts';

/** What is asked of uploaded pictures: who is this, where are faces, are these two the same. */
export function addPictureRoutes(router: DialectRouter, deps: CompreFaceDeps): void {
  addRecognise(router, deps);
  addDetect(router, deps);
  addVerifyExample(router, deps);
  addVerifyPictures(router, deps);
}

function addRecognise(router: DialectRouter, { recognition, bodyLimits }: CompreFaceDeps): void {
  router.post('/recognition/recognize', 'read', async (ctx) => {
    requireUploadType(ctx);
    const query = readQuery(ctx, recognizeQuery);
    const ask = toPictureAsk(await readFile(ctx, bodyLimits), query);
    const scale = openScale(recognition);
    const search = toSearchAsk(query, [collectionOf(ctx)], scale);
    const { picture, candidates } = await recognition.recognise(ask, search, ctx.state.signal);
    const form: FaceForm = { ...query, probability: 'rounded' };
    ctx.body = {
      result: picture.faces.map((face, at) => ({
        ...toWireFace(face, picture, form),
        subjects: toWireSubjects(candidates[at] ?? [], scale),
      })),
      ...toPluginsVersions(recognition.models(), query, true),
    };
  });
}

function addDetect(router: DialectRouter, { recognition, bodyLimits }: CompreFaceDeps): void {
  router.post('/detection/detect', 'read', async (ctx) => {
    requireUploadType(ctx);
    const query = readQuery(ctx, pictureQuery);
    const ask = toPictureAsk(await readFile(ctx, bodyLimits), query);
    const look = query.face_plugins.has('calculator') ? recognition.embed : recognition.analyse;
    const picture = await look(ask, ctx.state.signal);
    const form: FaceForm = { ...query, probability: 'raw' };
    ctx.body = {
      result: picture.faces.map((face) => toWireFace(face, picture, form)),
      ...toPluginsVersions(recognition.models(), query, false),
    };
  });
}

function addVerifyExample(router: DialectRouter, deps: CompreFaceDeps): void {
  const { recognition, people, bodyLimits } = deps;
  router.post('/recognition/faces/:image_id/verify', 'read', async (ctx) => {
    ctx.state.about.verifies = 'image';
    requireUploadType(ctx);
    const query = readQuery(ctx, pictureQuery);
    const imageId = imageIdOf(ctx);
    const ask = toPictureAsk(await readFile(ctx, bodyLimits), query);
    const reference = await people.getReference(collectionOf(ctx), imageId);
    const { picture, scores } = await recognition.verifyReference(ask, reference, ctx.state.signal);
    const scale = openScale(recognition);
    const form: FaceForm = { ...query, probability: 'rounded' };
    ctx.body = {
      result: picture.faces.map((face, at) => ({
        ...toWireFace(face, picture, form),
        subject: reference.key,
        similarity: scale.toSimilarity(scores[at]!),
      })),
      ...toPluginsVersions(recognition.models(), query, true),
    };
  });
}

function addVerifyPictures(router: DialectRouter, { recognition, bodyLimits }: CompreFaceDeps): void {
  router.post('/verification/verify', 'read', async (ctx) => {
    requireUploadType(ctx);
    const query = readQuery(ctx, pictureQuery);
    const [sourceFile, targetFile] = await readPictures(ctx, bodyLimits, twoFilesBody);
    const { source, target } = await recognition.verifyPictures(
      toPictureAsk(sourceFile!, query),
      toPictureAsk(targetFile!, query),
      ctx.state.signal,
    );
    const scale = openScale(recognition);
    const form: FaceForm = { ...query, probability: 'rounded' };
    const matches = target.picture.faces.map((face, at) => ({
      ...toWireFace(face, target.picture, form),
      similarity: scale.toSimilarity(target.scores[at]!),
    }));
    ctx.body = {
      result: [
        {
          source_image_face: toWireFace(source.faces[0]!, source, form),
          face_matches: matches,
          ...toPluginsVersions(recognition.models(), query, true),
        },
      ],
    };
  });
}

async function readFile(ctx: RequestContext, limits: CompreFaceDeps['bodyLimits']): Promise<Buffer> {
  const [file] = await readPictures(ctx, limits, fileBody);
  return file!;
}
