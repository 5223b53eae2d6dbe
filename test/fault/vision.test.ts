import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxFrameBytes } from '../../src/adapters/vision/process/frames.ts';
import type { StartVisionOptions } from '../../src/adapters/vision/process/start-vision.ts';
import type { Vision } from '../../src/domain/ports/vision.ts';
import { asking, codeOf, errorOf } from '../contract/vision.ts';
import { type Script, scripted } from '../fixtures/vision/scripted-analyser.ts';
import { type ListeningLog, listeningLog, startScriptedVision } from '../fixtures/vision/scripted-vision.ts';

/** The promise: answers resume within five seconds of whatever happened to vision. */
const promisedMs = 5000;
const good = scripted({ do: 'answer' });
const held = scripted({ do: 'hold' });

let folder = '';
let log: ListeningLog;
let opened: Vision[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ostiary-vision-'));
  log = listeningLog();
});

afterEach(async () => {
  await Promise.all(opened.map((vision) => vision[Symbol.asyncDispose]()));
  opened = [];
  rmSync(folder, { recursive: true });
});

function start(options: Partial<StartVisionOptions> = {}): Vision {
  const vision = startScriptedVision({ log, ...options });
  opened.push(vision);
  return vision;
}

async function startReady(options: Partial<StartVisionOptions> = {}): Promise<Vision> {
  const vision = start(options);
  await vision.ready();
  return vision;
}

/** Of the life that became ready last. */
function pidOfVision(): number {
  return log.lines.findLast(({ message }) => message === 'Vision is ready')?.fields.pid as number;
}

function whyVisionEnded(): string[] {
  return log.lines
    .filter(({ message }) => message.startsWith('Vision ended'))
    .map(({ fields }) => (fields.error as Error).message);
}

/** An answer as a patient client gets it: she comes again as long as vision is down. */
async function answerWithinPromise(vision: Vision): Promise<void> {
  const faces = async () => {
    await vision.ready();
    return (await vision.analyse(asking(good))).faces.length;
  };
  await expect.poll(() => faces().catch(() => 0), { timeout: promisedMs, interval: 20 }).toBe(1);
}

async function withinPromise<T>(answer: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(promisedMs);
  return await Promise.race([answer, once(late, 'abort').then(() => Promise.reject(late.reason))]);
}

