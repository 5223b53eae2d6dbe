import { AppError } from '../../../domain/errors.ts';
import { hasPictureEnding } from '../../../domain/picture-endings.ts';
import type { ZipEntry } from './zip-entries.ts';

/** Finds out, file by file, what an archive is made of. Paths are told without the one folder that all may lie in. */
export class ZipLayout {
  readonly #byPath = new Map<string, ZipEntry>();
  readonly #pictures: ZipEntry[] = [];
  readonly #lists: ZipEntry[] = [];
  /** The folder that all lie in so far; `undefined` when there is none. */
  #wrapper: string | undefined;
  /** Whether what lies there says that it is not a person's. */
  #isDeep = false;
  #size = 0;

  add(entry: ZipEntry): void {
    const { path } = entry;
    this.#size++;
    if (path.length > 0) this.#lookAt(path);
    if (path.length === 0 || hasPictureEnding(path.at(-1)!)) this.#pictures.push(entry);
    if (path.length > 0) this.#byPath.set(path.join('/'), entry);
    if (path.length > 0 && path.length <= 2 && isList(path.at(-1)!)) this.#lists.push(entry);
  }

  /** How many files there are. */
  get size(): number {
    return this.#size;
  }

  /** Whatever is named like a picture, in the order of the archive. */
  get pictures(): readonly ZipEntry[] {
    return this.#pictures;
  }

  /** The list of pictures, where there is one; `bad-input` when there are several. */
  get list(): ZipEntry | undefined {
    const lists = this.#lists.filter((list) => this.pathOf(list).length === 1);
    if (lists.length <= 1) return lists[0];
    throw new AppError('bad-input', 'The archive has several CSV files: expected one list, or none');
  }

  /** By its path in the folder that all lie in. */
  find(path: readonly string[]): ZipEntry | undefined {
    const whole = this.#depth === 1 ? [this.#wrapper, ...path] : path;
    return this.#byPath.get(whole.join('/'));
  }

  pathOf({ path }: ZipEntry): readonly string[] {
    return path.slice(this.#depth);
  }

  /** 1 when the folder of people itself was packed, and not what is in it. */
  get #depth(): 0 | 1 {
    return this.#wrapper !== undefined && this.#isDeep ? 1 : 0;
  }

  #lookAt(path: readonly string[]): void {
    const [first] = path;
    if (this.#byPath.size === 0) this.#wrapper = first;
    if (path.length === 1 || first !== this.#wrapper) this.#wrapper = undefined;
    if (path.length > 2 || isList(path[1] ?? '')) this.#isDeep = true;
  }
}

function isList(name: string): boolean {
  return name.toLowerCase().endsWith('.csv');
}
