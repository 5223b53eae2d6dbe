import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Uuid } from '../../src/domain/gallery.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Gallery } from '../../src/domain/ports/gallery.ts';
import { face, pictured, unit } from '../fixtures/gallery/faces.ts';
import type { OpenGallery } from './gallery.ts';

/** What a gallery promises of taking the bytes of what was removed out of its files. */
export function scrubContract(name: string, open: OpenGallery): void {
  describe(`${name}, when it is scrubbed`, () => {
    let gallery: Gallery;
    let now: number;
    let main: Uuid;

    beforeEach(async () => {
      now = 1_800_000_000_000;
      const nowMs = () => now;
      gallery = await open({ nowMs, nextId: createIdSource(nowMs) });
      main = (await gallery.createCollection('main', 'Main entrance')).id;
    });
    afterEach(() => gallery[Symbol.asyncDispose]());

    const search = async () => {
      const ask = {
        collectionIds: [main],
        modelId: 'model-a',
        limit: 1_000,
        minScore: -1,
        distinctPersons: false,
      };
      return (await gallery.search({ ...ask, probes: [unit(1, 0)] }))[0]!;
    };

    test('says on the receipt when the last byte is gone, and on nobody else’s', async () => {
      const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
      const bob = await gallery.enrol(main, 'Bob', pictured([0, 1], 'Bob'));
      const receipt = await gallery.erase(ann.personId);
      expect(receipt.scrubbedAtMs).toBeUndefined();
      now += 60_000;
      expect(await gallery.scrub()).toMatchObject({ scrubbedAtMs: now, erasures: 1 });
      expect(await gallery.findErasure(ann.personId)).toEqual({ ...receipt, scrubbedAtMs: now });
      const scrubbedAtMs = now;
      now += 60_000;
      await gallery.erase(bob.personId);
      expect(await gallery.findErasure(bob.personId)).not.toHaveProperty('scrubbedAtMs');
      expect(await gallery.scrub()).toMatchObject({ erasures: 1 });
      expect(await gallery.findErasure(ann.personId)).toMatchObject({ scrubbedAtMs });
      expect(await gallery.findErasure(bob.personId)).toMatchObject({ scrubbedAtMs: now });
    });

    test('tells all who were erased or had become one with them, and nobody else', async () => {
      const people = await Promise.all(
        Array.from({ length: 7 }, (_, at) => gallery.enrol(main, `person ${at}`, pictured([1, at], `${at}`))),
      );
      const [ann, bea, cleo, dora] = people.map(({ personId }) => personId);
      await gallery.renameMembership(main, 'person 3', 'person 2');
      await gallery.renameMembership(main, 'person 2', 'person 1');
      await gallery.renameMembership(main, 'person 5', 'person 4');
      await gallery.removeMembership(main, 'person 6');
      const { hiddenAtMs } = await gallery.erase(bea!);
      now += 1;
      const later = await gallery.erase(ann!);
      const listed: unknown[] = [];
      for await (const slice of gallery.listErasures()) listed.push(...slice);
      expect(new Set(listed)).toEqual(
        new Set([
          ...[bea, cleo, dora].map((personId) => ({ personId, hiddenAtMs })),
          { personId: ann, hiddenAtMs: later.hiddenAtMs },
        ]),
      );
      expect(listed).toHaveLength(4);
    });

    test('is the same gallery as before', async () => {
      const people = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          gallery.enrol(main, `person ${at}`, pictured([1, at], `${at}`)),
        ),
      );
      await gallery.erase(people[3]!.personId);
      await gallery.removeMembership(main, 'person 4');
      const [digest, found] = [await gallery.digest(), await search()];
      await gallery.scrub({ evenClean: true });
      expect(await gallery.digest()).toBe(digest);
      expect(await search()).toEqual(found);
      const { id } = people[7]!;
      expect(Buffer.from((await gallery.readPicture(main, id))!).toString()).toBe('picture of 7');
      await gallery.enrol(main, 'late', face([1, 1]));
      expect(await search()).toHaveLength(found.length + 1);
    });

    test('knows of no removal any more, whatever way it was made', async () => {
      expect(gallery.unscrubbedSinceMs()).toBeUndefined();
      const ways: ((key: string, referenceId: Uuid) => Promise<unknown>)[] = [
        (key) => gallery.removeMembership(main, key),
        (key) => gallery.renameMembership(main, key, `not ${key}`),
        (_, id) => gallery.removeReferences(main, [id]),
        () => gallery.clearCollection(main),
      ];
      for (const [at, remove] of ways.entries()) {
        const { id } = await gallery.enrol(main, `person ${at}`, pictured([1, at], `${at}`));
        await remove(`person ${at}`, id);
        await gallery.scrub();
        expect(gallery.unscrubbedSinceMs()).toBeUndefined();
      }
    });

    test('keeps what is written meanwhile, and forgets what is removed', async () => {
      const at = (index: number) => gallery.enrol(main, `person ${index}`, pictured([1, index], `${index}`));
      await Promise.all(Array.from({ length: 30 }, (_, index) => at(index)));
      let isOver = false;
      const scrubbing = gallery.scrub({ evenClean: true }).finally(() => {
        isOver = true;
      });
      let written = 30;
      for (let index = 0; index < 30 || !isOver; index++, await nextTurn()) {
        await at(written++);
        if (index < 30) await gallery.removeMembership(main, `person ${index}`);
        else if (index % 2) await gallery.renameMembership(main, `person ${index}`, `renamed ${index}`);
      }
      await scrubbing;
      const members = (await gallery.listMemberships(main)).map(({ key }) => key);
      const expected = Array.from({ length: written - 30 }, (_, index) => index + 30).map((index) =>
        index < written - 30 && index % 2 ? `renamed ${index}` : `person ${index}`,
      );
      expect(members.toSorted()).toEqual(expected.toSorted());
      expect(await search()).toHaveLength(members.length);
      const digest = await gallery.digest();
      await gallery.scrub({ evenClean: true });
      expect(await gallery.digest()).toBe(digest);
    });

    test('lets nobody who was erased meanwhile have a receipt that is not true', async () => {
      const ann = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
      const [, receipt] = await Promise.all([
        gallery.scrub({ evenClean: true }),
        gallery.erase(ann.personId),
      ]);
      now += 1_000;
      await gallery.scrub();
      const { scrubbedAtMs, ...rest } = (await gallery.findErasure(ann.personId))!;
      expect(rest).toEqual(receipt);
      expect(scrubbedAtMs).toBeGreaterThanOrEqual(receipt.removedAtMs!);
    });

    test('is scrubbed once after the other', async () => {
      const { personId } = await gallery.enrol(main, 'Ann', pictured([1, 0], 'Ann'));
      await gallery.erase(personId);
      const both = await Promise.all([gallery.scrub(), gallery.scrub()]);
      expect(both.map(({ erasures }) => erasures)).toEqual([1, 0]);
    });
  });
}
