import type { FileHandle } from 'node:fs/promises';

const mostAtOnce = 64;

export type NumberedPage = { readonly number: number; readonly bytes: Buffer };

/** Reads pages in the order of their numbers, neighbours in one go; each is to be used before the next is asked for. */
export async function* pagesOf(
  file: FileHandle,
  pageSize: number,
  numbers: readonly number[],
): AsyncGenerator<NumberedPage[]> {
  const sorted = [...numbers].sort((one, other) => one - other);
  const buffer = Buffer.alloc(mostAtOnce * pageSize);
  for (let at = 0; at < sorted.length; ) {
    const first = sorted[at]!;
    let count = 1;
    while (count < mostAtOnce && sorted[at + count] === first + count) count++;
    const { bytesRead } = await file.read(buffer, 0, count * pageSize, first * pageSize);
    // Beyond the end of the file there is nothing but zeros.
    buffer.fill(0, bytesRead);
    yield Array.from({ length: count }, (_, index) => ({
      number: first + index,
      bytes: buffer.subarray(index * pageSize, (index + 1) * pageSize),
    }));
    at += count;
  }
}
