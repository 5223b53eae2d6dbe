import { defaultCameraId, defaultGroupId } from '../../../domain/camera.ts';
import type { Collection, Uuid } from '../../../domain/gallery.ts';
import type { EmbeddedPicture } from '../../../services/pictures.ts';
import { callerOf, type DialectRouter, type RequestContext } from '../../dialect.ts';
import { sendPicture } from '../../send-picture.ts';
import { openTelling, recordOf, type Telling } from './answers.ts';
import { readFields, readPictures } from './body.ts';
import type { EnfaceDeps } from './deps.ts';
import { refused } from './errors.ts';
import { lookAt, startSpending, toEnrolAsk, toFeatures, toWireFace } from './looking.ts';
import { notesIn, type PersonNotes, withNotes } from './notes.ts';
import { toAdmission } from './rules.ts';
import {
  mostFields,
  personBody,
  personCreateBody,
  personDeleteBody,
  personUpdateBody,
  type WireMatch,
  type WirePerson,
} from './wire.ts';

/** Persons of lists: making them from pictures, telling, changing and deleting them. */
export function addPersonRoutes(router: DialectRouter, deps: EnfaceDeps): void {
  addCreate(router, deps);
  addReading(router, deps);
  addChanging(router, deps);
}

/** What each face of a picture has become. */
type Made = { persons_updated: WirePerson[]; persons_new: WirePerson[][]; matches: WireMatch[] };

function addCreate(router: DialectRouter, deps: EnfaceDeps): void {
  router.post('/person/create', 'write', async (ctx) => {
    const spent = startSpending();
    const part = { name: 'image', atMost: 1 } as const;
    const { options, images } = await readPictures(ctx, deps, { schema: personCreateBody, part });
    checkFields(options.fields);
    const telling = await openTelling(deps, ctx);
    const list = await telling.lists.find(options.list_id);
    if (!list) throw refused(400, `list id '${options.list_id}' does not found`);
    const replaced = options.replace_person_id;
    if (replaced !== undefined) await requirePerson(telling, list, replaced);

    const ask = toEnrolAsk(images[0]!, options, deps.people);
    const { message, picture, faces } = await lookAt(deps.recognition.embed(ask, ctx.state.signal));
    if (!picture) {
      ctx.body = { status: 'ok', message, faces_total: 0, spent: spent() };
      return;
    }
    const made: Made = { persons_updated: [], persons_new: [], matches: [] };
    const creating = { ctx, deps, telling, options, list, picture, image: images[0]! };
    for (const face of replaced === undefined ? faces : faces.slice(0, 1)) await make(creating, face, made);
    if (made.persons_new.length > 0) ctx.status = 201;
    const faceAnswers = faces.map((face) => toWireFace(face, picture, options));
    const tells = options.bbox || options.bbox_pro || options.thumb;
    ctx.body = {
      ...{ status: 'ok', message, faces_total: picture.facesFound, ...made },
      ...(tells && { faces: faceAnswers }),
      spent: spent(),
    };
  });
}

type Creating = {
  readonly ctx: RequestContext;
  readonly deps: EnfaceDeps;
  readonly telling: Telling;
  readonly options: ReturnType<typeof personCreateBody.parse>;
  readonly list: Collection;
  readonly picture: EmbeddedPicture;
  readonly image: Buffer;
};

/** Makes a person of a face or, when she is to be replaced, gives it to her. */
async function make(
  { ctx, deps, telling, options, list, picture, image }: Creating,
  face: EmbeddedPicture['faces'][number],
  made: Made,
): Promise<void> {
  const { replace_person_id: replaced } = options;
  const notes: PersonNotes = {
    fields: options.fields ?? (await fieldsOf(deps, list.id, replaced)),
    features: toFeatures(face, options.feature_check, picture),
    ...{ groupId: defaultGroupId, sourceId: defaultCameraId },
    status: replaced === undefined ? 'init' : 'replaced',
    pose: face.attributes.pose,
  };
  const kept = {
    ...{ face, metadata: withNotes({}, notes), reach: callerOf(ctx).reach },
    admission: toAdmission(options),
    keepsImage: !options.drop_image,
    // Nobody else's face is kept beside hers.
    ...(picture.facesFound === 1 && { picture: { file: image, thumbnail: picture.thumbnail } }),
  };
  const { signal } = ctx.state;
  if (replaced !== undefined) {
    const given = await deps.arrivals.replace({ ...kept, collectionId: list.id, personId: replaced }, signal);
    if (given) made.persons_updated.push(...(await told(telling, [given])));
    return;
  }
  const { known, enrolled } = await deps.arrivals.arrive({ ...kept, collectionIds: [list.id] }, signal);
  made.persons_updated.push(...(await told(telling, known)));
  made.matches.push(...(await telling.matches(known)));
  if (enrolled.length > 0) made.persons_new.push(await told(telling, enrolled));
}

