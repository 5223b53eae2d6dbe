import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openRelay } from '../../fixtures/fetching/relay.ts';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { ostiary, patience, startService, tempFolder } from '../../harness/command.ts';
import { call } from '../../harness/http-client.ts';
import { type PortraitName, portrait } from '../../harness/photographs.ts';

const names: readonly PortraitName[] = ['ann', 'bea', 'cleo', 'dora'];
const takes = ['first', 'other'] as const;
/** Each starts several processes, on a machine that may have much else to do. */
const slow = 600_000;

let there: TestApp;
beforeAll(async () => {
  there = await startTestApp({ store: 'memory' });
  for (const take of takes) {
    for (const name of names) {
      const files = [{ bytes: await portrait(name, take) }];
      const path = `/api/v1/recognition/faces?subject=${name}`;
      const ask = { key: there.keys.recognition, files };
      expect((await call(there.compreface.address, 'POST', path, ask)).status).toBe(201);
    }
  }
});
afterAll(() => there[Symbol.asyncDispose]());

const importing = (...more: string[]) => ['import', 'compreface', ...more];

/** The command lines of all processes, as everybody can read them. */
async function commandLines(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.join('\n');
}

async function jobsOf(here: { data: string }) {
  const { stdout } = await ostiary(['--json', 'jobs', 'list', '--kind', 'import-compreface'], here);
  return (JSON.parse(stdout) as { jobs: { id: string; state: string; report?: unknown }[] }).jobs;
}

describe('ostiary import compreface', () => {
  test(
    'shows nobody the key, can be cancelled, and moves everybody over',
    async () => {
      await using folder = await tempFolder();
      const here = { data: join(folder.path, 'here') };
      const url = there.compreface.address;
      const key = there.keys.recognition;
      let isAsked = false;
      await using relay = await openRelay(url, (path) => {
        if (!path.endsWith('/img')) return 'pass';
        isAsked = true;
        return 'silence';
      });
      await using service = await startService(here);
      const followed = ostiary(importing(relay.url, key), here);
      await vi.waitFor(() => expect(isAsked).toBe(true), patience);
      const shown = await commandLines();
      expect(shown).toContain('ostiary import compreface');
      expect(shown).not.toContain(key);
      expect(JSON.stringify(service.log)).not.toContain(key);
      const [job] = await jobsOf(here);
      expect((await ostiary(['jobs', 'cancel', job!.id], here)).exitCode).toBe(0);
      expect(await followed).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('cancelled') });

      const keyFile = join(folder.path, 'key');
      await writeFile(keyFile, `${key}\n`);
      expect(await ostiary(importing(url, '--key-file', keyFile), here)).toMatchObject({
        exitCode: 0,
        stdout:
          'examples: 8 added, 0 there before, 0 failed\nsubjects without one: 0 added, 0 there before, 0 failed\n',
      });
      const again = await ostiary(['--json', ...importing(url)], { ...here, input: key });
      expect(again.exitCode).toBe(0);
      expect(JSON.parse(again.stdout)).toMatchObject({
        ...{ kind: 'import-compreface', state: 'done', report: { examples: { added: 0, present: 8 } } },
      });
      expect(await ostiary(importing(url, there.keys.detection), here)).toMatchObject({
        ...{ exitCode: 2, stderr: expect.stringContaining('refuses the key') },
      });
      expect(await ostiary(importing('http://127.0.0.1:1', key), here)).toMatchObject({
        ...{ exitCode: 1, stderr: expect.stringContaining('ECONNREFUSED') },
      });
      expect(await ostiary(importing(url, key, '--collection', 'none'), here)).toMatchObject({ exitCode: 2 });
      expect(await ostiary(importing(url, key, '--key-file', keyFile), here)).toMatchObject({ exitCode: 2 });
    },
    slow,
  );

  test(
    'kill −9 in the middle, again and again: no picture is lost, and none is there twice',
    async () => {
      await using folder = await tempFolder();
      const here = { data: join(folder.path, 'here') };
      // Into the download of a life's second picture, and into its enrolment.
      const delaysMs = [0, 60];
      let isLast = false;
      let pictures = 0;
      let due = Promise.withResolvers<void>();
      await using relay = await openRelay(there.compreface.address, (path) => {
        if (isLast || !path.endsWith('/img')) return 'pass';
        if (++pictures === 2) due.resolve();
        return pictures > 2 ? 'silence' : 'pass';
      });
      for (const [life, delayMs] of delaysMs.entries()) {
        pictures = 0;
        due = Promise.withResolvers();
        const service = await startService(here);
        // Only the first life is asked to; the next goes on by itself.
        const isAsked = life === 0;
        const followed = isAsked && ostiary(importing(relay.url, there.keys.recognition), here);
        await due.promise;
        await delay(delayMs);
        process.kill(service.pid, 'SIGKILL');
        expect(await service.stop()).toBe('SIGKILL');
        if (followed) expect((await followed).exitCode).not.toBe(0);
      }
      isLast = true;
      await using _last = await startService(here);
      const [job] = await vi.waitFor(async () => {
        const jobs = await jobsOf(here);
        expect(jobs).toMatchObject([{ state: 'done' }]);
        return jobs;
      }, patience);
      expect(job!.report).toMatchObject({ examples: { added: 8, present: 0, failed: 0 } });
      const listed = await ostiary(['--json', 'persons', 'list'], here);
      expect(JSON.parse(listed.stdout)).toMatchObject({
        persons: names.map((key) => ({ key, references: takes.length })),
      });
    },
    slow,
  );
});
