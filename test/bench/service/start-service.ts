import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openServiceClient, type ServiceClient } from '../../../src/cli/service-client.ts';
import type { NewKeyAnswer } from '../../../src/http/dialects/ostiary/wire.ts';
import { childrenOf, rssBytesOf } from '../load/memory.ts';
import { modelsFolder } from '../ostiary/bench-analyser.ts';
import type { Photograph } from '../pictures/photographs.ts';
import { singleFaces } from '../pictures/single-faces.ts';
import { comprefaceClient, type ServiceAddress } from './compreface-client.ts';
import { type LoopDelay, readLoopDelay } from './metrics.ts';
import { multipartOf } from './multipart.ts';

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const startMs = 30_000;

/** A real Ostiary, main and vision process, on a fresh data folder that goes with it. */
export type BenchService = AsyncDisposable & {
  /** The CompreFace API with the key of the collection that photographs are recognised in. */
  readonly address: ServiceAddress;
  /** The same with the key of a second collection. */
  readonly enrolAddress: ServiceAddress;
  /** Pictures of one face each. */
  readonly faces: readonly Photograph[];
  /** Enrols `faces` into the first collection, each as a person. */
  enrolGallery(): Promise<void>;
  /** The process is found anew each time, for it may have been restarted. */
  visionPids(): number[];
  /** Main and vision together. */
  rssBytes(): number;
  /** Of main, since the last call. */
  takeLoopDelay(): Promise<LoopDelay>;
};

/** Starts the service with its default settings on a free port; resolves when it recognises. */
export async function startService(): Promise<BenchService> {
  await using stack = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), 'ostiary-bench-'));
  stack.defer(() => rm(data, { recursive: true, force: true }));
  const log = join(data, 'bench.log');
  const child = startProcess(data, log);
  stack.defer(() => stopProcess(child));
  const signal = AbortSignal.timeout(startMs);
  const url = await readUrl(log, signal);
  await waitUntilReady(url, signal);
  const control = openServiceClient(join(data, 'ostiary.sock'), signal);
  const address = await makeKey(control, url, 'bench');
  const enrolAddress = await makeKey(control, url, 'bench-enrol');
  const faces = await singleFaces();
  const running = stack.move();
  const pids = () => [child.pid!, ...childrenOf(child.pid!)];
  return {
    ...{ address, enrolAddress, faces },
    enrolGallery: () => enrolAll(address, faces),
    visionPids: () => childrenOf(child.pid!),
    rssBytes: () => pids().reduce((sum, pid) => sum + rssBytesOf(pid), 0),
    takeLoopDelay: () => readLoopDelay(url),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Its log goes into a file: through a pipe, the clients of this process would wait while it reads a line a request. */
function startProcess(data: string, logFile: string): ChildProcess {
  const models = modelsFolder();
  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, [program, 'serve'], {
    stdio: ['ignore', log, 'inherit'],
    env: {
      PATH: process.env.PATH,
      OSTIARY_DATA_DIR: data,
      OSTIARY_HTTP_PORT: '0',
      OSTIARY_LOG_FORMAT: 'json',
      ...(models !== undefined && { OSTIARY_MODELS_DIR: models }),
    },
  });
  closeSync(log);
  return child;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** The address that the service tells in its log. */
async function readUrl(logFile: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(await readFile(logFile, 'utf8')) ?? [];
    if (url !== undefined) return url;
    await delay(50, undefined, { signal });
  }
}

async function waitUntilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!(await fetch(`${url}/readyz`, { signal })).ok) await delay(50, undefined, { signal });
}

async function makeKey(control: ServiceClient, url: string, collection: string): Promise<ServiceAddress> {
  await control.call({ method: 'POST', path: '/collections', body: { json: { slug: collection } } });
  const { keys } = await control.call<{ keys: NewKeyAnswer[] }>({
    method: 'POST',
    path: '/keys',
    body: { json: { dialect: 'compreface', service: 'recognition', collections: [collection] } },
  });
  return { baseUrl: `${url}/compreface`, apiKey: keys[0]!.secret };
}

async function enrolAll(address: ServiceAddress, faces: readonly Photograph[]): Promise<void> {
  using client = comprefaceClient(address);
  for (const { name, bytes } of faces) {
    const { status, body } = await client.enrol(name, multipartOf(name, bytes));
    if (status !== 201) throw new Error(`Enrolling ${name} was answered ${status}: ${body.toString()}`);
  }
}
