import { expect, test } from 'vitest';
import { writeWhole } from '../../../src/primitives/write-whole.ts';

test('all is written, however little is taken at a time', async () => {
  const file = Buffer.alloc(12);
  const write = async (bytes: Uint8Array, offset: number, length: number, position: number) => {
    const bytesWritten = Math.min(length, 3);
    file.set(bytes.subarray(offset, offset + bytesWritten), position);
    return { bytesWritten };
  };
  await writeWhole({ write }, Buffer.from('abcdefgh'), 2);
  expect(file.toString('latin1')).toBe('\0\0abcdefgh\0\0');
});
