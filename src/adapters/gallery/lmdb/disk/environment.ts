import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AppError } from '../../../../domain/errors.ts';
import { Gate } from '../../../../primitives/gate.ts';
import type { Codec } from './codecs.ts';
import { checkHead } from './file-head.ts';
import { makeWhole } from './new-file.ts';
import { OpenFile, type Snapshot } from './open-file.ts';
import { readError } from './read-error.ts';
import { checksums } from './sealing/checksums.ts';
import type { Protection, SealOptions } from './sealing/protection.ts';
import { Table } from './table.ts';

/** With less room than this a failed commit is put down to the full disk. */
const fullBelowBytes = 4 * 1024 * 1024;

/** Opens tables, which are made when they are not there. */
export type TableOpener = {
  table<V>(name: string, codec: Codec<V>, options?: SealOptions): Table<V>;
};

/** One LMDB file. Only this class knows how lmdb commits and fails. */
export class Environment {
  readonly #file: string;
  readonly #gate = new Gate();
  #open: OpenFile;

  private constructor(file: string) {
    this.#file = file;
    this.#open = asking(basename(file), () => new OpenFile(file));
  }

  /** Makes the file when it is not there. Rejects with `storage-failed` when its head is damaged. */
  static async open(file: string): Promise<Environment> {
    if (!existsSync(file)) await makeWhole(file, (draft) => new OpenFile(draft).close());
    await checkHead(file);
    return new Environment(file);
  }

  /** A table under checksums. */
  table<V>(name: string, codec: Codec<V>): Table<V> {
    return this.under(checksums).table(name, codec);
  }

  /** Tables that are protected so. */
  under(protection: Protection): TableOpener {
    return {
      table: (name, codec, options) => {
        this.#ask(() => this.#open.table(name));
        const find = (snapshot?: Snapshot) => (snapshot?.file ?? this.#open).table(name);
        return new Table(find, codec, { name, seal: protection.seal(name, options) });
      },
    };
  }

  tableNames(): string[] {
    // LMDB ends a name with a NUL.
    const names = this.#ask(() => [...this.#open.root.getKeys()]);
    return names.map((name) => name.toString('utf8', 0, name.length - 1));
  }

  /** How many records a table that is there has, however they are protected. */
  countIn(table: string): number {
    return this.#ask(() => this.#open.table(table).getStats() as { entryCount: number }).entryCount;
  }

  /**
   * Runs `decide` with the state before it in sight; what it puts and removes is durable when the promise resolves,
   * and undone when `decide` throws or the commit fails. Calls made at the same time share a commit, each with its own
   * undoing. `storage-full` and `storage-failed` tell why a commit failed; the next may succeed.
   */
  async write<R>(decide: () => R): Promise<R> {
    return this.#gate.pass(() => this.#write(decide));
  }

  /** What is read of it does not change over the turns of the event loop. Call its `done` soon. */
  snapshot(): Snapshot {
    return this.#ask(() => this.#open.snapshot());
  }

  /** Changes with every commit; what is read from here on is at least as new. */
  lastCommit(): number {
    const { root } = this.#open;
    root.resetReadTxn();
    return this.#ask(() => root.getStats() as { lastTxnId: number }).lastTxnId;
  }

  async close(): Promise<void> {
    await this.#open.close();
  }

  #ask<T>(work: () => T): T {
    return asking(basename(this.#file), work);
  }

  async #write<R>(decide: () => R): Promise<R> {
    let refusal: unknown;
    try {
      return await this.#open.root.childTransaction(() => {
        try {
          return decide();
        } catch (error) {
          refusal = error;
          throw error;
        }
      });
    } catch (error) {
      throw refusal instanceof AppError ? refusal : await this.#translate(error);
    }
  }

  async #translate(error: unknown): Promise<AppError> {
    const cause = await commitError(error);
    const { code, message } = cause as { code?: unknown; message?: unknown };
    const { bavail, bsize } = await statfs(dirname(this.#file));
    // A write that found no room for its last page is reported as an input/output error.
    const full = code === 28 || code === 'ENOSPC' || String(message).includes('No space left');
    return full || bavail * bsize < fullBelowBytes
      ? new AppError('storage-full', 'The disk has no room: the write was not made', { cause })
      : new AppError('storage-failed', 'The store could not be written', { cause });
  }
}

/** lmdb rejects each write of a failed commit at once and tells the reason by a second promise. */
async function commitError(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    return (await error.commitError) ?? error;
  } catch (reason) {
    return reason;
  }
}

function asking<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw readError(error, what);
  }
}
