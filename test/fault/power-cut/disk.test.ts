import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seeded } from '../../bench/accuracy/seeded.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { type Fate, showDiskAfterCut } from './disk-after-cut.ts';
import { compileShim, powerCutEnvironment } from './under-power-cut.ts';

const page = 4096;

type Disk = {
  readonly dir: string;
  /** Runs a script that has the folder's files under `disk`, `fs` and `page`. */
  run(script: string, afterSteps?: number): Promise<SpawnSyncReturns<string>>;
  cut(fate: Fate, more?: { sectorBytes?: number; seed?: number }): Promise<number>;
  read(name: string): Promise<Buffer>;
};

async function newDisk(files: Readonly<Record<string, Buffer>> = {}): Promise<Disk> {
  const root = await realpath(await ownFolder());
  const dir = join(root, 'disk');
  await mkdir(dir);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(dir, name), bytes);
  const library = compileShim(root);
  let log = '';
  return {
    dir,
    async run(script, afterSteps = 0) {
      const prepared = await powerCutEnvironment({ library, dir, notes: root, afterSteps });
      log = prepared.log;
      const begin = `const fs = require('node:fs'); const page = ${page}; const disk = ${JSON.stringify(`${dir}/`)};`;
      return spawnSync(process.execPath, ['-e', begin + script], { env: prepared.env, encoding: 'utf8' });
    },
    cut: (fate, { sectorBytes = 512, seed = 1 } = {}) =>
      showDiskAfterCut({ dir, log, fate, sectorBytes, random: seeded(seed) }),
    read: (name) => readFile(join(dir, name)),
  };
}

const old = Buffer.alloc(2 * page, 'o');

test('what was synced is there after the cut, and what was not may be gone', async () => {
  const disk = await newDisk({ one: old, two: old });
  const run = await disk.run(`
    const [one, two] = ['one', 'two'].map((name) => fs.openSync(disk + name, 'r+'));
    for (const file of [one, two]) fs.writeSync(file, 'n'.repeat(page), page / 2);
    fs.fsyncSync(two);
    fs.writeSync(two, 'later', 0);
  `);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect((await disk.read('one')).includes('n')).toBe(true);
  expect(await disk.cut('none kept')).toBe(2);
  expect(await disk.read('one')).toEqual(old);
  expect((await disk.read('two')).toString()).toBe(
    'o'.repeat(page / 2) + 'n'.repeat(page) + 'o'.repeat(page / 2),
  );
});

test('a disk that kept everything is as the process left it', async () => {
  const disk = await newDisk({ one: old });
  await disk.run(`fs.appendFileSync(disk + 'one', 'more'); fs.truncateSync(disk + 'one', page + 1)`);
  expect(await disk.cut('all kept')).toBe(2);
  expect(await disk.read('one')).toEqual(old.subarray(0, page + 1));
});

test('writes are torn between sectors only, and a later one brings the earlier ones of its sector along', async () => {
  const sector = 512;
  const seen = new Set<string>();
  for (let seed = 0; seed < 4; seed++) {
    const disk = await newDisk({ one: old });
    await disk.run(`
      const file = fs.openSync(disk + 'one', 'r+');
      fs.writeSync(file, 'a'.repeat(2 * page), 0);
      for (let at = 256; at < 2 * page; at += 512) fs.writeSync(file, 'b'.repeat(256), at);
    `);
    await disk.cut(seed % 2 ? 'torn writes' : 'whole writes', { seed, sectorBytes: sector });
    const bytes = (await disk.read('one')).toString();
    for (let at = 0; at < bytes.length; at += sector) {
      seen.add(`${[...new Set(bytes.slice(at, at + 256))]} ${[...new Set(bytes.slice(at + 256, at + 512))]}`);
    }
  }
  expect([...seen].toSorted()).toEqual(['a a', 'a b', 'o o']);
});

test('a descriptor that syncs each write makes its own pages durable, and no others', async () => {
  const disk = await newDisk({ one: old });
  await disk.run(`
    const plain = fs.openSync(disk + 'one', 'r+');
    const synced = fs.openSync(disk + 'one', fs.constants.O_WRONLY | fs.constants.O_DSYNC);
    fs.writeSync(plain, 'p'.repeat(2 * page), 0);
    fs.writeSync(synced, 's', 8);
  `);
  await disk.cut('none kept');
  const bytes = (await disk.read('one')).toString();
  expect(bytes.slice(0, page)).toBe(`pppppppps${'p'.repeat(page - 9)}`);
  expect(bytes.slice(page)).toBe('o'.repeat(page));
});

test('a file that has grown or shrunk has its old length and bytes again', async () => {
  const disk = await newDisk({ grown: old, shrunk: old });
  await disk.run(`
    fs.appendFileSync(disk + 'grown', 'more');
    fs.truncateSync(disk + 'shrunk', 7);
    fs.appendFileSync(disk + 'new', 'new');
  `);
  await disk.cut('none kept');
  expect(await disk.read('grown')).toEqual(old);
  expect(await disk.read('shrunk')).toEqual(old);
  expect(await disk.read('new')).toHaveLength(0);
});

test('a file that has taken the place of another gives it back, unless the folder was synced', async () => {
  const swap = `
    fs.writeFileSync(disk + 'draft', 'new');
    const draft = fs.openSync(disk + 'draft', 'r+');
    fs.fsyncSync(draft);
    fs.renameSync(disk + 'draft', disk + 'one');
    fs.writeSync(draft, 'NEW', 0);
  `;
  for (const isSynced of [false, true]) {
    const disk = await newDisk({ one: old });
    const run = await disk.run(isSynced ? `${swap} fs.fsyncSync(fs.openSync(disk, 'r'))` : swap);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect((await disk.read('one')).toString()).toBe('NEW');
    await disk.cut('none kept');
    expect((await disk.read('one')).toString()).toBe(isSynced ? 'new' : old.toString());
    if (!isSynced) expect((await disk.read('draft')).toString()).toBe('new');
  }
});

test('a new file has nothing of one that had its inode before', async () => {
  const disk = await newDisk();
  await disk.run(`
    fs.writeFileSync(disk + 'gone', 'g'.repeat(page));
    fs.rmSync(disk + 'gone');
    const file = fs.openSync(disk + 'one', 'w');
    fs.writeSync(file, 'one');
    fs.fsyncSync(file);
  `);
  await disk.cut('none kept');
  expect((await disk.read('one')).toString()).toBe('one');
});

test('the power goes at the step that was named, before a sync has worked', async () => {
  const disk = await newDisk({ one: old });
  const script = `
    const file = fs.openSync(disk + 'one', 'r+');
    for (let at = 0; ; at++) { fs.writeSync(file, 'n', at); fs.fdatasyncSync(file); }
  `;
  expect((await disk.run(script, 4)).signal).toBe('SIGKILL');
  expect(await disk.cut('none kept')).toBe(1);
  expect((await disk.read('one')).subarray(0, 3).toString()).toBe('noo');
});

test('a process that writes through a shared mapping is ended, for its writes cannot be followed', async () => {
  const disk = await newDisk();
  const run = await disk.run(`
    require(${JSON.stringify(import.meta.resolve('lmdb').replace('file://', ''))}).open({ path: disk + 'store', useWritemap: true });
  `);
  expect(run.signal).toBe('SIGABRT');
  expect(run.stderr).toContain('writes through a shared mapping cannot be followed');
});
