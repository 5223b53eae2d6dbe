import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewAuditEntry } from '../../src/domain/audit.ts';
import type { Audit, AuditWish } from '../../src/domain/ports/audit.ts';
import type { OpenedPart, OpenPart } from './opened-part.ts';

const idOf = (number: number) => `00000000-0000-1000-8000-${String(number).padStart(12, '0')}`;
const local = { kind: 'local' } as const;
const cleared: NewAuditEntry = { actor: local, action: 'collection-cleared', outcome: 'done' };

/** What every keeper of the audit record promises. */
export function auditContract(name: string, open: OpenPart<Audit>): void {
  describe(name, () => {
    let now: number;
    let opened: OpenedPart<Audit>;
    const audit = () => opened.port();
    const numbers = async (wish: Partial<AuditWish> = {}) =>
      (await audit().list({ limit: 1_000, ...wish })).map(({ number }) => number);

    beforeEach(async () => {
      now = 1_800_000_000_000;
      opened = await open({ nowMs: () => now, nextId: () => idOf(0) });
    });
    afterEach(() => opened.close());

    test('keeps entries as they came, with numbers in their order', async () => {
      const whole: NewAuditEntry = {
        actor: { kind: 'credential', dialect: 'findface', credentialId: idOf(7) },
        action: 'persons-merged',
        collectionId: idOf(1),
        subjectIds: [idOf(2), idOf(3)],
        outcome: 'storage-full',
        details: { references: 3, forced: true, way: 'rename' },
      };
      const first = await audit().add(whole);
      now += 5;
      const second = await audit().add(cleared);
      await opened.again();
      expect(first).toEqual({ ...whole, number: 1, atMs: now - 5 });
      expect(second).toEqual({ ...cleared, number: 2, atMs: now, subjectIds: [], details: {} });
      expect(await audit().list({ limit: 10 })).toEqual([second, first]);
      expect(audit().count()).toBe(2);
    });

    test('gives each of many that come at once a number of its own', async () => {
      const added = await Promise.all(Array.from({ length: 50 }, () => audit().add(cleared)));
      expect(new Set(added.map(({ number }) => number)).size).toBe(50);
      expect(await numbers()).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));
    });

    test('is told page by page, also while it grows', async () => {
      for (let index = 0; index < 7; index++) await audit().add(cleared);
      await opened.again();
      expect(await numbers({ limit: 3 })).toEqual([7, 6, 5]);
      await audit().add(cleared);
      expect(await numbers({ limit: 3, beforeNumber: 5 })).toEqual([4, 3, 2]);
      expect(await numbers({ limit: 3, beforeNumber: 2 })).toEqual([1]);
      expect(await numbers({ limit: 3, beforeNumber: 1 })).toEqual([]);
      expect(await numbers({ limit: 0 })).toEqual([]);
    });

    test.each<[string, Partial<AuditWish>, number[]]>([
      ['from a time', { fromMs: 1_800_000_000_020 }, [4, 3]],
      ['until a time', { untilMs: 1_800_000_000_010 }, [1]],
      ['of some actions', { actions: ['person-erased', 'persons-merged'] }, [4, 2]],
      ['over the Unix socket', { actor: 'local' }, [1]],
      ['of a credential', { actor: idOf(9) }, [3]],
      ['of a dialect', { actor: 'enface' }, [4, 3]],
      ['without a credential', { actor: 'client' }, [4]],
      ['of a collection', { collectionId: idOf(1) }, [3, 1]],
      ['of a person', { subjectId: idOf(5) }, [4, 2]],
      ['of all this together', { actor: 'enface', subjectId: idOf(5), fromMs: 1_800_000_000_000 }, [4]],
      ['that nobody made', { collectionId: idOf(5) }, []],
    ])('finds the entries %s', async (_what, wish, expected) => {
      const entries: NewAuditEntry[] = [
        { ...cleared, collectionId: idOf(1) },
        { ...cleared, actor: { kind: 'service' }, action: 'person-erased', subjectIds: [idOf(4), idOf(5)] },
        {
          ...cleared,
          actor: { kind: 'credential', dialect: 'enface', credentialId: idOf(9) },
          collectionId: idOf(1),
        },
        {
          ...cleared,
          actor: { kind: 'client', dialect: 'enface' },
          action: 'persons-merged',
          subjectIds: [idOf(5)],
        },
      ];
      for (const entry of entries) {
        await audit().add(entry);
        now += 10;
      }
      await opened.again();
      expect(await numbers(wish)).toEqual(expected);
    });

    test('refuses more than an entry holds, and numbers no gap', async () => {
      const details = { text: 'x'.repeat(1_000) };
      await expect(audit().add({ ...cleared, details })).rejects.toMatchObject({ code: 'too-large' });
      const subjectIds = Array.from({ length: 101 }, (_, index) => idOf(index));
      await expect(audit().add({ ...cleared, subjectIds })).rejects.toMatchObject({ code: 'too-large' });
      expect((await audit().add(cleared)).number).toBe(1);
    });

    test('loses what is older than it should be, and more than it should hold, and tells so before', async () => {
      for (let index = 0; index < 400; index++) {
        // The clock was set back in the middle.
        if (index === 200) now -= 150;
        void audit().add(cleared);
        await Promise.resolve();
        now += 1;
      }
      const start = 1_800_000_000_000;
      await audit().add(cleared);
      const wish = { beforeMs: start + 100, keepAtMost: 1_000 };
      const told = { records: 150, oldestMs: start, newestMs: start + 99 };
      expect(await audit().prune({ ...wish, dryRun: true })).toEqual(told);
      expect(audit().count()).toBe(401);
      expect(await audit().prune(wish)).toEqual(told);
      await opened.again();
      expect(audit().count()).toBe(251);
      expect(await audit().prune(wish)).toEqual({ records: 0 });
      expect(await audit().prune({ beforeMs: 0, keepAtMost: 3 })).toMatchObject({ records: 248 });
      expect(await numbers()).toEqual([401, 400, 399]);
      expect(await audit().prune({ beforeMs: now + 1, keepAtMost: 3 })).toMatchObject({ records: 3 });
      await opened.again();
      expect((await audit().add(cleared)).number).toBe(402);
    });
  });
}
