import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { openMemoryHistory } from '../../../src/adapters/history/memory/open-memory-history.ts';
import { type Credential, localAdmin } from '../../../src/domain/credential.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { ForgettingWay, NewEvent } from '../../../src/domain/event.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { History, HistoryWish } from '../../../src/domain/ports/history.ts';
import { galleryWithHistory } from '../../../src/services/gallery-with-history.ts';
import { createHistory, type HistoryService } from '../../../src/services/history.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

const door = '00000000-0000-1000-8000-000000000001';
const gate = '00000000-0000-1000-8000-000000000002';
const start = 1_800_000_000_000;
const scoped = (id: Uuid, reach: Credential['reach']): Credential => ({
  ...localAdmin,
  id,
  right: 'read',
  reach,
});

let now: number;
let bare: Gallery;
let store: History;
beforeEach(() => {
  now = start;
  bare = openMemoryGallery();
  store = openMemoryHistory();
});

function open(onErasure: ForgettingWay = 'anonymise', history = store): HistoryService {
  const policy = { keepDays: 30, keepAtMost: 100, onErasure };
  return createHistory({ history, gallery: bare, policy, log: silentLog, nowMs: () => now });
}

function seen(personIds: readonly Uuid[], more: Partial<NewEvent> = {}): NewEvent {
  const candidates = personIds.map((personId) => ({ personId, referenceId: personId, score: 0.8 }));
  return { kind: 'identification', atMs: now++, collectionIds: [door], candidates, ...more };
}

async function told(history: HistoryService, caller = localAdmin): Promise<readonly Uuid[][]> {
  const found: Uuid[][] = [];
  for await (const { candidates } of history.list(caller, { order: 'oldest first' }))
    found.push(candidates.map(({ personId }) => personId));
  return found;
}

describe('the history', () => {
  it('tells what was recorded just now', async () => {
    const history = open();
    history.record(seen(['a']));
    history.record(seen([]));
    expect(await told(history)).toEqual([['a'], []]);
    expect(history.status()).toEqual({ waiting: 0, dropped: 0 });
  });

  it('shows a caller the events of collections that she reaches, and her own', async () => {
    const history = open();
    history.record(seen(['a']));
    history.record(seen(['b'], { collectionIds: [gate, door] }));
    history.record(seen(['c'], { collectionIds: [], accountId: 'hers' }));
    expect(await told(history)).toEqual([['a'], ['b'], ['c']]);
    expect(await told(history, scoped('hers', [gate, door]))).toEqual([['a'], ['b'], ['c']]);
    // Where 'b' has been, who is gone, nobody knows.
    expect(await told(history, scoped('hers', [gate]))).toEqual([[], ['c']]);
    expect(await told(history, { ...scoped('token', []), ownerId: 'hers' })).toEqual([['c']]);
    expect(await told(history, scoped('other', []))).toEqual([]);
    expect(await told(history, scoped('other', [door]))).toEqual([['a'], []]);
  });

  it('tells a caller of nobody whom she does not reach, and knows her as a stranger', async () => {
    const [hall, yard] = [
      (await bare.createCollection('hall', '')).id,
      (await bare.createCollection('yard', '')).id,
    ];
    const { personId: ann } = await bare.addPerson(hall, 'Ann');
    const { personId: bob } = await bare.addPerson(yard, 'Bob');
    const { personId: cid } = await bare.addPerson(yard, 'Cid');
    await bare.placePerson(hall, cid, 'Cid');
    const history = open();
    history.record(seen([bob, ann, cid], { collectionIds: [yard, hall] }));
    history.record(seen([bob], { collectionIds: [yard, hall] }));
    // Whom she reached then, and not now.
    history.record(seen([bob], { collectionIds: [hall] }));
    const caller = scoped('hers', [hall]);
    const tell = async (wish: Partial<HistoryWish> = {}) => {
      const events = [];
      for await (const { collectionIds, candidates } of history.list(caller, {
        order: 'oldest first',
        ...wish,
      }))
        events.push([collectionIds, candidates.map(({ personId }) => personId)]);
      return events;
    };
    const [first, second, third] = [
      [[hall], [ann, cid]],
      [[hall], []],
      [[hall], []],
    ];
    expect(await tell()).toEqual([first, second, third]);
    expect(await tell({ personIds: [ann] })).toEqual([first]);
    expect(await tell({ personIds: [bob] })).toEqual([]);
    expect(await tell({ referenceIds: [bob] })).toEqual([]);
    expect(await tell({ known: true })).toEqual([first]);
    expect(await tell({ known: false })).toEqual([second, third]);
    expect(await told(history)).toEqual([[bob, ann, cid], [bob], [bob]]);
  });

  it('loses what is older than it keeps, and tells before', async () => {
    const history = open();
    history.record(seen(['a']));
    history.record(seen(['b']));
    await told(history);
    now = start + 30 * 86_400_000 + 1;
    expect(await history.prune({ dryRun: true })).toEqual({ records: 1, oldestMs: start, newestMs: start });
    expect(await told(history)).toHaveLength(2);
    expect(await history.prune()).toMatchObject({ records: 1 });
    expect(await told(history)).toEqual([['b']]);
  });

  it('writes at its end what was recorded', async () => {
    const history = open();
    history.record(seen(['a']));
    await history[Symbol.asyncDispose]();
    expect(store.count()).toBe(1);
  });
});

