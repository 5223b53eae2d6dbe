import type { Settings } from '../config/schema.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import type { ServiceClient } from './service-client.ts';

/** What a command works with. */
export type CommandContext = {
  readonly output: Output;
  /** Fires when the user or the system wants the command to end. */
  readonly signal: AbortSignal;
  /** Read once, at the first call; throws `ConfigError`. */
  settings(): Settings;
  /** A line that is typed without being shown, twice, or the first one of what is piped in. */
  readPassword(): Promise<string>;
  /** A line that is typed without being shown, or the first one of what is piped in. */
  readKey(): Promise<string>;
  /** Runs the work against the running service, or against one that lives only as long as the work. */
  withService<Result>(work: (client: ServiceClient) => Promise<Result>): Promise<Result>;
};

/** Runs a command to its exit code. */
export type Run = (command: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;
