import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../fixtures/native/leave-in-work.ts', import.meta.url));

it.each(['at once', 'when all is done'])('a process that uses the index ends, %s', async (when) => {
  const child = spawn(process.execPath, [program, when], { stdio: 'ignore', timeout: 30_000 });
  expect(await once(child, 'exit')).toEqual([7, null]);
});
