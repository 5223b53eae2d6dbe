import { Command, CommanderError } from 'commander';
import { loadSettings } from '../config/load-settings.ts';
import type { Settings } from '../config/schema.ts';
import { toCliError } from './cli-error.ts';
import type { CommandContext, Run } from './command-context.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addCollections } from './commands/collections.ts';
import { addCompare } from './commands/compare.ts';
import { addConfig } from './commands/config.ts';
import { addDetect } from './commands/detect.ts';
import { addEnrol } from './commands/enrol.ts';
import { addErasures } from './commands/erasures.ts';
import { addGallery } from './commands/gallery.ts';
import { addHistory } from './commands/history.ts';
import { addIdentify } from './commands/identify.ts';
import { addJobs } from './commands/jobs.ts';
import { addKeys } from './commands/keys.ts';
import { addModels } from './commands/models.ts';
import { addPersons } from './commands/persons.ts';
import { addPortable } from './commands/portable.ts';
import { addServe } from './commands/serve.ts';
import { addSupportBundle } from './commands/support-bundle.ts';
import { addUsers } from './commands/users.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { openOutput, type Streams } from './output.ts';
import { readKey, readPassword } from './read-password.ts';
import { withService } from './with-service.ts';

export type CliOptions = {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly streams: Streams;
  /** Fires when the command shall end. */
  readonly signal: AbortSignal;
};

/** Runs one `ostiary` command line and tells how it ended. Never throws. */
export async function runCli({ argv, streams, signal }: CliOptions): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.good;
  const program = createProgram(streams);
  const run: Run = async (command) => {
    const { json = false, config: file } = program.opts<{ json?: boolean; config?: string }>();
    const output = openOutput(streams, json);
    try {
      exitCode = await command(createContext({ output, file, signal, streams }));
    } catch (thrown) {
      const error = signal.aborted
        ? { exitCode: exitCodes.interrupted, code: 'interrupted', message: 'Interrupted' }
        : toCliError(thrown);
      exitCode = error.exitCode;
      if (json) output.result({ error: { code: error.code, message: error.message } }, '');
      else output.note(error.message);
    }
  };
  for (const add of [
    addServe,
    addDetect,
    addCompare,
    addEnrol,
    addIdentify,
    addCollections,
    addPersons,
    addModels,
    addKeys,
    addUsers,
    addJobs,
    addGallery,
    addErasures,
    addBackup,
    addPortable,
    addAudit,
    addHistory,
    addConfig,
    addSupportBundle,
  ]) {
    add(program, run);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what it had to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.good : exitCodes.usage;
    throw error;
  }
}

function createProgram({ stdout, stderr }: Streams): Command {
  return new Command('ostiary')
    .description('Recognises faces: a service with an HTTP API, and this command to run and ask it.')
    .option('--json', 'write one JSON value for programs instead of text for people')
    .option('--config <file>', 'read this configuration file')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .showHelpAfterError('(ostiary --help tells more)')
    .exitOverride();
}

type ContextParts = Pick<CommandContext, 'output' | 'signal'> & {
  readonly file: string | undefined;
  readonly streams: Streams;
};

function createContext({ output, file, signal, streams }: ContextParts): CommandContext {
  let loaded: Settings | undefined;
  const settings = () => {
    loaded ??= loadSettings({ file });
    return loaded;
  };
  return {
    output,
    signal,
    settings,
    readPassword: () => readPassword(streams, signal),
    readKey: () => readKey(streams, signal),
    withService: (work) => withService({ settings: settings(), output, signal }, work),
  };
}
