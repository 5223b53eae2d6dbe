import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LmdbStore, openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { openMemoryStore } from '../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { AppError } from '../../src/domain/errors.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import { face, pictured } from '../fixtures/gallery/faces.ts';
import { allChanges, emptyCopy, mergeInto, recordsOf, seenIn } from '../fixtures/sync/replayed.ts';
import { seenByCallers } from '../fixtures/sync/seen-by-callers.ts';
import {
  at,
  call,
  collectionsAt,
  direction,
  type Known,
  key,
  model,
  place,
  rank,
  referenceAt,
  type Step,
} from './gallery-calls.ts';
import { siblingCalls } from './gallery-sibling-calls.ts';

const enrolWish = {
  ...{ of: place, key, direction, modelId: model, pictured: fc.boolean() },
  replacing: fc.option(rank, { freq: 3, nil: undefined }),
};
const enrol = fc.record(enrolWish).map((wish) =>
  call(`enrol ${JSON.stringify(wish)}`, async (gallery, known) => {
    const { crop, picture, ...plain } = pictured(wish.direction, wish.key);
    const bytes = wish.pictured ? { crop: crop!, picture: picture! } : {};
    const more = { modelId: wish.modelId, ...bytes };
    const collection = at(known.collections, wish.of);
    const whole = { ...plain, ...face(wish.direction, more) };
    const options =
      wish.replacing === undefined
        ? undefined
        : { replacing: referenceAt(known, wish.replacing).referenceId };
    const reference = await gallery.enrol(collection, wish.key, whole, options);
    known.references.push({ collectionId: collection, referenceId: reference.id });
    known.persons.push(reference.personId);
    return reference.number;
  }),
);

const search = fc
  .record({
    of: fc.subarray([0, 1, 2]),
    probes: fc.array(direction, { minLength: 1, maxLength: 3 }),
    ...{ modelId: model, limit: fc.nat({ max: 5 }), distinctPersons: fc.boolean() },
    minScore: fc.constantFrom(-1, 0.123, 0.777),
    ...{ includeBarred: fc.boolean(), distinctFaces: fc.boolean() },
  })
  .map(({ of, probes, ...wish }) =>
    call(`search ${JSON.stringify({ of, probes, ...wish })}`, async (gallery, known) => {
      const collectionIds = collectionsAt(known, of);
      const found = await gallery.search({
        ...{ ...wish, collectionIds },
        probes: probes.map((values) => face(values).template.vector),
      });
      const lists = found.map((list) =>
        list.map(({ score, ...who }) => ({ ...who, score: score.toFixed(6) })),
      );
      return { lists, persons: await gallery.countSearchable(collectionIds) };
    }),
  );

const member = fc.tuple(place, key, key);
const rename = member.map(([of, from, to]) =>
  call(`rename ${from} to ${to} in ${of}`, (gallery, { collections }) =>
    gallery.renameMembership(at(collections, of), from, to),
  ),
);

const others: fc.Arbitrary<Step>[] = [
  fc.constantFrom('main', 'side', 'yard').map((slug) =>
    call(`collection ${slug}`, async (gallery, known) => {
      known.collections.push((await gallery.createCollection(slug, slug)).id);
    }),
  ),
  member.map(([of, name]) =>
    call(`add ${name} to ${of}`, async (gallery, known) => {
      const added = await gallery.addPerson(at(known.collections, of), name);
      known.persons.push(added.personId);
      return added;
    }),
  ),
  member.map(([of, name]) =>
    call(`find ${name} in ${of}`, (gallery, { collections }) =>
      gallery.findMembership(at(collections, of), name, 'ignoreCase'),
    ),
  ),
  member.map(([of, name]) =>
    call(`remove ${name} from ${of}`, (gallery, { collections }) =>
      gallery.removeMembership(at(collections, of), name),
    ),
  ),
  member.map(([of, name]) =>
    call(`remove the references of ${name} in ${of}`, (gallery, { collections }) =>
      gallery.removeAllReferences(at(collections, of), name),
    ),
  ),
  fc
    .tuple(fc.nat({ max: 2 }), fc.boolean())
    .map(([of, all]) =>
      call(`${all ? 'clear' : 'remove all references of'} ${of}`, (gallery, { collections }) =>
        all ? gallery.clearCollection(at(collections, of)) : gallery.removeAllReferences(at(collections, of)),
      ),
    ),
  fc.tuple(place, fc.array(rank, { maxLength: 3 })).map(([of, ranks]) =>
    call(`remove references ${ranks} of ${of}`, (gallery, known) =>
      gallery.removeReferences(
        at(known.collections, of),
        ranks.map((index) => referenceAt(known, index).referenceId),
      ),
    ),
  ),
  fc
    .tuple(rank, fc.constantFrom('active', 'suspended'))
    .map(([index, status]) =>
      call(`make ${index} ${status}`, (gallery, { persons }) =>
        gallery.updatePerson(at(persons, index), { status }),
      ),
    ),
  rank.map((index) => call(`erase ${index}`, (gallery, { persons }) => gallery.erase(at(persons, index)))),
  fc.constant<Step>({ ask: 'reopen' }),
];

