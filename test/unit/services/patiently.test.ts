import { describe, expect, it } from 'vitest';
import { patiently } from '../../../src/services/patiently.ts';

const patience = { firstMs: 1, maxMs: 2, totalMs: 20 };
const signal = new AbortController().signal;

/** Fails so often, and tells how often it was asked. */
function failing(times: number) {
  const asked = { times: 0 };
  const run = async () => {
    if (asked.times++ < times) throw new Error(`failure ${asked.times}`);
    return 'good';
  };
  return { asked, run };
}

describe('what is done patiently', () => {
  it('is tried again while it fails in passing, and that is told once', async () => {
    const { asked, run } = failing(3);
    const told: unknown[] = [];
    const parts = { patience, signal, isPassing: () => true, onWait: (error: unknown) => told.push(error) };
    expect(await patiently(run, parts)).toBe('good');
    expect(asked.times).toBe(4);
    expect(told).toEqual([new Error('failure 1')]);
  });

  it('fails at once with what does not pass', async () => {
    const { asked, run } = failing(1);
    await expect(patiently(run, { patience, signal, isPassing: () => false })).rejects.toThrow('failure 1');
    expect(asked.times).toBe(1);
  });

  it('fails when the patience is over', async () => {
    const { asked, run } = failing(Number.POSITIVE_INFINITY);
    await expect(patiently(run, { patience, signal, isPassing: () => true })).rejects.toThrow('failure');
    expect(asked.times).toBeGreaterThan(2);
  });

  it('ends in the middle of a wait when the signal fires', async () => {
    const stop = new AbortController();
    const { run } = failing(Number.POSITIVE_INFINITY);
    const long = { firstMs: 60_000, maxMs: 60_000, totalMs: 600_000 };
    const waiting = patiently(run, {
      ...{ patience: long, signal: stop.signal, isPassing: () => true },
      onWait: () => setImmediate(() => stop.abort()),
    });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
