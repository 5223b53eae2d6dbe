import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/domain/errors.ts';
import type { Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Gallery, RenameWish } from '../../src/domain/ports/gallery.ts';
import { face, pictured, unit } from '../fixtures/gallery/faces.ts';

export type GalleryClock = { nowMs: () => number; nextId: () => Uuid };
export type OpenGallery = (clock: GalleryClock) => Promise<Gallery>;

const unknownId = '00000000-0000-1000-8000-000000000000';
const everything = { offset: 0, limit: 1_000 };

/** What every gallery promises. `open` gives an empty one on the given clock. */
export function galleryContract(name: string, open: OpenGallery): void {
  describe(name, () => {
    let now: number;
    let gallery: Gallery;
    let main: Uuid;
    let other: Uuid;

    beforeEach(async () => {
      now = 1_800_000_000_000;
      gallery = await open({ nowMs: () => now, nextId: createIdSource(() => now) });
      main = (await gallery.createCollection('main', 'Main entrance')).id;
      other = (await gallery.createCollection('other', 'Side door')).id;
    });

    afterEach(() => gallery[Symbol.asyncDispose]());

    const keysOf = async (collection: Uuid) =>
      (await gallery.listMemberships(collection)).map(({ key }) => key);
    const find = async (probe: readonly number[], more: object = {}) => {
      const [found] = await gallery.search({
        collectionIds: [main],
        modelId: 'model-a',
        probes: [unit(...probe)],
        limit: 10,
        minScore: -1,
        distinctPersons: false,
        ...more,
      });
      return found!;
    };

    describe('collections', () => {
      test('are found by id and by slug', async () => {
        const expected = { id: main, slug: 'main', name: 'Main entrance', metadata: {}, createdAtMs: now };
        expect(await gallery.findCollection(main)).toEqual(expected);
        expect(await gallery.findCollection('main')).toEqual(expected);
        expect(await gallery.findCollection('Main')).toBeUndefined();
        expect(await gallery.findCollection('')).toBeUndefined();
        expect((await gallery.listCollections()).map(({ slug }) => slug)).toEqual(['main', 'other']);
      });

      test('have slugs of their own', async () => {
        await rejects(gallery.createCollection('main', 'Another'), 'collection-exists');
        expect(gallery.counts().collections).toBe(2);
      });

      test('that do not exist are told of by every question', async () => {
        for (const id of [unknownId, 'main', 'no uuid', '']) {
          await rejects(gallery.addPerson(id, 'Ann'), 'collection-unknown');
          await rejects(gallery.findMembership(id, 'Ann'), 'collection-unknown');
          await rejects(gallery.listMemberships(id), 'collection-unknown');
          await rejects(gallery.renameMembership(id, 'Ann', 'Bob'), 'collection-unknown');
          await rejects(gallery.removeMembership(id, 'Ann'), 'collection-unknown');
          await rejects(gallery.clearCollection(id), 'collection-unknown');
          await rejects(gallery.enrol(id, 'Ann', pictured([1, 0], 'Ann')), 'collection-unknown');
          await rejects(gallery.findReference(id, unknownId), 'collection-unknown');
          await rejects(gallery.readPicture(id, unknownId), 'collection-unknown');
          await rejects(gallery.listReferences(id, everything), 'collection-unknown');
          await rejects(gallery.removeReferences(id, [unknownId]), 'collection-unknown');
          await rejects(gallery.removeAllReferences(id), 'collection-unknown');
          await rejects(find([1, 0], { collectionIds: [main, id] }), 'collection-unknown');
          await rejects(gallery.countSearchable([main, id]), 'collection-unknown');
        }
      });
    });

    describe('people', () => {
      test('are placed without a face, and known by their key and id', async () => {
        const member = await gallery.addPerson(main, 'Ann');
        expect(member).toEqual({
          collectionId: main,
          personId: member.personId,
          key: 'Ann',
          referenceCount: 0,
        });
        expect(member.personId).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
        expect(await gallery.findMembership(main, 'Ann')).toEqual(member);
        expect(await gallery.findMembership(other, 'Ann')).toBeUndefined();
        expect(await gallery.findPerson(member.personId)).toEqual({
          ...{ id: member.personId, number: 1, name: 'Ann', metadata: {} },
          ...{ status: 'active', createdAtMs: now },
        });
      });

      test('have a key of their own in each collection', async () => {
        const { personId } = await gallery.addPerson(main, 'Ann');
        await rejects(gallery.addPerson(main, 'Ann'), 'person-exists');
        expect((await gallery.addPerson(main, 'ann')).personId).not.toBe(personId);
        expect((await gallery.addPerson(other, 'Ann')).personId).not.toBe(personId);
        expect(gallery.counts().persons).toBe(3);
      });

      test('are looked up without regard to case when one key alone fits', async () => {
        const { personId } = await gallery.addPerson(main, 'Zoë Strauß');
        expect((await gallery.findMembership(main, 'ZOË STRAUSS', 'ignoreCase'))?.personId).toBe(personId);
        expect(await gallery.findMembership(main, 'ZOË STRAUSS')).toBeUndefined();
        expect(await gallery.findMembership(main, 'Zoë', 'ignoreCase')).toBeUndefined();
        await gallery.addPerson(main, 'zoë strauß');
        expect(await gallery.findMembership(main, 'ZOË STRAUSS', 'ignoreCase')).toBeUndefined();
        expect((await gallery.findMembership(main, 'Zoë Strauß', 'ignoreCase'))?.personId).toBe(personId);
        await gallery.removeMembership(main, 'zoë strauß');
        expect((await gallery.findMembership(main, 'zoë strauß', 'ignoreCase'))?.personId).toBe(personId);
      });

      test('are listed in the order of their keys by code unit', async () => {
        const keys = ['b', 'a', 'B', 'ä', '\u{1f600}', '\uff5e', 'aa', ' '];
        for (const key of keys) await gallery.addPerson(main, key);
        expect(await keysOf(main)).toEqual(keys.toSorted());
      });

      test('have keys of well-formed text, 1 to 256 code units', async () => {
        for (const key of ['', 'x'.repeat(257), 'a\0b', 'half \ud800']) {
          await rejects(gallery.addPerson(main, key), 'key-illegal');
          await rejects(gallery.enrol(main, key, face([1, 0])), 'key-illegal');
          await rejects(gallery.renameMembership(main, 'Ann', key), 'key-illegal');
          expect(await gallery.findMembership(main, key, 'ignoreCase')).toBeUndefined();
        }
        const longest = 'ﬃ'.repeat(256);
        await gallery.addPerson(main, longest);
        expect(
          await gallery.findMembership(main, longest.toUpperCase().slice(0, 256), 'ignoreCase'),
        ).toBeUndefined();
        expect((await gallery.findMembership(main, longest, 'ignoreCase'))?.key).toBe(longest);
      });

      test('are there with the fields that they come with, or not at all', async () => {
        const fields = { name: 'Miss Ann', status: 'suspended', validUntilMs: now + 5 } as const;
        const { personId } = await gallery.addPerson(main, 'Ann', fields);
        expect(await gallery.findPerson(personId)).toMatchObject(fields);
        const tooMuch = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`${at}`, '']));
        await rejects(gallery.addPerson(main, 'Bob', { metadata: tooMuch }), 'bad-input');
        expect(await keysOf(main)).toEqual(['Ann']);
      });

      test('are changed in the named fields alone', async () => {
        const { personId } = await gallery.addPerson(main, 'Ann');
        const before = await gallery.findPerson(personId);
        const changed = await gallery.updatePerson(personId, {
          status: 'suspended',
          metadata: { floor: '3' },
        });
        expect(changed).toEqual({ ...before, status: 'suspended', metadata: { floor: '3' } });
        expect(await gallery.findPerson(personId)).toEqual(changed);
        await rejects(gallery.updatePerson(unknownId, { name: 'Bob' }), 'person-unknown');
        await rejects(gallery.updatePerson('no uuid', { name: 'Bob' }), 'person-unknown');
      });

      test('are valid without bounds again when these are lifted', async () => {
        const { personId } = await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.updatePerson(personId, { validFromMs: now - 5, validUntilMs: now });
        expect(await find([1, 0])).toEqual([]);
        const lifted = await gallery.updatePerson(personId, { validUntilMs: null });
        expect(lifted).toMatchObject({ validFromMs: now - 5 });
        expect(lifted).not.toHaveProperty('validUntilMs');
        expect(await gallery.findPerson(personId)).toEqual(lifted);
        expect(await find([1, 0])).toHaveLength(1);
      });

      test('get another key, and with it the name that was only the key', async () => {
        const { personId } = await gallery.enrol(main, 'Ann', face([1, 0]));
        expect(await gallery.renameMembership(main, 'Ann', 'Anna')).toBe('renamed');
        expect(await gallery.findMembership(main, 'Ann', 'ignoreCase')).toBeUndefined();
        expect(await gallery.findMembership(main, 'anna', 'ignoreCase')).toMatchObject({
          personId,
          referenceCount: 1,
        });
        expect((await gallery.findPerson(personId))?.name).toBe('Anna');
        expect((await find([1, 0])).map(({ key }) => key)).toEqual(['Anna']);
        await gallery.updatePerson(personId, { name: 'Anna Maria' });
        await gallery.renameMembership(main, 'Anna', 'anna');
        expect((await gallery.findPerson(personId))?.name).toBe('Anna Maria');
        expect(await keysOf(main)).toEqual(['anna']);
        await rejects(gallery.renameMembership(main, 'Anna', 'Bob'), 'person-unknown');
        expect(await gallery.renameMembership(main, 'anna', 'anna')).toBe('renamed');
      });

      test('become one when a key is changed to another that is taken', async () => {
        const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        const bob = await gallery.enrol(main, 'Bob', face([0, 1]));
        const late = await gallery.enrol(main, 'Ann', face([1, 0.1]));
        expect(await gallery.renameMembership(main, 'Ann', 'Bob')).toBe('merged');
        expect(await gallery.listMemberships(main)).toEqual([
          { collectionId: main, personId: bob.personId, key: 'Bob', referenceCount: 3 },
        ]);
        expect(await gallery.findPerson(ann.personId)).toBeUndefined();
        expect(
          (await gallery.listReferences(main, { key: 'Bob', ...everything })).references.map(({ id }) => id),
        ).toEqual([ann.id, bob.id, late.id]);
        expect(await gallery.findReference(main, ann.id)).toMatchObject({
          personId: bob.personId,
          key: 'Bob',
        });
        expect(Buffer.from((await gallery.readPicture(main, ann.id))!).toString()).toBe('picture of Ann');
        expect(await find([1, 0], { distinctPersons: true })).toMatchObject([
          { referenceId: ann.id, personId: bob.personId, key: 'Bob' },
        ]);
        expect(gallery.counts()).toEqual({ collections: 2, persons: 1, references: 3 });
      });

      test('become another person’s, or get another key, only as the rename has it', async () => {
        const [ann, bob] = [await gallery.addPerson(main, 'Ann'), await gallery.addPerson(main, 'Bob')];
        const { personId } = ann;
        const rename = (to: string, wish: RenameWish) => gallery.renameMembership(main, 'Ann', to, wish);
        await rejects(rename('Bob', { ifTaken: 'refuse' }), 'person-exists');
        await rejects(rename('Bob', { ifTaken: { heirId: unknownId } }), 'person-unknown');
        await rejects(rename('Cid', { ifTaken: { heirId: bob.personId } }), 'person-unknown');
        for (const to of ['Ann', 'Bob', 'Cid'])
          await rejects(rename(to, { personId: bob.personId }), 'person-unknown');
        expect(await gallery.listMemberships(main)).toEqual([ann, bob]);
        expect(await rename('Ann', { personId, ifTaken: 'refuse' })).toBe('renamed');
        expect(await rename('Anna', { personId, ifTaken: 'refuse' })).toBe('renamed');
        const merging = { personId, ifTaken: { heirId: bob.personId } };
        expect(await gallery.renameMembership(main, 'Anna', 'Bob', merging)).toBe('merged');
        expect(await gallery.listMemberships(main)).toEqual([bob]);
      });

      test('of two renames to one key that are made at once, the second sees the first', async () => {
        const bob = await gallery.enrol(main, 'Bob', face([0, 1]));
        await gallery.enrol(main, 'Ann', face([1, 0]));
        const outcomes = await Promise.allSettled(
          ['Bob', 'Ann'].map((from) => gallery.renameMembership(main, from, 'Cid', { ifTaken: 'refuse' })),
        );
        expect(outcomes).toMatchObject([{ value: 'renamed' }, { reason: { code: 'person-exists' } }]);
        expect((await gallery.findMembership(main, 'Cid'))?.personId).toBe(bob.personId);
        expect(await keysOf(main)).toEqual(['Ann', 'Cid']);
      });

      test('who are named beside their keys leave only under these', async () => {
        const [ann, bob] = [
          await gallery.enrol(main, 'Ann', face([1, 0])),
          await gallery.enrol(main, 'Bob', face([0, 1])),
        ];
        await rejects(gallery.removeMembership(main, 'Ann', bob.personId), 'person-unknown');
        expect(await gallery.removeAllReferences(main, 'Ann', bob.personId)).toBe(0);
        expect(await keysOf(main)).toEqual(['Ann', 'Bob']);
        expect(await gallery.removeMembership(main, 'Ann', ann.personId)).toEqual({ references: 1 });
        expect(await gallery.removeAllReferences(main, 'Bob', bob.personId)).toBe(1);
        expect(await keysOf(main)).toEqual([]);
      });

      test('leave with their references', async () => {
        const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        await gallery.enrol(main, 'Ann', face([0, 1]));
        await gallery.enrol(main, 'Bob', face([0, 1]));
        expect(await gallery.removeMembership(main, 'Ann')).toEqual({ references: 2 });
        expect(await gallery.findPerson(ann.personId)).toBeUndefined();
        expect(await gallery.findReference(main, ann.id)).toBeUndefined();
        expect(await gallery.readPicture(main, ann.id)).toBeUndefined();
        expect((await find([1, 0])).map(({ key }) => key)).toEqual(['Bob']);
        expect(await gallery.findErasure(ann.personId)).toBeUndefined();
        await rejects(gallery.removeMembership(main, 'Ann'), 'person-unknown');
        expect((await gallery.enrol(main, 'Ann', face([1, 0]))).personId).not.toBe(ann.personId);
      });

      test('all leave a collection that is cleared, and no other', async () => {
        await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.enrol(main, 'Ann', face([1, 1]));
        await gallery.addPerson(main, 'Bob');
        await gallery.enrol(other, 'Ann', face([1, 0]));
        expect(await gallery.clearCollection(main)).toEqual({ members: 2, references: 2 });
        expect(await keysOf(main)).toEqual([]);
        expect(await find([1, 0])).toEqual([]);
        expect(await find([1, 0], { collectionIds: [other] })).toHaveLength(1);
        expect(gallery.counts()).toEqual({ collections: 2, persons: 1, references: 1 });
        expect(await gallery.clearCollection(main)).toEqual({ members: 0, references: 0 });
      });
    });

    describe('references', () => {
      test('keep everything that was enrolled', async () => {
        const enrolled = pictured([3, 4], 'Ann');
        const reference = await gallery.enrol(main, 'Ann', enrolled);
        const { picture, ...rest } = enrolled;
        const { personId } = (await gallery.findMembership(main, 'Ann'))!;
        expect(plain(reference)).toEqual(
          plain({
            ...rest,
            ...{
              id: reference.id,
              number: 1,
              faceNumber: 1,
              collectionId: main,
              personId,
              key: 'Ann',
              hasPicture: true,
              hasCrop: true,
              text: '',
              metadata: {},
              createdAtMs: now,
            },
          }),
        );
        expect(plain(await gallery.findReference(main, reference.id))).toEqual(plain(reference));
        expect(Buffer.from((await gallery.readPicture(main, reference.id))!)).toEqual(picture);
      });

      test('are not changed by what the caller does to its buffers later', async () => {
        const enrolled = pictured([1, 0], 'Ann');
        const enrolling = gallery.enrol(main, 'Ann', enrolled);
        enrolled.template.vector.fill(0);
        enrolled.picture!.fill(0);
        const { id } = await enrolling;
        expect([...(await gallery.findReference(main, id))!.template.vector]).toEqual([1, 0]);
        expect(Buffer.from((await gallery.readPicture(main, id))!).toString()).toBe('picture of Ann');
      });

      test('without crop and picture have none', async () => {
        const { id } = await gallery.enrol(main, 'Ann', face([1, 0]));
        expect(await gallery.findReference(main, id)).toMatchObject({ hasPicture: false, hasCrop: false });
        expect((await gallery.findReference(main, id))?.crop).toBeUndefined();
        expect(await gallery.readPicture(main, id)).toBeUndefined();
      });

      test('are of one collection', async () => {
        const { id } = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        expect(await gallery.findReference(other, id)).toBeUndefined();
        expect(await gallery.readPicture(other, id)).toBeUndefined();
        expect(await gallery.removeReferences(other, [id])).toEqual([]);
        expect(await gallery.findReference(main, unknownId)).toBeUndefined();
        expect(await gallery.findReference(main, 'no uuid')).toBeUndefined();
      });

      test('are listed by page in the order of enrolment', async () => {
        const ids: Uuid[] = [];
        for (const key of ['Bob', 'Ann', 'Bob', 'Ann', 'Bob']) {
          ids.push((await gallery.enrol(main, key, face([1, ids.length]))).id);
        }
        const page = async (more: object) => {
          const { references, total } = await gallery.listReferences(main, { ...everything, ...more });
          return [references.map(({ id }) => ids.indexOf(id)), total];
        };
        expect(await page({})).toEqual([[0, 1, 2, 3, 4], 5]);
        expect(await page({ offset: 1, limit: 2 })).toEqual([[1, 2], 5]);
        expect(await page({ offset: 4, limit: 2 })).toEqual([[4], 5]);
        expect(await page({ offset: 9 })).toEqual([[], 5]);
        expect(await page({ limit: 0 })).toEqual([[], 5]);
        expect(await page({ key: 'Bob' })).toEqual([[0, 2, 4], 3]);
        expect(await page({ key: 'Bob', offset: 1, limit: 1 })).toEqual([[2], 3]);
        expect(await page({ key: 'bob' })).toEqual([[], 0]);
        const [first] = (await gallery.listReferences(main, everything)).references;
        const { personId } = (await gallery.findMembership(main, 'Bob'))!;
        const { template: _, ...listed } = (await gallery.findReference(main, ids[0]!))!;
        expect(first).toEqual(listed);
        expect(first).toMatchObject({ id: ids[0], number: 1, personId, key: 'Bob', hasPicture: false });
      });

      test('are removed, and the member leaves with her last', async () => {
        const one = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        const two = await gallery.enrol(main, 'Ann', face([0, 1]));
        const removed = await gallery.removeReferences(main, [one.id, unknownId, 'no uuid', one.id]);
        expect(removed.map(({ id, key }) => [id, key])).toEqual([[one.id, 'Ann']]);
        expect(await gallery.findMembership(main, 'Ann')).toMatchObject({ referenceCount: 1 });
        expect(await gallery.readPicture(main, one.id)).toBeUndefined();
        expect((await find([1, 0])).map(({ referenceId }) => referenceId)).toEqual([two.id]);
        expect(await gallery.removeReferences(main, [two.id])).toHaveLength(1);
        expect(await keysOf(main)).toEqual([]);
        expect(gallery.counts()).toEqual({ collections: 2, persons: 0, references: 0 });
      });

      test('take the place of another of the same member, in one write', async () => {
        const weak = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        const digest = await gallery.digest();
        const strange = { ...face([1, 0]), template: { modelId: 'model-a', vector: unit(1, 0, 0) } };
        await rejects(gallery.enrol(main, 'Ann', strange, { replacing: weak.id }), 'template-mismatch');
        expect(await gallery.digest()).toBe(digest);
        const better = await gallery.enrol(main, 'Ann', face([0, 1]), { replacing: weak.id });
        expect(better.personId).toBe(weak.personId);
        expect(await gallery.findMembership(main, 'Ann')).toMatchObject({ referenceCount: 1 });
        expect(await gallery.findReference(main, weak.id)).toBeUndefined();
        expect(await gallery.readPicture(main, weak.id)).toBeUndefined();
        expect((await find([1, 0])).map(({ referenceId }) => referenceId)).toEqual([better.id]);
        expect(gallery.counts()).toMatchObject({ persons: 1, references: 1 });
      });

      test('that must take a place, or go to a member, are refused when it is not there, or she is none', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        const bob = await gallery.enrol(main, 'Bob', face([1, 0]));
        const { personId } = ann;
        for (const replacing of [bob.id, unknownId, undefined]) {
          const wish = { personId, mustReplace: true, ...(replacing && { replacing }) };
          await rejects(gallery.enrol(main, 'Ann', face([0, 1]), wish), 'reference-unknown');
        }
        const member = { personId, isMember: true };
        await rejects(gallery.enrol(other, 'Ann', face([0, 1]), member), 'person-unknown');
        await rejects(gallery.enrol(other, 'Ann', face([0, 1]), { isMember: true }), 'person-unknown');
        await rejects(gallery.enrol(other, null, face([0, 1]), member), 'person-unknown');
        expect(gallery.counts()).toEqual({ collections: 2, persons: 2, references: 2 });
        const wish = { ...member, replacing: ann.id, mustReplace: true };
        await gallery.enrol(main, null, face([0, 1]), wish);
        expect(await gallery.findMembership(main, 'Ann')).toMatchObject({ personId, referenceCount: 1 });
        await gallery.removeMembership(main, 'Ann');
        await rejects(gallery.enrol(main, 'Ann', face([0, 1]), wish), 'person-unknown');
      });

      test('take no place of another member’s, of one elsewhere, or of one that has gone', async () => {
        const bob = await gallery.enrol(main, 'Bob', face([1, 0]));
        const elsewhere = await gallery.enrol(other, 'Ann', face([1, 0]));
        for (const replacing of [bob.id, elsewhere.id, unknownId, 'no uuid']) {
          await gallery.enrol(main, 'Ann', face([1, 0]), { replacing });
        }
        expect(await gallery.findMembership(main, 'Ann')).toMatchObject({ referenceCount: 4 });
        expect(await gallery.findReference(main, bob.id)).toBeDefined();
        expect(await gallery.findReference(other, elsewhere.id)).toBeDefined();
      });

      test('that must take another’s place are refused where it is not there, and nobody comes', async () => {
        const bob = await gallery.enrol(main, 'Bob', face([1, 0]));
        const elsewhere = await gallery.enrol(other, 'Ann', face([1, 0]));
        const digest = await gallery.digest();
        const { personId } = elsewhere;
        for (const replacing of [bob.id, elsewhere.id, unknownId, 'no uuid']) {
          const wish = { personId, replacing, mustReplace: true };
          await rejects(gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'), wish), 'reference-unknown');
        }
        await rejects(gallery.enrol(main, 'Ann', face([1, 0]), { mustReplace: true }), 'reference-unknown');
        expect(await gallery.digest()).toBe(digest);
        expect(gallery.counts()).toMatchObject({ persons: 2, references: 2 });
        const wish = { personId, replacing: elsewhere.id, mustReplace: true };
        const better = await gallery.enrol(other, 'Ann', face([0, 1]), wish);
        expect(await gallery.findMembership(other, 'Ann')).toMatchObject({ personId, referenceCount: 1 });
        await gallery.removeMembership(other, 'Ann');
        const late = { personId, replacing: better.id, mustReplace: true };
        await rejects(gallery.enrol(other, 'Ann', face([0, 1]), late), 'person-unknown');
        expect(await keysOf(other)).toEqual([]);
      });

      test('of one member are removed with her', async () => {
        await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.enrol(main, 'Bob', face([0, 1]));
        expect(await gallery.removeAllReferences(main, 'ann')).toBe(0);
        expect(await gallery.removeAllReferences(main, 'Ann')).toBe(1);
        expect(await keysOf(main)).toEqual(['Bob']);
      });

      test('of all members are removed with those who had some', async () => {
        await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.enrol(main, 'Ann', face([1, 1]));
        await gallery.enrol(main, 'Bob', face([0, 1]));
        await gallery.addPerson(main, 'Cid');
        await gallery.enrol(other, 'Ann', face([1, 0]));
        expect(await gallery.removeAllReferences(main)).toBe(3);
        expect(await keysOf(main)).toEqual(['Cid']);
        expect(await keysOf(other)).toEqual(['Ann']);
      });

      test('have templates of unit length, as long as the others of their model', async () => {
        await gallery.enrol(main, 'Ann', face([1, 0]));
        await rejects(gallery.enrol(main, 'Bob', face([1, 0, 0])), 'template-mismatch');
        await rejects(find([1, 0, 0]), 'template-mismatch');
        for (const vector of [Float32Array.of(1, 1), Float32Array.of(Number.NaN, 1), new Float32Array()]) {
          const wrong = { ...face([1, 0]), template: { modelId: 'model-a', vector } };
          await rejects(gallery.enrol(main, 'Bob', wrong), 'template-mismatch');
        }
        await gallery.enrol(main, 'Bob', face([1, 0, 0], { modelId: 'model-b' }));
        expect(await keysOf(main)).toEqual(['Ann', 'Bob']);
        await gallery.clearCollection(main);
        await rejects(gallery.enrol(main, 'Ann', face([1, 0, 0])), 'template-mismatch');
      });

      test('and people have numbers that only grow', async () => {
        await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.enrol(other, 'Bob', face([1, 0]));
        await gallery.clearCollection(other);
        const { number, personId } = await gallery.enrol(main, 'Cid', face([1, 0]));
        expect(number).toBe(3);
        expect((await gallery.findPerson(personId))?.number).toBe(3);
      });
    });

    describe('search', () => {
      test('tells the best first, equal scores in the order of enrolment', async () => {
        for (const [key, direction] of [
          ['far', [-1, 0.2]],
          ['twin 1', [1, 1]],
          ['near', [1, 0.1]],
          ['twin 2', [1, 1]],
        ] as const) {
          await gallery.enrol(main, key, face(direction));
        }
        const found = await find([1, 0]);
        expect(found.map(({ key }) => key)).toEqual(['near', 'twin 1', 'twin 2', 'far']);
        expect(found[1]!.score).toBeCloseTo(Math.SQRT1_2, 6);
        expect(found[3]!.score).toBeLessThan(-0.9);
        expect((await find([1, 0], { limit: 2 })).map(({ key }) => key)).toEqual(['near', 'twin 1']);
        expect((await find([1, 0], { minScore: 0.8 })).map(({ key }) => key)).toEqual(['near']);
      });

      test('scores a template against itself with 1, not more', async () => {
        await gallery.enrol(main, 'Ann', face([0.6, 0.8, 0.11]));
        const [best] = await find([0.6, 0.8, 0.11]);
        expect(best!.score).toBeCloseTo(1, 6);
        expect(best!.score).toBeLessThanOrEqual(1);
      });

      test('gives each person once by her best reference when asked to', async () => {
        const direction = { bob: [0.9, 0.44], annLow: [1, 1], annBest: [1, 0.01], cid: [0, 1] };
        await gallery.enrol(main, 'Ann', face(direction.annLow));
        await gallery.enrol(main, 'Bob', face(direction.bob));
        const best = await gallery.enrol(main, 'Ann', face(direction.annBest));
        await gallery.enrol(main, 'Cid', face(direction.cid));
        const found = await find([1, 0], { distinctPersons: true, limit: 2 });
        expect(found.map(({ key }) => key)).toEqual(['Ann', 'Bob']);
        expect(found[0]!.referenceId).toBe(best.id);
        expect((await find([1, 0], { limit: 3 })).map(({ key }) => key)).toEqual(['Ann', 'Bob', 'Ann']);
      });

      test('stays within the collections and the model asked for', async () => {
        await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.enrol(other, 'Bob', face([1, 0]));
        await gallery.enrol(main, 'Cid', face([1, 0], { modelId: 'model-b' }));
        const keys = async (more: object) => (await find([1, 0], more)).map(({ key }) => key);
        expect(await keys({})).toEqual(['Ann']);
        expect(await keys({ collectionIds: [other, main, other] })).toEqual(['Ann', 'Bob']);
        expect(await keys({ collectionIds: [] })).toEqual([]);
        expect(await keys({ modelId: 'model-b' })).toEqual(['Cid']);
        expect(await keys({ modelId: 'model-c' })).toEqual([]);
      });

      test('answers several probes, each with its own list', async () => {
        await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.enrol(main, 'Bob', face([0, 1]));
        const found = await gallery.search({
          ...{ collectionIds: [main], modelId: 'model-a', limit: 1, minScore: 0.5, distinctPersons: true },
          probes: [unit(0, 1), unit(1, 0), unit(-1, -1)],
        });
        expect(found.map((list) => list.map(({ key }) => key))).toEqual([['Bob'], ['Ann'], []]);
      });

      test('finds nobody who is suspended, not yet or no longer valid', async () => {
        const { personId } = await gallery.enrol(main, 'Ann', face([1, 0]));
        const count = async () => {
          const { length } = await find([1, 0]);
          expect(await gallery.isSearchable(personId)).toBe(length === 1);
          return length;
        };
        expect(await count()).toBe(1);
        expect(await gallery.isSearchable(unknownId)).toBe(false);
        await gallery.updatePerson(personId, { status: 'suspended' });
        expect(await count()).toBe(0);
        await gallery.updatePerson(personId, {
          status: 'active',
          validFromMs: now + 10,
          validUntilMs: now + 20,
        });
        expect(await count()).toBe(0);
        now += 10;
        expect(await count()).toBe(1);
        now += 9;
        expect(await count()).toBe(1);
        now += 1;
        expect(await count()).toBe(0);
      });

      test('finds nobody again whose time is over when the clock is set back, nor early', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]), { person: { validUntilMs: now + 10 } });
        const bob = await gallery.enrol(main, 'Bob', face([1, 0]), { person: { validFromMs: now } });
        now += 10;
        await gallery.addPerson(main, 'Cid');
        now -= 86_400_000;
        expect(await find([1, 0])).toEqual([]);
        expect(await gallery.countSearchable([main])).toBe(0);
        for (const { personId } of [ann, bob]) expect(await gallery.isSearchable(personId)).toBe(false);
        now += 86_400_000;
        expect((await find([1, 0])).map(({ key }) => key)).toEqual(['Bob']);
        await gallery.updatePerson(ann.personId, { validUntilMs: null });
        expect(await find([1, 0])).toHaveLength(2);
      });

      test('finds those too when it is told to, but nobody who was erased', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        const bob = await gallery.enrol(main, 'Bob', face([1, 0]));
        const cid = await gallery.enrol(main, 'Cid', face([1, 0]));
        await gallery.updatePerson(ann.personId, { status: 'suspended' });
        await gallery.updatePerson(bob.personId, { validUntilMs: now });
        await gallery.erase(cid.personId);
        expect(await find([1, 0])).toEqual([]);
        const found = await find([1, 0], { includeBarred: true, distinctPersons: true });
        expect(found.map(({ key }) => key)).toEqual(['Ann', 'Bob']);
      });

      test('can find so many persons, by collection', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.enrol(main, 'Ann', face([0, 1]));
        const bob = await gallery.enrol(main, 'Bob', face([1, 0], { modelId: 'model-b' }));
        await gallery.addPerson(main, 'Cid');
        await gallery.enrol(other, 'Ann', face([1, 0]));
        const count = (...ids: Uuid[]) => gallery.countSearchable(ids);
        expect([await count(), await count(main), await count(other)]).toEqual([0, 2, 1]);
        expect(await count(main, other, main)).toBe(3);
        await gallery.updatePerson(bob.personId, { validFromMs: now + 10 });
        expect(await count(main)).toBe(1);
        now += 10;
        expect(await count(main)).toBe(2);
        await gallery.updatePerson(bob.personId, { status: 'suspended' });
        expect(await count(main)).toBe(1);
        await gallery.removeReferences(main, [ann.id]);
        expect(await count(main)).toBe(1);
        await gallery.renameMembership(main, 'Ann', 'Bob');
        expect(await count(main)).toBe(0);
        await gallery.updatePerson(bob.personId, { status: 'active' });
        expect(await count(main)).toBe(1);
        await gallery.erase(bob.personId);
        expect(await count(main, other)).toBe(1);
        await gallery.clearCollection(other);
        expect(await count(main, other)).toBe(0);
      });
    });

    describe('erasure', () => {
      test('removes a person for ever and says what was there', async () => {
        const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        await gallery.enrol(main, 'Ann', face([0, 1]));
        now += 5;
        const receipt = await gallery.erase(ann.personId);
        const expected = { personId: ann.personId, hiddenAtMs: now, removedAtMs: now, references: 2 };
        expect(receipt).toEqual(expected);
        now += 5;
        expect(await gallery.findErasure(ann.personId)).toEqual(expected);
        expect(await gallery.erase(ann.personId)).toEqual(expected);
        expect(await gallery.findPerson(ann.personId)).toBeUndefined();
        expect(await gallery.findMembership(main, 'Ann')).toBeUndefined();
        expect(await gallery.findReference(main, ann.id)).toBeUndefined();
        expect(await gallery.readPicture(main, ann.id)).toBeUndefined();
        expect(await find([1, 0])).toEqual([]);
        expect((await gallery.enrol(main, 'Ann', face([1, 0]))).personId).not.toBe(ann.personId);
      });

      test('of a person without a face, and of nobody', async () => {
        const { personId } = await gallery.addPerson(main, 'Ann');
        expect(await gallery.erase(personId)).toMatchObject({ references: 0 });
        await rejects(gallery.erase(unknownId), 'person-unknown');
        await rejects(gallery.erase('no uuid'), 'person-unknown');
        expect(await gallery.findErasure(unknownId)).toBeUndefined();
      });

      test('hides the face from a search that begins before it is done', async () => {
        const { personId } = await gallery.enrol(main, 'Ann', face([1, 0]));
        const erasing = gallery.erase(personId);
        expect(await gallery.countSearchable([main])).toBe(0);
        expect(await find([1, 0], { includeBarred: true })).toEqual([]);
        expect(await find([1, 0])).toEqual([]);
        await erasing;
      });
    });

    describe('many calls at once', () => {
      test('of enrolment all count', async () => {
        const enrolled = await Promise.all(
          Array.from({ length: 64 }, (_, at) => gallery.enrol(main, `person ${at % 8}`, face([1, at]))),
        );
        expect(new Set(enrolled.map(({ number }) => number)).size).toBe(64);
        expect((await gallery.listMemberships(main)).map(({ referenceCount }) => referenceCount)).toEqual(
          Array.from({ length: 8 }, () => 8),
        );
        expect(await find([1, 0], { limit: 100 })).toHaveLength(64);
      });

      test('for one key let one win, and the others fail alone', async () => {
        const wishes = ['Ann', 'Bob', 'Ann', 'Cid', 'Ann'].map((key) => gallery.addPerson(main, key));
        const outcomes = await Promise.allSettled(wishes);
        expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
          true,
          true,
          false,
          true,
          false,
        ]);
        expect(await keysOf(main)).toEqual(['Ann', 'Bob', 'Cid']);
      });

      test('leave one receipt of an erasure asked for twice', async () => {
        const { personId } = await gallery.enrol(main, 'Ann', face([1, 0]));
        const [one, two] = await Promise.all([gallery.erase(personId), gallery.erase(personId)]);
        expect(one!.references).toBe(1);
        expect(two!.references).toBe(1);
      });
    });

    describe('the digest', () => {
      test('is changed by every write and by no refusal', async () => {
        const seen = new Set([await gallery.digest()]);
        const { id, personId } = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        for (const write of [
          async () => undefined,
          () => gallery.enrol(main, 'Ann', face([1, 0])),
          () => gallery.addPerson(main, 'Bob'),
          () => gallery.updatePerson(personId, { metadata: { floor: '3' } }),
          () => gallery.renameMembership(main, 'Ann', 'Anna'),
          () => gallery.renameMembership(main, 'Bob', 'Anna'),
          () => gallery.removeReferences(main, [id]),
          () => gallery.erase(personId),
          () => gallery.createCollection('third', ''),
        ]) {
          await write();
          const digest = await gallery.digest();
          expect(seen).not.toContain(digest);
          seen.add(digest);
        }
        const before = await gallery.digest();
        await rejects(gallery.enrol(main, '', pictured([1, 0], 'nobody')), 'key-illegal');
        await rejects(gallery.enrol(main, 'Ann', face([1, 0, 0])), 'template-mismatch');
        await rejects(gallery.createCollection('main', ''), 'collection-exists');
        await rejects(gallery.erase(unknownId), 'person-unknown');
        expect(await gallery.digest()).toBe(before);
      });
    });
  });
}

async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'AppError', code });
}

/** Typed arrays as plain ones: whether bytes come as Buffer or Uint8Array is no promise. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array || value instanceof Float32Array || Array.isArray(value)) {
    return Array.from(value as ArrayLike<unknown>, plain);
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
