import { expect, test } from 'vitest';
import { crc32c } from '../../../native/crc32c/binding.ts';

test('agrees with the vectors of RFC 3720, appendix B.4', () => {
  expect(crc32c(0, Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(0, Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(0, Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(0, Buffer.from(Array.from({ length: 32 }, (_, at) => at)))).toBe(0x46dd794e);
  expect(crc32c(0, Buffer.from(Array.from({ length: 32 }, (_, at) => 31 - at)))).toBe(0x113fdb5c);
});

test('goes on from the checksum of what came before, wherever the bytes are cut', () => {
  const bytes = Buffer.from('a face is never a flipped bit');
  for (let cut = 0; cut <= bytes.length; cut++) {
    const [before, after] = [bytes.subarray(0, cut), bytes.subarray(cut)];
    expect(crc32c(crc32c(0, before), after)).toBe(crc32c(0, bytes));
    expect(crc32c(0, before, after)).toBe(crc32c(0, bytes));
  }
});
