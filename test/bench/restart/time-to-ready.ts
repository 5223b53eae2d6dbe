import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const pollMs = 10;

/** Milliseconds from the start of the service's process until `/readyz` is answered 200; then it is stopped. */
export async function timeToReady(dataDir: string): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [program, 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      OSTIARY_DATA_DIR: dataDir,
      OSTIARY_HTTP_PORT: '0',
      OSTIARY_LOG_FORMAT: 'json',
    },
  });
  try {
    const url = await addressOf(child);
    while (!(await fetch(`${url}/readyz`)).ok) await delay(pollMs);
    return performance.now() - start;
  } finally {
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await gone;
  }
}

/** The address that the service tells in its log, which is read to its end. */
async function addressOf(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const told = Promise.withResolvers<string>();
  lines.on('line', (line) => {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url !== undefined) told.resolve(url);
  });
  lines.on('close', () => told.reject(new Error('The service did not start')));
  return told.promise;
}
