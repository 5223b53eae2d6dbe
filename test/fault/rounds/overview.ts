import { isDeepStrictEqual } from 'node:util';
import type { Credential } from '../../../src/domain/credential.ts';
import type { Collection, CollectionCounts, Membership, Person, Uuid } from '../../../src/domain/gallery.ts';
import type { GalleryCounts, ListedReference, ListedText } from '../../../src/domain/ports/gallery.ts';
import { allChanges, emptyCopy, mergeInto, recordsOf, seenIn } from '../../fixtures/sync/replayed.ts';
import { seenByCallers } from '../../fixtures/sync/seen-by-callers.ts';
import { type Store, servingModel } from './operations.ts';

type CollectionOverview = {
  readonly id: Uuid;
  readonly name: string;
  readonly counted: CollectionCounts;
  readonly texts: readonly ListedText[];
  readonly members: readonly Membership[];
  readonly persons: readonly Person[];
  readonly references: readonly ListedReference[];
  /** All that a search finds, by reference id. */
  readonly found: readonly string[];
  /** Whom the templates of some references find first. */
  readonly foundFirst: readonly string[];
  /** Kind and id of each change, sorted: what is written at the same time has no one order. */
  readonly changes: readonly string[];
  /** Whether the records of these changes make the same of an empty copy. */
  readonly isCopied: boolean;
};

/** All that a store answers, as plain data: equal overviews, equal stores. */
export type Overview = {
  readonly counts: GalleryCounts;
  readonly digest: string;
  readonly collections: Readonly<Record<string, CollectionOverview>>;
  readonly credentials: readonly Credential[];
  /** By whose templates it is searched. */
  readonly modelId: string;
};

const probesOfACollection = 12;
const all = { offset: 0, limit: 1_000_000 };

/** Asks a store for everything, once it has finished what a cut has left half way. */
export async function overviewOf(store: Store): Promise<Overview> {
  const { gallery, credentials } = store;
  const digest = await gallery.digest();
  const collections: Record<string, CollectionOverview> = {};
  for (const collection of await gallery.listCollections()) {
    collections[collection.slug] = await lookAt(store, collection);
  }
  const listed = (await credentials.list()).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return { counts: gallery.counts(), digest, collections, credentials: listed, modelId: servingModel(store) };
}

async function lookAt(store: Store, { id: collectionId, name }: Collection): Promise<CollectionOverview> {
  const { gallery } = store;
  const members = await gallery.listMemberships(collectionId);
  const persons = await Promise.all(members.map(({ personId }) => gallery.findPerson(personId)));
  const { references } = await gallery.listReferences(collectionId, all);
  const search = async (vector: Float32Array, limit: number) => {
    const ask = {
      collectionIds: [collectionId],
      modelId: servingModel(store),
      minScore: -1,
      distinctPersons: false,
    };
    const [candidates] = await gallery.search({ ...ask, probes: [vector], limit });
    return candidates!.map(({ referenceId, personId, key }) => `${referenceId} ${personId} ${key}`);
  };
  const stride = Math.ceil(references.length / probesOfACollection);
  const foundFirst: string[] = [];
  let found: string[] = [];
  for (const [at, { id }] of references.entries()) {
    if (at % stride !== 0) continue;
    const { vector } = (await gallery.findReference(collectionId, id))!.template;
    if (at === 0) found = (await search(vector, all.limit)).toSorted();
    foundFirst.push(`${id}: ${await search(vector, 1)}`);
  }
  const known = persons.filter((each) => each !== undefined);
  const texts = await gallery.listTexts([collectionId], { limit: all.limit });
  return {
    ...{ id: collectionId, name, members, persons: known, references, found, foundFirst },
    texts: texts.toSorted((one, other) => (one.text < other.text ? -1 : 1)),
    counted: await gallery.countCollection(collectionId),
    ...(await lookAtLog(store, collectionId)),
  };
}

async function lookAtLog(
  { gallery, changeLog }: Store,
  collectionId: Uuid,
): Promise<Pick<CollectionOverview, 'changes' | 'isCopied'>> {
  const changes = await allChanges(changeLog, collectionId);
  const copy = emptyCopy();
  for (const record of await recordsOf(changeLog, collectionId)) mergeInto(copy, record);
  return {
    changes: changes.map(({ entity, id }) => `${entity} ${id}`).sort(),
    isCopied: isDeepStrictEqual(seenIn(copy, collectionId), await seenByCallers(gallery, collectionId)),
  };
}
