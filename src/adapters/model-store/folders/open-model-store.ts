import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Catalogue, catalogueSchema, type ModelEntry } from '../../../domain/catalogue.ts';
import { AppError } from '../../../domain/errors.ts';
import type { ModelState, ModelStore } from '../../../domain/ports/model-store.ts';
import { toOnnx } from '../conversion/to-onnx.ts';
import { sha256OfFile } from './sha256-of-file.ts';

export type ModelStoreOptions = {
  readonly catalogueFile: string;
  /** Searched in this order; the first that has the file with the catalogue's digest wins. */
  readonly folders: readonly string[];
};

/** Opens a store over folders of files. Rejects with `storage-failed` when the catalogue cannot be read. */
export async function openModelStore(options: ModelStoreOptions): Promise<ModelStore> {
  const catalogue = await readCatalogue(options.catalogueFile);
  const digests = new DigestCache();

  /** Every place that has a file of the entry's name, with what its bytes come to. */
  async function find(entry: ModelEntry): Promise<{ state: ModelState; file?: string }> {
    let state: ModelState = 'missing';
    for (const folder of options.folders) {
      const file = path.join(folder, entry.file);
      const digest = await digests.of(file);
      if (digest === entry.sha256) return { state: 'installed', file };
      if (digest !== undefined) state = 'damaged';
    }
    return { state };
  }

  return {
    catalogue,
    async state(entry) {
      return (await find(entry)).state;
    },
    async read(entry) {
      const { state, file } = await find(entry);
      if (file === undefined)
        throw new AppError('model-missing', whatToDo(entry, state), { details: { model: entry.id } });
      return toOnnx(entry, await readFile(file));
    },
  };
}

/** Digests of files, computed anew when a file's size or time of change is another. */
class DigestCache {
  readonly #known = new Map<string, { stamp: string; digest: string }>();

  /** Undefined when there is no such file. */
  async of(file: string): Promise<string | undefined> {
    const stats = await stat(file, { bigint: true }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
      throw new AppError('storage-failed', `${file} cannot be read`, { cause });
    });
    if (!stats?.isFile()) return undefined;
    const stamp = `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.digest;
    const digest = await sha256OfFile(file);
    this.#known.set(file, { stamp, digest });
    return digest;
  }
}

async function readCatalogue(file: string): Promise<Catalogue> {
  try {
    return catalogueSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new AppError('storage-failed', `The model catalogue ${file} cannot be read`, { cause });
  }
}

function whatToDo(entry: ModelEntry, state: ModelState): string {
  const found =
    state === 'damaged'
      ? `${entry.file} is not the file that the catalogue names`
      : `${entry.file} is missing`;
  const remedy =
    entry.source.kind === 'converted' ? 'node models/convert.ts' : `ostiary models fetch ${entry.id}`;
  return `The network ${entry.id} is not installed: ${found}. Run: ${remedy}`;
}