/** Persons with their places, as far as they are still there. */
export async function told(
  { person }: Telling,
  places: readonly { readonly collectionId: Uuid; readonly personId: Uuid }[],
): Promise<WirePerson[]> {
  const all = await Promise.all(places.map(({ collectionId, personId }) => person(collectionId, personId)));
  return all.flatMap((one) => one ?? []);
}

function addReading(router: DialectRouter, deps: EnfaceDeps): void {
  router.get('/image/:link', 'nothing', async (ctx) => {
    sendPicture(ctx, await deps.pictureLinks.open(ctx.params.link ?? ''));
  });
  router.on(['get', 'post'], '/person', 'read', async (ctx) => {
    const { list_id, person_id } = await readFields(ctx, deps, personBody);
    const telling = await openTelling(deps, ctx);
    ctx.body = await requirePerson(telling, await requireList(telling, list_id), person_id);
  });
}

function addChanging(router: DialectRouter, deps: EnfaceDeps): void {
  const { arrivals, faces, persons } = deps;

  router.on(['put', 'post'], '/person/update', 'write', async (ctx) => {
    const { list_id, person_id, fields, drop_image } = await readFields(ctx, deps, personUpdateBody);
    checkFields(fields);
    const telling = await openTelling(deps, ctx);
    const list = await requireList(telling, list_id);
    await requirePerson(telling, list, person_id);
    if (fields === undefined && !drop_image) throw refused(400, 'nothing to change');
    const record = await recordOfPerson(deps, list.id, person_id);
    if (fields !== undefined && !record) throw refused(400, 'person has no image that fields are kept with');
    if (record) {
      const notes = { ...notesIn(record.metadata), ...(fields && { fields }), updatedAtMs: Date.now() };
      const metadata = withNotes(record.metadata, notes);
      await faces.change(record.faceNumber, [list.id], { metadata });
    }
    if (drop_image) await arrivals.dropImages(list.id, person_id);
    ctx.body = { status: 'ok', message: 'operation succeeded' };
  });

  router.on(['delete', 'post'], '/person/delete', 'write', async (ctx) => {
    const { list_id, person_id: ids } = await readFields(ctx, deps, personDeleteBody);
    const telling = await openTelling(deps, ctx);
    const list = await requireList(telling, list_id);
    const present: Uuid[] = [];
    for (const id of new Set(ids)) if (await telling.person(list.id, id)) present.push(id);
    if (present.length === 0) throw personUnknown(ids[0]!);
    for (const id of present) await persons.remove(id, [list.id]);
    ctx.body = { status: 'ok', message: `${present.length} person(s) deleted` };
  });
}

async function requireList({ lists }: Telling, listId: Uuid | undefined): Promise<Collection> {
  const list = await lists.find(listId);
  if (!list) throw refused(404, `list id ${listId} does not found`);
  return list;
}

async function requirePerson({ person }: Telling, list: Collection, personId: Uuid): Promise<WirePerson> {
  const found = await person(list.id, personId);
  if (!found) throw personUnknown(personId);
  return found;
}

function personUnknown(personId: Uuid) {
  return refused(404, `person id ${personId} does not found`);
}

async function recordOfPerson(deps: EnfaceDeps, listId: Uuid, personId: Uuid) {
  const { places } = await deps.persons.get(personId, [listId]);
  return recordOf(deps, listId, places[0]!.key);
}

/** Who is replaced keeps what was written about her. */
async function fieldsOf(
  deps: EnfaceDeps,
  listId: Uuid,
  personId: Uuid | undefined,
): Promise<readonly string[]> {
  if (personId === undefined) return [];
  const record = await recordOfPerson(deps, listId, personId);
  return notesIn(record?.metadata ?? {}).fields;
}

function checkFields(fields: readonly string[] = []): void {
  const { strings, bytes } = mostFields;
  const isLarge = Buffer.byteLength(JSON.stringify(fields)) > bytes;
  if (fields.length <= strings && !isLarge) return;
  throw refused(400, `fields are limited to ${strings} strings and ${bytes} bytes together`);
}
