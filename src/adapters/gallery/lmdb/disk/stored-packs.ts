import {
  type PackColumns,
  PackReader,
  type PacksRead,
  type PackWish,
} from '../../../../../native/packs/binding.ts';
import type { Environment } from './environment.ts';
import type { OpenFile } from './open-file.ts';

/** The packs of codes under checksums, read many at once past LMDB, as the last commit has left them. */
export class StoredPacks {
  readonly #environment: Environment;
  readonly #reader: PackReader;
  readonly #file: OpenFile;

  constructor(environment: Environment, table: string) {
    this.#environment = environment;
    this.#reader = new PackReader(environment.file, table);
    const snapshot = environment.snapshot();
    this.#file = snapshot.file;
    snapshot.done();
  }

  /** As `PackReader.read`; nothing is read any more when another file has taken the place of the one that was there. */
  read(wish: Omit<PackWish, 'commit'>, columns: PackColumns): PacksRead {
    // As long as it lasts no page of this commit or a later one is used again.
    const snapshot = this.#environment.snapshot();
    try {
      if (snapshot.file !== this.#file) return { rows: 0, runs: 0, collections: 0, next: wish.from };
      return this.#reader.read({ ...wish, commit: snapshot.file.lastCommit() }, columns);
    } finally {
      snapshot.done();
    }
  }

  /** What LMDB has mapped meanwhile is given back as well. */
  close(): Promise<void> {
    return this.#reader.close();
  }
}
