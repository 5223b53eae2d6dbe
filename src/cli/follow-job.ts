import { setTimeout as delay } from 'node:timers/promises';
import type { JobAnswer } from '../http/dialects/ostiary/wire.ts';
import type { CommandContext } from './command-context.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { progressBar } from './output.ts';
import type { ServiceClient } from './service-client.ts';

const askEveryMs = 250;
const ends: ReadonlySet<JobAnswer['state']> = new Set(['done', 'failed', 'cancelled']);

/** Shows how far a job is until it ends, and answers it then. Interrupting this leaves the job alone. */
export async function followJob(
  client: ServiceClient,
  id: string,
  { output, signal }: Pick<CommandContext, 'output' | 'signal'>,
): Promise<JobAnswer> {
  for (;;) {
    const job = await client.call<JobAnswer>({ method: 'GET', path: `/jobs/${encodeURIComponent(id)}` });
    if (ends.has(job.state)) return job;
    output.progress(progressText(job));
    await delay(askEveryMs, undefined, { signal });
  }
}

/** `running ███░░░ 3/6`. */
export function progressText({ kind, state, progress: { done, total } }: JobAnswer): string {
  return total === 0 ? `${kind} ${state} …` : `${kind} ${state} ${progressBar(done, total)}`;
}

/** Good unless the job failed or was cancelled. */
export function exitCodeOfJob({ state }: JobAnswer): ExitCode {
  return state === 'failed' || state === 'cancelled' ? exitCodes.negative : exitCodes.good;
}
