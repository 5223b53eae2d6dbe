import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { atLeast, atMost, below, figure } from '../framework/benchmark.ts';
import { readPhotograph } from '../pictures/photographs.ts';
import { comprefaceClient } from '../service/compreface-client.ts';
import { multipartOf } from '../service/multipart.ts';
import type { BenchService } from '../service/start-service.ts';
import type { Answered, AnswerKind } from './client-messages.ts';
import { startInProcessWorkers } from './in-process-rate.ts';
import type { LoadScale, PhaseResult } from './load.ts';
import { type MemorySample, slopePerThousand } from './memory.ts';
import { startClients } from './start-clients.ts';

export type PhaseOptions = {
  readonly service: BenchService;
  readonly photoPaths: readonly string[];
  readonly scale: LoadScale;
  readonly say: (line: string) => void;
};

const mebibyte = 2 ** 20;
/** Fewer answers show how memory is first taken, not whether it grows. */
const slopeNeedsAnswers = 2000;
const slopeName = 'memory slope, MiB per 1,000 answers';
const sampleEveryMs = 250;

/** Steady load: rate against the pipeline in worker threads, equal answers, event loop, memory. */
export async function measureSteadyLoad(options: PhaseOptions): Promise<PhaseResult> {
  const { service, photoPaths, scale, say } = options;
  const expectedSha1 = await singleClientAnswers(service, photoPaths);
  say('in-process rate, before');
  const before = await inProcessRate(photoPaths, scale.yardstickMs);
  say(`${scale.clients} clients without pause`);
  const run = await upload(options, expectedSha1);
  say('in-process rate, after');
  const after = await inProcessRate(photoPaths, scale.yardstickMs);
  const inProcess = (before + after) / 2;
  const rate = (1000 * run.counts.ok) / run.ms;
  const peak = Math.max(...run.memory.map(({ rssBytes }) => rssBytes)) / mebibyte;
  const slope = slopePerThousand(run.memory) / mebibyte;
  return {
    figures: [
      ...(scale.steadyAnswers >= slopeNeedsAnswers ? [] : [figure(slopeName, slope, 'MiB')]),
      figure('in process, a worker for each core', inProcess, 'photographs a second'),
      figure('service, answered 200 as to a single client', rate, 'photographs a second'),
      figure('answers', run.answers, 'answers'),
      figure('answers 503 with Retry-After', run.counts.busy, 'answers'),
      figure('event loop of main, p50', run.loopMs.p50, 'ms'),
      figure('event loop of main, longest', run.loopMs.max, 'ms'),
    ],
    targets: [
      atLeast('answered 200 of the in-process rate, %', (100 * rate) / inProcess, 90),
      atMost('answers that differ from a single client’s', run.counts.different, 0),
      atMost(
        'answers neither 200 nor honest 503',
        run.counts['wrong status'] + run.counts['broken connection'],
        0,
      ),
      below('event loop of main, p99 ms', run.loopMs.p99, 20),
      ...(scale.steadyAnswers >= slopeNeedsAnswers ? [below(slopeName, slope, 1)] : []),
      below('memory of both processes at most, MiB', peak, 900),
    ],
  };
}

/** The digests of the bodies that a client gets who is alone. */
export async function singleClientAnswers(
  { address }: BenchService,
  photoPaths: readonly string[],
): Promise<string[]> {
  using client = comprefaceClient(address);
  const digests: string[] = [];
  for (const path of photoPaths) {
    const { name, bytes } = readPhotograph(path);
    const { status, body } = await client.recognise(multipartOf(name, bytes));
    if (status !== 200) throw new Error(`A single client was answered ${status}: ${body.toString()}`);
    digests.push(createHash('sha1').update(body).digest('hex'));
  }
  return digests;
}

async function inProcessRate(photoPaths: readonly string[], forMs: number): Promise<number> {
  await using workers = await startInProcessWorkers(availableParallelism(), photoPaths);
  return await workers.measure(forMs);
}

type SteadyRun = {
  readonly ms: number;
  readonly answers: number;
  readonly counts: Readonly<Record<AnswerKind, number>>;
  readonly loopMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly memory: readonly MemorySample[];
};

async function upload(
  { service, photoPaths, scale }: PhaseOptions,
  expectedSha1: readonly string[],
): Promise<SteadyRun> {
  await using clients = startClients({
    service: service.address,
    clients: scale.clients,
    photoPaths,
    expectedSha1,
  });
  while (clients.count() < scale.warmAnswers) await delay(sampleEveryMs);
  const warm = clients.count();
  await service.takeLoopDelay();
  const startedAtMs = Date.now();
  const memory: MemorySample[] = [];
  while (Date.now() - startedAtMs < scale.steadyMs || clients.count() - warm < scale.steadyAnswers) {
    await delay(sampleEveryMs);
    memory.push({ answers: clients.count() - warm, rssBytes: service.rssBytes() });
  }
  const endedAtMs = Date.now();
  const loopMs = await service.takeLoopDelay();
  const answers = (await clients.stop()).filter(
    (answer) => answer.endedAtMs >= startedAtMs && answer.endedAtMs < endedAtMs,
  );
  return {
    ms: endedAtMs - startedAtMs,
    answers: answers.length,
    counts: countKinds(answers),
    loopMs,
    memory,
  };
}

/** How many answers there were of each kind. */
export function countKinds(answers: readonly Answered[]): Record<AnswerKind, number> {
  const counts = { ok: 0, different: 0, busy: 0, 'wrong status': 0, 'broken connection': 0 };
  for (const { kind } of answers) counts[kind]++;
  return counts;
}
