import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Gate } from '../../../src/primitives/gate.ts';

function task() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { run: () => promise, end: resolve, fail: reject };
}

test('work that is not held back begins at once, and its outcome is passed on', async () => {
  const gate = new Gate();
  const seen: string[] = [];
  const done = gate.pass(async () => {
    seen.push('begun');
    return 'done';
  });
  expect(seen).toEqual(['begun']);
  expect(await done).toBe('done');
  await expect(gate.pass(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('a hold waits for the work that is through, well or not, and lets none follow before its release', async () => {
  const gate = new Gate();
  const [good, bad] = [task(), task()];
  const seen: string[] = [];
  void gate.pass(good.run);
  const failing = gate.pass(bad.run).catch(() => 'failed');
  const held = gate.hold().then((hold) => {
    seen.push('held');
    return hold;
  });
  for (const name of ['first', 'second']) void gate.pass(async () => void seen.push(name));
  good.end('');
  await nextTurn();
  expect(seen).toEqual([]);
  bad.fail(new Error('broken'));
  expect(await failing).toBe('failed');
  const { release } = await held;
  await nextTurn();
  expect(seen).toEqual(['held']);
  release();
  await nextTurn();
  expect(seen).toEqual(['held', 'first', 'second']);
});

test('of two holds the second begins when the first has been released', async () => {
  const gate = new Gate();
  const seen: string[] = [];
  const first = await gate.hold();
  const second = gate.hold().then((hold) => {
    seen.push('second');
    return hold;
  });
  await nextTurn();
  expect(seen).toEqual([]);
  first.release();
  (await second).release();
  expect(await gate.pass(async () => 'through')).toBe('through');
});

test('what settles is the work that was through when it was asked', async () => {
  const gate = new Gate();
  const [early, late] = [task(), task()];
  void gate.pass(early.run);
  const settled = gate.settled();
  void gate.pass(late.run);
  early.end('');
  await settled;
  late.end('');
});
