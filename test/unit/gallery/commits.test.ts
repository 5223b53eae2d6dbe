import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { json } from '../../../src/adapters/gallery/lmdb/disk/codecs.ts';
import { Environment } from '../../../src/adapters/gallery/lmdb/disk/environment.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

/** A file with one table, and a write that holds the event loop for a while. */
async function openFile() {
  const file = await Environment.open(join(await ownFolder(), 'file.mdb'));
  const table = file.table('numbers', json<number>());
  const put = (at: number) => {
    for (const end = performance.now() + 2; performance.now() < end; );
    table.put(keyOf(at), at);
    return at;
  };
  return { file, table, put };
}

function keyOf(at: number): Buffer {
  return Buffer.from(`key ${at}`);
}

test('writes made at once share a commit, and others have their turn between them', async () => {
  const { file, table, put } = await openFile();
  const before = file.lastCommit();
  let decided = 0;
  const seen = new Set<string>();
  const committed = new Set([0]);
  const all = Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      file.write(
        () => {
          decided++;
          return put(at);
        },
        () => committed.add(table.count()),
      ),
    ),
  );
  let isOver = false;
  void all.then(() => {
    isOver = true;
  });
  for (; !isOver; await nextTurn()) seen.add(`${decided} decided, ${table.count()} there`);
  expect(await all).toEqual(Array.from({ length: 20 }, (_, at) => at));
  expect(file.lastCommit() - before).toBeLessThan(20);
  expect(seen.size).toBeGreaterThan(5);
  // Whoever reads between them sees nothing that may still be undone.
  for (const step of seen) expect(committed).toContain(Number(step.split(' ')[2]));
  expect(table.count()).toBe(20);
  await file.close();
});

test('a refused write is undone alone, in whatever turn it was decided', async () => {
  const { file, table, put } = await openFile();
  const writes = Array.from({ length: 6 }, (_, at) =>
    file.write(() => {
      put(at);
      if (at % 2 === 1) throw new RangeError(`No ${at}`);
    }),
  );
  const ends = await Promise.allSettled(writes);
  expect(ends.map(({ status }) => status)).toEqual(
    Array.from({ length: 6 }, (_, at) => (at % 2 === 1 ? 'rejected' : 'fulfilled')),
  );
  expect(Array.from(table.entries(), ({ value }) => value)).toEqual([0, 2, 4]);
  await file.close();
});

test('what follows a commit happens in the order of the writes, before any of them is acknowledged', async () => {
  const { file, table, put } = await openFile();
  const order: string[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async (_, at) => {
      await file.write(
        () => put(at),
        (number) => order.push(`${table.has(keyOf(number))} ${number}`),
      );
      order.push(`acknowledged ${at}`);
    }),
  );
  const followed = order.filter((step) => !step.startsWith('acknowledged'));
  expect(followed).toEqual(Array.from({ length: 20 }, (_, at) => `true ${at}`));
  for (let at = 0; at < 20; at++)
    expect(order.indexOf(`true ${at}`)).toBeLessThan(order.indexOf(`acknowledged ${at}`));
  await file.close();
});

test('writes that come while others are decided are made as well', async () => {
  const { file, table, put } = await openFile();
  const writes: Promise<number>[] = [];
  for (let at = 0; at < 30; at++) {
    writes.push(file.write(() => put(at)));
    if (at % 3 === 0) await nextTurn();
  }
  await Promise.all(writes);
  expect(table.count()).toBe(30);
  await file.close();
});