const step = fc.oneof(
  { weight: 8, arbitrary: enrol },
  { weight: 4, arbitrary: search },
  { weight: 3, arbitrary: rename },
  ...siblingCalls,
  ...others,
);

/** The answer, or the code of the error. */
async function outcome(run: Promise<unknown>): Promise<unknown> {
  try {
    return { answer: await run };
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, details: error.details };
    throw error;
  }
}

async function overview(gallery: Gallery): Promise<unknown> {
  const collections = await gallery.listCollections();
  const lists = collections.map(async ({ id }) => [
    await gallery.listMemberships(id),
    await gallery.countCollection(id),
    await gallery.listReferences(id, { offset: 0, limit: 100 }),
  ]);
  const ids = collections.map(({ id }) => id);
  const page = { order: 'newest first', limit: 100 } as const;
  return {
    faces: await gallery.listFaces(ids, page),
    texts: new Set(await gallery.listTexts(ids, page)),
    counts: gallery.counts(),
    collections,
    lists: await Promise.all(lists),
    digest: await gallery.digest(),
  };
}

/** What stands in the log of each collection, once its records have been played into an empty copy. */
async function changesOf({
  gallery,
  changeLog,
}: Pick<LmdbStore, 'gallery' | 'changeLog'>): Promise<string[]> {
  const found: string[] = [];
  for (const { id, slug } of await gallery.listCollections()) {
    const copy = emptyCopy();
    for (const record of await recordsOf(changeLog, id)) mergeInto(copy, record);
    expect(seenIn(copy, id), slug).toEqual(await seenByCallers(gallery, id));
    for (const change of await allChanges(changeLog, id)) found.push(`${slug} ${change.entity} ${change.id}`);
  }
  return found.sort();
}

/** The same clock and the same ids, for each gallery its own. */
function clock() {
  const nowMs = () => 1_800_000_000_000;
  return { nowMs, nextId: createIdSource(nowMs, (bytes) => new Uint8Array(bytes).fill(7)) };
}

function nobody(): Known {
  return { collections: [], persons: [], references: [] };
}

/** Two collections with some people, so that the first calls have something to be about. */
async function begin({ gallery, known }: { gallery: Gallery; known: Known }): Promise<void> {
  for (const slug of ['door', 'gate']) {
    known.collections.push((await gallery.createCollection(slug, slug)).id);
  }
  for (const [of, name] of [
    [0, 'Ann'],
    [0, 'Bob'],
    [1, 'Ann'],
    [0, 'Bob'],
  ] as const) {
    const collectionId = at(known.collections, of);
    const { id, personId } = await gallery.enrol(collectionId, name, face([1, 1, of], { text: 'Sam' }));
    known.persons.push(personId);
    known.references.push({ collectionId, referenceId: id });
  }
}

test('the LMDB gallery answers any sequence of calls as the plain one does, also after it was opened again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 15, maxLength: 50 }),
      fc.boolean(),
      async (steps, isSealed) => {
        const dir = await mkdtemp(join(tmpdir(), 'ostiary-gallery-'));
        const plain = { ...openMemoryStore(clock()), known: nobody() };
        // What is asked after it was opened meets the loading in its middle.
        const options = {
          dir,
          loadSliceMs: 0,
          ...clock(),
          ...(isSealed && { wrappingKey: Buffer.alloc(32, 7) }),
        };
        let store = await openLmdbStore(options);
        const known = nobody();
        try {
          for (const each of [plain, { gallery: store.gallery, known }]) await begin(each);
          for (const next of steps) {
            if (next.ask === 'reopen') {
              await store.close();
              store = await openLmdbStore(options);
            } else {
              const expected = await outcome(next.run(plain.gallery, plain.known));
              expect(await outcome(next.run(store.gallery, known)), next.text).toEqual(expected);
            }
          }
          expect(await overview(store.gallery)).toEqual(await overview(plain.gallery));
          await store.close();
          store = await openLmdbStore(options);
          expect(await overview(store.gallery)).toEqual(await overview(plain.gallery));
          expect(await changesOf(store)).toEqual(await changesOf(plain));
          expect(store.storeProblems()).toEqual([]);
        } finally {
          await store.close();
          await rm(dir, { recursive: true });
        }
      },
    ),
    { numRuns: 30 },
  );
});
