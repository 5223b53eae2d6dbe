import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { heapArguments, memoryEnvironment } from '../../../src/adapters/vision/process/settings.ts';
import type { Pass } from './contestant-process.ts';
import type { ContestantName } from './contestants.ts';

/** A contestant in its own process, which is idle between two passes. */
export type RunningContestant = AsyncDisposable & { pass(): Promise<Pass> };

/** Starts a contestant on these photographs; resolves when its models are loaded. */
export async function startContestant(
  name: ContestantName,
  photoPaths: readonly string[],
): Promise<RunningContestant> {
  const script = fileURLToPath(new URL('contestant-process.ts', import.meta.url));
  const child = fork(script, [name, ...photoPaths], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // All contestants keep memory as the vision process does.
    execArgv: [...heapArguments],
    env: { ...process.env, ...memoryEnvironment },
  });
  await nextMessage(child, name);
  return {
    async pass() {
      const answer = nextMessage(child, name);
      child.send('pass');
      return (await answer) as Pass;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function nextMessage(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      child.off('exit', onExit);
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      reject(new Error(`The process of ${name} ended with ${signal ?? code}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}
