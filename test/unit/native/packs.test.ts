import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PackReader, type PacksRead, type PackWish, releaseMapped } from '../../../native/packs/binding.ts';
import {
  codePack,
  numberIn,
  type PackedCode,
  packKey,
  packSize,
} from '../../../src/adapters/gallery/lmdb/disk/code-packs.ts';
import { Environment } from '../../../src/adapters/gallery/lmdb/disk/environment.ts';
import { ownUuidBytes } from '../../../src/adapters/gallery/lmdb/disk/keys.ts';
import { createIdSource } from '../../../src/domain/ids.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const codeBytes = 300;
const nextId = createIdSource(Date.now);
const ids = Array.from({ length: 5 }, () => Buffer.from(ownUuidBytes(nextId())));
const most = 100_000;

/** Persons and collections of neighbours are the same by turns. */
function codeAt(pack: number, place: number, modelId = 'model-a'): PackedCode {
  const code = Uint8Array.from({ length: codeBytes }, (_, at) => pack * 7 + place * 3 + at);
  const person = ids[Math.floor((pack * packSize + place) / 3) % 5]!;
  return { place, modelId, collection: ids[pack % 3]!, person, code };
}

function fullPack(pack: number, modelId?: string): PackedCode[] {
  return Array.from({ length: packSize }, (_, place) => codeAt(pack, place, modelId));
}

async function filled(packs: Iterable<number>) {
  const file = join(await ownFolder(), 'gallery.mdb');
  const environment = await Environment.open(file);
  const codes = environment.table('codes', codePack);
  await environment.write(() => {
    for (const pack of packs) codes.put(packKey(pack), fullPack(pack));
  });
  return { environment, codes, reader: new PackReader(file, 'codes') };
}

function room(rows = most) {
  return {
    numbers: new Float64Array(rows),
    codes: new Uint8Array(rows * codeBytes),
    persons: new Uint8Array(rows * 16),
    runCollections: new Uint32Array(rows),
    runRows: new Uint32Array(rows),
    collections: new Uint8Array(8 * 16),
  };
}

type Room = ReturnType<typeof room>;

function wish(commit: number, more: Partial<PackWish> = {}): PackWish {
  const model = Buffer.concat([Buffer.of(7), Buffer.from('model-a')]);
  return { commit, from: 0, before: most, milliseconds: 1000, model, codeBytes, ...more };
}

/** The rows as the packs have them. */
function rowsIn(read: PacksRead, columns: Room): { number: number; row: Omit<PackedCode, 'place'> }[] {
  const bytes = (from: Uint8Array, at: number, size: number) =>
    Buffer.from(from.subarray(at * size, at * size + size));
  const runs = Array.from({ length: read.runs }, (_, run) =>
    Array.from({ length: columns.runRows[run]! }, () => run),
  ).flat();
  return runs.map((run, at) => ({
    number: columns.numbers[at]!,
    row: {
      modelId: 'model-a',
      collection: bytes(columns.collections, columns.runCollections[run]!, 16),
      person: bytes(columns.persons, run, 16),
      code: Uint8Array.from(bytes(columns.codes, at, codeBytes)),
    },
  }));
}

function expected(packs: Iterable<number>) {
  return Array.from(packs, (pack) =>
    fullPack(pack).map(({ place, ...row }) => ({ number: numberIn(pack, place), row })),
  ).flat();
}

const some = Array.from({ length: 600 }, (_, at) => 2 * at);

test('reads what was written, from one pack to another', async () => {
  const { environment, reader } = await filled(some);
  const columns = room();
  for (const [from, before] of [
    [0, most],
    [7, 1001],
    [8, 1000],
    [1197, 1198],
    [3, 3],
  ] as const) {
    const read = reader.read(wish(environment.lastCommit(), { from, before }), columns);
    expect(read.next).toBe(before);
    expect(read.collections).toBeLessThanOrEqual(3);
    expect(rowsIn(read, columns)).toEqual(expected(some.filter((pack) => pack >= from && pack < before)));
  }
  await reader.close();
  await environment.close();
});

test('goes on in slices, and where there is no room', async () => {
  const { environment, reader } = await filled(some);
  for (const [rows, milliseconds] of [
    [most, 0],
    [50, 1000],
  ] as const) {
    const columns = room(rows);
    const found = [];
    for (let from = 0; from < most; ) {
      const read = reader.read(wish(environment.lastCommit(), { from, milliseconds }), columns);
      found.push(...rowsIn(read, columns));
      expect(read.next).toBeGreaterThan(from);
      expect(read.rows).toBeLessThan(rows === most ? 500 : 50);
      from = read.next;
    }
    expect(found).toEqual(expected(some));
  }
  await reader.close();
  await environment.close();
});

