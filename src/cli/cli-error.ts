import { StartError } from '../app/start-error.ts';
import { ConfigError } from '../config/load-settings.ts';
import { AppError } from '../domain/errors.ts';
import { type ExitCode, exitCodeFor, exitCodes } from './exit-codes.ts';

/** Ends a command with a sentence for people, a name for programs, and an exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, code: string, message: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** How a command that threw ends. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ConfigError) return new CliError(exitCodes.usage, 'config-wrong', error.message);
  if (error instanceof StartError) return new CliError(exitCodes.unavailable, 'start-failed', error.message);
  if (error instanceof AppError) return new CliError(exitCodeFor(error.code), error.code, error.message);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CliError(exitCodes.defect, 'internal', `A defect in ostiary: ${text}`);
}
