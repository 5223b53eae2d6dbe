import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSigning } from '../../src/app/open-signing.ts';
import { loadSettings } from '../../src/config/load-settings.ts';
import { tempFolder } from '../harness/command.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const file = () => join(folder.path, 'signing-secret');
const open = (env: Record<string, string> = {}) =>
  openSigning(loadSettings({ file: undefined, env: { OSTIARY_DATA_DIR: folder.path, ...env } }));
const payload = Buffer.from('a template');

it('a first start makes a secret that only its owner reads, and what it signs is known after a restart', async () => {
  const signed = (await open()).sign('face-data', payload);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect(await readFile(file(), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  expect((await open()).open('face-data', signed)).toEqual(payload);
});

it('a secret of the operator’s makes two boxes know what each of them signed', async () => {
  const given = join(folder.path, 'given');
  await writeFile(given, `${'0f'.repeat(32)}\n`);
  const one = await open({ OSTIARY_DATA_SIGNING_FILE: given });
  const other = await open({ OSTIARY_DATA_SIGNING_FILE: given });
  expect(other.open('session', one.sign('session', payload))).toEqual(payload);
  await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
});

it('a secret that a crash kept from the file is made anew', async () => {
  await writeFile(file(), '');
  await open();
  expect(await readFile(file(), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
});

it.each([
  ['is none', { text: 'secret' }, 'holds no secret'],
  ['is not there', {}, 'is not there'],
  ['is of systemd, which handed none over', { path: '$CREDENTIALS_DIRECTORY/signing' }, 'no credentials'],
])('a start is refused when the secret that the operator names %s', async (_what, wish, message) => {
  const { text, path = join(folder.path, 'given') } = wish as { text?: string; path?: string };
  if (text !== undefined) await writeFile(path, text);
  await expect(open({ OSTIARY_DATA_SIGNING_FILE: path })).rejects.toThrow(message);
});
