import { AppError } from '../../../domain/errors.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type { Keeps } from '../../../services/enrol.ts';
import type { RegisteredPerson } from '../../../services/registered.ts';
import { type Answer, callerOf, type DialectRouter, type RouteContext, WireRefusal } from '../../dialect.ts';
import { collectionOf } from './collection-names.ts';
import type { FaceSearchDeps } from './deps.ts';
import { errors } from './errors.ts';
import { requireLiveIfFound } from './liveness.ts';
import { readBody, readQueryOrBody } from './requests.ts';
import { openScale } from './scale.ts';
import { personBody, personQuery, personsBody, type WireOutcome, type WirePerson } from './wire.ts';

type Given = {
  readonly person_id: string;
  readonly person_name: string;
  readonly metadata: Readonly<Record<string, string>>;
};

/** Each person id is a person with the one face that was put last. */
export function addPersonRoutes(router: DialectRouter, deps: FaceSearchDeps): void {
  const { registered, recognition, vision } = deps;

  router.put('/person', 'write', async (ctx) => {
    const { body, decode } = await readBody(ctx, deps, personBody);
    const { id } = await collectionOf(ctx, deps, body.collection_name);
    const picture = decode(body.face_base_64);
    if (body.check_liveness) await requireLiveIfFound(vision, picture, ctx.state.signal);
    const person = toPerson(body, { picture, keeps: body.face_storage_type });
    const duplicates = body.check_duplicates
      ? { duplicateScore: openScale(recognition).toCosine(body.duplicate_check_min_similarity) }
      : {};
    const { reach } = callerOf(ctx);
    await registered.put({ ...person, ...duplicates, collectionId: id, reach }, ctx.state.signal);
    ctx.body = toWirePerson(person);
  });

  router.put('/persons', 'write', async (ctx) => {
    const { body, decode } = await readBody(ctx, deps, personsBody);
    const { id } = await collectionOf(ctx, deps, body.collection_name);
    const outcomes: WireOutcome[] = [];
    // One after the other: many pictures of one caller must not fill the queue that all callers share.
    for (const given of body.persons) {
      const put = () =>
        putOne(ctx, deps, {
          collectionId: id,
          ...toPerson(given, { picture: decode(given.face_base_64), keeps: body.face_storage_type }),
        });
      outcomes.push(await outcomeOf(given.person_id, put));
    }
    ctx.body = outcomes;
  });

  router.get('/person', 'read', async (ctx) => {
    const { collection_name, person_id } = await readQueryOrBody(ctx, deps, personQuery);
    const { id } = await collectionOf(ctx, deps, collection_name);
    const person = await registered.get(id, person_id);
    ctx.body = { ...toWirePerson(person), face_base_64: await pictureOf(deps, id, person) };
  });

  router.delete('/person', 'write', async (ctx) => {
    const { collection_name, person_id } = await readQueryOrBody(ctx, deps, personQuery);
    const { id } = await collectionOf(ctx, deps, collection_name);
    await registered.remove(id, person_id);
    ctx.body = {};
  });
}

type Kept = { readonly picture: Uint8Array; readonly keeps: Keeps };

function toPerson({ person_id, person_name, metadata }: Given, kept: Kept) {
  return { key: person_id, name: person_name, metadata, ...kept };
}

type Put = ReturnType<typeof toPerson> & { readonly collectionId: Uuid };

async function putOne(ctx: RouteContext, { registered }: FaceSearchDeps, put: Put): Promise<void> {
  await registered.put({ ...put, reach: callerOf(ctx).reach }, ctx.state.signal);
}

async function pictureOf(
  { registered }: FaceSearchDeps,
  collectionId: Uuid,
  { referenceId }: RegisteredPerson,
): Promise<string> {
  if (referenceId === undefined) return '';
  return (await registered.readFace(collectionId, referenceId)).toString('base64');
}

function toWirePerson({
  key,
  name,
  metadata,
}: Pick<RegisteredPerson, 'key' | 'name' | 'metadata'>): WirePerson {
  return { person_id: key, person_name: name, metadata };
}

/** What became of one person of many: what fails for one does not keep the others from being enrolled. */
async function outcomeOf(personId: string, run: () => Promise<void>): Promise<WireOutcome> {
  try {
    await run();
    return {
      code: 'SUCCESS',
      message: 'The person was enrolled or updated.',
      metadata: { person_id: personId },
    };
  } catch (error) {
    const { code, message, metadata } = refusalOf(error).body as WireOutcome;
    return { code, message, metadata: { ...metadata, person_id: personId } };
  }
}

/** Rejects with what concerns the request as a whole. */
function refusalOf(error: unknown): Answer {
  if (error instanceof WireRefusal) return error.answer;
  if (!(error instanceof AppError) || error.code === 'cancelled' || error.code === 'internal') throw error;
  return errors.table[error.code](error, {});
}
