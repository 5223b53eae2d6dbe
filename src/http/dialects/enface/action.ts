import { type Camera, type CameraGroup, defaultCameraId } from '../../../domain/camera.ts';
import { reaches } from '../../../domain/credential.ts';
import type { Candidate, Collection, Uuid } from '../../../domain/gallery.ts';
import type { Admission } from '../../../domain/new-person.ts';
import type { EmbeddedFace, EmbeddedPicture } from '../../../services/pictures.ts';
import { callerOf, type DialectRouter, type RequestContext } from '../../dialect.ts';
import { openScale, openTelling, type Telling } from './answers.ts';
import { readPictures } from './body.ts';
import type { EnfaceDeps } from './deps.ts';
import { instead, refused } from './errors.ts';
import { type LookOptions, lookAt, startSpending, toEnrolAsk, toFeatures, toWireFace } from './looking.ts';
import { type PersonNotes, withNotes } from './notes.ts';
import { told } from './persons.ts';
import { toAdmission } from './rules.ts';
import { type ActionOptions, actionBody } from './wire.ts';

/** From this score on somebody is found, as the lowest documented level has it. */
const leastScore = 80;

/** What a request does with a face: its own words, then those of its source and group. */
type Plan = {
  readonly group: CameraGroup;
  readonly source: Camera;
  readonly searches: readonly Uuid[];
  readonly admission: Admission;
  readonly adds: readonly Uuid[];
  readonly options: LookOptions & Pick<ActionOptions, 'results' | 'drop_image'>;
};

type Acting = {
  readonly ctx: RequestContext;
  readonly deps: EnfaceDeps;
  readonly telling: Telling;
  readonly plan: Plan;
};

/** Looks for the faces of a picture, and lets those become persons who are not there. */
export function addActionRoute(router: DialectRouter, deps: EnfaceDeps): void {
  router.post('/action', 'read', async (ctx) => {
    const spent = startSpending();
    const part = { name: 'image', atMost: 1 } as const;
    const { options, images } = await readPictures(ctx, deps, { schema: actionBody, part });
    const telling = await openTelling(deps, ctx);
    const acting = { ctx, deps, telling, plan: await planOf(ctx, deps, { options, telling }) };
    const ask = toEnrolAsk(images[0]!, acting.plan.options, deps.people);
    const looking = deps.recognition.embed(ask, ctx.state.signal);
    const { message, picture, faces } = await lookAt(looking);
    const found = picture ? await search(acting, faces) : [];
    const results: unknown[] = [];
    for (const [at, face] of faces.entries()) {
      results.push(
        await act(acting, { face, candidates: found[at] ?? [], picture: picture!, image: images[0]! }),
      );
    }
    if (faces.length > 0) ctx.status = 201;
    ctx.body = { status: 'ok', message, results, spent: spent() };
  });
}

async function planOf(
  ctx: RequestContext,
  deps: EnfaceDeps,
  { options, telling }: { readonly options: ActionOptions; readonly telling: Telling },
): Promise<Plan> {
  const { group_id, source_id, person_list_search, person_list_add } = options;
  const caller = callerOf(ctx);
  const source = await instead(deps.cameras.get(caller, source_id ?? defaultCameraId), 'camera-unknown', () =>
    refused(404, `source with id '${source_id}' does not exists`),
  );
  const group = await instead(
    deps.cameras.getGroup(caller, group_id ?? source.groupId),
    'camera-group-unknown',
    () => refused(404, `source group with id '${group_id}' does not exists`),
  );
  // A list that somebody else named in a group or source is not there for who does not reach it.
  const reached = (ids: readonly Uuid[]) => ids.filter((id) => reaches(caller.reach, id));
  const admission = toAdmission(options, source.newPersons);
  if (admission.when !== 'never') deps.access.requireRight(caller, 'write');
  const ofGroup = reached(group.searches.map(({ collectionId }) => collectionId));
  const home = telling.lists.home ? [telling.lists.home.id] : [];
  const lists = async (named: readonly Uuid[] | undefined, usual: readonly Uuid[]) => {
    const wanted = named ? await idsOf(telling, named) : usual;
    return wanted.length > 0 ? wanted : home;
  };
  return {
    ...{ group, source, admission },
    searches: await lists(person_list_search, ofGroup),
    adds: await lists(person_list_add, reached(source.newPersons.collectionIds)),
    options: { ...options, feature_check: options.feature_check ?? source.features },
  };
}

async function idsOf({ lists }: Telling, listIds: readonly Uuid[]): Promise<Uuid[]> {
  const found: Collection[] = [];
  for (const id of listIds) {
    const list = await lists.find(id);
    if (!list) throw refused(404, `person list with id '${id}' does not exists`);
    found.push(list);
  }
  return [...new Set(found.map(({ id }) => id))];
}

/** What is found becomes an event of the source. */
function search(
  { deps: { recognition }, plan }: Acting,
  faces: readonly EmbeddedFace[],
): Promise<Candidate[][]> {
  return recognition.recogniseFaces(faces, {
    ...{ collectionIds: plan.searches, limit: plan.options.results, distinctPersons: true },
    ...{ minScore: openScale(recognition).toCosine(leastScore), cameraId: plan.source.id },
  });
}

type Seen = {
  readonly face: EmbeddedFace;
  readonly candidates: readonly Candidate[];
  readonly picture: EmbeddedPicture;
  readonly image: Buffer;
};

async function act(acting: Acting, seen: Seen) {
  const { telling, plan } = acting;
  const { face, picture } = seen;
  const features = toFeatures(face, plan.options.feature_check, picture);
  const added = await add(acting, seen);
  return {
    matches: await telling.matches(seen.candidates),
    ...toWireFace(face, picture, plan.options),
    ...(features.length > 0 && { features }),
    ...(added.length > 0 && { persons_new: added }),
  };
}

/** The person that a face becomes in each list where nobody has it. */
async function add({ ctx, deps, telling, plan }: Acting, { face, picture, image }: Seen) {
  const { admission, adds, options, source, group } = plan;
  if (admission.when === 'never') return [];
  const notes: PersonNotes = {
    ...{ fields: [], features: toFeatures(face, options.feature_check, picture), status: 'init' as const },
    ...{ groupId: group.id, sourceId: source.id, pose: face.attributes.pose },
  };
  const ask = {
    ...{ face, admission, collectionIds: adds, reach: callerOf(ctx).reach },
    ...{ metadata: withNotes({}, notes), keepsImage: !options.drop_image },
    // Nobody else's face is kept beside hers.
    ...(picture.facesFound === 1 && { picture: { file: image, thumbnail: picture.thumbnail } }),
  };
  const { enrolled } = await deps.arrivals.arrive(ask, ctx.state.signal);
  return told(telling, enrolled);
}
