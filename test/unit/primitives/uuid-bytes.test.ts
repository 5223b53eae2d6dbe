import { expect, test } from 'vitest';
import { ownUuidBytes, uuidAt, uuidBytes } from '../../../src/primitives/uuid-bytes.ts';

test('a UUID is sixteen bytes, and nothing else is one', () => {
  const uuid = '5f3a9c1e-0000-11f0-8000-0123456789ab';
  expect(ownUuidBytes(uuid).toString('hex')).toBe('5f3a9c1e000011f080000123456789ab');
  expect(uuidAt(Buffer.concat([Buffer.of(9), ownUuidBytes(uuid)]), 1)).toBe(uuid);
  for (const other of ['', uuid.toUpperCase(), `${uuid}0`, uuid.replaceAll('-', '')]) {
    expect(uuidBytes(other)).toBeUndefined();
    expect(() => ownUuidBytes(other)).toThrow(TypeError);
  }
});
