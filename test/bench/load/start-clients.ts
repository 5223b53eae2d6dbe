import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answered, ClientsReport, ClientsTask } from './client-messages.ts';

/** Clients that upload without pause, in a process of their own. */
export type RunningClients = AsyncDisposable & {
  /** Answers so far; some 250 ms old. */
  count(): number;
  /** When the latest of the requests was sent that were answered well; as old as `count`. */
  lastOkStartedAtMs(): number;
  /** Lets every client finish what it sent, and answers with all there was. */
  stop(): Promise<readonly Answered[]>;
};

export function startClients(task: ClientsTask): RunningClients {
  const script = fileURLToPath(new URL('clients-process.ts', import.meta.url));
  const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = once(child, 'exit');
  let latest = { answers: 0, lastOkStartedAtMs: 0 };
  const end = new Promise<readonly Answered[]>((resolve, reject) => {
    child.on('message', (report: ClientsReport) => {
      if (report.kind === 'end') resolve(report.answers);
      else latest = report;
    });
    // Not its exit, which may be told before the last message is.
    child.once('disconnect', () => reject(new Error('The process of the clients ended before its time')));
  });
  child.send(task);
  return {
    count: () => latest.answers,
    lastOkStartedAtMs: () => latest.lastOkStartedAtMs,
    async stop() {
      child.send('stop');
      const all = await end;
      await gone;
      return all;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      end.catch(() => 'disposed before its end');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
