import { loadAddon } from '../load-addon.ts';

const idBytes = 16;

/** Which packs of codes are read. */
export type PackWish = {
  /** Of the commit as which the file is read; the caller keeps its pages from being used again. */
  readonly commit: number;
  /** Only packs of this number and above. */
  readonly from: number;
  /** Only packs below. */
  readonly before: number;
  /** After so long no more is read. */
  readonly milliseconds: number;
  /** Length and text of the embedding model's id. */
  readonly model: Uint8Array;
  readonly codeBytes: number;
};

/** Room for rows of packs. */
export type PackColumns = {
  /** The numbers of the references, of as many as there is room for. */
  readonly numbers: Float64Array;
  /** `codeBytes` a row. */
  readonly codes: Uint8Array;
  /** The persons' ids of runs: of rows that follow each other and are of one person in one collection. */
  readonly persons: Uint8Array;
  /** By run: the place of the collection's id among `collections`. */
  readonly runCollections: Uint32Array;
  /** By run. */
  readonly runRows: Uint32Array;
  /** Ids. */
  readonly collections: Uint8Array;
};

export type PacksRead = {
  readonly rows: number;
  readonly runs: number;
  readonly collections: number;
  /** All packs below it were read, or are not there. */
  readonly next: number;
};

type NativePackReader = {
  read(...args: readonly (number | Uint8Array | Uint32Array | Float64Array)[]): void;
  close(): Promise<void>;
};
type Native = {
  readonly NativePackReader: new (path: string, table: string) => NativePackReader;
  releaseMapped(path: string): void;
};

const native = loadAddon<Native>('packs');

/**
 * Gives the memory back in which pages of a file lie that this process has mapped, so that reading all of a large file takes
 * no more than a part of it; they are mapped again when they are next read. Not for the main thread.
 */
export const { releaseMapped } = native;

/**
 * Reads packs of codes from the pages of an LMDB file, many at once, each under its checksum. What is damaged, sealed or
 * otherwise than the wish is left to the caller: it reads up to the first such pack.
 */
export class PackReader {
  readonly #native: NativePackReader;
  readonly #counts = new Float64Array(4);

  /** A file that cannot be opened is one in which nothing is found. */
  constructor(path: string, table: string) {
    this.#native = new native.NativePackReader(path, table);
  }

  read({ commit, from, before, milliseconds, model, codeBytes }: PackWish, columns: PackColumns): PacksRead {
    const { numbers, codes, persons, runCollections, runRows, collections } = columns;
    const most = numbers.length;
    const isRoom =
      codes.length >= most * codeBytes &&
      persons.length >= most * idBytes &&
      runCollections.length >= most &&
      runRows.length >= most;
    if (!isRoom) throw new RangeError(`There is no room for ${most} rows.`);
    this.#native.read(
      ...[commit, from, before, milliseconds, model, codeBytes],
      ...[numbers, codes, persons, runCollections, runRows, collections, this.#counts],
    );
    const [rows = 0, runs = 0, inCollections = 0, next = from] = this.#counts;
    return { rows, runs, collections: inCollections, next };
  }

  /** Nothing is found from here on. Gives back, on another thread, what this process has mapped of the file. */
  close(): Promise<void> {
    return this.#native.close();
  }
}
