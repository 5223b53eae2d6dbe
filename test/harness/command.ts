import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, vi } from 'vitest';

/** How a command ended, and what it wrote. */
export type Ended = {
  readonly exitCode: number | null;
  /** What ended it, when it did not end by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A folder of its own for a test's data, which goes with the test. */
export async function tempFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'ostiary-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

type CommandOptions = {
  readonly data: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs as this user. */
  readonly uid?: number;
  /** What is piped in; nothing when absent. */
  readonly input?: string;
};

/** The real `ostiary` command over that data folder; of this process's settings it sees none. */
function spawnOstiary(args: readonly string[], { data, env, uid, input }: CommandOptions): ChildProcess {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid }),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      OSTIARY_DATA_DIR: data,
      OSTIARY_HTTP_PORT: '0',
      OSTIARY_HTTP_PORTS_COMPREFACE: '0',
      OSTIARY_VISION_WORKERS: '1',
      ...env,
    },
  });
  child.stdin?.end(input);
  return child;
}

/** Runs one `ostiary` command to its end. */
export async function ostiary(args: readonly string[], options: CommandOptions): Promise<Ended> {
  const child = spawnOstiary(args, options);
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ]);
  return { exitCode, signal, stdout, stderr };
}

/** A running `ostiary serve`. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  readonly comprefaceUrl: string;
  readonly pid: number;
  /** Every line of its log so far, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** The processes that it started. */
  children(): Promise<number[]>;
  /** Sends SIGTERM and tells the exit code, or the signal that ended it. */
  stop(): Promise<number | string>;
}

/** How long a test waits for what must come, on a machine that has much else to do. */
export const patience = { timeout: 60_000, interval: 20 } as const;

/** What a service has said once it listens everywhere and recognises faces. */
const readyLines = ['Listening: the ostiary command', 'Vision is ready'];

/** Resolves when the service recognises faces. */
export async function startService(options: CommandOptions): Promise<ServiceProcess> {
  const child = spawnOstiary(['serve'], options);
  const ended = once(child, 'close');
  const log: Record<string, unknown>[] = [];
  let complaints = '';
  child.stderr!.on('data', (chunk) => {
    complaints += chunk;
  });
  createInterface({ input: child.stdout! }).on('line', (line) => log.push(JSON.parse(line)));
  const stop = async () => {
    child.kill('SIGTERM');
    const [exitCode, signal] = await ended;
    return (exitCode ?? signal) as number | string;
  };
  const urlAfter = (message: RegExp) => log.find(({ msg }) => message.test(String(msg)))?.url as string;
  try {
    await Promise.race([
      vi.waitFor(
        () => expect(log.map(({ msg }) => msg)).toEqual(expect.arrayContaining(readyLines)),
        patience,
      ),
      ended.then(() => {
        throw new Error(`The service ended: ${complaints}`);
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  const pid = child.pid!;
  return {
    url: urlAfter(/each API under its prefix/),
    comprefaceUrl: urlAfter(/CompreFace API at the root/),
    ...{ pid, log, stop },
    children: () => childrenOf(pid),
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list.trim().split(' ').filter(Boolean).map(Number);
}
