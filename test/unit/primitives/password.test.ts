import { expect, it } from 'vitest';
import { hashPassword, passwordFits } from '../../../src/primitives/password.ts';

it('knows a password by its hash, in either spelling of its letters, and no other', async () => {
  const hashed = await hashPassword('caf\u00e9 noir');
  expect(hashed).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  expect(await passwordFits('cafe\u0301 noir', hashed)).toBe(true);
  expect(await passwordFits('caf\u00e9 noi', hashed)).toBe(false);
  expect(await passwordFits('', hashed)).toBe(false);
});

it('hashes the same password differently each time', async () => {
  expect(await hashPassword('secret')).not.toBe(await hashPassword('secret'));
});

it('fits nothing when there is no hash', async () => {
  expect(await passwordFits('secret', undefined)).toBe(false);
});