describe('the vision process, killed', () => {
  it('refuses what was at work, and answers what waited within five seconds', async () => {
    const vision = await startReady({ workers: 1 });
    const atWork = codeOf(vision.analyse(asking(held)));
    const waiting = vision.analyse(asking(good));
    expect(vision.status()).toMatchObject({ queued: 1, running: 1 });
    process.kill(pidOfVision(), 'SIGKILL');
    expect(await atWork).toBe('vision-down');
    expect((await withinPromise(waiting)).faces).toHaveLength(1);
    expect(vision.status()).toMatchObject({ state: 'ready', restarts: 1 });
    expect(whyVisionEnded()).toEqual(['Vision ended with SIGKILL']);
  });

  it('refuses what waits longer for its return than it may, and says when to come again', async () => {
    const vision = await startReady({ patienceMs: 1 });
    const atWork = codeOf(vision.analyse(asking(held)));
    process.kill(pidOfVision(), 'SIGKILL');
    expect(await atWork).toBe('vision-down');
    const error = await errorOf(vision.analyse(asking(good)));
    expect(error.code).toBe('vision-down');
    expect(error.details.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(vision.status()).toMatchObject({ state: 'restarting', queued: 0, running: 0 });
  });

  it('refuses everybody when it ends again soon after', async () => {
    const vision = await startReady();
    process.kill(pidOfVision(), 'SIGKILL');
    await answerWithinPromise(vision);
    const atWork = codeOf(vision.analyse(asking(held)));
    process.kill(pidOfVision(), 'SIGKILL');
    expect(await atWork).toBe('vision-down');
    expect(await codeOf(vision.analyse(asking(good)))).toBe('vision-down');
    await answerWithinPromise(vision);
  });

  it('dies while a large picture is on its way, and answers again', async () => {
    const vision = await startReady();
    const large = scripted({ do: 'answer' }, 60_000_000);
    const pending = codeOf(vision.analyse(asking(large)));
    process.kill(pidOfVision(), 'SIGKILL');
    expect(await pending).toBe('vision-down');
    await answerWithinPromise(vision);
  });
});

describe('the vision process, stopped', () => {
  it('is noticed and replaced; answers resume within five seconds', async () => {
    const vision = await startReady();
    const pid = pidOfVision();
    const pending = codeOf(vision.analyse(asking(held)));
    process.kill(pid, 'SIGSTOP');
    expect(await pending).toBe('vision-down');
    await answerWithinPromise(vision);
    expect(whyVisionEnded()).toEqual(['Vision did not answer for a second']);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('ends with its owner', async () => {
    const vision = await startReady();
    const pid = pidOfVision();
    process.kill(pid, 'SIGSTOP');
    await vision[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

describe('a worker', () => {
  it('that crashes takes only its own picture along', async () => {
    const vision = await startReady({ workers: 2 });
    const leaving = new AbortController();
    const other = codeOf(vision.analyse(asking(held), leaving.signal));
    expect(await codeOf(vision.analyse(asking(scripted({ do: 'crash' }))))).toBe('vision-down');
    expect((await vision.analyse(asking(good))).faces).toHaveLength(1);
    leaving.abort();
    expect(await other).toBe('cancelled');
    expect(vision.status().restarts).toBe(0);
    expect(log.lines.some(({ message }) => message.includes('A defect in a worker'))).toBe(true);
  });

  it('in an endless loop is given up and replaced, and the process stays', async () => {
    const vision = await startReady({ pictureDeadlineMs: 300 });
    const stuck = codeOf(vision.analyse(asking(scripted({ do: 'spin' }))));
    const next = vision.analyse(asking(good));
    expect(await stuck).toBe('vision-down');
    expect((await next).faces).toHaveLength(1);
    expect(vision.status().restarts).toBe(0);
  });

  it('that a native call holds takes the process along, which is replaced', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const vision = await startReady({ pictureDeadlineMs: 300 });
    expect(await codeOf(vision.analyse(asking(scripted({ do: 'block', fifo }))))).toBe('vision-down');
    await expect.poll(() => vision.status().restarts, { timeout: promisedMs }).toBe(1);
    await answerWithinPromise(vision);
    expect(whyVisionEnded()).toEqual(['A worker is held by a native call and cannot be ended']);
  });

  it('stops its work when its caller leaves, and takes the next', async () => {
    const vision = await startReady({ pictureDeadlineMs: 600_000 });
    const leaving = new AbortController();
    const left = [held, held].map((picture) => codeOf(vision.analyse(asking(picture), leaving.signal)));
    const next = vision.analyse(asking(good));
    leaving.abort();
    expect(await Promise.all(left)).toEqual(['cancelled', 'cancelled']);
    expect((await next).faces).toHaveLength(1);
  });
});

describe('a vision process that does not come up', () => {
  it('is tried again, and what hinders it is the cause of every refusal', async () => {
    const vision = start({ workerModule: new URL('../fixtures/vision/hindered-worker.ts', import.meta.url) });
    await expect.poll(() => vision.status().restarts, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    const error = await errorOf(vision.analyse(asking(good)));
    expect(error.code).toBe('vision-down');
    expect(error.cause).toMatchObject({ code: 'model-missing', message: 'There is no detector' });
  });

  it('because it speaks nonsense is ended', async () => {
    const vision = start({ program: new URL('../fixtures/vision/babbling-vision.ts', import.meta.url) });
    await expect.poll(() => vision.status().restarts, { timeout: 10_000 }).toBeGreaterThanOrEqual(1);
    expect(whyVisionEnded()[0]).toMatch(/^No frame/);
  });

  it('for want of file descriptors is tried again until there are some', async () => {
    const program = fileURLToPath(new URL('../fixtures/vision/main-without-descriptors.ts', import.meta.url));
    const main = spawn('prlimit', ['--nofile=64', process.execPath, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(main.stdout), 'line');
    expect(line).toBe('1 face after Vision cannot be started');
    await once(main, 'exit');
  });

  it('because it cannot be given its priority is ended, and the reason is told', async () => {
    const before = childrenOfThisProcess();
    const vision = start({ niceness: Number.NaN });
    await expect.poll(() => vision.status().restarts, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    expect((await errorOf(vision.analyse(asking(good)))).cause).toMatchObject({
      cause: { message: 'Vision cannot be given its priority', cause: { code: 'ERR_OUT_OF_RANGE' } },
    });
    await vision[Symbol.asyncDispose]();
    await expect.poll(childrenOfThisProcess, { timeout: promisedMs }).toEqual(before);
  });

  it('in time is ended', async () => {
    const vision = start({ startDeadlineMs: 1 });
    await expect.poll(() => vision.status().restarts, { timeout: 10_000 }).toBeGreaterThanOrEqual(1);
    expect(whyVisionEnded()[0]).toBe('Vision was not ready after 1 ms');
  });
});

describe('the vision process, orphaned', () => {
  it.each<Script>([{ do: 'hold' }, { do: 'spin' }])(
    'ends when main is killed while a worker must $do',
    async (script) => {
      const pid = await orphan(script);
      await expect.poll(() => isAlive(pid), { timeout: promisedMs }).toBe(false);
    },
  );

  it('ends when main is killed while a native call holds a worker', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const pid = await orphan({ do: 'block', fifo });
    await expect.poll(() => isAlive(pid), { timeout: promisedMs }).toBe(false);
  });

  it.skipIf(!existsSync('/usr/bin/setpriv'))('ends when main is killed while it is stopped', async () => {
    const pid = await orphan({ do: 'hold' }, (vision) => process.kill(vision, 'SIGSTOP'));
    await expect.poll(() => isAlive(pid), { timeout: promisedMs }).toBe(false);
  });

  /** Kills a main process that has vision work on that picture, and gives vision's pid. */
  async function orphan(script: Script, before: (vision: number) => unknown = () => {}): Promise<number> {
    const program = fileURLToPath(new URL('../fixtures/vision/main-to-be-killed.ts', import.meta.url));
    const main = spawn(process.execPath, [program, JSON.stringify(script)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(main.stdout), 'line');
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    before(pid);
    main.kill('SIGKILL');
    await once(main, 'exit');
    return pid;
  }
});

describe('the vision process', () => {
  it('gives way to main with every thread', async () => {
    await startReady({ niceness: 3 });
    const pid = pidOfVision();
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    expect(threads.length).toBeGreaterThan(1);
    expect(new Set(threads.map((thread) => getPriority(thread)))).toEqual(new Set([getPriority() + 3]));
  });

  it('finds nothing of main in its environment', async () => {
    await startReady({ environment: { LD_LIBRARY_PATH: '/nowhere' } });
    const names = readFileSync(`/proc/${pidOfVision()}/environ`, 'utf8')
      .split('\0')
      .map((line) => line.split('=')[0])
      .filter((name) => name !== '');
    expect(names.sort()).toEqual([
      'LD_LIBRARY_PATH',
      'MALLOC_ARENA_MAX',
      'MALLOC_MMAP_THRESHOLD_',
      'MALLOC_TRIM_THRESHOLD_',
    ]);
  });

  it('is not sent a picture that is larger than any frame', async () => {
    const vision = await startReady();
    expect(await codeOf(vision.analyse(asking(new Uint8Array(maxFrameBytes))))).toBe('too-large');
    expect((await vision.analyse(asking(good))).faces).toHaveLength(1);
  });

  it('outlives an interrupt from the terminal, for main may still need it', async () => {
    const vision = await startReady();
    process.kill(pidOfVision(), 'SIGINT');
    await expect.poll(() => log.lines.map(({ message }) => message)).toContain('Waiting for main to end');
    expect((await vision.analyse(asking(good))).faces).toHaveLength(1);
    expect(vision.status().restarts).toBe(0);
  });

  it('ends at once on SIGTERM', async () => {
    const vision = await startReady();
    const pid = pidOfVision();
    process.kill(pid, 'SIGTERM');
    await expect.poll(whyVisionEnded, { timeout: promisedMs }).toEqual(['Vision ended with SIGTERM']);
    expect(isAlive(pid)).toBe(false);
    await answerWithinPromise(vision);
  });
});

/** Those that live. */
function childrenOfThisProcess(): number[] {
  const children = (task: string) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ');
  return readdirSync('/proc/self/task').flatMap(children).filter(Boolean).map(Number).filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}
