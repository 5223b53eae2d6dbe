import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** What a figure was measured on. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  /** The widest vector instructions that the processor offers. */
  readonly simd: string;
};

const widestFirst = ['avx512f', 'avx2', 'avx', 'sse4_2', 'asimd', 'neon'] as const;

/** The machine that this process runs on. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || process.arch,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    simd: widestSimd(processorFlags()),
  };
}

function widestSimd(flags: ReadonlySet<string>): string {
  return widestFirst.find((name) => flags.has(name)) ?? 'unknown';
}

function processorFlags(): ReadonlySet<string> {
  if (process.platform !== 'linux') return new Set();
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
  return new Set(line?.[1]?.trim().split(/\s+/));
}
