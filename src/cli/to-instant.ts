import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** A date or time that an option was given, as ISO 8601 in UTC. */
export function toInstant(option: string, text: string): string {
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new CliError(exitCodes.usage, 'bad-input', `${option}: ${text} is no date such as 2027-01-31`);
}
