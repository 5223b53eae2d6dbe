import { once } from 'node:events';
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

it('holds a worker that finds the way closed, and lets it be ended', async () => {
  const module = new URL('../../../src/adapters/vision/process/turnstile.ts', import.meta.url).href;
  const watcher = new Turnstile();
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
    workerData: watcher.memory,
  });
  const heard: unknown[] = [];
  worker.on('message', (message) => heard.push(message));
  await once(worker, 'message');
  expect(watcher.close(7)).toBe(true);
  await worker.terminate();
  expect(heard).toEqual(['at work']);
});
