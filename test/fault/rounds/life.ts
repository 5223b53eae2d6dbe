import { writeSync } from 'node:fs';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { seeded } from '../../bench/accuracy/seeded.ts';
import { type Actor, nextTurn } from './actor.ts';
import { perform, servingModel, switchTo } from './operations.ts';
import { overviewOf } from './overview.ts';
import { nowMs, type Told } from './told.ts';

/**
 * One life of a store, from its opening to its cut: `node life.ts <folder> <number> <actors> [sealed] [scrubbed] [switched]`.
 * Tells what it found, then lets the actors write at the same time until the process is killed, and tells of each write
 * before it begins and when it is acknowledged; meanwhile the store may be scrubbed, and its embedding model changed, again
 * and again. With no actors it
 * is scrubbed once, looked at once more, and closed.
 */
const [dir, life, actors, ...modes] = process.argv.slice(2) as [string, string, string, ...string[]];
const wrappingKey = modes.includes('sealed') ? Buffer.alloc(32, 7) : undefined;

/** A synchronous write: what is told was told before the next thing happens, however slowly it is read. */
function tell(told: Told): void {
  let rest = Buffer.from(`${JSON.stringify(told)}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSome(rest));
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** The number of bytes that the pipe took. A full one, whose reader has no turn on a busy machine, takes none. */
function writeSome(bytes: Uint8Array): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    Atomics.wait(pause, 0, 0, 1);
    return 0;
  }
}

/** What no store should do; the other threads may keep a process from ending itself by less. */
process.on('uncaughtException', (error) => {
  tell({ what: 'failed', message: String(error.stack) });
  process.kill(process.pid, 'SIGKILL');
});

const store = await openLmdbStore({ dir, nowMs, wrappingKey });
await tellOverview();

async function tellOverview(): Promise<void> {
  const overview = await overviewOf(store);
  tell({ what: 'opened', overview, problems: store.storeProblems() });
}

async function scrub(): Promise<void> {
  await store.gallery.scrub({ evenClean: true });
  tell({ what: 'scrubbed', isClean: store.gallery.unscrubbedSinceMs() === undefined });
}

async function scrubAgainAndAgain(): Promise<void> {
  for (;;) await scrub();
}

async function switchAgainAndAgain(): Promise<void> {
  for (;;) {
    const modelId = servingModel(store) === 'model-b' ? 'model-c' : 'model-b';
    tell({ what: 'switching', modelId });
    await switchTo(store, modelId);
    tell({ what: 'switched', modelId });
  }
}

async function end(): Promise<void> {
  await scrub();
  await tellOverview();
  await store.close();
}

async function act(name: string): Promise<void> {
  const random = seeded(Number(life) * 1_000 + Number(name));
  const leastBytes = modes.includes('switched') ? 1 : 0;
  const actor: Actor = { name, gallery: store.gallery, random, leastBytes };
  for (let turn = 0; ; turn++) {
    const operations = await nextTurn(actor, `${life}-${turn}`);
    const writes = operations.map(async (operation, index) => {
      const id = { actor: name, turn, index };
      tell({ what: 'begun', id, operation });
      tell({ what: 'done', id, made: await perform(store, operation) });
    });
    await Promise.all(writes);
  }
}

if (actors === '0') await end();
else {
  if (modes.includes('scrubbed')) void scrubAgainAndAgain();
  if (modes.includes('switched')) void switchAgainAndAgain();
  await Promise.all(Array.from({ length: Number(actors) }, (_, index) => act(String(index))));
}
