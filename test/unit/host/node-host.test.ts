import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openNodeHost } from '../../../src/adapters/host/node/node-host.ts';

it('tells how late timers fire, and nothing of the time between two samples', async () => {
  using host = openNodeHost();
  await delay(300);
  expect(host.takeLoopDelay().p50Ms).toBeLessThan(10);
  await delay(60);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  await delay(60);
  const held = host.takeLoopDelay();
  expect(held.maxMs).toBeGreaterThan(200);
  expect(held.maxMs).toBeLessThan(10_000);
});
