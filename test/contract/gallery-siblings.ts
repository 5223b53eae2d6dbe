import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/domain/errors.ts';
import type { Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Gallery, ReferenceChange } from '../../src/domain/ports/gallery.ts';
import { face, pictured, unit } from '../fixtures/gallery/faces.ts';
import type { OpenGallery } from './gallery.ts';

const unknownId = '00000000-0000-1000-8000-000000000000';
const nowMs = () => 1_800_000_000_000;

/** What a gallery promises of persons and faces in several collections, and of writes that have several parts. */
export function siblingsContract(name: string, open: OpenGallery): void {
  describe(`${name}, with several collections`, () => {
    let gallery: Gallery;
    let main: Uuid;
    let side: Uuid;

    beforeEach(async () => {
      gallery = await open({ nowMs, nextId: createIdSource(nowMs) });
      main = (await gallery.createCollection('main', 'Main entrance')).id;
      side = (await gallery.createCollection('side', 'Side door', { kind: 'door' })).id;
    });
    afterEach(() => gallery[Symbol.asyncDispose]());

    const keysOf = async (collection: Uuid) =>
      (await gallery.listMemberships(collection)).map(({ key }) => key);
    const copy = async (referenceId: Uuid, more: { key?: string } = {}) => {
      const [copied] = await gallery.changeReferences([
        { kind: 'copy', collectionId: main, referenceId, to: side, ...more },
      ]);
      return copied!;
    };
    const refused = async (write: Promise<unknown>, code: ErrorCode, item?: number) => {
      const details = item === undefined ? expect.not.objectContaining({ item }) : { item };
      await expect(write).rejects.toMatchObject({ name: 'AppError', code, details });
    };

    describe('a person', () => {
      test('is in each collection that she was placed in, under the key of each', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        const place = await gallery.placePerson(side, ann.personId, 'A-17');
        expect(place).toEqual({
          ...{ collectionId: side, personId: ann.personId },
          ...{ key: 'A-17', referenceCount: 0 },
        });
        expect(await gallery.findMembershipOf(side, ann.personId)).toEqual(place);
        const places = await gallery.listPlaces(ann.personId);
        expect(places.map(({ collectionId, key }) => [collectionId, key])).toEqual(
          [
            [main, 'Ann'],
            [side, 'A-17'],
          ].toSorted(),
        );
        expect(gallery.counts().persons).toBe(1);
        await refused(gallery.placePerson(side, ann.personId, 'twice'), 'person-exists');
        await gallery.addPerson(main, 'Bob');
        const bob = (await gallery.findMembership(main, 'Bob'))!;
        await refused(gallery.placePerson(side, bob.personId, 'A-17'), 'person-exists');
        await refused(gallery.placePerson(side, unknownId, 'nobody'), 'person-unknown');
        await refused(gallery.placePerson(unknownId, bob.personId, 'Bob'), 'collection-unknown');
        expect(await gallery.listPlaces(unknownId)).toEqual([]);
        expect(await gallery.listPlaces('no uuid')).toEqual([]);
        expect(await gallery.findMembershipOf(side, bob.personId)).toBeUndefined();
        expect(await gallery.findMembershipOf(side, 'no uuid')).toBeUndefined();
      });

      test('goes with the last of her places, and with an erasure from all', async () => {
        const { personId } = await gallery.addPerson(main, 'Ann');
        await gallery.placePerson(side, personId, 'Ann');
        await gallery.removeMembership(main, 'Ann');
        expect(await gallery.findPerson(personId)).toBeDefined();
        expect(await gallery.listPlaces(personId)).toMatchObject([{ collectionId: side }]);
        await gallery.placePerson(main, personId, 'Ann again');
        await gallery.removeMembership(side, 'Ann');
        await gallery.removeMembership(main, 'Ann again');
        expect(await gallery.findPerson(personId)).toBeUndefined();

        const bob = await gallery.enrol(main, 'Bob', face([1, 0]));
        await gallery.enrol(side, 'Bob', face([1, 1]), { personId: bob.personId });
        expect(await gallery.erase(bob.personId)).toMatchObject({ references: 2 });
        expect([await keysOf(main), await keysOf(side)]).toEqual([[], []]);
      });

      test('comes back to a collection while what she had there is still going', async () => {
        const { personId } = await gallery.addPerson(side, 'Ann');
        const many = Array.from({ length: 1_200 }, (_, at) =>
          gallery.enrol(main, 'Ann', face([1, at]), { personId }),
        );
        await Promise.all(many);
        const leaving = gallery.removeMembership(main, 'Ann');
        const { id } = await gallery.enrol(main, 'Ann', face([0, 1]), { personId });
        await leaving;
        expect(await gallery.listMemberships(main)).toMatchObject([
          { key: 'Ann', personId, referenceCount: 1 },
        ]);
        expect(await gallery.findReference(main, id)).toBeDefined();
        expect(gallery.counts().references).toBe(1);
      });

      test('is known by her number', async () => {
        const ann = await gallery.addPerson(main, 'Ann');
        const bob = await gallery.addPerson(main, 'Bob');
        const person = await gallery.findPerson(bob.personId);
        expect(await gallery.findPersonByNumber(person!.number)).toEqual(person);
        expect(await gallery.findPersonByNumber(1)).toMatchObject({ id: ann.personId });
        await gallery.erase(ann.personId);
        for (const number of [1, 3, -1, 0.5, Number.NaN, 2 ** 60])
          expect(await gallery.findPersonByNumber(number)).toBeUndefined();
      });

      test('is enrolled by her id, and keeps the key that she has', async () => {
        const { personId } = await gallery.addPerson(main, 'Ann');
        await gallery.addPerson(side, 'Bob');
        await refused(gallery.enrol(side, 'Bob', face([1, 0]), { personId }), 'person-exists');
        await refused(gallery.enrol(side, 'Cid', face([1, 0]), { personId: unknownId }), 'person-unknown');
        expect(await gallery.enrol(side, 'Ann 2', face([1, 0]), { personId })).toMatchObject({
          key: 'Ann 2',
        });
        expect(await gallery.enrol(side, 'Bob', face([1, 0]), { personId })).toMatchObject({ key: 'Ann 2' });
        expect(await keysOf(side)).toEqual(['Ann 2', 'Bob']);
        expect(gallery.counts()).toMatchObject({ persons: 2, references: 2 });
      });

      test('gets an automatic key when there is none, that nobody else has', async () => {
        await gallery.addPerson(main, 'face-2');
        expect(await gallery.enrol(main, null, face([1, 0]))).toMatchObject({ number: 1, key: 'face-1' });
        const second = await gallery.enrol(main, null, face([1, 0]));
        expect(second).toMatchObject({ number: 2, key: 'face-2-2' });
        expect(await gallery.findPerson(second.personId)).toMatchObject({ name: 'face-2-2' });
        const { personId } = second;
        expect(await gallery.enrol(main, null, face([1, 0]), { personId })).toMatchObject({
          key: 'face-2-2',
        });
      });

      test('must be new when the caller says so, and gets her fields in the same write', async () => {
        const person = { name: 'Ann Smith', metadata: { floor: '3' } };
        const { personId } = await gallery.enrol(main, 'Ann', face([1, 0]), { isNew: true, person });
        expect(await gallery.findPerson(personId)).toMatchObject(person);
        await refused(gallery.enrol(main, 'Ann', face([1, 0]), { isNew: true }), 'person-exists');
        await refused(
          gallery.enrol(main, 'Ann', face([1, 0]), { person: { name: 'x'.repeat(1_001) } }),
          'bad-input',
        );
      });
    });

    describe('a copy', () => {
      test('is the same face of the same person, with a number and an id of its own', async () => {
        const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        const sibling = await copy(ann.id);
        expect(sibling).toMatchObject({
          ...{ faceNumber: ann.number, number: ann.number + 1, personId: ann.personId },
          ...{ collectionId: side, key: 'Ann', hasPicture: true },
        });
        const whole = (await gallery.findReference(side, sibling.id))!;
        expect([...whole.template.vector]).toEqual([...ann.template.vector]);
        expect(Buffer.from(whole.crop!.jpeg).toString()).toBe('crop of Ann');
        expect(Buffer.from((await gallery.readPicture(side, sibling.id))!).toString()).toBe('picture of Ann');
        const found = await gallery.findFace(ann.number, [side, main, side]);
        expect(found.map(({ id }) => id)).toEqual([ann.id, sibling.id]);
        expect((await gallery.findFace(ann.number, [side])).map(({ id }) => id)).toEqual([sibling.id]);
        expect(await gallery.findFace(sibling.number, [main, side])).toEqual([]);
        for (const number of [9, -1, 1.5, 2 ** 60])
          expect(await gallery.findFace(number, [main, side])).toEqual([]);
        await refused(gallery.findFace(1, [main, unknownId]), 'collection-unknown');
      });

      test('is made once in a collection', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        const sibling = await copy(ann.id);
        expect(await copy(ann.id, { key: 'another' })).toEqual(sibling);
        const back: ReferenceChange = {
          ...{ kind: 'copy', collectionId: side, referenceId: sibling.id, to: main },
        };
        expect(await gallery.changeReferences([back])).toMatchObject([{ id: ann.id }]);
        expect(gallery.counts()).toMatchObject({ persons: 1, references: 2 });
      });

      test('keeps the number of the face when the first has gone', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        const sibling = await copy(ann.id);
        await gallery.removeReferences(main, [ann.id]);
        expect(await gallery.findFace(ann.number, [main, side])).toMatchObject([{ id: sibling.id }]);
        const [again] = await gallery.changeReferences([
          { kind: 'copy', collectionId: side, referenceId: sibling.id, to: main },
        ]);
        expect(again).toMatchObject({ faceNumber: ann.number, number: 3, key: 'Ann' });
        expect(await gallery.findFace(ann.number, [main, side])).toHaveLength(2);
        await gallery.clearCollection(side);
        await gallery.removeReferences(main, [again!.id]);
        expect(await gallery.findFace(ann.number, [main, side])).toEqual([]);
      });

      test('is found by a search with the number of the face', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        const sibling = await copy(ann.id, { key: 'A-17' });
        const [found] = await gallery.search({
          ...{ collectionIds: [main, side], modelId: 'model-a', probes: [unit(1, 0)] },
          ...{ limit: 9, minScore: 0.5, distinctPersons: false },
        });
        expect(found).toMatchObject([
          { referenceId: ann.id, faceNumber: ann.number, key: 'Ann' },
          { referenceId: sibling.id, faceNumber: ann.number, key: 'A-17' },
        ]);
      });

      test('takes the key of her place, a free one when another has that, and refuses one that is taken', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        await gallery.addPerson(side, 'Ann');
        await refused(copy(ann.id, { key: 'Ann' }), 'person-exists', 0);
        expect(await copy(ann.id)).toMatchObject({ key: 'face-2' });
        expect(await gallery.findMembershipOf(side, ann.personId)).toMatchObject({ referenceCount: 1 });
      });

      test('waits for a sibling that is still going', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        const first = await copy(ann.id);
        const many = Array.from({ length: 1_200 }, (_, at) => gallery.enrol(side, 'Ann', face([1, at])));
        await Promise.all(many);
        const leaving = gallery.removeMembership(side, 'Ann');
        const second = await copy(ann.id);
        await leaving;
        expect(second.id).not.toBe(first.id);
        expect((await gallery.findFace(ann.number, [side])).map(({ id }) => id)).toEqual([second.id]);
      });
    });

    describe('a change of references', () => {
      test('writes text and metadata, each alone', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0], { text: 'Ann', metadata: { photo: 'a' } }));
        expect(await gallery.findReference(main, ann.id)).toMatchObject({
          text: 'Ann',
          metadata: { photo: 'a' },
        });
        const describe = (change: object) =>
          gallery.changeReferences([
            { kind: 'describe', collectionId: main, referenceId: ann.id, ...change },
          ]);
        expect(await describe({ text: 'Anna' })).toMatchObject([{ text: 'Anna', metadata: { photo: 'a' } }]);
        expect(await describe({ metadata: {} })).toMatchObject([{ text: 'Anna', metadata: {} }]);
        expect(await gallery.findReference(main, ann.id)).toMatchObject({ text: 'Anna', metadata: {} });
      });

      test('gives a face to another person, and the one who has none left goes', async () => {
        const ann = await gallery.enrol(main, 'Ann', face([1, 0]));
        const bob = await gallery.enrol(main, 'Bob', face([0, 1]));
        const move = (to: object) =>
          gallery.changeReferences([
            { kind: 'move', collectionId: main, referenceId: ann.id, key: null, ...to },
          ]);
        await refused(move({ personId: unknownId }), 'person-unknown', 0);
        expect(await move({ personId: bob.personId })).toMatchObject([
          { key: 'Bob', personId: bob.personId },
        ]);
        expect(await gallery.listMemberships(main)).toMatchObject([{ key: 'Bob', referenceCount: 2 }]);
        expect(await gallery.findPerson(ann.personId)).toBeUndefined();
        const [hit] = await gallery.search({
          ...{ collectionIds: [main], modelId: 'model-a', probes: [unit(1, 0)] },
          ...{ limit: 1, minScore: 0.5, distinctPersons: true },
        });
        expect(hit).toMatchObject([{ key: 'Bob', personId: bob.personId, referenceId: ann.id }]);
        expect(await move({ key: 'Cid' })).toMatchObject([{ key: 'Cid' }]);
        expect(await move({ key: null })).toMatchObject([{ key: 'face-1' }]);
        const elsewhere = await gallery.addPerson(side, 'Eve');
        expect(await move({ key: 'E', personId: elsewhere.personId })).toMatchObject([{ key: 'E' }]);
        expect(await keysOf(main)).toEqual(['Bob', 'E']);
        expect(await gallery.countSearchable([main])).toBe(2);
      });

      test('removes, and answers what was there', async () => {
        const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        const sibling = await copy(ann.id);
        const remove = [ann, sibling].map(
          ({ collectionId, id }) => ({ kind: 'remove', collectionId, referenceId: id }) as const,
        );
        expect(await gallery.changeReferences(remove)).toMatchObject([{ id: ann.id }, { id: sibling.id }]);
        expect(gallery.counts()).toMatchObject({ persons: 0, references: 0 });
        expect(await gallery.readPicture(side, sibling.id)).toBeUndefined();
      });

      test('is made with all others of the write, or not at all', async () => {
        const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
        const digest = await gallery.digest();
        const at = { collectionId: main, referenceId: ann.id };
        await refused(
          gallery.changeReferences([
            { kind: 'describe', ...at, text: 'gone' },
            { kind: 'copy', ...at, to: side },
            { kind: 'move', ...at, key: 'Bob' },
            { kind: 'remove', ...at },
            { kind: 'describe', ...at, text: 'too late' },
          ]),
          'reference-unknown',
          4,
        );
        expect(await gallery.digest()).toBe(digest);
        expect(await gallery.findFace(ann.number, [main, side])).toHaveLength(1);
        const other = { ...at, collectionId: side };
        await refused(gallery.changeReferences([{ kind: 'remove', ...other }]), 'reference-unknown', 0);
        const unknown = { ...at, collectionId: unknownId };
        await refused(gallery.changeReferences([{ kind: 'remove', ...unknown }]), 'collection-unknown', 0);
        expect(await gallery.changeReferences([])).toEqual([]);
      });

      test('refuses what is too long, or too much at once', async () => {
        const { id, personId } = await gallery.enrol(main, 'Ann', face([1, 0], { text: 'x'.repeat(512) }));
        const at = { kind: 'describe', collectionId: main, referenceId: id } as const;
        const long = [
          { text: 'x'.repeat(513) },
          { text: 'a\0b' },
          { text: 'half \ud800' },
          { metadata: { a: 'x'.repeat(65_536) } },
          { metadata: { half: '\ud800' } },
          { metadata: Object.fromEntries(Array.from({ length: 257 }, (_, name) => [`${name}`, ''])) },
        ];
        for (const more of long) {
          await refused(gallery.changeReferences([{ ...at, ...more }]), 'bad-input', 0);
          await refused(gallery.enrol(main, 'Ann', face([1, 0], more)), 'bad-input');
        }
        for (const { metadata } of long.filter((each) => 'metadata' in each))
          await refused(gallery.updatePerson(personId, { metadata: metadata! }), 'bad-input');
        await refused(gallery.createCollection('third', 'x'.repeat(1_001)), 'bad-input');
        const many = Array.from({ length: 101 }, () => ({ ...at, text: 'x' }));
        await refused(gallery.changeReferences(many), 'bad-input');
        expect(await gallery.changeReferences([{ ...at, metadata: { é: 'x'.repeat(65_534) } }])).toHaveLength(
          1,
        );
      });
    });

    describe('several faces', () => {
      test('are enrolled together', async () => {
        const enrolled = await gallery.enrolAll(main, [
          { key: 'Ann', face: pictured([1, 0], 'Ann') },
          { key: 'Bob', face: face([0, 1]), isNew: true },
          { key: 'Ann', face: face([1, 1]) },
        ]);
        expect(enrolled.map(({ number, key }) => [number, key])).toEqual([
          [1, 'Ann'],
          [2, 'Bob'],
          [3, 'Ann'],
        ]);
        expect(gallery.counts()).toMatchObject({ persons: 2, references: 3 });
        expect(await gallery.readPicture(main, enrolled[0]!.id)).toBeDefined();
        expect(await gallery.enrolAll(main, [])).toEqual([]);
      });

      test('are all refused with the one that cannot be, which is named', async () => {
        const digest = await gallery.digest();
        const good = { key: 'Ann', face: pictured([1, 0], 'Ann') };
        const batch = (bad: object) => gallery.enrolAll(main, [good, { ...good, ...bad }]);
        await refused(batch({ isNew: true }), 'person-exists', 1);
        await refused(batch({ key: '' }), 'key-illegal', 1);
        await refused(batch({ personId: unknownId }), 'person-unknown', 1);
        await refused(batch({ face: face([1, 0, 0]) }), 'template-mismatch', 1);
        await refused(gallery.enrolAll(unknownId, [good]), 'collection-unknown');
        await refused(
          gallery.enrolAll(
            main,
            Array.from({ length: 101 }, () => good),
          ),
          'bad-input',
        );
        expect(await gallery.digest()).toBe(digest);
        expect(gallery.counts()).toEqual({ collections: 2, persons: 0, references: 0 });
        expect(await gallery.enrol(main, 'Ann', face([1, 0, 0]))).toMatchObject({ number: 1 });
      });

      test('wait together for a collection that is being cleared', async () => {
        const crowd = Array.from({ length: 600 }, (_, at) => gallery.enrol(main, `${at}`, face([1, at])));
        await Promise.all(crowd);
        const clearing = gallery.clearCollection(main);
        await gallery.enrolAll(main, [{ key: 'Ann', face: face([1, 0]) }]);
        await clearing;
        expect(await keysOf(main)).toEqual(['Ann']);
      });
    });

    test('the digest is changed by each of these writes', async () => {
      const seen = new Set([await gallery.digest()]);
      const { id, personId } = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
      const at = { collectionId: main, referenceId: id };
      const change = (more: object) =>
        gallery.changeReferences([{ ...at, ...more } as ReferenceChange]).then(() => undefined);
      for (const write of [
        async () => undefined,
        () => gallery.placePerson(side, personId, 'Ann'),
        () => change({ kind: 'copy', to: side }),
        () => change({ kind: 'describe', text: 'Ann' }),
        () => change({ kind: 'describe', metadata: { a: 'b' } }),
        () => change({ kind: 'move', key: 'Bob' }),
        () => gallery.createCollection('third', '', { a: 'b' }),
        () => gallery.enrol(main, 'Ann', face([1, 0], { text: 'Ann' })),
      ]) {
        await write();
        const digest = await gallery.digest();
        expect(seen).not.toContain(digest);
        seen.add(digest);
      }
    });
  });
}
