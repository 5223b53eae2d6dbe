import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertModels } from '../../models/convert-models.ts';
import { catalogueSchema } from '../../src/domain/catalogue.ts';

const original = fileURLToPath(new URL('../../models/catalogue.json', import.meta.url));
const catalogue = catalogueSchema.parse(JSON.parse(await readFile(original, 'utf8')));
const converted = catalogue.models
  .filter((entry) => entry.source.kind === 'converted')
  .map((entry) => entry.id);

describe('convertModels', () => {
  let root: string;
  let folder: string;
  let catalogueFile: string;
  const lines: string[] = [];
  const run = (digests: 'check' | 'pin') =>
    convertModels({ catalogueFile, folder, digests, log: (line) => lines.push(line) });

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'ostiary-conversion-'));
    folder = path.join(root, 'onnx');
    catalogueFile = path.join(root, 'catalogue.json');
    await copyFile(original, catalogueFile);
  });

  afterAll(() => rm(root, { recursive: true }));

  it('makes every network with the digest that the catalogue pins, and leaves nothing else', async () => {
    expect(await run('check')).toEqual({ converted, upToDate: [] });
    expect(lines).toHaveLength(converted.length);
    const files = catalogue.models.filter((entry) => converted.includes(entry.id)).map((entry) => entry.file);
    expect((await readdir(folder)).sort()).toEqual(files.sort());
  });

  it('touches nothing that is up to date', async () => {
    const before = await stat(path.join(folder, 'blazeface.onnx'));
    expect(await run('check')).toEqual({ converted: [], upToDate: converted });
    expect((await stat(path.join(folder, 'blazeface.onnx'))).mtimeMs).toBe(before.mtimeMs);
  });

  it('makes a damaged file again', async () => {
    await writeFile(path.join(folder, 'blazeface.onnx'), 'damaged');
    expect((await run('check')).converted).toEqual(['blazeface']);
  });

  it('refuses to install other bytes than the catalogue pins, and pins new ones when told to', async () => {
    const pinned = catalogue.models.find((entry) => entry.id === 'blazeface')!.sha256;
    const text = await readFile(original, 'utf8');
    await writeFile(catalogueFile, text.replace(pinned, '0'.repeat(64)));
    const before = await readFile(path.join(folder, 'blazeface.onnx'));
    await expect(run('check')).rejects.toThrow(/blazeface was converted to other bytes.*--pin/);
    expect(Buffer.compare(await readFile(path.join(folder, 'blazeface.onnx')), before)).toBe(0);
    await run('pin');
    expect(await readFile(catalogueFile, 'utf8')).toBe(text);
  });
});
