import { callerOf, type DialectRouter, type RouteContext } from '../../dialect.ts';
import { asUuid, type CompreFaceDeps, collectionOf, imageIdOf } from './deps.ts';
import { refusals } from './errors.ts';
import { toMinScore } from './faces.ts';
import { readQuery } from './query.ts';
import { requireSubject } from './subjects.ts';
import { readJsonBody, readPictures, requireJsonType, requireUploadType } from './uploads.ts';
import {
  addFaceQuery,
  deleteFacesQuery,
  fileBody,
  imageIdsBody,
  listFacesQuery,
  type WireExample,
} from './wire.ts';

/** `/recognition/faces`: the saved examples of the subjects, and their pictures. */
export function addExampleRoutes(router: DialectRouter, deps: CompreFaceDeps): void {
  const { people, bodyLimits } = deps;

  router.post('/recognition/faces', 'write', async (ctx) => {
    requireUploadType(ctx);
    const query = readQuery(ctx, addFaceQuery);
    if (query.subject === undefined) throw refusals.subjectMissing();
    const key = requireSubject(ctx, query.subject);
    const [picture] = await readPictures(ctx, bodyLimits, fileBody);
    const ask = { picture: picture!, ...toMinScore(query.det_prob_threshold) };
    const faces = query.detect_faces ? 'detect' : 'whole';
    const { reach } = callerOf(ctx);
    const reference = await people.enrol(
      { collectionId: collectionOf(ctx), key, faces, reach, ...ask },
      ctx.state.signal,
    );
    ctx.status = 201;
    ctx.body = { image_id: reference.id, subject: reference.key } satisfies WireExample;
  });

  router.get('/recognition/faces', 'read', async (ctx) => {
    const { page, size, subject } = readQuery(ctx, listFacesQuery);
    const { references, total } = await people.listReferences(collectionOf(ctx), {
      offset: page * size,
      limit: size,
      ...(subject ? { key: subject } : {}),
    });
    ctx.body = {
      faces: references.map(toExample),
      page_number: page,
      page_size: size,
      total_pages: Math.ceil(total / size),
      total_elements: total,
    };
  });

  router.delete('/recognition/faces', 'write', async (ctx) => {
    const { subject } = readQuery(ctx, deleteFacesQuery);
    // An empty name is a mistake of the caller's, and must not empty the collection.
    if (subject?.trim() === '') throw refusals.constraint('Subject name is empty');
    ctx.body = { deleted: await people.removeAllReferences(collectionOf(ctx), subject) };
  });

  router.delete('/recognition/faces/:image_id', 'write', async (ctx) => {
    const removed = await people.removeReference(collectionOf(ctx), imageIdOf(ctx));
    ctx.body = toExample(removed);
  });

  router.post('/recognition/faces/delete', 'write', async (ctx) => {
    requireJsonType(ctx);
    const texts = await readJsonBody(ctx, bodyLimits, imageIdsBody);
    const ids = texts.map((text) => asUuid(text));
    if (!ids.every((id) => id !== undefined)) throw refusals.unreadable();
    const removed = await people.removeReferences(collectionOf(ctx), ids);
    ctx.body = removed.map(toExample);
  });

  const sendPicture = async (ctx: RouteContext) => {
    const picture = await people.readPicture(collectionOf(ctx), imageIdOf(ctx));
    ctx.body = Buffer.from(picture ?? []);
    ctx.type = 'application/octet-stream';
  };
  router.get('/recognition/faces/:image_id/img', 'read', sendPicture);
  router.get('/static/:key/images/:image_id', 'read', sendPicture);
}

function toExample({ id, key }: { id: string; key: string }): WireExample {
  return { image_id: id, subject: key };
}
