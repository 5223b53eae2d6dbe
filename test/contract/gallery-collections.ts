import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import { face, pictured, unit } from '../fixtures/gallery/faces.ts';
import type { OpenGallery } from './gallery.ts';
import { crowd } from './gallery-clearing.ts';

const unknownId = '00000000-0000-1000-8000-000000000000';
const nowMs = () => 1_800_000_000_000;

/** What a gallery promises of changing, counting and removing whole collections. */
export function collectionsContract(name: string, open: OpenGallery): void {
  describe(`${name}, whole collections`, () => {
    let gallery: Gallery;
    let main: Uuid;
    let side: Uuid;

    beforeEach(async () => {
      gallery = await open({ nowMs, nextId: createIdSource(nowMs) });
      main = (await gallery.createCollection('main', 'Main entrance')).id;
      side = (await gallery.createCollection('side', 'Side door', { kind: 'door' })).id;
    });
    afterEach(() => gallery[Symbol.asyncDispose]());

    const search = async (collectionIds: Uuid[]) => {
      const ask = { modelId: 'model-a', limit: 1_000, minScore: -1, distinctPersons: false };
      return (await gallery.search({ ...ask, collectionIds, probes: [unit(1, 0)] }))[0]!;
    };

    test('are changed in the named fields alone', async () => {
      await gallery.enrol(side, 'Ann', face([1, 0]));
      const before = (await gallery.findCollection(side))!;
      expect(before.metadata).toEqual({ kind: 'door' });
      const renamed = await gallery.updateCollection(side, { slug: 'back' });
      expect(renamed).toEqual({ ...before, slug: 'back' });
      expect(await gallery.findCollection('back')).toEqual(renamed);
      expect(await gallery.findCollection('side')).toBeUndefined();
      const changed = await gallery.updateCollection(side, { name: 'Back door', metadata: {}, slug: 'back' });
      expect(changed).toEqual({ ...renamed, name: 'Back door', metadata: {} });
      expect((await gallery.listCollections()).map(({ slug }) => slug)).toEqual(['back', 'main']);
      expect(await gallery.countCollection(side)).toEqual({ members: 1, references: 1 });
      const refusals = [
        [side, { slug: 'main' }, 'collection-exists'],
        [unknownId, { name: '' }, 'collection-unknown'],
        [side, { name: 'x'.repeat(1_001) }, 'bad-input'],
        [side, { metadata: { a: 'x'.repeat(65_536) } }, 'bad-input'],
      ] as const;
      for (const [id, change, code] of refusals)
        await expect(gallery.updateCollection(id, change)).rejects.toMatchObject({ code });
      expect(await gallery.findCollection(side)).toEqual(changed);
      await gallery.createCollection('side', 'Side door again');
    });

    test('are counted', async () => {
      const count = () => gallery.countCollection(main);
      const counts: unknown[] = [];
      const { id, personId } = await gallery.enrol(main, 'Ann', face([1, 0]));
      const steps = [
        async () => undefined,
        () => gallery.enrol(main, 'Ann', face([1, 0])),
        () => gallery.addPerson(main, 'Bob'),
        () => gallery.enrol(main, 'Cid', face([1, 0])),
        () => gallery.renameMembership(main, 'Cid', 'Ann'),
        () => gallery.changeReferences([{ kind: 'copy', collectionId: main, referenceId: id, to: side }]),
        () => gallery.changeReferences([{ kind: 'move', collectionId: main, referenceId: id, key: 'Dan' }]),
        () => gallery.removeReferences(main, [id]),
        () => gallery.removeAllReferences(main, 'Ann'),
        () => gallery.placePerson(main, personId, 'Ann'),
        () => gallery.erase(personId),
        () => gallery.removeMembership(main, 'Bob'),
      ];
      for (const step of steps) {
        await step();
        counts.push(Object.values(await count()));
      }
      expect(counts).toEqual([
        ...[
          [1, 1],
          [1, 2],
          [2, 2],
          [3, 3],
          [2, 3],
          [2, 3],
        ],
        ...[
          [3, 3],
          [2, 2],
          [1, 0],
          [2, 0],
          [1, 0],
          [0, 0],
        ],
      ]);
      expect(await gallery.countCollection(side)).toEqual({ members: 0, references: 0 });
      await expect(gallery.countCollection(unknownId)).rejects.toMatchObject({ code: 'collection-unknown' });
    });

    test('are counted rightly while and after they are cleared', async () => {
      await crowd(gallery, main);
      await gallery.addPerson(main, 'without a face');
      const removing = gallery.removeAllReferences(main);
      while (await gallery.findMembership(main, 'person 0')) await nextTurn();
      expect(await gallery.countCollection(main)).toEqual({ members: 1, references: 0 });
      await removing;
      expect(await gallery.countCollection(main)).toEqual({ members: 1, references: 0 });
      await crowd(gallery, main);
      const clearing = gallery.clearCollection(main);
      while (await gallery.findMembership(main, 'person 0')) await nextTurn();
      expect(await gallery.countCollection(main)).toEqual({ members: 0, references: 0 });
      expect(await clearing).toEqual({ members: 601, references: 600 });
      expect(await gallery.countCollection(main)).toEqual({ members: 0, references: 0 });
    });

    test('are listed member by member in pages', async () => {
      const keys = ['b', 'a', 'B', 'ä', '\u{1f600}', 'aa', ' '];
      for (const key of keys) await gallery.addPerson(main, key);
      const found: string[] = [];
      for (;;) {
        const after = found.at(-1);
        const page = await gallery.pageMemberships(main, {
          limit: 2,
          ...(after !== undefined && { after }),
        });
        found.push(...page.map(({ key }) => key));
        if (found.length === 4) await gallery.removeMembership(main, found.at(-1)!);
        if (page.length < 2) break;
      }
      expect(found.toSorted()).toEqual(keys.toSorted());
      const all = await gallery.pageMemberships(main, { limit: 100 });
      expect(all.toSorted((one, other) => (one.key < other.key ? -1 : 1))).toEqual(
        await gallery.listMemberships(main),
      );
      await expect(gallery.pageMemberships(unknownId, { limit: 1 })).rejects.toMatchObject({
        code: 'collection-unknown',
      });
    });

    test('are removed with all their members, who stay elsewhere', async () => {
      const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
      await gallery.enrol(main, 'Bob', face([0, 1]));
      await gallery.addPerson(main, 'Cid');
      await gallery.enrol(side, 'Ann', face([1, 0]), { personId: ann.personId });
      expect(await gallery.removeCollection(main)).toEqual({ members: 3, references: 2 });
      expect(await gallery.findCollection(main)).toBeUndefined();
      expect(await gallery.findCollection('main')).toBeUndefined();
      expect((await gallery.listCollections()).map(({ slug }) => slug)).toEqual(['side']);
      expect(await gallery.listPlaces(ann.personId)).toMatchObject([{ collectionId: side }]);
      expect(gallery.counts()).toEqual({ collections: 1, persons: 1, references: 1 });
      expect(await search([side])).toMatchObject([{ personId: ann.personId, collectionId: side }]);
      await expect(search([main, side])).rejects.toMatchObject({ code: 'collection-unknown' });
      await expect(gallery.removeCollection(main)).rejects.toMatchObject({ code: 'collection-unknown' });
      await expect(gallery.removeCollection('main')).rejects.toMatchObject({ code: 'collection-unknown' });
    });

    test('are gone for all who ask at the same moment, and their slugs are free', async () => {
      const enrolled = await crowd(gallery, main);
      const { id, personId } = enrolled.at(-1)!;
      await gallery.placePerson(side, personId, 'Zoë');
      const removing = gallery.removeCollection(main);
      while (await gallery.findCollection('main')) await nextTurn();
      const again = await gallery.createCollection('main', 'Main entrance again');
      expect(again.id).not.toBe(main);
      expect((await gallery.listCollections()).map((each) => each.id)).toEqual([again.id, side]);
      for (const ask of [
        () => gallery.listMemberships(main),
        () => gallery.countCollection(main),
        () => gallery.findReference(main, id),
        () => gallery.enrol(main, 'person 0', face([1, 0])),
        () => gallery.updateCollection(main, { name: '' }),
        () => gallery.clearCollection(main),
        () => gallery.findFace(1, [main]),
        () => search([main]),
      ])
        await expect(ask()).rejects.toMatchObject({ code: 'collection-unknown' });
      expect(await gallery.findPerson(enrolled[0]!.personId)).toBeUndefined();
      expect(await gallery.listPlaces(personId)).toMatchObject([{ collectionId: side, key: 'Zoë' }]);
      await gallery.enrol(again.id, 'person 0', face([1, 0]));
      expect(await search([again.id])).toHaveLength(1);
      expect(await removing).toEqual({ members: 600, references: 600 });
      expect(gallery.counts()).toEqual({ collections: 2, persons: 2, references: 1 });
    });

    test('are removed once, also when asked for twice or while they are cleared', async () => {
      await crowd(gallery, main);
      const outcomes = await Promise.allSettled([
        gallery.clearCollection(main),
        gallery.removeCollection(main),
        gallery.removeCollection(main),
      ]);
      expect(outcomes).toMatchObject([
        { value: { members: 600 } },
        { value: { members: 0, references: 0 } },
        { reason: { code: 'collection-unknown' } },
      ]);
      expect(gallery.counts()).toEqual({ collections: 1, persons: 0, references: 0 });
    });

    test('are removed while somebody is leaving them, or is erased', async () => {
      const many = Array.from({ length: 1_200 }, (_, at) => gallery.enrol(main, 'Ann', face([1, at])));
      const { personId } = (await Promise.all(many))[0]!;
      await gallery.placePerson(side, personId, 'Ann');
      const bob = await gallery.enrol(main, 'Bob', face([1, 0]));
      await gallery.enrol(side, 'Bob', face([1, 0]), { personId: bob.personId });
      const leaving = gallery.removeMembership(main, 'Ann');
      const removing = gallery.removeCollection(main);
      const erasing = gallery.erase(bob.personId);
      expect(await leaving).toEqual({ references: 1_200 });
      await removing;
      expect(await erasing).toMatchObject({ removedAtMs: nowMs() });
      expect(gallery.counts()).toEqual({ collections: 1, persons: 1, references: 0 });
      await gallery.enrol(side, 'Ann', face([1, 0]));
      expect(await search([side])).toHaveLength(1);
      expect(await gallery.findErasure(bob.personId)).toHaveProperty('removedAtMs');
    });

    test('the digest is changed by each of these writes', async () => {
      const seen = new Set([await gallery.digest()]);
      for (const write of [
        () => gallery.updateCollection(main, { name: 'x' }),
        () => gallery.updateCollection(main, { slug: 'x' }),
        () => gallery.updateCollection(main, { metadata: { a: 'b' } }),
        () => gallery.removeCollection(main),
      ]) {
        await write();
        const digest = await gallery.digest();
        expect(seen).not.toContain(digest);
        seen.add(digest);
      }
    });
  });
}
