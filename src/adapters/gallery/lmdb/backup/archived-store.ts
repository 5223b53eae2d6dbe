import { AppError } from '../../../../domain/errors.ts';
import { syncFolder } from '../disk/new-file.ts';
import { countRecords, openRecords, openRoot, type Records, type Root } from '../disk/open-file.ts';
import { galleryFile, picturesFile } from '../disk/store-files.ts';
import type { Frame } from './frames.ts';

/** What one commit writes. */
const commitBytes = 8 * 1024 * 1024;

type Entry = { readonly key: Buffer; readonly value: Buffer };

/** New files of a store, made of what a backup tells. */
export class ArchivedStore implements AsyncDisposable {
  readonly #dir: string;
  readonly #roots: ReadonlyMap<string, Root>;
  readonly #tables: Records[] = [];
  #pending: Entry[] = [];
  #pendingBytes = 0;
  #told: number | undefined;

  constructor(dir: string) {
    this.#dir = dir;
    this.#roots = new Map([
      ['gallery', openRoot(galleryFile(dir))],
      ['pictures', openRoot(picturesFile(dir))],
    ]);
  }

  put(frame: Frame): void {
    if (frame.kind === 'record') this.#add(frame);
    else this.#commit();
    if (frame.kind === 'table') this.#tables.push(openRecords(this.#rootOf(frame.file), frame.table));
    if (frame.kind === 'end') this.#told = frame.records;
  }

  /** How many records there are; throws `record-corrupt` when the backup told of another number. */
  finish(): number {
    for (const root of this.#roots.values()) root.resetReadTxn();
    const records = this.#tables.reduce((sum, table) => sum + countRecords(table), 0);
    if (this.#told === records) return records;
    throw new AppError('record-corrupt', 'The backup has not as many records as it tells');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const root of this.#roots.values()) await root.close();
    await syncFolder(galleryFile(this.#dir));
  }

  #add(entry: Entry): void {
    this.#pending.push(entry);
    this.#pendingBytes += entry.key.length + entry.value.length;
    if (this.#pendingBytes >= commitBytes) this.#commit();
  }

  /** They come in the order in which they lay in their table. */
  #commit(): void {
    const table = this.#tables.at(-1);
    const entries = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (!table || entries.length === 0) return;
    table.transactionSync(() => {
      for (const { key, value } of entries) table.putSync(key, value, { append: true });
    });
  }

  #rootOf(file: string): Root {
    const root = this.#roots.get(file);
    if (root) return root;
    throw new AppError(
      'storage-failed',
      'The backup holds a file that this version of Ostiary does not know',
    );
  }
}