test('what is not whole and of the model is left to the caller', async () => {
  const { environment, codes, reader } = await filled(some);
  const plain = environment.under({ seal: () => ({ ...unsealed, hidesNames: false }) }).table('codes', {
    encode: (value: Buffer) => value,
    decode: (value) => value,
  });
  const closed = plain.get(packKey(200))!;
  const flipped = (at: number) => Buffer.from(closed).fill(closed[at]! ^ 1, at, at + 1);
  const changes: (() => void)[] = [
    () => codes.put(packKey(200), fullPack(200, 'model-b')),
    () => codes.put(packKey(200), [...fullPack(200).slice(0, 4), codeAt(200, 5, 'model-b')]),
    () => codes.put(packKey(200), [{ ...codeAt(200, 1), code: new Uint8Array(codeBytes + 1) }]),
    () => codes.put(packKey(200), Buffer.of(9)),
    // It has pages of its own.
    () => codes.put(packKey(200), Buffer.alloc(40_000)),
    () => plain.put(packKey(200), Buffer.alloc(2)),
    ...[0, 1, 5, 6, 20, 300, closed.length - 1].map((at) => () => plain.put(packKey(200), flipped(at))),
    // It is whole, but another's.
    () => plain.put(packKey(200), plain.get(packKey(202))!),
  ];
  for (const change of changes) {
    await environment.write(change);
    const columns = room();
    const before = reader.read(wish(environment.lastCommit()), columns);
    expect(before.next).toBe(200);
    expect(rowsIn(before, columns)).toEqual(expected(some.filter((pack) => pack < 200)));
    expect(reader.read(wish(environment.lastCommit(), { from: 200 }), columns)).toMatchObject({
      rows: 0,
      next: 200,
    });
    expect(reader.read(wish(environment.lastCommit(), { from: 201 }), columns).next).toBe(most);
  }
  await reader.close();
  await environment.close();
});

test('nothing is found as of a commit that the head does not tell of, in no file, and after the end', async () => {
  const { environment, codes, reader } = await filled(some);
  const columns = room();
  const first = environment.lastCommit();
  await environment.write(() => codes.put(packKey(3), fullPack(3)));
  await environment.write(() => codes.put(packKey(5), fullPack(5)));
  const nothing = { rows: 0, runs: 0, collections: 0, next: 0 };
  expect(reader.read(wish(first), columns)).toEqual(nothing);
  expect(reader.read(wish(environment.lastCommit() + 1), columns)).toEqual(nothing);
  expect(reader.read(wish(environment.lastCommit()), columns).rows).toBe(602 * packSize);
  expect(new PackReader(environment.file, 'other').read(wish(environment.lastCommit()), columns)).toEqual(
    nothing,
  );
  expect(new PackReader('/nowhere/file', 'codes').read(wish(first), columns)).toEqual(nothing);
  await reader.close();
  expect(reader.read(wish(environment.lastCommit()), columns)).toEqual(nothing);
  await environment.close();
});

test('refuses arrays without room', async () => {
  const { environment, reader } = await filled([1]);
  expect(() =>
    reader.read(wish(environment.lastCommit()), { ...room(), codes: new Uint8Array(100) }),
  ).toThrow(RangeError);
  await reader.close();
  await environment.close();
});

/** What this process has in memory of a file that it has mapped. */
function mappedKib(file: string): number {
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-)/m);
  const own = mappings.filter((each) => each.split('\n', 1)[0]!.endsWith(file));
  return own.reduce((sum, each) => sum + Number(/^Rss: +(\d+) kB$/m.exec(each)![1]), 0);
}

test('gives back the memory of what is mapped, which is read as before', async () => {
  const { environment, codes, reader } = await filled(some);
  const all = () => [...codes.entries()].map(({ value }) => value);
  const before = all();
  expect(mappedKib(environment.file)).toBeGreaterThan(1000);
  releaseMapped(environment.file);
  expect(mappedKib(environment.file)).toBe(0);
  expect(all()).toEqual(before);
  releaseMapped('/nowhere/file');
  await reader.close();
  expect(mappedKib(environment.file)).toBe(0);
  expect(all()).toEqual(before);
  await environment.close();
});

/** Values as they lie in the file. */
const unsealed = {
  place: (key: Buffer) => key,
  prefix: (start: Buffer) => start,
  close: (key: Buffer, payload: Uint8Array) => ({ place: key, value: Buffer.from(payload) }),
  open: (key: Buffer, value: Buffer) => ({ key, payload: value }),
};
