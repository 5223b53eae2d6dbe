import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'shim.c');
const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-pthread'];
const syncMicroseconds = 300;

/** Compiles shim.c into a folder; tells where it is. */
export function compileShim(dir: string): string {
  const library = join(dir, 'power-cut.so');
  execFileSync('cc', [...flags, '-o', library, source], { stdio: 'inherit' });
  return library;
}

export type PowerCutOptions = {
  readonly library: string;
  /** The folder whose disk loses power. */
  readonly dir: string;
  /** A folder of files beside it, on the same disk. */
  readonly notes: string;
  /** Ends the process at its so-manyth write or sync. */
  readonly afterSteps?: number;
};

/** The variables that make a process write to a disk that loses power, with a boot id of its own, and the log for `showDiskAfterCut`. */
export async function powerCutEnvironment(
  options: PowerCutOptions,
): Promise<{ log: string; env: NodeJS.ProcessEnv }> {
  const log = join(options.notes, 'changes.log');
  const bootId = join(options.notes, 'boot-id');
  await writeFile(log, '');
  await writeFile(bootId, `${randomUUID()}\n`);
  const env = {
    ...process.env,
    LD_PRELOAD: options.library,
    POWER_CUT_DIR: await realpath(options.dir),
    POWER_CUT_LOG: log,
    POWER_CUT_KEEP: await realpath(options.notes),
    POWER_CUT_AFTER: String(options.afterSteps ?? 0),
    POWER_CUT_SYNC_US: String(syncMicroseconds),
    POWER_CUT_BOOT_ID: bootId,
  };
  return { log, env };
}
