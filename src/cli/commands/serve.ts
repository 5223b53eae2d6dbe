import { once } from 'node:events';
import type { Command } from 'commander';
import { openPinoLog } from '../../adapters/log/pino/pino-log.ts';
import { startApp } from '../../app.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** `ostiary serve`: runs the service until a signal ends it. */
export function addServe(program: Command, run: Run): void {
  program
    .command('serve')
    .description('run the service until SIGTERM or SIGINT')
    .action(() => run(serve));
}

async function serve({ settings, signal }: CommandContext): Promise<ExitCode> {
  const log = openPinoLog(settings().log);
  await using _app = await startApp(settings(), { listen: 'configured', log });
  if (!signal.aborted) await once(signal, 'abort');
  return exitCodes.good;
}
