import { describe, expect, it, vi } from 'vitest';
import type { NewEvent } from '../../../src/domain/event.ts';
import { EventQueue } from '../../../src/services/event-queue.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

const limits = { capacity: 10, atOnce: 4, gatherMs: 1, retryMs: { firstMs: 1, maxMs: 2 } };
const event = (atMs: number): NewEvent => ({ kind: 'sighting', atMs, collectionIds: [], candidates: [] });

/** A queue over a disk that can be stopped, and that can fail. */
function open() {
  const written: (readonly NewEvent[])[] = [];
  const disk = { fails: false, passes: Promise.resolve() };
  const write = async (events: readonly NewEvent[]) => {
    await disk.passes;
    if (disk.fails) throw new Error('no room');
    written.push(events);
  };
  const queue = new EventQueue({ write, nowMs: () => 999, log: silentLog, limits });
  const times = () => written.flat().map(({ atMs, gap }) => (gap ? gap : atMs));
  return { queue, written, disk, times };
}

describe('the queue of events', () => {
  it('writes in the order of coming, several at once', async () => {
    const { queue, written, times } = open();
    for (let atMs = 0; atMs < 9; atMs++) queue.offer(event(atMs));
    expect(queue.status()).toEqual({ waiting: 9, dropped: 0 });
    await queue.flush();
    expect(times()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(written.map(({ length }) => length)).toEqual([4, 4, 1]);
    expect(queue.status()).toEqual({ waiting: 0, dropped: 0 });
  });

  it('writes by itself what nobody waits for', async () => {
    const { queue, times } = open();
    queue.offer(event(1));
    await vi.waitFor(() => expect(times()).toEqual([1]));
    queue.offer(event(2));
    await vi.waitFor(() => expect(times()).toEqual([1, 2]));
  });

  it('drops what is too much, and tells how many and when', async () => {
    const { queue, disk, times } = open();
    const { promise, resolve } = Promise.withResolvers<void>();
    disk.passes = promise;
    for (let atMs = 0; atMs < 25; atMs++) queue.offer(event(atMs));
    expect(queue.status()).toEqual({ waiting: 10, dropped: 15 });
    resolve();
    await queue.flush();
    const told = times();
    expect(told.filter((one) => typeof one === 'number')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(told.filter((one) => typeof one !== 'number')).toEqual([{ fromMs: 10, toMs: 24, count: 15 }]);
  });

  it('counts each dropped event in one gap, also those that come while a gap is written', async () => {
    const { queue, disk, times } = open();
    let offered = 0;
    const offerMany = () => {
      for (let count = 0; count < 13; count++) queue.offer(event(offered++));
    };
    offerMany();
    for (let round = 0; round < 5; round++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      disk.passes = promise;
      disk.fails = round % 2 === 1;
      const flushed = queue.flush();
      await Promise.resolve();
      offerMany();
      resolve();
      await flushed;
    }
    disk.fails = false;
    disk.passes = Promise.resolve();
    await vi.waitFor(() => expect(queue.status().waiting).toBe(0));
    await queue.flush();
    const told = times();
    const dropped = told.map((one) => (typeof one === 'number' ? 0 : one.count));
    const kept = told.filter((one) => typeof one === 'number');
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(queue.status().dropped);
    expect(kept.length + queue.status().dropped).toBe(offered);
    expect(kept).toEqual([...kept].sort((one, other) => Number(one) - Number(other)));
  });

  it('tries again what could not be written, and keeps nobody waiting for it', async () => {
    const { queue, disk, times } = open();
    disk.fails = true;
    queue.offer(event(1));
    queue.offer(event(2));
    await queue.flush();
    expect(times()).toEqual([]);
    disk.fails = false;
    await vi.waitFor(() => expect(times()).toEqual([1, 2]));
  });

  it('writes at its end what waits, and does not hang when that fails', async () => {
    const good = open();
    good.queue.offer(event(1));
    await good.queue.close();
    expect(good.times()).toEqual([1]);
    const bad = open();
    bad.disk.fails = true;
    bad.queue.offer(event(1));
    await bad.queue.close();
    expect(bad.queue.status().waiting).toBe(1);
  });
});
