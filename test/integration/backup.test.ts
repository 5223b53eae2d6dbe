import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ostiary, startService, tempFolder } from '../harness/command.ts';
import { portrait } from '../harness/photographs.ts';

test('a backup restores the store with the ostiary command, and brings nobody back who was erased', async () => {
  await using folder = await tempFolder();
  const at = (name: string) => join(folder.path, name);
  const [data, passphrase] = [at('data'), at('passphrase')];
  await writeFile(passphrase, 'fjorten små æbler\n');
  for (const name of ['ann', 'cleo'] as const) await writeFile(at(`${name}.jpg`), await portrait(name));
  const env = { OSTIARY_BACKUP_PASSPHRASE_FILE: passphrase, OSTIARY_BACKUP_DIR: at('backups') };
  const run = (...args: string[]) => ostiary(args, { data, env });

  const service = await startService({ data, env });
  for (const name of ['ann', 'cleo'])
    expect(await run('enrol', name, at(`${name}.jpg`))).toMatchObject({ exitCode: 0 });
  expect(JSON.parse((await run('--json', 'backup')).stdout)).toMatchObject({ state: 'done' });
  const made = await run('backup');
  expect(made).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^ostiary-\w+-\w+\.backup: \d+ records, \d+\.\d MB\n$/),
  });
  const file = join(at('backups'), made.stdout.split(':')[0]!);
  expect((await run('erase', 'cleo')).exitCode).toBe(0);
  expect((await run('restore', file)).stderr).toContain('an empty folder');
  expect(await service.stop()).toBe(0);

  await rename(join(data, 'gallery'), at('lost'));
  await rename(file, at('moved.backup'));
  expect(await run('restore', at('moved.backup'))).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('There is no list of erasures beside the backup'),
  });
  expect(await run('restore', at('moved.backup'), '--erasures', at('none.erasures'))).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('There is no list of erasures'),
  });
  await rename(at('moved.backup'), file);
  await writeFile(passphrase, 'another passphrase');
  expect(await run('restore', file)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('does not open with this secret'),
  });
  await writeFile(passphrase, 'fjorten små æbler');
  const restored = await run('restore', file, '--passphrase-file', passphrase);
  expect(restored).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('erased again: 1') });
  expect((await run('identify', at('ann.jpg'))).exitCode).toBe(0);
  expect((await run('identify', at('cleo.jpg'))).exitCode).toBe(1);
  const jobs = JSON.parse((await run('--json', 'jobs', 'list', '--kind', 'backup')).stdout).jobs as {
    state: string;
  }[];
  expect(jobs.map(({ state }) => state)).toEqual(['cancelled', 'done']);
  await rm(at('lost'), { recursive: true });

  // Who goes without a list says so, and has her back who was erased since.
  await rename(join(data, 'gallery'), at('lost'));
  await rename(file, at('moved.backup'));
  const [list] = (await readdir(at('backups'))).filter((name) => name.endsWith('.erasures'));
  const lists = ['--erasures', join(at('backups'), list!)];
  expect((await run('restore', at('moved.backup'), ...lists)).stdout).toContain('erased again: 1');
  await rm(join(data, 'gallery'), { recursive: true });
  const without = await run('restore', at('moved.backup'), '--without-erasures');
  expect(without).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('erased again: 0') });
  expect((await run('identify', at('cleo.jpg'))).exitCode).toBe(0);
});

test('without a secret no backup is made, and two are too many', async () => {
  await using folder = await tempFolder();
  const data = join(folder.path, 'data');
  expect(await ostiary(['backup'], { data })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('expected backup.keyFile or backup.passphraseFile'),
  });
  const env = { OSTIARY_BACKUP_KEY_FILE: 'one', OSTIARY_BACKUP_PASSPHRASE_FILE: 'other' };
  expect((await ostiary(['backup'], { data, env })).stderr).toContain('not beside it');
});
