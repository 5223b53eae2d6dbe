import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { FacePage, Gallery, TextPlace } from '../../src/domain/ports/gallery.ts';
import { face, unit } from '../fixtures/gallery/faces.ts';
import type { OpenGallery } from './gallery.ts';

const unknownId = '00000000-0000-1000-8000-000000000000';
const nowMs = () => 1_800_000_000_000;

/** What a gallery promises of lists over several collections. */
export function facesContract(name: string, open: OpenGallery): void {
  describe(`${name}, listing faces`, () => {
    let gallery: Gallery;
    let main: Uuid;
    let side: Uuid;

    beforeEach(async () => {
      gallery = await open({ nowMs, nextId: createIdSource(nowMs) });
      main = (await gallery.createCollection('main', 'Main entrance')).id;
      side = (await gallery.createCollection('side', 'Side door')).id;
    });
    afterEach(() => gallery[Symbol.asyncDispose]());

    const enrol = (collection: Uuid, key: string, text = '') =>
      gallery.enrol(collection, key, face([1, 0], { text }));
    const copy = async (collectionId: Uuid, referenceId: Uuid, to: Uuid) =>
      (await gallery.changeReferences([{ kind: 'copy', collectionId, referenceId, to }]))[0]!;
    const numbers = async (collections: Uuid[], page: Partial<FacePage> = {}) => {
      const wish = { order: 'oldest first', limit: 100, ...page } as const;
      const { faces, hasMore } = await gallery.listFaces(collections, wish);
      return hasMore ? [...faces.map(({ number }) => number), 'more'] : faces.map(({ number }) => number);
    };

    test('by a text that is too long for any is refused', async () => {
      const page = (length: number) =>
        ({ text: 'é'.repeat(length), order: 'oldest first', limit: 1 }) as const;
      expect(await gallery.listFaces([main], page(512))).toEqual({ faces: [], hasMore: false });
      for (const length of [513, 2_000])
        await expect(gallery.listFaces([main], page(length))).rejects.toMatchObject({
          ...{ code: 'bad-input', details: { most: 512, length } },
        });
    });

    test('by their numbers, in both directions and by page, siblings as one', async () => {
      const first = await enrol(main, 'Ann');
      await enrol(side, 'Bob');
      await enrol(main, 'Cid');
      const copied = await copy(main, first.id, side);
      await enrol(side, 'Dan');
      expect(await numbers([main])).toEqual([1, 3]);
      expect(await numbers([side])).toEqual([1, 2, 5]);
      expect(await numbers([side, main, side])).toEqual([1, 2, 3, 5]);
      expect(await numbers([main, side], { order: 'newest first' })).toEqual([5, 3, 2, 1]);
      expect(await numbers([main, side], { limit: 2 })).toEqual([1, 2, 'more']);
      expect(await numbers([main, side], { limit: 2, after: 2 })).toEqual([3, 5]);
      expect(await numbers([main, side], { order: 'newest first', after: 4, limit: 1 })).toEqual([3, 'more']);
      expect(await numbers([main, side], { after: 5 })).toEqual([]);
      expect(await numbers([], {})).toEqual([]);
      const { faces } = await gallery.listFaces([side, main], { order: 'oldest first', limit: 1 });
      expect(faces[0]!.references.map(({ id, key }) => [id, key])).toEqual([
        [first.id, 'Ann'],
        [copied.id, 'Ann'],
      ]);
      await gallery.removeReferences(main, [first.id]);
      expect(await numbers([main])).toEqual([3]);
      expect(await numbers([main, side])).toEqual([1, 2, 3, 5]);
    });

    test('of many more than are read at once', async () => {
      const enrolled = await Promise.all(
        Array.from({ length: 150 }, (_, at) => enrol(at % 3 === 0 ? side : main, `${at}`)),
      );
      const changes = enrolled
        .filter(({ number }) => number % 5 === 0)
        .map(
          ({ collectionId, id }) =>
            ({
              kind: 'copy',
              collectionId,
              referenceId: id,
              to: collectionId === main ? side : main,
            }) as const,
        );
      await gallery.changeReferences(changes);
      const all = Array.from({ length: 150 }, (_, at) => at + 1);
      expect(await numbers([main, side], { limit: 150 })).toEqual(all);
      expect(await numbers([main, side], { limit: 200, order: 'newest first' })).toEqual(all.toReversed());
      expect(await numbers([side], { limit: 200, after: 70 })).toEqual(
        all.filter((number) => number > 70 && (number % 3 === 1 || number % 5 === 0)),
      );
    });

    test('of one person, in all places', async () => {
      const ann = await enrol(main, 'Ann');
      await enrol(main, 'Bob');
      const { personId } = ann;
      await gallery.enrol(side, 'A', face([1, 0]), { personId });
      await copy(main, ann.id, side);
      await gallery.enrol(main, 'Ann', face([1, 0]));
      expect(await numbers([main, side], { personId })).toEqual([1, 3, 5]);
      expect(await numbers([side], { personId })).toEqual([1, 3]);
      expect(await numbers([main, side], { personId, order: 'newest first', after: 5 })).toEqual([3, 1]);
      expect(await numbers([main, side], { personId: unknownId })).toEqual([]);
      expect(await numbers([main, side], { personId: 'no uuid' })).toEqual([]);
    });

    test('by their text, exactly', async () => {
      await enrol(main, 'a', 'Sam');
      await enrol(main, 'b', 'Sa');
      const third = await enrol(side, 'c', 'Sam');
      await enrol(main, 'd');
      await enrol(main, 'e', 'sam');
      await enrol(main, 'f', 'Sam Berry');
      expect(await numbers([main, side], { text: 'Sam' })).toEqual([1, 3]);
      expect(await numbers([main, side], { text: 'Sam', order: 'newest first', limit: 1 })).toEqual([
        3,
        'more',
      ]);
      expect(await numbers([main, side], { text: 'Sam', order: 'newest first', after: 3 })).toEqual([1]);
      expect(await numbers([main], { text: 'Sam' })).toEqual([1]);
      expect(await numbers([main, side], { text: '' })).toEqual([4]);
      expect(await numbers([main, side], { text: 'nobody' })).toEqual([]);
      const at = { collectionId: side, referenceId: third.id };
      await gallery.changeReferences([{ kind: 'describe', ...at, text: 'Sa' }]);
      expect(await numbers([main, side], { text: 'Sam' })).toEqual([1]);
      expect(await numbers([main, side], { text: 'Sa' })).toEqual([2, 3]);
      await gallery.changeReferences([{ kind: 'describe', ...at, text: '' }]);
      expect(await numbers([main, side], { text: 'Sa' })).toEqual([2]);
      await gallery.changeReferences([{ kind: 'remove', ...at }]);
      expect(await numbers([main, side], { text: '' })).toEqual([4]);
      const { personId } = (await gallery.findMembership(main, 'a'))!;
      expect(await numbers([main], { text: 'Sam', personId })).toEqual([1]);
      expect(await numbers([main], { text: 'Sa', personId })).toEqual([]);
    });

    test('by each text once, with its count and first face', async () => {
      const first = await enrol(side, 'a', 'Sam');
      await enrol(main, 'b', 'Sam');
      await enrol(main, 'c', 'Zoë');
      await enrol(side, 'd', '\u{1f600}');
      await enrol(side, 'e');
      await copy(side, first.id, main);
      const list = (collections: Uuid[], after?: TextPlace, limit = 100) =>
        gallery.listTexts(collections, { limit, ...(after && { after }) });
      const all = await list([main, side]);
      const told = (texts: typeof all) =>
        texts
          .map(({ collectionId, text, count, first: { number } }) => [
            collectionId === main ? 'main' : 'side',
            text,
            count,
            number,
          ])
          .toSorted();
      const expected = [
        ['main', 'Sam', 2, 1],
        ['main', 'Zoë', 1, 3],
        ['side', '\u{1f600}', 1, 4],
      ];
      expect(told(all)).toEqual(expected);
      expect(all.find(({ text }) => text === 'Sam')!.first.references).toHaveLength(2);
      expect(all.at(-1)!.collectionId).toBe(side);
      const paged: typeof all = [];
      for (let page = await list([main, side], undefined, 1); page.length > 0; ) {
        expect(page).toHaveLength(1);
        paged.push(...page);
        page = await list([main, side], page[0], 1);
      }
      expect(paged).toEqual(all);
      expect(told(await list([side]))).toEqual([
        ['side', 'Sam', 1, 1],
        ['side', '\u{1f600}', 1, 4],
      ]);
      expect(await list([])).toEqual([]);
      expect(await list([main, side], undefined, 0)).toEqual([]);
      await gallery.clearCollection(side);
      expect(told(await list([main, side]))).toEqual([
        ['main', 'Sam', 2, 1],
        ['main', 'Zoë', 1, 3],
      ]);
    });

    test('without those of somebody who is leaving', async () => {
      const { personId } = await gallery.addPerson(side, 'Ann');
      const many = Array.from({ length: 1_200 }, (_, at) =>
        gallery.enrol(main, 'Ann', face([1, at], { text: 'Ann' }), { personId }),
      );
      await Promise.all(many);
      const left = await enrol(main, 'Bob', 'Bob');
      const leaving = gallery.removeMembership(main, 'Ann');
      while (await gallery.findMembership(main, 'Ann')) await nextTurn();
      expect(await numbers([main])).toEqual([left.number]);
      expect(await numbers([main], { text: 'Ann' })).toEqual([]);
      expect(await numbers([main], { personId })).toEqual([]);
      expect((await gallery.listTexts([main], { limit: 9 })).map(({ text }) => text)).toEqual(['Bob']);
      await leaving;
    });

    test('only in collections that are there', async () => {
      const page = { order: 'oldest first', limit: 1 } as const;
      await expect(gallery.listFaces([main, unknownId], page)).rejects.toMatchObject({
        code: 'collection-unknown',
      });
      await expect(gallery.listTexts([main, 'no uuid'], page)).rejects.toMatchObject({
        code: 'collection-unknown',
      });
    });

    test('a search brings each face once when asked to, by its best sibling', async () => {
      const ann = await enrol(main, 'Ann');
      await copy(main, ann.id, side);
      const far = await gallery.enrol(side, 'Bob', face([1, 0.2]));
      const search = async (more: object) => {
        const [found] = await gallery.search({
          ...{ collectionIds: [main, side], modelId: 'model-a', probes: [unit(1, 0)] },
          ...{ limit: 2, minScore: 0.5, distinctPersons: false, ...more },
        });
        return found!.map(({ faceNumber, collectionId }) => [faceNumber, collectionId]);
      };
      expect(await search({})).toEqual([
        [ann.number, main],
        [ann.number, side],
      ]);
      expect(await search({ distinctFaces: true })).toEqual([
        [ann.number, main],
        [far.number, side],
      ]);
      expect(await search({ distinctFaces: true, collectionIds: [side] })).toEqual([
        [ann.number, side],
        [far.number, side],
      ]);
    });
  });
}
