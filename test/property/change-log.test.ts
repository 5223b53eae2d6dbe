import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Environment } from '../../src/adapters/gallery/lmdb/disk/environment.ts';
import { openTables, stateKey } from '../../src/adapters/gallery/lmdb/disk/tables.ts';
import { type LmdbStore, openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { Uuid } from '../../src/domain/gallery.ts';
import { face } from '../fixtures/gallery/faces.ts';
import { type Copy, emptyCopy, mergeInto, recordsOf, seenIn } from '../fixtures/sync/replayed.ts';
import { devices } from '../fixtures/sync/stamps.ts';

/** A write to a store; collections, members and references are chosen by rank among those that are there. */
type Step = (store: LmdbStore, nth: number) => Promise<unknown>;

const keys = ['Ann', 'Bob', 'Cid'];
const everything = { offset: 0, limit: 1_000 };

const steps: Record<string, Step> = {
  enrol: async ({ gallery }, nth) =>
    gallery.enrol(await collectionAt(gallery, nth), keyAt(nth), face([1, nth])),
  place: async ({ gallery }, nth) => gallery.addPerson(await collectionAt(gallery, nth), keyAt(nth)),
  placeElsewhere: async ({ gallery }, nth) => {
    const [from, to] = [await collectionAt(gallery, nth), await collectionAt(gallery, nth + 1)];
    const member = at(await gallery.listMemberships(from), nth);
    return member && gallery.placePerson(to, member.personId, keyAt(nth + 1));
  },
  rename: async ({ gallery }, nth) =>
    gallery.renameMembership(await collectionAt(gallery, nth), keyAt(nth), keyAt(nth + 1)),
  change: async ({ gallery }, nth) => {
    const member = at(await gallery.listMemberships(await collectionAt(gallery, nth)), nth);
    const status = nth % 3 === 0 ? 'active' : 'suspended';
    return member && gallery.updatePerson(member.personId, { status, metadata: { nth: String(nth) } });
  },
  remove: async ({ gallery }, nth) => gallery.removeMembership(await collectionAt(gallery, nth), keyAt(nth)),
  removeReference: async ({ gallery }, nth) => {
    const collectionId = await collectionAt(gallery, nth);
    const reference = at((await gallery.listReferences(collectionId, everything)).references, nth);
    return reference && gallery.removeReferences(collectionId, [reference.id]);
  },
  moveReference: async ({ gallery }, nth) => {
    const collectionId = await collectionAt(gallery, nth);
    const reference = at((await gallery.listReferences(collectionId, everything)).references, nth);
    const move = { kind: 'move', collectionId, key: keyAt(nth) } as const;
    return reference && gallery.changeReferences([{ ...move, referenceId: reference.id }]);
  },
  erase: async ({ gallery }, nth) => {
    const member = at(await gallery.listMemberships(await collectionAt(gallery, nth)), nth);
    return member && gallery.erase(member.personId);
  },
  clear: async ({ gallery }, nth) => gallery.clearCollection(await collectionAt(gallery, nth)),
  removeAll: async ({ gallery }, nth) => gallery.removeAllReferences(await collectionAt(gallery, nth)),
};

const step = fc.record({
  name: fc.constantFrom(...['enrol', 'enrol', 'enrol', 'rename', 'rename'], ...Object.keys(steps)),
  nth: fc.nat({ max: 11 }),
});
type Work = { readonly name: string; readonly nth: number }[];

function at<T>(values: readonly T[], nth: number): T | undefined {
  return values[nth % Math.max(1, values.length)];
}

function keyAt(nth: number): string {
  return keys[nth % keys.length]!;
}

async function collectionAt(gallery: LmdbStore['gallery'], nth: number): Promise<Uuid> {
  return at(await gallery.listCollections(), nth)!.id;
}

async function doAll(store: LmdbStore, work: Work): Promise<void> {
  for (const { name, nth } of work) {
    await steps[name]!(store, nth).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
  }
}

/** A copy of a closed store, of another device. */
async function fork(from: string, to: string, device: Uuid): Promise<void> {
  await cp(from, to, { recursive: true });
  const environment = await Environment.open(join(to, 'gallery.mdb'));
  const { meta } = openTables(environment);
  await environment.write(() => meta.put(stateKey, { ...meta.get(stateKey)!, device }));
  await environment.close();
}

async function copyOf(logs: readonly LmdbStore[], collectionId: Uuid): Promise<Copy> {
  const copy = emptyCopy();
  for (const { changeLog } of logs) {
    for (const record of await recordsOf(changeLog, collectionId)) mergeInto(copy, record);
  }
  return copy;
}

test('what stores of three devices have written apart merges in any order and however often', async () => {
  const work = fc.array(step, { maxLength: 15, size: 'max' });
  await fc.assert(
    fc.asyncProperty(work, fc.tuple(work, work, work), async (before, apart) => {
      const root = await mkdtemp(join(tmpdir(), 'ostiary-changes-'));
      await using opened = new AsyncDisposableStack();
      opened.defer(() => rm(root, { recursive: true }));
      const first = await openLmdbStore({ dir: join(root, 'first') });
      const collections: Uuid[] = [];
      for (const slug of ['door', 'gate']) {
        collections.push((await first.gallery.createCollection(slug, slug)).id);
      }
      await doAll(first, before);
      await first.close();

      const stores: LmdbStore[] = [];
      for (const [index, device] of devices.entries()) {
        const dir = join(root, device);
        await fork(join(root, 'first'), dir, device);
        const store = await openLmdbStore({ dir });
        opened.defer(() => store.close());
        await doAll(store, apart[index]!);
        stores.push(store);
      }
      const [one, two, three] = stores as [LmdbStore, LmdbStore, LmdbStore];
      for (const collectionId of collections) {
        const merged = await copyOf([one, two, three], collectionId);
        const otherwise = await copyOf([three, one, two, one, three], collectionId);
        expect(otherwise).toEqual(merged);
        expect(seenIn(otherwise, collectionId)).toEqual(seenIn(merged, collectionId));
        const half = await copyOf([two, three], collectionId);
        for (const record of recordsIn(half)) mergeInto(otherwise, record);
        expect(otherwise).toEqual(merged);
      }
    }),
    { numRuns: 30 },
  );
});

/** All that a copy knows, as a device would send it on. */
function recordsIn(copy: Copy): Parameters<typeof mergeInto>[1][] {
  return [
    ...[...copy.collections.values()].map((record) => ({ entity: 'collection', record }) as const),
    ...[...copy.persons.values()].map((record) => ({ entity: 'person', record }) as const),
    ...[...copy.memberships.values()].map((record) => ({ entity: 'membership', record }) as const),
    ...[...copy.references.values()].map((record) => ({ entity: 'reference', record }) as const),
    ...[...copy.tombstones.values()].map((record) => ({ entity: 'tombstone', record }) as const),
  ];
}
