#!/usr/bin/env node
import { openPinoLog } from './adapters/log/pino/pino-log.ts';
import { runCli } from './cli/run-cli.ts';

/** The entry: one command line, the process's signals, and what nobody caught. */

// Where the process ends at once, it is by a signal: exit() waits for threads, of which lmdb's may be waiting for this
// one with a write under way.
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    stop.abort(new Error(`Ended by ${signal}`));
    // Who asks twice does not want to wait: there is nobody left to listen, so the signal ends the process.
    for (const other of ['SIGTERM', 'SIGINT']) process.removeAllListeners(other);
  });
}

// Who reads no further, such as `head`, has what she wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.on('uncaughtException', (error, origin) => {
  openPinoLog({ level: 'error', format: 'auto', destination: process.stderr }).error(
    { error, origin },
    'A defect',
  );
  process.kill(process.pid, 'SIGKILL');
});

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  streams: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  signal: stop.signal,
});
