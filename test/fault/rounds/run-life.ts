import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Told } from './told.ts';
import { Violation } from './violation.ts';

export type LifeWish = {
  readonly dir: string;
  readonly number: number;
  /** 0: the store is opened, looked at and closed. */
  readonly actors: number;
  readonly isSealed: boolean;
  /** Again and again, while the actors write. */
  readonly isScrubbed?: boolean;
  /** Its embedding model is changed again and again, while the actors write. */
  readonly isSwitched?: boolean;
  /** Preloaded module. */
  readonly preload?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Kills it after so many milliseconds, or lines, or scrubs and milliseconds; it may also end itself so. */
  readonly kill?: Moment;
};

export type Moment = {
  readonly lines?: number;
  readonly scrubs?: number;
  readonly ms?: number;
};

const life = join(import.meta.dirname, 'life.ts');
/** A busy machine takes its time for a scrub of what many rounds have written. */
const longestMs = 180_000;

/**
 * Runs life.ts to its end and answers what it told. Throws `Violation` when it ends otherwise than by being killed, or
 * than well when it has no actors.
 */
export async function runLife(wish: LifeWish): Promise<Told[]> {
  const { dir, number, actors, isSealed, isScrubbed, isSwitched, preload, env, kill } = wish;
  const modes = [
    ...(isSealed ? ['sealed'] : []),
    ...(isScrubbed ? ['scrubbed'] : []),
    ...(isSwitched ? ['switched'] : []),
  ];
  const args = [dir, String(number), String(actors), ...modes];
  const options = preload === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...options, life, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(env && { env }),
  });
  const killLater = () => {
    killer ??= setTimeout(() => child.kill('SIGKILL'), kill!.ms);
  };
  const chunks: string[] = [];
  let complaints = '';
  let lines = 0;
  let scrubs = 0;
  let killer: NodeJS.Timeout | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    chunks.push(text);
    lines += text.split('\n').length - 1;
    if (lines > (kill?.lines ?? Number.POSITIVE_INFINITY)) child.kill('SIGKILL');
    scrubs += text.split('"what":"scrubbed"').length - 1;
    if (scrubs >= (kill?.scrubs ?? Number.POSITIVE_INFINITY)) killLater();
  });
  let isStuck = false;
  const patience = setTimeout(() => {
    isStuck = child.kill('SIGKILL');
  }, longestMs);
  if (kill && kill.scrubs === undefined && kill.ms !== undefined) killLater();
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(patience);
  clearTimeout(killer);
  if (isStuck) throw new Violation(`The process hung: ${complaints}`);
  if (signal !== 'SIGKILL' && (actors > 0 || code !== 0))
    throw new Violation(`The process ended by itself with ${signal ?? code}: ${complaints}`);
  // What was cut short was not told.
  const whole = chunks.join('').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Told);
}
