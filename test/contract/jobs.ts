import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdSource } from '../../src/domain/ids.ts';
import { maxJobJsonLength } from '../../src/domain/job.ts';
import type { Jobs } from '../../src/domain/ports/jobs.ts';
import type { OpenedPart, OpenPart } from './opened-part.ts';

const unknownId = '00000000-0000-1000-8000-000000000000';
const done = { kind: 'end', outcome: { state: 'done', report: { files: 3 } } } as const;

/** What every keeper of jobs promises. */
export function jobsContract(name: string, open: OpenPart<Jobs>): void {
  describe(name, () => {
    let now: number;
    let opened: OpenedPart<Jobs>;
    const jobs = () => opened.port();
    const add = (kind = 'export') => jobs().add({ kind, ask: { folder: 'a' } });
    const everything = { limit: 1_000 };

    beforeEach(async () => {
      now = 1_800_000_000_000;
      opened = await open({ nowMs: () => now, nextId: createIdSource(() => now) });
    });
    afterEach(() => opened.close());

    test('keeps a job through all that happens to it', async () => {
      const added = await add();
      expect(added).toEqual({
        ...{ id: added.id, number: 1, kind: 'export', ask: { folder: 'a' }, state: 'waiting' },
        ...{ progress: { done: 0, total: 0 }, starts: 0, createdAtMs: now },
      });
      now += 5;
      const started = await jobs().step(added.id, { kind: 'start' });
      expect(started).toEqual({ ...added, state: 'running', starts: 1, startedAtMs: now });
      const progress = { done: 2, total: 9 };
      const saved = await jobs().step(added.id, { kind: 'save', progress, resumePoint: ['b', 2] });
      expect(saved).toEqual({ ...started, progress, resumePoint: ['b', 2], starts: 0 });
      await opened.again();
      expect(await jobs().find(added.id)).toEqual(saved);
      now += 5;
      const ended = await jobs().step(added.id, done);
      const { resumePoint: _, ...rest } = saved;
      expect(ended).toEqual({ ...rest, state: 'done', report: { files: 3 }, endedAtMs: now });
      await opened.again();
      expect(await jobs().find(added.id)).toEqual(ended);
      expect(await jobs().list(everything)).toEqual([ended]);
    });

    test('keeps where a job begins until it has ended, however it ends', async () => {
      const begin = () => jobs().add({ kind: 'import', ask: null, resumePoint: 'sealed' });
      const [ended, cancelled] = [await begin(), await begin()];
      await jobs().step(ended.id, { kind: 'start' });
      await jobs().step(ended.id, { kind: 'save', progress: { done: 1, total: 2 } });
      await opened.again();
      expect(await jobs().find(ended.id)).toMatchObject({ resumePoint: 'sealed' });
      expect(await jobs().find(cancelled.id)).toMatchObject({ resumePoint: 'sealed' });
      await jobs().step(ended.id, done);
      await jobs().step(cancelled.id, { kind: 'cancel' });
      await opened.again();
      for (const { id } of await jobs().list(everything)) {
        expect(await jobs().find(id)).not.toHaveProperty('resumePoint');
      }
    });

    test('keeps what a later save leaves out, and why a job failed', async () => {
      const { id } = await add();
      await jobs().step(id, { kind: 'start' });
      await jobs().step(id, { kind: 'save', progress: { done: 1, total: 2 }, resumePoint: 7 });
      await jobs().step(id, { kind: 'save', progress: { done: 2, total: 2 } });
      expect(await jobs().find(id)).toMatchObject({ progress: { done: 2, total: 2 }, resumePoint: 7 });
      const error = { code: 'storage-full', message: 'no room' } as const;
      await jobs().step(id, { kind: 'end', outcome: { state: 'failed', error } });
      await opened.again();
      expect(await jobs().find(id)).toMatchObject({ state: 'failed', error });
    });

    test('lists the newest first, by state and kind, and no more than was asked for', async () => {
      const [one, two, three] = [await add(), await add('import'), await add()];
      await jobs().step(two.id, { kind: 'cancel' });
      await opened.again();
      const idsOf = async (wish: Partial<Parameters<Jobs['list']>[0]>) =>
        (await jobs().list({ ...everything, ...wish })).map(({ id }) => id);
      expect(await idsOf({})).toEqual([three.id, two.id, one.id]);
      expect(await idsOf({ limit: 2 })).toEqual([three.id, two.id]);
      expect(await idsOf({ limit: 0 })).toEqual([]);
      expect(await idsOf({ kind: 'export', limit: 2 })).toEqual([three.id, one.id]);
      expect(await idsOf({ states: ['waiting', 'running'] })).toEqual([three.id, one.id]);
      expect(await idsOf({ states: ['cancelled'], kind: 'export' })).toEqual([]);
    });

    test('makes steps that come at the same time one after the other', async () => {
      const { id } = await add();
      await jobs().step(id, { kind: 'start' });
      const steps = [
        jobs().step(id, { kind: 'save', progress: { done: 1, total: 1 } }),
        jobs().step(id, { kind: 'cancel' }),
        jobs().step(id, done),
        jobs().step(id, { kind: 'end', outcome: { state: 'cancelled' } }),
      ];
      const states = (await Promise.all(steps)).map(({ state }) => state);
      expect(states).toEqual(['running', 'cancelling', 'done', 'done']);
      expect(await jobs().find(id)).toMatchObject({ state: 'done', progress: { done: 1, total: 1 } });
    });

    test('refuses what is unknown or too large, and changes nothing', async () => {
      const tooLarge = 'x'.repeat(maxJobJsonLength);
      const unknown = jobs().step(unknownId, { kind: 'start' });
      await expect(unknown).rejects.toMatchObject({ code: 'job-unknown' });
      expect(await jobs().find(unknownId)).toBeUndefined();
      expect(await jobs().find('no uuid')).toBeUndefined();
      const added = jobs().add({ kind: 'export', ask: tooLarge });
      await expect(added).rejects.toMatchObject({ code: 'too-large' });
      const begun = jobs().add({ kind: 'export', ask: null, resumePoint: tooLarge });
      await expect(begun).rejects.toMatchObject({ code: 'too-large' });
      const { id } = await add();
      const started = await jobs().step(id, { kind: 'start' });
      const saved = jobs().step(id, { kind: 'save', progress: { done: 1, total: 1 }, resumePoint: tooLarge });
      await expect(saved).rejects.toMatchObject({ code: 'too-large' });
      const ended = jobs().step(id, { kind: 'end', outcome: { state: 'done', report: tooLarge } });
      await expect(ended).rejects.toMatchObject({ code: 'too-large' });
      await opened.again();
      expect(await jobs().list(everything)).toEqual([started]);
    });

    test('forgets what ended long ago and what is too much of the rest, never what goes on', async () => {
      const old = await add();
      const [waiting, running] = [await add(), await add()];
      await jobs().step(running.id, { kind: 'start' });
      await jobs().step(old.id, { kind: 'cancel' });
      now += 10;
      const young = [await add(), await add(), await add()];
      for (const { id } of young) await jobs().step(id, { kind: 'cancel' });
      const left = async () => (await jobs().list(everything)).map(({ number }) => number);
      expect(await jobs().prune({ endedBeforeMs: now - 10, keepAtMost: 10 })).toBe(0);
      expect(await jobs().prune({ endedBeforeMs: now - 9, keepAtMost: 10 })).toBe(1);
      expect(await jobs().find(old.id)).toBeUndefined();
      expect(await jobs().prune({ endedBeforeMs: now - 9, keepAtMost: 2 })).toBe(1);
      expect(await left()).toEqual([young[2]!.number, young[1]!.number, running.number, waiting.number]);
      expect(await jobs().prune({ endedBeforeMs: now + 1, keepAtMost: 0 })).toBe(2);
      expect(await left()).toEqual([running.number, waiting.number]);
      await opened.again();
      expect((await add()).number).toBeGreaterThan(young[2]!.number);
    });
  });
}
