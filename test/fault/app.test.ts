import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ostiary, patience, type ServiceProcess, startService, tempFolder } from '../harness/command.ts';
import { call, type Reply } from '../harness/http-client.ts';
import { type PortraitName, portrait } from '../harness/photographs.ts';

const uploaders = 4;

describe('a service whose vision fails in the middle of uploads', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let service: ServiceProcess;
  let data: string;
  let key: string;
  let pictures: Buffer[];

  beforeAll(async () => {
    folder = await tempFolder();
    data = join(folder.path, 'data');
    service = await startService({ data });
    const { stdout } = await ostiary(['--json', 'keys', 'create', 'compreface', '--service', 'recognition'], {
      data,
    });
    key = JSON.parse(stdout).keys[0].secret;
    const names: PortraitName[] = ['ann', 'bea', 'cleo', 'dora'];
    pictures = await Promise.all(names.map((name) => portrait(name)));
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const enrol = (subject: string, picture: Buffer) => {
    const path = `/compreface/api/v1/recognition/faces?subject=${subject}`;
    return call(service.url, 'POST', path, { key, files: [{ bytes: picture }] });
  };
  const countReferences = async () => {
    const { json } = await call(service.url, 'GET', '/compreface/api/v1/recognition/faces', { key });
    return (json as { total_elements: number }).total_elements;
  };

  const metric = async (name: string) => {
    const { bytes } = await call(service.url, 'GET', '/metrics');
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(bytes.toString())?.[1]);
  };
  /** The promise, or twice what a start takes where other work leaves this machine little room. */
  const answersAgainWithinMs = () => {
    const firstStart = service.log.find(({ msg }) => msg === 'Vision is ready');
    return Math.max(5_000, 2_000 + 2 * Number(firstStart?.startMs));
  };
  const untilReady = () =>
    vi.waitFor(async () => expect((await call(service.url, 'GET', '/readyz')).status).toBe(200), patience);

  it.each([
    ['is killed', 'SIGKILL'],
    ['hangs', 'SIGSTOP'],
  ] as const)(
    '%s: refuses honestly, answers again in time, and enrols nothing by halves',
    async (_how, signal) => {
      const before = await countReferences();
      const done = new AbortController();
      const replies: Reply[] = [];
      let brokenAtMs = Number.POSITIVE_INFINITY;
      let answeredAgainAtMs = 0;

      const upload = async (index: number) => {
        for (let round = 0; !done.signal.aborted; round++) {
          const sentAtMs = performance.now();
          const reply = await enrol(`${signal}-${index}-${round}`, pictures[index % pictures.length]!);
          replies.push(reply);
          if (reply.status === 503) await untilReady();
          if (reply.status !== 201 || sentAtMs < brokenAtMs) continue;
          answeredAgainAtMs ||= performance.now();
          done.abort();
        }
      };
      const breakVision = async () => {
        await vi.waitFor(() => expect(replies.length).toBeGreaterThan(2 * uploaders), patience);
        const [vision] = await service.children();
        brokenAtMs = performance.now();
        process.kill(vision!, 'SIGSTOP');
        if (signal === 'SIGSTOP') return;
        // Stopped it keeps what it has, so that the kill is sure to take a picture along.
        await vi.waitFor(
          async () => expect(await metric('ostiary_vision_running')).toBeGreaterThan(0),
          patience,
        );
        brokenAtMs = performance.now();
        process.kill(vision!, signal);
      };
      await Promise.all([breakVision(), ...Array.from({ length: uploaders }, (_, index) => upload(index))]);

      expect(answeredAgainAtMs - brokenAtMs).toBeLessThan(answersAgainWithinMs());
      const refused = replies.filter(({ status }) => status !== 201);
      expect(refused.length).toBeGreaterThan(0);
      for (const { status, headers } of refused) {
        expect(status).toBe(503);
        expect(Number(headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
      }
      expect((await countReferences()) - before).toBe(replies.length - refused.length);
    },
  );

  it('tells in its metrics how often vision was restarted', async () => {
    expect(await metric('ostiary_vision_restarts')).toBe(2);
    expect(await call(service.url, 'GET', '/readyz')).toMatchObject({ status: 200 });
  });
});

describe('a service that is killed itself', () => {
  it('leaves nothing in the way of commands and of its next start, and all that it acknowledged', async () => {
    await using folder = await tempFolder();
    const data = join(folder.path, 'data');
    const picture = join(folder.path, 'ann.jpg');
    await writeFile(picture, await portrait('ann'));
    const killed = await startService({ data });
    expect((await ostiary(['enrol', 'ann', picture], { data })).exitCode).toBe(0);
    process.kill(killed.pid, 'SIGKILL');
    expect(await killed.stop()).toBe('SIGKILL');

    expect((await ostiary(['identify', picture], { data })).stdout).toContain('ann, similarity 1.000');
    await using again = await startService({ data });
    expect(await call(again.url, 'GET', '/readyz')).toMatchObject({ status: 200 });
    expect((await ostiary(['identify', picture], { data })).stdout).toContain('ann, similarity 1.000');
  });
});
