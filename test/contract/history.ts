import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HistoryEvent, mostCandidates, type NewEvent } from '../../src/domain/event.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { History, HistoryWish } from '../../src/domain/ports/history.ts';
import type { OpenedPart, OpenPart } from './opened-part.ts';

const idOf = (number: number) => `00000000-0000-1000-8000-${String(number).padStart(12, '0')}`;
const [ann, bea, cleo] = [idOf(1), idOf(2), idOf(3)] as const;
const [door, gate] = [idOf(11), idOf(12)] as const;
const start = 1_800_000_000_000;

function sighting(atMs: number, ...persons: string[]): NewEvent {
  const candidates = persons.map((personId, rank) => ({
    ...{ personId, referenceId: personId.replace('00000000', 'ffffffff'), score: 0.9 - rank / 10 },
  }));
  return { kind: 'sighting', atMs, collectionIds: [idOf(21)], candidates };
}

async function all(events: AsyncIterable<HistoryEvent>): Promise<HistoryEvent[]> {
  const found: HistoryEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

/** What every keeper of events promises. */
export function historyContract(name: string, open: OpenPart<History>): void {
  describe(name, () => {
    let opened: OpenedPart<History>;
    const history = () => opened.port();
    const numbers = async (wish: Partial<HistoryWish> = {}) =>
      (await all(history().list({ order: 'newest first', ...wish }))).map(({ number }) => number);

    beforeEach(async () => {
      const nowMs = () => start;
      opened = await open({ nowMs, nextId: createIdSource(nowMs) });
    });
    afterEach(() => opened.close());

    test('keeps events as they came, with ids and numbers in their order', async () => {
      const whole: NewEvent = {
        ...{ kind: 'identification', atMs: start, dialect: 'findface', accountId: idOf(9), cameraId: door },
        ...{ collectionIds: [idOf(21), idOf(22)], modelId: 'model-a', quality: 0.75, pictureId: idOf(31) },
        box: { x: -1.5, y: 2, width: 40, height: 50 },
        candidates: [{ personId: ann, referenceId: idOf(41), score: 0.71 }],
      };
      const gap: NewEvent = {
        ...{ kind: 'gap', atMs: start + 1, collectionIds: [], candidates: [] },
        gap: { fromMs: start - 5, toMs: start - 1, count: 7 },
      };
      const added = await history().add([whole, gap]);
      await opened.again();
      expect(added).toEqual([
        { ...whole, id: added[0]!.id, number: 1 },
        { ...gap, id: added[1]!.id, number: 2 },
      ]);
      expect(added[0]!.id).not.toBe(added[1]!.id);
      expect(await all(history().list({ order: 'oldest first' }))).toEqual(added);
      expect(await history().find(2)).toEqual(added[1]);
      expect(await history().find(3)).toBeUndefined();
      expect(history().count()).toBe(2);
      expect(await history().add([])).toEqual([]);
    });

    test('keeps no more than the best of those who were found', async () => {
      const persons = Array.from({ length: mostCandidates + 3 }, (_, index) => idOf(100 + index));
      const [event] = await history().add([sighting(start, ...persons)]);
      expect(event!.candidates.map(({ personId }) => personId)).toEqual(persons.slice(0, mostCandidates));
      expect(await numbers({ personIds: [persons[mostCandidates]!] })).toEqual([]);
    });

    test('is told in the order of time, also when the clock was set back, and of numbers when asked', async () => {
      await history().add([10, 20, 5, 20, 30].map((ms) => sighting(start + ms)));
      await opened.again();
      expect(await numbers()).toEqual([5, 4, 2, 1, 3]);
      expect(await numbers({ order: 'oldest first' })).toEqual([3, 1, 2, 4, 5]);
      expect((await all(history().since(0))).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
      expect((await all(history().since(3))).map(({ number }) => number)).toEqual([4, 5]);
      expect(await all(history().since(5))).toEqual([]);
    });

    test('is told page by page, from the event on that a page begins with', async () => {
      await history().add([10, 20, 5, 20, 30].map((ms) => sighting(start + ms)));
      expect(await numbers({ startNumber: 2 })).toEqual([2, 1, 3]);
      expect(await numbers({ order: 'oldest first', startNumber: 2 })).toEqual([2, 4, 5]);
      expect(await numbers({ startNumber: 3 })).toEqual([3]);
      await history().prune({ beforeMs: start + 6, keepAtMost: 100 });
      await opened.again();
      expect(await numbers({ startNumber: 3 })).toEqual([2, 1]);
      expect(await numbers({ startNumber: 99 })).toEqual([5, 4, 2, 1]);
      expect(await numbers({ startNumber: 0 })).toEqual([]);
      expect(await numbers({ order: 'oldest first', startNumber: 99 })).toEqual([]);
      expect(await numbers({ order: 'oldest first', startNumber: 0 })).toEqual([1, 2, 4, 5]);
    });

    test.each<[string, Partial<HistoryWish>, number[]]>([
      ['from a time', { fromMs: start + 3 }, [6, 5, 4]],
      ['from between two times', { fromMs: start + 2.5 }, [6, 5, 4]],
      ['until a time', { untilMs: start + 2 }, [2, 1]],
      ['between two times', { fromMs: start + 1, untilMs: start + 4 }, [4, 3, 2]],
      ['of a time that nothing is of', { fromMs: start + 4, untilMs: start + 4 }, []],
      ['of a camera', { cameraIds: [door] }, [5, 2, 1]],
      ['of several cameras', { cameraIds: [gate, idOf(99), door] }, [5, 4, 2, 1]],
      ['of a person, also when she was not the best', { personIds: [bea] }, [5, 3, 2]],
      ['of several persons, each once', { personIds: [ann, bea] }, [5, 3, 2, 1]],
      ['of a person at a camera', { personIds: [ann, bea], cameraIds: [door] }, [5, 2, 1]],
      ['of nobody', { personIds: [] }, []],
      ['of a reference', { referenceIds: [ann.replace('00000000', 'ffffffff')] }, [3, 1]],
      ['with somebody known', { known: true }, [5, 3, 2, 1]],
      ['with nobody known', { known: false }, [6, 4]],
      ['of a kind', { kinds: ['gap', 'verification'] }, [6]],
      ['that an account sees', { visibleTo: { collectionIds: [idOf(22)], accountId: idOf(9) } }, [5, 4]],
      ['from a page on', { personIds: [bea], startNumber: 4 }, [3, 2]],
      ['of what is no id', { cameraIds: ['no uuid'] }, []],
      [
        'of all this together',
        { personIds: [ann, bea], cameraIds: [door], fromMs: start + 1, known: true, startNumber: 4 },
        [2],
      ],
    ])('finds the events %s', async (_what, wish, expected) => {
      await history().add([
        { ...sighting(start, ann), cameraId: door },
        { ...sighting(start + 1, bea), cameraId: door },
        sighting(start + 2, ann, bea),
        { ...sighting(start + 3), cameraId: gate, accountId: idOf(9) },
        { ...sighting(start + 4, cleo, bea, bea), cameraId: door, collectionIds: [idOf(21), idOf(22)] },
        { ...sighting(start + 5), kind: 'gap', gap: { fromMs: start, toMs: start, count: 1 } },
      ]);
      await opened.again();
      expect(await numbers(wish)).toEqual(expected);
      expect(await numbers({ ...wish, startNumber: undefined, order: 'oldest first' })).toEqual(
        (await numbers({ ...wish, startNumber: undefined })).reverse(),
      );
    });

    test('finds who became somebody by an event by her id, but not among those who were known', async () => {
      const candidate = { personId: ann, referenceId: idOf(41), score: 1 };
      await history().add([
        { ...sighting(start), candidates: [{ ...candidate, isNew: true }] },
        { ...sighting(start + 1), candidates: [candidate] },
      ]);
      await opened.again();
      expect(await numbers({ personIds: [ann] })).toEqual([2, 1]);
      expect(await numbers({ known: true })).toEqual([2]);
      expect(await numbers({ known: false })).toEqual([1]);
    });

    test('finds the events of more cameras and persons than anybody asks for at once', async () => {
      const many = Array.from({ length: 200 }, (_, index) => idOf(1_000 + index));
      await history().add(many.map((id, index) => ({ ...sighting(start + index, id), cameraId: id })));
      expect(await numbers({ cameraIds: many.slice(0, 70) })).toHaveLength(70);
      expect(await numbers({ personIds: many.slice(10, 110) })).toHaveLength(100);
      expect(await numbers({ personIds: many.slice(10, 40), order: 'oldest first' })).toEqual(
        Array.from({ length: 30 }, (_, index) => 11 + index),
      );
    });

    test('lets others have their turn while many events are read, and can be left in the middle', async () => {
      for (let batch = 0; batch < 20; batch++) {
        await history().add(Array.from({ length: 100 }, (_, index) => sighting(start + index, ann)));
      }
      await opened.again();
      let turns = 0;
      let isReading = true;
      const count = () => {
        turns += 1;
        if (isReading) setImmediate(count);
      };
      setImmediate(count);
      let read = 0;
      for await (const event of history().list({ order: 'oldest first' }))
        read += event.kind === 'gap' ? 0 : 1;
      isReading = false;
      expect(read).toBe(2_000);
      expect(turns).toBeGreaterThan(4);
      for await (const event of history().list({ order: 'newest first' })) {
        expect(event.atMs).toBe(start + 99);
        break;
      }
      await history().add([sighting(start)]);
      expect(history().count()).toBe(2_001);
    });

    test('loses the oldest, and tells before which', async () => {
      const times = Array.from({ length: 600 }, (_, index) => start + ((index * 7) % 600));
      await history().add(times.map((atMs) => ({ ...sighting(atMs, ann), cameraId: door })));
      const old = { records: 250, oldestMs: start, newestMs: start + 249 };
      const wish = { beforeMs: start + 250, keepAtMost: 1_000 };
      expect(await history().prune({ ...wish, dryRun: true })).toEqual(old);
      expect(history().count()).toBe(600);
      expect(await history().prune(wish)).toEqual(old);
      await opened.again();
      expect(await history().prune(wish)).toEqual({ records: 0 });
      const surplus = { records: 347, oldestMs: start + 250, newestMs: start + 596 };
      expect(await history().prune({ beforeMs: 0, keepAtMost: 3, dryRun: true })).toEqual(surplus);
      expect(await history().prune({ beforeMs: 0, keepAtMost: 3 })).toEqual(surplus);
      await opened.again();
      const left = await all(history().list({ order: 'oldest first' }));
      expect(left.map(({ atMs }) => atMs - start)).toEqual([597, 598, 599]);
      expect(await numbers({ personIds: [ann] })).toHaveLength(3);
      expect(await numbers({ cameraIds: [door] })).toHaveLength(3);
      await history().prune({ beforeMs: start + 1_000, keepAtMost: 3 });
      await opened.again();
      expect((await history().add([sighting(start)]))[0]!.number).toBe(601);
    });

    describe('when somebody leaves', () => {
      beforeEach(async () => {
        await history().add([
          { ...sighting(start, ann), pictureId: idOf(31), cameraId: door },
          sighting(start + 1, bea, ann),
          { ...sighting(start + 2, bea), pictureId: idOf(32) },
          sighting(start + 3, ann, ann),
        ]);
        await history().notePartings([{ personId: ann }]);
        await opened.again();
      });

      test('keeps the note of it until it is settled or taken back', async () => {
        await history().notePartings([{ personId: bea, heirId: cleo }, { personId: ann }]);
        await opened.again();
        const byId = (await history().listPartings()).sort((one, other) =>
          one.personId < other.personId ? -1 : 1,
        );
        expect(byId).toEqual([{ personId: ann }, { personId: bea, heirId: cleo }]);
        await history().dropParting(ann);
        await history().dropParting(cleo);
        await opened.again();
        expect(await history().listPartings()).toEqual([{ personId: bea, heirId: cleo }]);
        expect(await numbers({ personIds: [ann] })).toEqual([4, 2, 1]);
      });

      test('forgets her in her events, and tells the pictures that show her', async () => {
        const settled = await history().settleParting({ personId: ann }, 'anonymise');
        expect(settled).toEqual({ events: 3, pictureIds: [idOf(31)] });
        await opened.again();
        expect(await numbers({ personIds: [ann] })).toEqual([]);
        const events = await all(history().list({ order: 'oldest first' }));
        expect(events.map(({ candidates }) => candidates.map(({ personId }) => personId))).toEqual([
          [],
          [bea],
          [bea],
          [],
        ]);
        expect(events.map(({ pictureId }) => pictureId)).toEqual([undefined, undefined, idOf(32), undefined]);
        expect(JSON.stringify(events)).not.toContain(ann);
        expect(await numbers({ cameraIds: [door] })).toEqual([1]);
        expect(await numbers({ personIds: [bea] })).toEqual([3, 2]);
        expect(await history().listPartings()).toEqual([]);
      });

      test('removes her events where that is the way', async () => {
        expect(await history().settleParting({ personId: ann }, 'remove')).toMatchObject({ events: 3 });
        await opened.again();
        expect(await numbers()).toEqual([3]);
        expect(await numbers({ cameraIds: [door] })).toEqual([]);
        expect(await numbers({ personIds: [bea] })).toEqual([3]);
        expect(history().count()).toBe(1);
      });

      test('gives her events to her heir', async () => {
        const settled = await history().settleParting({ personId: ann, heirId: bea }, 'anonymise');
        expect(settled).toEqual({ events: 3, pictureIds: [] });
        await opened.again();
        expect(await numbers({ personIds: [ann] })).toEqual([]);
        expect(await numbers({ personIds: [bea] })).toEqual([4, 3, 2, 1]);
        expect(await history().find(1)).toMatchObject({
          candidates: [{ personId: bea, referenceId: ann.replace('00000000', 'ffffffff') }],
          pictureId: idOf(31),
        });
        expect(await history().listPartings()).toEqual([]);
      });

      test('has nothing to do for somebody whom no event knows', async () => {
        const none = { events: 0, pictureIds: [] };
        expect(await history().settleParting({ personId: cleo }, 'anonymise')).toEqual(none);
        expect(await numbers()).toEqual([4, 3, 2, 1]);
      });
    });
  });
}
