import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reference, Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import { face, unit } from '../fixtures/gallery/faces.ts';
import type { OpenGallery } from './gallery.ts';

/** So many that a clearing takes many turns. */
const people = 600;

/** Enrols that many people with one face each, `person 0` and up. */
export async function crowd(gallery: Gallery, collection: Uuid): Promise<Reference[]> {
  const keys = Array.from({ length: people }, (_, at) => `person ${at}`);
  return Promise.all(keys.map((key, at) => gallery.enrol(collection, key, face([1, at]))));
}

/** What a gallery promises of taking many people out at once. */
export function clearingContract(name: string, open: OpenGallery): void {
  describe(`${name}, when a collection is cleared`, () => {
    let gallery: Gallery;
    let main: Uuid;
    let enrolled: Reference[];

    beforeEach(async () => {
      const nowMs = () => 1_800_000_000_000;
      gallery = await open({ nowMs, nextId: createIdSource(nowMs) });
      main = (await gallery.createCollection('main', 'Main entrance')).id;
      enrolled = await crowd(gallery, main);
      await gallery.addPerson(main, 'without a face');
    });
    afterEach(() => gallery[Symbol.asyncDispose]());

    /** How many of the crowd each way of asking finds, asked within one turn. */
    const look = async (): Promise<number[]> => {
      const last = enrolled.at(-1)!;
      const ask = { collectionIds: [main], modelId: 'model-a', limit: people, minScore: -1 };
      const answers = [
        gallery
          .listReferences(main, { offset: 0, limit: people })
          .then(({ references }) => references.length),
        gallery.listReferences(main, { offset: 0, limit: 0 }).then(({ total }) => total),
        gallery.findMembership(main, 'PERSON 7', 'ignoreCase').then((found) => (found ? people : 0)),
        gallery.findReference(main, last.id).then((found) => (found ? people : 0)),
        gallery.findPerson(last.personId).then((found) => (found ? people : 0)),
      ];
      const found = gallery.search({ ...ask, probes: [unit(1, 0)], distinctPersons: false });
      return [...(await Promise.all(answers)), (await found)[0]!.length];
    };

    for (const clearing of ['clearCollection', 'removeAllReferences'] as const) {
      test(`nobody sees it half empty (${clearing})`, async () => {
        const run = gallery[clearing](main);
        let over = false;
        void run.finally(() => {
          over = true;
        });
        let isEmpty = false;
        for (let last = false; !last; ) {
          last = over;
          const before = isEmpty;
          for (const count of await look()) {
            // The answers of one look may lie on both sides of the one moment.
            expect(before ? [0] : [0, people]).toContain(count);
            isEmpty ||= count === 0;
          }
          await nextTurn();
        }
        const expected =
          clearing === 'clearCollection' ? { members: people + 1, references: people } : people;
        expect(await run).toEqual(expected);
        expect(await look()).toEqual([0, 0, 0, 0, 0, 0]);
        const left = clearing === 'clearCollection' ? [] : ['without a face'];
        expect((await gallery.listMemberships(main)).map(({ key }) => key)).toEqual(left);
        expect(gallery.counts()).toEqual({ collections: 1, persons: left.length, references: 0 });
      });
    }

    test('a list that was asked for before has everybody', async () => {
      const list = gallery.listMemberships(main);
      await gallery.clearCollection(main);
      expect(await list).toHaveLength(people + 1);
    });

    test('a face enrolled while it goes on stays', async () => {
      const clearing = gallery.clearCollection(main);
      const { id, personId } = await gallery.enrol(main, 'person 0', face([1, 0]));
      await clearing;
      expect(personId).not.toBe(enrolled[0]!.personId);
      expect(await gallery.listMemberships(main)).toMatchObject([
        { key: 'person 0', personId, referenceCount: 1 },
      ]);
      expect(await gallery.findReference(main, id)).toBeDefined();
      expect((await look()).at(-1)).toBe(1);
    });

    test('asking twice clears once', async () => {
      const twice = await Promise.all([gallery.clearCollection(main), gallery.clearCollection(main)]);
      expect(twice).toEqual([
        { members: people + 1, references: people },
        { members: 0, references: 0 },
      ]);
    });

    test('others are erased meanwhile, and one whom nobody sees any more cannot be', async () => {
      const side = (await gallery.createCollection('side', 'Side door')).id;
      const stays = await gallery.enrol(side, 'person 1', face([1, 1]));
      const clearing = gallery.clearCollection(main);
      await nextTurn();
      const erasing = gallery.erase(stays.personId);
      await clearing;
      expect(await erasing).toMatchObject({ references: 1 });
      await expect(gallery.erase(enrolled[0]!.personId)).rejects.toMatchObject({ code: 'person-unknown' });
      expect(gallery.counts()).toEqual({ collections: 2, persons: 0, references: 0 });
    });
  });
}
