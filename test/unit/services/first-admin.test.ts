import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { secretFile } from '../../../src/adapters/host/node/secret-file.ts';
import { services } from '../../../src/domain/credential.ts';
import type { SecretFile } from '../../../src/domain/ports/secret-file.ts';
import { type Access, createAccess } from '../../../src/services/access.ts';
import { withFirstAdmin } from '../../../src/services/first-admin.ts';
import { tempFolder } from '../../harness/command.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
let file: SecretFile;
let plain: Access;
beforeEach(async () => {
  folder = await tempFolder();
  file = secretFile(join(folder.path, 'admin-credential'));
  plain = createAccess({ credentials: openMemoryCredentials() });
});
afterEach(() => folder[Symbol.asyncDispose]());

const administrator = { dialect: 'ostiary', services, right: 'admin', reach: 'all', name: '' } as const;

const show = (access: Access, secret: string) =>
  access.admit({ secret, dialect: 'ostiary', client: '127.0.0.1' });

describe('the first admin', () => {
  it('gets a credential in a file for its owner only', async () => {
    const { access, created } = await withFirstAdmin(plain, file);
    expect(created).toBe(true);
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    const secret = (await readFile(file.path, 'utf8')).trim();
    expect(await show(access, secret)).toMatchObject({ right: 'admin', reach: 'all', name: 'first boot' });
  });

  it('finds the file gone after the first use, and the credential still good', async () => {
    const { access } = await withFirstAdmin(plain, file);
    const secret = (await file.read())!;
    await show(access, secret);
    expect(await file.read()).toBeUndefined();
    expect(await show(access, secret)).toMatchObject({ name: 'first boot' });
  });

  it('is told of once, when its secret is used for the first time', async () => {
    const used: string[] = [];
    const { access } = await withFirstAdmin(plain, file, async ({ name }) => void used.push(name));
    const secret = (await file.read())!;
    await show(access, secret);
    await show(access, secret);
    expect(used).toEqual(['first boot']);
  });

  it('finds the file still there after a restart, and gone after the use that follows', async () => {
    await withFirstAdmin(plain, file);
    const { access, created } = await withFirstAdmin(plain, file);
    expect(created).toBe(false);
    const secret = (await file.read())!;
    await show(access, secret);
    expect(await file.read()).toBeUndefined();
  });

  it('keeps the file while other credentials are used or guessed', async () => {
    const { access } = await withFirstAdmin(plain, file);
    const other = await access.create(administrator);
    await show(access, other.secret);
    await expect(show(access, 'a guess')).rejects.toMatchObject({ code: 'credential-unknown' });
    expect(await file.read()).toBeDefined();
  });

  it('gets no second credential, also when the file has gone', async () => {
    const { access } = await withFirstAdmin(plain, file);
    await show(access, (await file.read())!);
    expect((await withFirstAdmin(access, file)).created).toBe(false);
    expect(await access.list()).toHaveLength(1);
  });

  it('gets none when the secret cannot be left, and one at the next try', async () => {
    const unwritable = secretFile(join(folder.path, 'no-folder', 'admin-credential'));
    await expect(withFirstAdmin(plain, unwritable)).rejects.toMatchObject({ code: 'storage-failed' });
    expect(await plain.list()).toEqual([]);
    expect((await withFirstAdmin(plain, file)).created).toBe(true);
  });

  it('gets one at the next start when a crash kept the secret from the file', async () => {
    await plain.create({ ...administrator, name: 'first boot' });
    await file.write('');
    const { access, created } = await withFirstAdmin(plain, file);
    expect(created).toBe(true);
    expect(await show(access, (await file.read())!)).toMatchObject({ name: 'first boot' });
  });

  it('gets no other one when it was revoked', async () => {
    const { access } = await withFirstAdmin(plain, file);
    const { id } = await show(access, (await file.read())!);
    await access.revoke(id);
    expect((await withFirstAdmin(plain, file)).created).toBe(false);
    expect(await file.read()).toBeUndefined();
  });

  it('is not misled by a file of an earlier gallery', async () => {
    await writeFile(file.path, 'stale\n', { mode: 0o644 });
    const { access } = await withFirstAdmin(plain, file);
    expect(await file.read()).not.toBe('stale');
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect(await show(access, (await file.read())!)).toMatchObject({ name: 'first boot' });
  });
});
