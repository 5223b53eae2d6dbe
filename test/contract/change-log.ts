import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import { type ChangeLog, mostChanges } from '../../src/domain/ports/change-log.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import type { SyncedRecord } from '../../src/domain/synced-records.ts';
import { compareStamps } from '../../src/primitives/stamp.ts';
import { face, pictured } from '../fixtures/gallery/faces.ts';
import { allChanges, emptyCopy, mergeInto, recordsOf, seenIn } from '../fixtures/sync/replayed.ts';
import { seenByCallers } from '../fixtures/sync/seen-by-callers.ts';
import type { GalleryClock } from './gallery.ts';

export type OpenStore = (clock: GalleryClock) => Promise<{ gallery: Gallery; changeLog: ChangeLog }>;

const unknownId = '00000000-0000-1000-8000-000000000000';

/** What every gallery promises of its changes. `open` gives an empty one on the given clock. */
export function changeLogContract(name: string, open: OpenStore): void {
  describe(name, () => {
    let now: number;
    let gallery: Gallery;
    let log: ChangeLog;
    let main: Uuid;

    beforeEach(async () => {
      now = 1_800_000_000_000;
      const store = await open({ nowMs: () => now, nextId: createIdSource(() => now) });
      gallery = store.gallery;
      log = store.changeLog;
      main = (await gallery.createCollection('main', 'Main entrance')).id;
    });

    afterEach(() => gallery[Symbol.asyncDispose]());

    /** What a write has left in the log, sorted. */
    const changesOf = async (write: () => Promise<unknown>, collection = main): Promise<string[]> => {
      const before = (await allChanges(log, collection)).at(-1);
      await write();
      const changes = await log.changesSince(collection, before?.stamp, mostChanges);
      for (const { stamp } of changes) expect(stamp.device).toBe(log.device);
      return changes.map(({ entity, id }) => `${entity} ${id}`).sort();
    };
    const record = async <E extends SyncedRecord['entity']>(entity: E, id: Uuid, collectionId = main) =>
      (await log.findRecord({ collectionId, entity, id })) as
        | Extract<SyncedRecord, { entity: E }>
        | undefined;
    const enrol = (key: string, more: object = {}) => gallery.enrol(main, key, face([1, 0]), more);

    describe('a write is noted with the records that it changes:', () => {
      test('a collection', async () => {
        const { id } = await gallery.createCollection('side', 'Side door');
        expect(await allChanges(log, id)).toMatchObject([{ entity: 'collection', id, collectionId: id }]);
        expect((await record('collection', id, id))?.record).toMatchObject({
          ...{ id, name: 'Side door', createdAtMs: now },
          slug: { wanted: 'side', moves: 0 },
        });
      });

      test('a new member, and another face of hers', async () => {
        let first = { id: '', personId: '' };
        const made = await changesOf(async () => {
          first = await enrol('Ann');
        });
        const { personId } = first;
        expect(made).toEqual([`membership ${personId}`, `person ${personId}`, `reference ${first.id}`]);
        let second = { id: '' };
        const given = await changesOf(async () => {
          second = await enrol('Ann', { replacing: first.id });
        });
        const replaced = [`reference ${first.id}`, `reference ${second.id}`].sort();
        expect(given).toEqual([`membership ${personId}`, ...replaced]);
      });

      test('an empty place, a change and a new key', async () => {
        let personId = '';
        const placed = await changesOf(async () => {
          ({ personId } = await gallery.addPerson(main, 'Ann'));
        });
        expect(placed).toEqual([`membership ${personId}`, `person ${personId}`]);
        const changed = () => gallery.updatePerson(personId, { status: 'suspended' });
        expect(await changesOf(changed)).toEqual([`person ${personId}`]);
        const renamed = () => gallery.renameMembership(main, 'Ann', 'Anna');
        expect(await changesOf(renamed)).toEqual([`membership ${personId}`, `person ${personId}`]);
        await gallery.updatePerson(personId, { name: 'Anna Lee' });
        const again = () => gallery.renameMembership(main, 'Anna', 'Ann');
        expect(await changesOf(again)).toEqual([`membership ${personId}`]);
      });

      test('a merge', async () => {
        const [ann, bob] = [await enrol('Ann'), await enrol('Bob')];
        const merged = await changesOf(() => gallery.renameMembership(main, 'Ann', 'Bob'));
        expect(merged).toEqual([`membership ${ann.personId}`, `tombstone ${ann.personId}`]);
        expect((await record('membership', ann.personId))?.record.merged?.heirId).toBe(bob.personId);
        expect((await record('tombstone', ann.personId))?.record).toMatchObject({
          kind: 'merged',
          heirId: bob.personId,
        });
      });

      test('references that are removed, with the member whose last they are', async () => {
        const [first, second] = [await enrol('Ann'), await enrol('Ann')];
        const { personId } = first;
        const some = await changesOf(() => gallery.removeReferences(main, [first.id]));
        expect(some).toEqual([`reference ${first.id}`]);
        const last = await changesOf(() => gallery.removeReferences(main, [second.id]));
        expect(last).toEqual([`membership ${personId}`, `reference ${second.id}`, `tombstone ${personId}`]);
        const { removed, placed } = (await record('reference', second.id))!.record;
        expect(compareStamps(removed!, placed)).toBeGreaterThan(0);
        expect((await record('membership', personId))?.record.emptied).toBeDefined();
      });

      test('a member who is taken out, whose references say nothing', async () => {
        const { personId, id } = await enrol('Ann');
        const taken = await changesOf(() => gallery.removeMembership(main, 'Ann'));
        expect(taken).toEqual([`membership ${personId}`, `tombstone ${personId}`]);
        expect((await record('membership', personId))?.record.removed).toBeDefined();
        expect(await record('reference', id)).toBeUndefined();
      });

      test('a collection that is cleared, and its references that go while empty places stay', async () => {
        const { personId, id } = await enrol('Ann');
        const bob = await gallery.addPerson(main, 'Bob');
        const references = await changesOf(() => gallery.removeAllReferences(main));
        expect(references).toEqual([`membership ${personId}`, `reference ${id}`, `tombstone ${personId}`]);
        const all = await changesOf(() => gallery.clearCollection(main));
        expect(all).toEqual([`collection ${main}`, `tombstone ${bob.personId}`]);
        const { cleared } = (await record('collection', main))!.record;
        expect(
          compareStamps(cleared!, (await record('membership', bob.personId))!.record.added),
        ).toBeGreaterThan(0);
      });

      test('a collection that is changed, and one that is removed, whose log stays', async () => {
        const { personId } = await gallery.addPerson(main, 'Ann');
        const made = (await record('collection', main))!.record;
        now += 5;
        const renamed = await changesOf(() => gallery.updateCollection(main, { name: 'Back door' }));
        expect(renamed).toEqual([`collection ${main}`]);
        const named = (await record('collection', main))!.record;
        expect(named).toEqual({ ...made, name: 'Back door', named: { ...named.named, ms: now } });
        await gallery.updateCollection(main, { slug: 'back', metadata: { floor: '3' } });
        const moved = (await record('collection', main))!.record;
        expect(moved).toMatchObject({ ...named, slug: { wanted: 'back', moves: 0 } });
        expect(compareStamps(moved.slug.stamp, named.named)).toBeGreaterThan(0);
        const removed = await changesOf(() => gallery.removeCollection(main));
        expect(removed).toEqual([`collection ${main}`, `tombstone ${personId}`]);
        expect((await record('collection', main))?.record).toMatchObject({ ...moved, removed: { ms: now } });
      });

      test('a person who gets a place elsewhere, and her erasure in all places', async () => {
        const { personId } = await enrol('Ann');
        const side = (await gallery.createCollection('side', 'Side door')).id;
        const place = () => gallery.placePerson(side, personId, 'Ann');
        expect(await changesOf(place, side)).toEqual([`membership ${personId}`, `person ${personId}`]);
        const change = () => gallery.updatePerson(personId, { name: 'Ann Lee' });
        expect(await changesOf(change, side)).toEqual([`person ${personId}`]);
        const leave = () => gallery.removeMembership(main, 'Ann');
        expect(await changesOf(leave)).toEqual([`membership ${personId}`]);
        const erased = () => gallery.erase(personId);
        expect(await changesOf(erased)).toEqual([`tombstone ${personId}`]);
        expect((await allChanges(log, side)).at(-1)).toMatchObject({ entity: 'tombstone', id: personId });
      });

      test('a reference whose text is changed, with its notes until it is removed', async () => {
        const { id, personId } = await gallery.enrol(main, 'Ann', face([1, 0], { text: 'first' }));
        expect((await record('reference', id))?.record).not.toHaveProperty('notes');
        now += 5;
        const describe = { kind: 'describe', collectionId: main, referenceId: id } as const;
        const described = () => gallery.changeReferences([{ ...describe, metadata: { lens: 'left' } }]);
        expect(await changesOf(described)).toEqual([`reference ${id}`]);
        expect((await record('reference', id))?.record).toMatchObject({
          notes: { text: 'first', metadata: { lens: 'left' }, stamp: { ms: now } },
          personId,
        });
        await gallery.removeReferences(main, [id]);
        expect((await record('reference', id))?.record).not.toHaveProperty('notes');
      });

      test('a reference that is given to somebody else, and one that is copied', async () => {
        const [ann, other] = [await enrol('Ann'), await enrol('Ann')];
        const bob = await enrol('Bob');
        const before = (await record('reference', ann.id))!.record;
        const move = { kind: 'move', collectionId: main, referenceId: ann.id, key: 'Bob' } as const;
        const moved = await changesOf(() => gallery.changeReferences([move]));
        expect(moved).toEqual([`membership ${bob.personId}`, `reference ${ann.id}`]);
        const { placed, personId } = (await record('reference', ann.id))!.record;
        expect(personId).toBe(bob.personId);
        expect(compareStamps(placed, before.placed)).toBeGreaterThan(0);
        const side = (await gallery.createCollection('side', 'Side door')).id;
        const copy = { kind: 'copy', collectionId: main, referenceId: other.id, to: side } as const;
        let id = '';
        const copied = async () => {
          id = (await gallery.changeReferences([copy]))[0]!.id;
        };
        const changes = await changesOf(copied, side);
        const ids = [`membership ${ann.personId}`, `person ${ann.personId}`];
        expect(changes).toEqual([...ids, `reference ${id}`]);
      });

      test('an erasure', async () => {
        const { personId, id } = await enrol('Ann');
        expect(await changesOf(() => gallery.erase(personId))).toEqual([`tombstone ${personId}`]);
        expect((await record('tombstone', personId))?.record.kind).toBe('erased');
        expect(await record('reference', id)).toBeUndefined();
      });

      test('but nothing by a write that is refused, or changes nothing', async () => {
        await enrol('Ann');
        const nothing = await changesOf(async () => {
          await expect(gallery.addPerson(main, 'Ann')).rejects.toThrow();
          await expect(gallery.updatePerson(unknownId, { name: 'Bob' })).rejects.toThrow();
          await gallery.removeReferences(main, [unknownId]);
          await gallery.renameMembership(main, 'Ann', 'Ann');
        });
        expect(nothing).toEqual([]);
      });
    });

    describe('a record', () => {
      test('of a person has the stamp of the write that set each group', async () => {
        const { personId } = await enrol('Ann');
        const { stamps: made, ...ann } = (await record('person', personId))!.record;
        expect(ann).toEqual({ ...(await gallery.findPerson(personId)), numberMoves: 0 });
        expect(made).toEqual({
          ...{ created: made.created, name: made.created, status: made.created },
          ...{ validity: made.created, metadata: made.created },
        });
        now += 5;
        await gallery.updatePerson(personId, { name: 'Ann', metadata: { floor: '3' }, validUntilMs: now });
        const { stamps } = (await record('person', personId))!.record;
        expect(stamps).toMatchObject({ created: made.created, name: made.created, status: made.created });
        expect(stamps.metadata.ms).toBe(now);
        expect(stamps.validity).toEqual(stamps.metadata);
        now += 5;
        await gallery.updatePerson(personId, { status: 'suspended' });
        now += 5;
        await gallery.updatePerson(personId, { status: 'suspended' });
        expect((await record('person', personId))!.record.stamps.status.ms).toBe(now);
      });

      test('of a reference tells whom it was given to, also after a merge', async () => {
        const ann = await enrol('Ann');
        await enrol('Bob');
        const before = await record('reference', ann.id);
        await gallery.renameMembership(main, 'Ann', 'Bob');
        expect(await record('reference', ann.id)).toEqual(before);
        expect(before?.record).toMatchObject({ personId: ann.personId, number: ann.number, numberMoves: 0 });
        const { added } = (await record('membership', ann.personId))!.record;
        expect(compareStamps(added, before!.record.placed)).toBeGreaterThan(0);
      });

      test('of a membership tells the key, and forgets it when she has gone', async () => {
        const { personId } = await enrol('Ann');
        await gallery.renameMembership(main, 'Ann', 'Anna');
        const { key, added } = (await record('membership', personId))!.record;
        expect(key).toMatchObject({ wanted: 'Anna', moves: 0 });
        expect(compareStamps(key!.stamp, added)).toBeGreaterThan(0);
        await gallery.removeMembership(main, 'Anna');
        expect((await record('membership', personId))!.record).not.toHaveProperty('key');
      });

      test('that is not there is told by nothing', async () => {
        const ids = [unknownId, 'no uuid', ''];
        for (const id of ids) {
          for (const entity of ['person', 'membership', 'reference', 'collection', 'tombstone'] as const)
            expect(await record(entity, id)).toBeUndefined();
        }
        const { id } = await enrol('Ann');
        const side = (await gallery.createCollection('side', 'Side door')).id;
        expect(await record('reference', id, side)).toBeUndefined();
        expect(await record('collection', main, side)).toBeUndefined();
        await expect(log.changesSince(unknownId, undefined, 1)).rejects.toMatchObject({
          code: 'collection-unknown',
        });
        const change = { collectionId: unknownId, entity: 'person', id } as const;
        await expect(log.findRecord(change)).rejects.toMatchObject({ code: 'collection-unknown' });
      });
    });

    test('who was merged and is placed anew is one of her own, and her heir keeps the faces', async () => {
      const [ann, bob] = [await enrol('Ann'), await enrol('Bob')];
      const side = (await gallery.createCollection('side', 'Side door')).id;
      await gallery.placePerson(side, ann.personId, 'Ann');
      await gallery.renameMembership(main, 'Ann', 'Bob');
      await gallery.placePerson(main, ann.personId, 'Ann');
      const copy = emptyCopy();
      for (const each of await recordsOf(log, main)) mergeInto(copy, each);
      expect(seenIn(copy, main)).toEqual(await seenByCallers(gallery, main));
      expect(await seenByCallers(gallery, main)).toMatchObject({
        members: { [ann.personId]: 'Ann', [bob.personId]: 'Bob' },
        holders: { [ann.id]: bob.personId, [bob.id]: bob.personId },
      });
    });

    test('an erasure also takes the faces that came to an heir, and a suspension reaches her', async () => {
      const [ann, bob] = [await enrol('Ann'), await enrol('Bob')];
      const side = (await gallery.createCollection('side', 'Side door')).id;
      await gallery.placePerson(side, ann.personId, 'Ann');
      await gallery.renameMembership(main, 'Ann', 'Bob');
      await gallery.updatePerson(ann.personId, { status: 'suspended' });
      expect((await gallery.findPerson(bob.personId))?.status).toBe('suspended');
      expect(await gallery.erase(ann.personId)).toMatchObject({ references: 1 });
      expect(await gallery.findReference(main, ann.id)).toBeUndefined();
      const listed = await gallery.listReferences(main, { key: 'Bob', offset: 0, limit: 9 });
      expect(listed.references.map(({ id }) => id)).toEqual([bob.id]);
      expect(await gallery.findPerson(bob.personId)).toBeDefined();
    });

    test('a suspension goes over to the heir of a merge, unless she was activated later', async () => {
      const [ann, bob, cid] = [await enrol('Ann'), await enrol('Bob'), await enrol('Cid')];
      await gallery.updatePerson(cid.personId, { status: 'suspended' });
      await gallery.updatePerson(ann.personId, { status: 'suspended' });
      await gallery.updatePerson(cid.personId, { status: 'active' });
      const { stamps } = (await record('person', ann.personId))!.record;
      const merged = await changesOf(() => gallery.renameMembership(main, 'Ann', 'Bob'));
      expect(merged).toContain(`person ${bob.personId}`);
      expect(await gallery.findPerson(bob.personId)).toMatchObject({ name: 'Bob', status: 'suspended' });
      expect((await record('person', bob.personId))!.record.stamps.status).toEqual(stamps.status);
      await gallery.renameMembership(main, 'Bob', 'Cid');
      expect((await gallery.findPerson(cid.personId))?.status).toBe('active');
    });

    test('changes come in pages, in an order that a clock set back does not change', async () => {
      const writes = 30;
      for (let write = 0; write < writes; write++) {
        now += write % 3 === 0 ? -10_000 : 1_000;
        await gallery.enrol(main, `p${write}`, pictured([1, write], `p${write}`));
      }
      const [pages, whole] = [await allChanges(log, main, 7), await allChanges(log, main)];
      expect(pages).toEqual(whole);
      expect(whole).toHaveLength(1 + 3 * writes);
      const inOrder = (changes: Change[]) =>
        changes.every(({ stamp }, at) => at === 0 || compareStamps(changes[at - 1]!.stamp, stamp) < 0);
      expect(inOrder(whole)).toBe(true);
      const references = whole.filter(({ entity }) => entity === 'reference').map(({ id }) => id);
      const listed = await gallery.listReferences(main, { offset: 0, limit: 100 });
      expect(references).toEqual(listed.references.map(({ id }) => id));
      expect(await log.changesSince(main, whole.at(-1)!.stamp, 5)).toEqual([]);
    });
  });
}
