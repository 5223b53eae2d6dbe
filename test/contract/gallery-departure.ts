import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reference, Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import { face, unit } from '../fixtures/gallery/faces.ts';
import type { OpenGallery } from './gallery.ts';

/** So many that her removal takes many turns. */
const faces = 1_500;
/** Others, enrolled between hers. */
const others = 30;

/** Enrols `Ann` with that many faces and others between them, whose references are answered in their order. */
export async function annAmongOthers(
  gallery: Gallery,
  collection: Uuid,
): Promise<{ ann: Reference[]; others: Reference[] }> {
  const enrolled = await Promise.all(
    Array.from({ length: faces + others }, (_, at) => {
      const isOther = at % Math.floor(faces / others) === 0 && at / Math.floor(faces / others) < others;
      return gallery.enrol(collection, isOther ? `other ${at}` : 'Ann', face([1, isOther ? 2 : at / 2_000]));
    }),
  );
  const annId = (await gallery.findMembership(collection, 'Ann'))!.personId;
  return {
    ann: enrolled.filter(({ personId }) => personId === annId),
    others: enrolled.filter(({ personId }) => personId !== annId),
  };
}

/** What a gallery promises of taking out one person with very many references. */
export function departureContract(name: string, open: OpenGallery): void {
  describe(`${name}, when a person with very many references is taken out`, () => {
    let gallery: Gallery;
    let main: Uuid;
    let enrolled: Awaited<ReturnType<typeof annAmongOthers>>;

    beforeEach(async () => {
      const nowMs = () => 1_800_000_000_000;
      gallery = await open({ nowMs, nextId: createIdSource(nowMs) });
      main = (await gallery.createCollection('main', 'Main entrance')).id;
      enrolled = await annAmongOthers(gallery, main);
    });
    afterEach(() => gallery[Symbol.asyncDispose]());

    const everything = { offset: 0, limit: 10_000 };
    const search = async (limit: number) => {
      const ask = { collectionIds: [main], modelId: 'model-a', limit, minScore: -1, distinctPersons: false };
      return (await gallery.search({ ...ask, probes: [unit(1, 0)] }))[0]!;
    };

    const searched = async () => (await search(10_000)).length - others;
    /** How many of her faces each way of asking finds, asked within one turn. */
    const look = async (): Promise<number[]> => {
      const { id, personId } = enrolled.ann.at(-1)!;
      const all = (found: unknown) => (found ? faces : 0);
      return Promise.all([
        gallery.listReferences(main, everything).then(({ references }) => references.length - others),
        gallery.listReferences(main, { offset: 0, limit: 0 }).then(({ total }) => total - others),
        gallery.listReferences(main, { ...everything, key: 'Ann' }).then(({ total }) => total),
        gallery.findMembership(main, 'ANN', 'ignoreCase').then(all),
        gallery.findReference(main, id).then(all),
        gallery.findPerson(personId).then(all),
      ]);
    };

    const ways = {
      removeMembership: () => gallery.removeMembership(main, 'Ann').then(({ references }) => references),
      removeAllReferences: () => gallery.removeAllReferences(main, 'Ann'),
      erase: () => gallery.erase(enrolled.ann[0]!.personId).then(({ references }) => references),
    };

    for (const [way, remove] of Object.entries(ways)) {
      test(`nobody sees her half gone (${way})`, async () => {
        const run = remove();
        let over = false;
        void run.finally(() => {
          over = true;
        });
        let isGone = false;
        for (let last = false; !last; ) {
          last = over;
          const before = isGone;
          // An erasure hides her from searches before it is decided.
          const counts =
            way === 'erase' ? look() : Promise.all([look(), searched()]).then((all) => all.flat());
          for (const count of await counts) {
            // The answers of one look may lie on both sides of the one moment.
            expect(before ? [0] : [0, faces]).toContain(count);
            isGone ||= count === 0;
          }
          await nextTurn();
        }
        expect(await run).toBe(faces);
        expect([...(await look()), await searched()]).toEqual([0, 0, 0, 0, 0, 0, 0]);
        expect(gallery.counts()).toEqual({ collections: 1, persons: others, references: others });
      });
    }

    /** Runs to the moment at which she is gone for those who ask, which may be before her last record is. */
    const untilGone = async () => {
      while (await gallery.findMembership(main, 'Ann')) await nextTurn();
    };

    test('pages of a list are those of the others', async () => {
      const removal = gallery.removeMembership(main, 'Ann');
      await untilGone();
      const ids = enrolled.others.map(({ id }) => id);
      const page = (offset: number) => gallery.listReferences(main, { offset, limit: 4 });
      const pages = await Promise.all([0, 4, 26, 28, 40].map(page));
      expect(pages.map(({ references }) => references.map(({ id }) => ids.indexOf(id)))).toEqual([
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [26, 27, 28, 29],
        [28, 29],
        [],
      ]);
      expect(pages.map(({ total }) => total)).toEqual([others, others, others, others, others]);
      await removal;
    });

    test('the few best hits are those of others at once', async () => {
      const removal = gallery.removeMembership(main, 'Ann');
      await untilGone();
      const hits = await search(3);
      expect(hits.map(({ referenceId }) => referenceId)).toEqual(
        enrolled.others.slice(0, 3).map(({ id }) => id),
      );
      await removal;
    });

    test('her key is free at once, for somebody who stays', async () => {
      const removal = gallery.removeMembership(main, 'Ann');
      const { id, personId } = await gallery.enrol(main, 'Ann', face([1, 0]));
      await removal;
      expect(personId).not.toBe(enrolled.ann[0]!.personId);
      expect(await gallery.findMembership(main, 'Ann')).toMatchObject({ personId, referenceCount: 1 });
      expect(await gallery.findReference(main, id)).toBeDefined();
      expect((await search(1))[0]).toMatchObject({ referenceId: id, key: 'Ann' });
    });

    test('her references cannot be removed once more', async () => {
      const removal = gallery.removeMembership(main, 'Ann');
      await untilGone();
      const hers = enrolled.ann.slice(-3).map(({ id }) => id);
      expect(await gallery.removeReferences(main, hers)).toEqual([]);
      await removal;
      expect((await gallery.listReferences(main, everything)).total).toBe(others);
    });

    test('the collection may be cleared meanwhile', async () => {
      const removal = gallery.removeMembership(main, 'Ann');
      const clearing = gallery.clearCollection(main);
      expect(await removal).toEqual({ references: faces });
      expect(await clearing).toEqual({ members: others, references: others });
      expect(gallery.counts()).toEqual({ collections: 1, persons: 0, references: 0 });
      expect((await gallery.listReferences(main, everything)).total).toBe(0);
      await gallery.enrol(main, 'Ann', face([1, 0]));
      expect((await gallery.listReferences(main, everything)).total).toBe(1);
    });

    test('an erasure asked for twice has one receipt, complete when all is gone', async () => {
      const { personId } = enrolled.ann[0]!;
      await Promise.all([gallery.erase(personId), gallery.erase(personId)]);
      expect(await gallery.findErasure(personId)).toEqual({
        ...{ personId, references: faces },
        ...{ hiddenAtMs: 1_800_000_000_000, removedAtMs: 1_800_000_000_000 },
      });
      expect(gallery.counts().references).toBe(others);
    });

    test('the digest is that of the gallery without her', async () => {
      const removal = gallery.removeMembership(main, 'Ann');
      await untilGone();
      const digest = await gallery.digest();
      await removal;
      expect(await gallery.digest()).toBe(digest);
    });
  });
}
