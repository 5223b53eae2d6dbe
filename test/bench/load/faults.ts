import { setTimeout as delay } from 'node:timers/promises';
import { atMost, below, type Figure, figure, type Target } from '../framework/benchmark.ts';
import { startEnrolling } from './enrolling.ts';
import type { PhaseResult } from './load.ts';
import { startClients } from './start-clients.ts';
import { countKinds, type PhaseOptions, singleClientAnswers } from './steady.ts';

const settleMs = 2000;
const longestOutageMs = 20_000;

/** Kills the vision process, then stops it, both while clients upload and people are enrolled. */
export async function measureFaults(options: PhaseOptions): Promise<PhaseResult> {
  const figures: Figure[] = [];
  const targets: Target[] = [];
  for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
    options.say(`vision gets ${signal}`);
    const fault = await measureFault(options, signal);
    figures.push(
      figure(`${signal}: answers 503 with Retry-After`, fault.busy, 'answers'),
      figure(`${signal}: enrolled meanwhile`, fault.enrolled, 'people'),
    );
    targets.push(
      below(`${signal}: answers resume after s`, fault.resumedAfterMs / 1000, 5),
      atMost(`${signal}: answers neither right nor honest 503`, fault.dishonest, 0),
      atMost(`${signal}: half enrolled`, fault.halfEnrolled, 0),
    );
  }
  return { figures, targets };
}

type Fault = {
  readonly resumedAfterMs: number;
  readonly busy: number;
  readonly dishonest: number;
  readonly enrolled: number;
  readonly halfEnrolled: number;
};

async function measureFault(
  { service, photoPaths, scale }: PhaseOptions,
  signal: 'SIGKILL' | 'SIGSTOP',
): Promise<Fault> {
  const expectedSha1 = await singleClientAnswers(service, photoPaths);
  await using enrolling = startEnrolling(service, signal.toLowerCase());
  await using clients = startClients({
    service: service.address,
    clients: scale.clients,
    photoPaths,
    expectedSha1,
  });
  while (clients.count() < scale.warmAnswers) await delay(100);
  const [visionPid] = service.visionPids();
  if (visionPid === undefined) throw new Error('The vision process was not found');
  const faultAtMs = Date.now();
  process.kill(visionPid, signal);
  while (clients.lastOkStartedAtMs() < faultAtMs && Date.now() - faultAtMs < longestOutageMs) await delay(50);
  await delay(settleMs);
  const answers = await clients.stop();
  const resumed = answers.filter(({ kind, startedAtMs }) => kind === 'ok' && startedAtMs >= faultAtMs);
  const counts = countKinds(answers);
  const { enrolled, halfEnrolled } = await enrolling.stop();
  return {
    resumedAfterMs: Math.min(...resumed.map(({ endedAtMs }) => endedAtMs)) - faultAtMs,
    busy: counts.busy,
    dishonest: counts.different + counts['wrong status'] + counts['broken connection'],
    enrolled,
    halfEnrolled,
  };
}
