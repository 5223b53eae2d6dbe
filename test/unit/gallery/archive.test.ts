import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { newHead } from '../../../src/adapters/gallery/lmdb/backup/archive-head.ts';
import { readArchive } from '../../../src/adapters/gallery/lmdb/backup/archive-reader.ts';
import { ArchiveWriter } from '../../../src/adapters/gallery/lmdb/backup/archive-writer.ts';
import type { Frame } from '../../../src/adapters/gallery/lmdb/backup/frames.ts';
import type { BackupSecret } from '../../../src/domain/backup.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const chunkBytes = 64;
const sealedBytes = chunkBytes + 16;
const key: BackupSecret = { kind: 'key', bytes: Buffer.alloc(32, 3) };
const frames: Frame[] = [
  { kind: 'table', file: 'gallery', table: 'persons' },
  { kind: 'record', key: Buffer.from('ann'), value: Buffer.alloc(300, 'value of Ann ') },
  { kind: 'record', key: Buffer.from('bob'), value: Buffer.alloc(0) },
  { kind: 'table', file: 'pictures', table: 'pictures' },
  { kind: 'end', records: 2 },
];

let file: string;

beforeEach(async () => {
  file = join(await ownFolder(), 'one.backup');
});

async function write(secret: BackupSecret, what: readonly Frame[] = frames): Promise<Buffer> {
  const { bytes: head, key } = await newHead(secret, { chunkBytes, createdAtMs: 1_800_000_000_000 });
  const archive = new ArchiveWriter({ file, head, key, chunkBytes });
  for (const frame of what) archive.put(frame);
  const length = archive.finish();
  archive.close();
  const bytes = await readFile(file);
  expect(bytes).toHaveLength(length);
  return bytes;
}

async function read(secret: BackupSecret): Promise<Frame[]> {
  const found: Frame[] = [];
  for await (const { frames } of readArchive(file, secret)) found.push(...frames);
  return found;
}

const refusal = { code: expect.stringMatching(/^(record-corrupt|storage-failed)$/) };

describe('an archive', () => {
  test.for<[string, BackupSecret]>([
    ['a key', key],
    ['a passphrase', { kind: 'passphrase', text: 'Ærlighed varer længst' }],
  ])('under %s holds its frames, and nothing of them in the clear', async ([, secret]) => {
    const bytes = await write(secret);
    expect(bytes.includes('value of Ann')).toBe(false);
    expect(bytes.includes('persons')).toBe(false);
    expect(await read(secret)).toEqual(frames);
  });

  test('does not open with another secret, and says so', async () => {
    await write(key);
    await expect(read({ kind: 'key', bytes: Buffer.alloc(32, 4) })).rejects.toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining('does not open with this secret'),
    });
    await expect(read({ kind: 'passphrase', text: 'twelve letters' })).rejects.toMatchObject({
      message: expect.stringContaining('made with a key file'),
    });
  });

  test('with any byte flipped is refused, and nothing is told from there on', async () => {
    const bytes = await write(key);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at & 7);
      await writeFile(file, flipped);
      await expect(read(key), `byte ${at}`).rejects.toMatchObject(refusal);
    }
  });

  test('cut short anywhere, or made longer, is refused', async () => {
    const bytes = await write(key);
    for (let length = 0; length < bytes.length; length++) {
      await writeFile(file, bytes.subarray(0, length));
      await expect(read(key), `${length} bytes`).rejects.toMatchObject(refusal);
    }
    await writeFile(file, Buffer.concat([bytes, bytes.subarray(-sealedBytes)]));
    await expect(read(key)).rejects.toMatchObject(refusal);
  });

  test('with parts moved or taken out is refused', async () => {
    const bytes = await write(key);
    const start = bytes.length - (bytes.length % sealedBytes) - 4 * sealedBytes;
    const part = (number: number) =>
      bytes.subarray(start + number * sealedBytes, start + (number + 1) * sealedBytes);
    for (const parts of [
      [part(1), part(0)],
      [part(0), part(0)],
    ]) {
      await writeFile(
        file,
        Buffer.concat([bytes.subarray(0, start), ...parts, bytes.subarray(start + 2 * sealedBytes)]),
      );
      await expect(read(key)).rejects.toMatchObject(refusal);
    }
    await writeFile(file, Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + sealedBytes)]));
    await expect(read(key)).rejects.toMatchObject(refusal);
  });

  test('without its end is refused, though every part of it is sound', async () => {
    await write(key, frames.slice(0, -1));
    await expect(read(key)).rejects.toMatchObject({
      code: 'record-corrupt',
      message: 'The backup has no end',
    });
  });

  test('that fills its last part to the brim is read', async () => {
    const room = 5 * chunkBytes - 4 * 9 - 'gallery'.length - 'persons'.length - 'key'.length - '1'.length;
    for (const length of [room - 1, room, room + 1]) {
      const some: Frame[] = [
        frames[0]!,
        { kind: 'record', key: Buffer.from('key'), value: Buffer.alloc(length) },
        { kind: 'end', records: 1 },
      ];
      await write(key, some);
      expect(await read(key)).toEqual(some);
      file = `${file}-next`;
    }
  });

  test('of a later format, and what is no archive, is told apart', async () => {
    await writeFile(file, 'ostiary backup 2\nand so on');
    await expect(read(key)).rejects.toThrow('another version of the format');
    await writeFile(file, Buffer.alloc(5_000, 7));
    await expect(read(key)).rejects.toThrow('no backup of Ostiary');
    await writeFile(file, '');
    await expect(read(key)).rejects.toThrow('no backup of Ostiary');
  });
});
