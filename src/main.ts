#!/usr/bin/env node
import { openPinoLog } from './adapters/log/pino/pino-log.ts';
import { exitCodes } from './cli/exit-codes.ts';
import { runCli } from './cli/run-cli.ts';

/** The entry: one command line, the process's signals, and what nobody caught. */

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // Who asks twice does not want to wait.
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.abort(new Error(`Ended by ${signal}`));
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
  process.exit(exitCodes.defect);
});

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  streams: { stdout: process.stdout, stderr: process.stderr },
  signal: stop.signal,
});
