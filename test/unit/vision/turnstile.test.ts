import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { Turnstile } from '../../../src/adapters/vision/process/turnstile.ts';

function pair(): { worker: Turnstile; watcher: Turnstile } {
  const worker = new Turnstile();
  return { worker, watcher: new Turnstile(worker.memory) };
}

it('tells which piece of work the worker is at', () => {
  const { worker, watcher } = pair();
  expect(watcher.current).toBeUndefined();
  worker.toWork(7);
  expect(watcher.current).toBe(7);
  worker.toPipe(7);
  expect(watcher.current).toBeUndefined();
});

it('closes only behind the piece that is meant', () => {
  const { worker, watcher } = pair();
  expect(watcher.close(7)).toBe(false);
  worker.toWork(8);
  expect(watcher.close(7)).toBe(false);
  expect(watcher.current).toBe(8);
  expect(watcher.close(8)).toBe(true);
});

it('is open to a worker that went back before', () => {
  const { worker, watcher } = pair();
  worker.toWork(7);
  worker.toPipe(7);
  expect(watcher.close(7)).toBe(false);
  worker.toWork(8);
  worker.toPipe(8);
  expect(watcher.current).toBeUndefined();
});

/** A worker that is let on to its pipe only when the way there has been closed, and tells where it is. */
function workerBehindClosedWay({ memory }: Turnstile): { worker: Worker; heard: unknown[] } {
  const module = new URL('../../../src/adapters/vision/process/turnstile.ts', import.meta.url).href;
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { Turnstile } from ${JSON.stringify(module)};
    const turnstile = new Turnstile(workerData);
    turnstile.toWork(7);
    parentPort.postMessage('at work');
    const closed = new Int32Array(workerData);
    while (Atomics.load(closed, 0) === 7);
    turnstile.toPipe(7);
    parentPort.postMessage('at its pipe');`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: memory,
  });
  const heard: unknown[] = [];
  worker.on('message', (message) => heard.push(message));
  return { worker, heard };
}

it('holds a worker that finds the way closed', async () => {
  const watcher = new Turnstile();
  const { worker, heard } = workerBehindClosedWay(watcher);
  await once(worker, 'message');
  expect(watcher.close(7)).toBe(true);
  // Whoever stands there is counted, and woken.
  const state = new Int32Array(watcher.memory);
  let standing = 0;
  while (standing === 0 && heard.length === 1) {
    await nextTurn();
    standing = Atomics.notify(state, 0);
  }
  expect(standing).toBe(1);
  await worker.terminate();
});

it('lets a worker that it holds be ended', async () => {
  const watcher = new Turnstile();
  const { worker, heard } = workerBehindClosedWay(watcher);
  await once(worker, 'message');
  expect(watcher.close(7)).toBe(true);
  await worker.terminate();
  expect(heard).toEqual(['at work']);
});
