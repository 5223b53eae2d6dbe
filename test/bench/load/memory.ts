import { readdirSync, readFileSync } from 'node:fs';

/** One look at the memory, and how many answers there were by then. */
export type MemorySample = { readonly answers: number; readonly rssBytes: number };

/** The resident memory of a process; 0 when it is gone. */
export function rssBytesOf(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`));
  return Number(line?.[1] ?? 0) * 1024;
}

/** The processes that a process has started, straight ones only. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readProc(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** Bytes a thousand answers, by least squares over the last two thirds of the answers. */
export function slopePerThousand(samples: readonly MemorySample[]): number {
  const last = Math.max(...samples.map(({ answers }) => answers));
  const late = samples.filter(({ answers }) => answers >= last / 3);
  const meanAnswers = mean(late.map(({ answers }) => answers));
  const meanBytes = mean(late.map(({ rssBytes }) => rssBytes));
  let covariance = 0;
  let variance = 0;
  for (const { answers, rssBytes } of late) {
    covariance += (answers - meanAnswers) * (rssBytes - meanBytes);
    variance += (answers - meanAnswers) ** 2;
  }
  return (1000 * covariance) / variance;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) {
      return '';
    }
    throw error;
  }
}
