import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelStore } from '../../src/adapters/model-store/folders/open-model-store.ts';
import type { ModelEntry } from '../../src/domain/catalogue.ts';

const right = Buffer.from('the right bytes');
const wrong = Buffer.from('the wrong bytes');

let root: string;
let catalogueFile: string;
let folders: [string, string];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ostiary-store-'));
  catalogueFile = path.join(root, 'catalogue.json');
  folders = [path.join(root, 'first'), path.join(root, 'second')];
  await mkdir(folders[0]);
  await mkdir(folders[1]);
  await writeFile(
    catalogueFile,
    JSON.stringify({ models: [entry], profiles: { default: { embedding: 'net' } } }),
  );
});

afterEach(() => rm(root, { recursive: true }));

describe('folder model store', () => {
  it('hands out the catalogue', async () => {
    const { catalogue } = await openModelStore({ catalogueFile, folders });
    expect(catalogue).toEqual({ models: [entry], profiles: { default: { embedding: 'net' } } });
  });

  it('misses a network whose file is in no folder, also where a folder is not there', async () => {
    const store = await openModelStore({ catalogueFile, folders: [...folders, path.join(root, 'nowhere')] });
    expect(await store.state(entry)).toBe('missing');
    await expect(store.read(entry)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('ostiary models fetch net'),
    });
  });

  it('reads the first file with the right digest and passes over a damaged one', async () => {
    const store = await openModelStore({ catalogueFile, folders });
    await writeFile(path.join(folders[0], 'net.onnx'), wrong);
    expect(await store.state(entry)).toBe('damaged');
    await expect(store.read(entry)).rejects.toMatchObject({ code: 'model-missing' });
    await writeFile(path.join(folders[1], 'net.onnx'), right);
    expect(await store.state(entry)).toBe('installed');
    expect(Buffer.from(await store.read(entry))).toEqual(right);
  });

  it('sees a file that has changed since it was last looked at', async () => {
    const store = await openModelStore({ catalogueFile, folders });
    const file = path.join(folders[0], 'net.onnx');
    await writeFile(file, right);
    expect(await store.state(entry)).toBe('installed');
    await writeFile(file, wrong);
    await utimes(file, 1, 1);
    expect(await store.state(entry)).toBe('damaged');
    await rm(file);
    expect(await store.state(entry)).toBe('missing');
  });

  it('sends the reader of a converted network to the set-up', async () => {
    const source: ModelEntry['source'] = {
      kind: 'converted',
      package: 'p',
      format: 'face-api',
      files: ['f'],
    };
    const store = await openModelStore({ catalogueFile, folders });
    await expect(store.read({ ...entry, source })).rejects.toThrow('node models/convert.ts');
  });

  it.each([
    ['is missing', undefined],
    ['is not JSON', '{'],
    ['knows a word that the schema does not', JSON.stringify({ models: [], profiles: {}, more: 1 })],
  ])('refuses to open when the catalogue %s', async (_title, text) => {
    if (text === undefined) await rm(catalogueFile);
    else await writeFile(catalogueFile, text);
    await expect(openModelStore({ catalogueFile, folders })).rejects.toMatchObject({
      code: 'storage-failed',
    });
  });
});

const entry: ModelEntry = {
  id: 'net',
  role: 'embedding',
  title: 'A network',
  file: 'net.onnx',
  sha256: createHash('sha256').update(right).digest('hex'),
  licence: 'MIT',
  home: 'https://example.org/net',
  trainingData: 'None.',
  source: { kind: 'fetched', url: 'https://example.org/net.onnx', bytes: right.length },
  decoder: 'embedding',
  input: { width: 112, height: 112, colour: 'RGB', mean: [0, 0, 0], scale: [1, 1, 1] },
};
