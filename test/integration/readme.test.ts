import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The lines that the README has for a shell, joined as a reader would type them. */
const shellLines = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block).join('\n');

const scratch = mkdtempSync(join(tmpdir(), 'ostiary-readme-'));
const dataDir = join(scratch, 'data');
let service: ChildProcess;

/** A reader's shell, without what npm puts before the PATH of its scripts. */
const PATH = process.env.PATH?.split(':')
  .filter((folder) => !folder.includes('/node_modules/'))
  .join(':');

const listening = z.object({ url: z.string() });

/** The main port's address, from the service's log. */
async function readAddress(child: ChildProcess): Promise<URL> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    const { data } = listening.safeParse(JSON.parse(line));
    if (data) return new URL(data.url);
  }
  throw new Error(`The service ended before it listened:\n${lines.join('\n')}`);
}

beforeAll(async () => {
  service = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'src/main.ts'), 'serve'], {
    cwd: root,
    env: { ...process.env, OSTIARY_DATA_DIR: dataDir, OSTIARY_HTTP_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await readAddress(service);
  await vi.waitFor(async () => expect((await fetch(new URL('/readyz', address))).status).toBe(200), 60_000);
  // The README says port 8080; here curl finds the free port that the service took instead.
  writeFileSync(
    join(scratch, '.curlrc'),
    `silent\nconnect-to = "127.0.0.1:8080:127.0.0.1:${address.port}"\n`,
  );
});

afterAll(async () => {
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  rmSync(scratch, { recursive: true });
});

describe('the README', () => {
  it('enrols and recognises a person by its own lines', async () => {
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', shellLines], {
      cwd: root,
      env: { ...process.env, PATH, OSTIARY_DATA_DIR: dataDir, CURL_HOME: scratch },
    });
    const [enrolled = '', recognised = ''] = stdout.split(/(?<=\})(?=\{)/);
    expect(JSON.parse(enrolled)).toMatchObject({ subject: 'Vladimir' });
    const { result } = JSON.parse(recognised);
    expect(result).toHaveLength(1);
    expect(result[0]).toMatchObject({ gender: { value: 'male' }, age: { low: expect.any(Number) } });
    expect(result[0].subjects[0].subject).toBe('Vladimir');
    expect(result[0].subjects[0].similarity).toBeGreaterThan(0.5);
  });
});
