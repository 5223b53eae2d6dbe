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
  /** Preloaded module. */
  readonly preload?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Kills it after so many milliseconds, or lines; it may also end itself so. */
  readonly kill?: { readonly ms: number } | { readonly lines: number };
};

const life = join(import.meta.dirname, 'life.ts');
const longestMs = 60_000;

/**
 * Runs life.ts to its end and answers what it told. Throws `Violation` when it ends otherwise than by being killed, or
 * than well when it has no actors.
 */
export async function runLife(wish: LifeWish): Promise<Told[]> {
  const { dir, number, actors, isSealed, preload, env, kill } = wish;
  const args = [dir, String(number), String(actors), ...(isSealed ? ['sealed'] : [])];
  const options = preload === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...options, life, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(env && { env }),
  });
  const chunks: string[] = [];
  let complaints = '';
  let lines = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    chunks.push(text);
    lines += text.split('\n').length - 1;
    if (kill && 'lines' in kill && lines > kill.lines) child.kill('SIGKILL');
  });
  let isStuck = false;
  const patience = setTimeout(() => {
    isStuck = child.kill('SIGKILL');
  }, longestMs);
  const killer = kill && 'ms' in kill ? setTimeout(() => child.kill('SIGKILL'), kill.ms) : undefined;
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
