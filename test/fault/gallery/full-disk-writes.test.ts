import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { fillDisk, smallDisk } from '../../fixtures/gallery/small-disk.ts';
import { type Operation, perform } from '../rounds/operations.ts';
import { overviewOf } from '../rounds/overview.ts';
import { nowMs } from '../rounds/told.ts';
import { Truth } from '../rounds/truth.ts';

const cycles = 3;
const largerThanWhatIsLeft = 400_000;

/** One write of each kind that is done in one piece. */
function writesOf(turn: number): Operation[] {
  const slug = 'door';
  const [ann, bob] = [`Ann ${turn}`, `Bob ${turn}`];
  const enrol = (key: string, bytes: number): Operation => {
    return { kind: 'enrol', slug, key, direction: [1, turn, Math.log10(bytes + 1), 1], bytes };
  };
  return [
    enrol(ann, 1_000),
    enrol(bob, 0),
    enrol('Large', largerThanWhatIsLeft),
    { kind: 'place', slug, key: `nobody ${turn}` },
    { kind: 'collection', slug: `other-${turn}` },
    { kind: 'keys', name: `key ${turn}` },
    { kind: 'rename', slug, from: ann, to: `${ann} again` },
    { kind: 'rename', slug, from: `${ann} again`, to: bob },
  ];
}

/** Makes the writes one after the other; what is refused must be so for want of room. Tells how many were. */
async function write(store: LmdbStore, truth: Truth, turn: number): Promise<number> {
  let refused = 0;
  for (const [index, operation] of writesOf(turn).entries()) {
    const id = { actor: '0', turn, index };
    try {
      await truth.note([{ what: 'begun', id, operation }]);
      await truth.note([{ what: 'done', id, made: await perform(store, operation) }]);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Whose enrolment was refused cannot be renamed.
      expect(['storage-full', ...(operation.kind === 'rename' ? ['person-unknown'] : [])]).toContain(
        error.code,
      );
      await truth.note([{ what: 'refused', id }]);
      refused++;
    }
  }
  return refused;
}

async function compare(store: LmdbStore, truth: Truth): Promise<void> {
  const overview = JSON.parse(JSON.stringify(await overviewOf(store)));
  await truth.note([{ what: 'opened', overview, problems: store.storeProblems() }]);
}

test(`a disk that is full ${cycles} times halves no write of any kind, also when the store is opened on it`, async ({
  skip,
}) => {
  const dir = await smallDisk(24);
  if (dir === undefined) return skip('Only root may mount the small disk that this test fills');
  const options = { dir: join(dir, 'store'), nowMs };
  const ballast = join(dir, 'ballast');
  const truth = new Truth();
  let store = await openLmdbStore(options);
  const id = { actor: '0', turn: 0, index: -1 };
  const operation: Operation = { kind: 'collection', slug: 'door' };
  await truth.note([
    { what: 'begun', id, operation },
    { what: 'done', id, made: await perform(store, operation) },
  ]);
  for (let cycle = 0; cycle < cycles; cycle++) {
    expect(await write(store, truth, 10 * cycle)).toBe(0);
    await compare(store, truth);
    fillDisk(ballast);
    for (let turn = 1; turn < 5; turn++) {
      expect(await write(store, truth, 10 * cycle + turn)).toBeGreaterThan(0);
      await compare(store, truth);
    }
    await store.close();
    store = await openLmdbStore(options);
    await compare(store, truth);
    expect(await write(store, truth, 10 * cycle + 5)).toBeGreaterThan(0);
    await rm(ballast);
    expect(await write(store, truth, 10 * cycle + 6)).toBe(0);
    await compare(store, truth);
  }
  await store.close();
});
