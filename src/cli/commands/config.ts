import type { Command } from 'commander';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** `ostiary config`: checks the configuration. */
export function addConfig(program: Command, run: Run): void {
  const config = program.command('config').description('look at the configuration');
  config
    .command('check')
    .description(
      'tell every mistake in the file and the variables (exit code 2), or the settings that result',
    )
    .action(() => run(check));
}

async function check({ output, settings }: CommandContext): Promise<ExitCode> {
  const checked = settings();
  output.result({ ok: true, settings: checked }, 'The configuration is good.');
  return exitCodes.good;
}
