import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ostiary, tempFolder } from '../harness/command.ts';

test('a store is sealed by a key, opens with it alone, and changes to another', async () => {
  await using folder = await tempFolder();
  const data = join(folder.path, 'data');
  const [first, second] = [join(folder.path, 'first'), join(folder.path, 'second')];
  await writeFile(first, `${'1a'.repeat(32)}\n`);
  await writeFile(second, Buffer.alloc(32, 2).toString('base64'));
  const run = (keyFile: string | undefined, ...args: string[]) =>
    ostiary(args, { data, env: keyFile === undefined ? {} : { OSTIARY_STORE_KEY_FILE: keyFile } });

  expect((await run(first, 'keys', 'create', 'ostiary', '--name', 'porter')).exitCode).toBe(0);
  expect(await run(undefined, 'keys', 'list')).toMatchObject({
    exitCode: 3,
    stderr: 'The store is sealed: expected store.keyFile to name the file with its key\n',
  });
  expect((await run(first, 'gallery', 'rewrap', '--to', second)).exitCode).toBe(0);
  const credential = '$CREDENTIALS_DIRECTORY/second';
  const env = { OSTIARY_STORE_KEY_FILE: credential, CREDENTIALS_DIRECTORY: folder.path };
  const listed = await ostiary(['keys', 'list'], { data, env });
  expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('porter') });
  expect((await run(credential, 'keys', 'list')).stderr).toContain('was handed no credentials');
  expect((await run(first, 'gallery', 'rewrap', '--to', second)).stderr).toMatch(
    /^The store is sealed with the key /,
  );
  // Whoever has not set the present key names it.
  expect(await run(undefined, 'gallery', 'rewrap', '--to', first)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--from'),
  });
  const back = await run(undefined, 'gallery', 'rewrap', '--from', second, '--to', first);
  expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('under the new key') });
  expect((await run(first, 'keys', 'list')).stdout).toContain('porter');
  await writeFile(first, 'short');
  expect((await run(first, 'keys', 'list')).stderr).toContain('expected 64 hexadecimal digits');
});