describe('when a person leaves', () => {
  let ann: Uuid;
  let bea: Uuid;
  let hall: Uuid;
  beforeEach(async () => {
    hall = (await bare.createCollection('hall', 'Hall')).id;
    ann = (await bare.enrol(hall, 'Ann', face([1, 0]))).personId;
    bea = (await bare.enrol(hall, 'Bea', face([0, 1]))).personId;
  });
  const recorded = (history: HistoryService) => {
    history.record(seen([ann], { pictureId: 'picture' }));
    history.record(seen([bea, ann]));
    history.record(seen([bea]));
  };

  it.each<[ForgettingWay, number[]]>([
    ['anonymise', [0, 1, 1]],
    ['remove', [1]],
  ])('by erasure, her events follow at once: %s', async (way, left) => {
    const history = open(way);
    const gallery = galleryWithHistory(bare, history);
    recorded(history);
    await gallery.erase(ann);
    expect((await told(history)).map(({ length }) => length)).toEqual(left);
    expect(JSON.stringify(await told(history))).not.toContain(ann);
    expect(await store.find(1)).not.toMatchObject({ pictureId: 'picture' });
    expect(await store.listPartings()).toEqual([]);
  });

  it('by becoming one with another, her events are the other’s', async () => {
    const history = open();
    const gallery = galleryWithHistory(bare, history);
    recorded(history);
    expect(await gallery.renameMembership(hall, 'Ann', 'Bea')).toBe('merged');
    expect(await told(history)).toEqual([[bea], [bea, bea], [bea]]);
    await gallery.erase(bea);
    expect(JSON.stringify(await told(history))).not.toMatch(new RegExp(`${ann}|${bea}`));
  });

  it('from one collection only, her events stay hers', async () => {
    const yard = (await bare.createCollection('yard', 'Yard')).id;
    await bare.placePerson(yard, ann, 'Ann');
    const history = open();
    recorded(history);
    await galleryWithHistory(bare, history).renameMembership(hall, 'Ann', 'Bea');
    expect(await told(history)).toEqual([[ann], [bea, ann], [bea]]);
    expect(await store.listPartings()).toEqual([]);
  });

  it('what was recognised before and is recorded after is removed where that is the way', async () => {
    const history = open('remove');
    const [late, other] = [seen([ann, bea]), seen([bea])];
    await galleryWithHistory(bare, history).erase(ann);
    history.record(late);
    history.record(other);
    expect(await told(history)).toEqual([[bea]]);
    expect(store.count()).toBe(1);
  });

  it('what was recognised before and is recorded after has forgotten her too', async () => {
    const history = open();
    const gallery = galleryWithHistory(bare, history);
    const late = seen([ann, bea], { pictureId: 'picture' });
    await gallery.erase(ann);
    history.record(late);
    expect(await told(history)).toEqual([[bea]]);
    expect(await store.find(1)).not.toHaveProperty('pictureId');
  });

  it('but does not, nothing is forgotten', async () => {
    const history = open();
    const gallery = galleryWithHistory(bare, history);
    recorded(history);
    const nobody = '00000000-0000-1000-8000-00000000000f';
    await expect(gallery.erase(nobody)).rejects.toMatchObject({ code: 'person-unknown' });
    expect(await gallery.renameMembership(hall, 'Ann', 'Anna')).toBe('renamed');
    expect(await gallery.renameMembership(hall, 'Anna', 'Anna')).toBe('renamed');
    expect(await told(history)).toEqual([[ann], [bea, ann], [bea]]);
    expect(await store.listPartings()).toEqual([]);
  });

  it('and the process ends before her events follow, the next life ends it', async () => {
    const history = open();
    recorded(history);
    await history[Symbol.asyncDispose]();
    await store.notePartings([{ personId: ann }, { personId: bea }]);
    await bare.erase(ann);
    const next = open();
    await next.settlePartings();
    expect(await told(next)).toEqual([[], [bea], [bea]]);
    expect(await store.listPartings()).toEqual([]);
  });

  it('into one who is erased before her events follow, they are forgotten', async () => {
    const history = open();
    recorded(history);
    await told(history);
    await store.notePartings([{ personId: ann, heirId: bea }]);
    await bare.renameMembership(hall, 'Ann', 'Bea');
    await bare.erase(bea);
    await history.settlePartings();
    expect(await told(history)).toEqual([[], [bea], [bea]]);
    await store.notePartings([{ personId: bea }]);
    await history.settlePartings();
    expect(await told(history)).toEqual([[], [], []]);
  });

  it('into one who became one with a third before her events follow, they are the third’s', async () => {
    const cid = (await bare.enrol(hall, 'Cid', face([1, 1]))).personId;
    const history = open();
    recorded(history);
    await told(history);
    await store.notePartings([{ personId: ann, heirId: bea }]);
    await bare.renameMembership(hall, 'Ann', 'Bea');
    await bare.renameMembership(hall, 'Bea', 'Cid');
    await history.settlePartings();
    expect(await told(history)).toEqual([[cid], [bea, cid], [bea]]);
  });

  it('into one who is erased, what is recorded after both has forgotten both', async () => {
    const history = open();
    const gallery = galleryWithHistory(bare, history);
    await gallery.renameMembership(hall, 'Ann', 'Bea');
    await gallery.erase(bea);
    history.record(seen([ann, bea]));
    expect(await told(history)).toEqual([[]]);
  });

  it('and the disk is full, it is ended later', async () => {
    let isFull = true;
    const failing: History = {
      ...store,
      settleParting: async (parting, way) => {
        if (isFull) throw new AppError('storage-full', 'No room');
        return store.settleParting(parting, way);
      },
    };
    const history = open('anonymise', failing);
    recorded(history);
    expect(await galleryWithHistory(bare, history).erase(ann)).toMatchObject({ personId: ann });
    isFull = false;
    await history.settlePartings();
    expect(JSON.stringify(await told(history))).not.toContain(ann);
  });
});
