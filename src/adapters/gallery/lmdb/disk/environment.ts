import { existsSync, statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../../domain/errors.ts';
import { Gate } from '../../../../primitives/gate.ts';
import { type Change, Changes } from './changes.ts';
import { type Codec, json } from './codecs.ts';
import { Commits } from './commits.ts';
import { checkHead } from './file-head.ts';
import { makeWhole, nameDraft, removeDraft, syncFolder } from './new-file.ts';
import { OpenFile, type Snapshot } from './open-file.ts';
import { readError } from './read-error.ts';
import { checksums } from './sealing/checksums.ts';
import type { Protection, SealOptions } from './sealing/protection.ts';
import { type Ground, Table } from './table.ts';
import { Traces } from './traces.ts';

/** With less room than this a failed commit is put down to the full disk. */
const fullBelowBytes = 4 * 1024 * 1024;

/** Writes hold the event loop no longer than this at a time, but for a single long one. */
const turnMs = 4;
/** So while somebody waits for answers that the event loop must make, which is so for a while after each `hurry`. */
const hurriedTurnMs = 1;
const hurryMs = 100;

const tracesTable = 'traces';

/** Opens tables, which are made when they are not there. */
export type TableOpener = {
  table<V, W = V>(name: string, codec: Codec<V, W>, options?: SealOptions): Table<V, W>;
};

/** One LMDB file. Only this class knows how lmdb commits and fails. */
export class Environment {
  readonly file: string;
  readonly nowMs: () => number;
  readonly #gate = new Gate();
  readonly #commits = new Commits({ root: () => this.#open.root, turnMs: () => this.#turnMs });
  readonly #traces: Traces;
  /** Whether the file was made before traces were noted. */
  readonly #isOlder: boolean;
  #open: OpenFile;
  /** Commits to the files that this one has replaced. */
  #earlierCommits = 0;
  #isFolderSynced = true;
  #changes: Changes | undefined;
  /** Of the write that is decided now. */
  #changed: Change[] = [];
  #hasRemoved = false;
  #hurriedAtMs = Number.NEGATIVE_INFINITY;
  /** Since when there may be traces that the file does not tell of. */
  #untoldSinceMs: number | undefined;

  private constructor(file: string, nowMs: () => number) {
    this.file = file;
    this.nowMs = nowMs;
    this.#open = asking(basename(file), () => new OpenFile(file));
    const before = this.tableNames();
    this.#isOlder = before.length > 0 && !before.includes(tracesTable);
    this.#traces = new Traces(this.table(tracesTable, json<number | null>()));
  }

  /** Makes the file when it is not there. Rejects with `storage-failed` when its head is damaged. */
  static async open(file: string, nowMs: () => number = Date.now): Promise<Environment> {
    if (existsSync(file)) await removeDraft(file);
    else await makeWhole(file, (draft) => new OpenFile(draft).close());
    await checkHead(file);
    const environment = new Environment(file, nowMs);
    await environment.#noteOlderTraces();
    return environment;
  }

  /** A table under checksums. */
  table<V, W = V>(name: string, codec: Codec<V, W>): Table<V, W> {
    return this.under(checksums).table(name, codec);
  }

  /** Tables that are protected so. */
  under(protection: Protection): TableOpener {
    return {
      table: (name, codec, options) => {
        this.#ask(() => this.#open.table(name));
        const ground: Ground = {
          find: (snapshot) => (snapshot?.file ?? this.#open).table(name),
          changed: (key, how) => this.#note({ table: name, key }, how),
        };
        return new Table(ground, codec, { name, seal: protection.seal(name, options), ...options });
      },
    };
  }

  tableNames(): string[] {
    return this.#ask(() => this.#open.tableNames());
  }

  /** How many records a table that is there has, however they are protected. */
  countIn(table: string): number {
    return this.#ask(() => this.#open.count(table));
  }

  /**
   * Runs `decide` with the state before it in sight; what it puts and removes is durable when the promise resolves,
   * and undone when `decide` throws or the commit fails. Before it resolves, and before that of any later write, `committed`
   * is called. Calls made at the same time share commits, each with its own undoing: as many as hold the event loop for
   * a few milliseconds. `storage-full` and `storage-failed` tell why a commit failed; the next may succeed.
   */
  async write<R>(decide: () => R, committed?: (result: R) => void): Promise<R> {
    return this.#gate.pass(() => this.#write(decide, committed));
  }

  /** Somebody is searching: writes give way sooner for a while. */
  hurry(): void {
    this.#hurriedAtMs = performance.now();
  }

  /** What is read of it does not change over the turns of the event loop. Call its `done` soon. */
  snapshot(): Snapshot {
    return this.#ask(() => this.#open.snapshot());
  }

  /** Changes with every commit; what is read from here on is at least as new. */
  lastCommit(): number {
    return this.#earlierCommits + this.#ask(() => this.#open.lastCommit());
  }

  /** Since when bytes of removed records may lie in free parts of the file. */
  tracesSinceMs(): number | undefined {
    return this.#traces.sinceMs() ?? this.#untoldSinceMs;
  }

  bytesInUse(): number {
    return this.#ask(() => this.#open.bytesInUse());
  }

  /** Notes the keys that change from here on; resolves when all writes that were not noted have ended. */
  async followChanges(): Promise<Changes> {
    const changes = new Changes();
    this.#changes = changes;
    await this.#gate.settled();
    return changes;
  }

  unfollowChanges(): void {
    this.#changes = undefined;
  }

  /** Holds writes back until the release; resolves when those under way have ended. Reads go on. */
  hold(): Promise<{ release(): void }> {
    return this.#gate.hold();
  }

  /**
   * Puts the file's draft in its place, after `complete` has brought it up to date with the file as it is, and has told
   * since when traces of removed records lie in it. Writes wait meanwhile; who reads goes on. When it rejects nothing has
   * changed. Answers the old file, which has no name any more, still open.
   */
  async replaceByDraft(
    draft: OpenFile,
    complete: (current: OpenFile) => Promise<{ readonly tracesSinceMs: number | undefined }>,
  ): Promise<OpenFile> {
    const { release } = await this.#gate.hold();
    try {
      const { tracesSinceMs } = await complete(this.#open);
      this.#checkEqual(draft);
      await nameDraft(this.file);
      this.#isFolderSynced = false;
      const old = this.#open;
      this.#earlierCommits += old.lastCommit();
      this.#open = draft;
      this.#untoldSinceMs = undefined;
      // A failure leaves the older note: it is done once more then.
      await this.#write(() => this.#traces.put(tracesSinceMs)).catch(() => undefined);
      return old;
    } catch (error) {
      throw error instanceof AppError ? error : await this.#translate(error);
    } finally {
      release();
    }
  }

  async close(): Promise<void> {
    await this.#open.close();
  }

  get #turnMs(): number {
    return performance.now() - this.#hurriedAtMs < hurryMs ? hurriedTurnMs : turnMs;
  }

  #ask<T>(work: () => T): T {
    return asking(basename(this.file), work);
  }

  async #write<R>(decide: () => R, committed: (result: R) => void = () => {}): Promise<R> {
    let refusal: unknown;
    const changed: Change[] = [];
    try {
      if (!this.#isFolderSynced) await this.#syncFolder();
      return await this.#commits.run(
        () => {
          this.#changed = changed;
          this.#hasRemoved = false;
          try {
            const result = decide();
            if (this.#hasRemoved || this.#untoldSinceMs !== undefined) this.#tellOfTraces();
            return result;
          } catch (error) {
            refusal = error;
            throw error;
          }
        },
        (result) => {
          if (this.#untoldSinceMs !== undefined && this.#traces.sinceMs() !== undefined)
            this.#untoldSinceMs = undefined;
          committed(result);
        },
      );
    } catch (error) {
      // A commit that fails may leave bytes of what it did not write.
      if (refusal === undefined) this.#untoldSinceMs ??= this.nowMs();
      throw refusal instanceof AppError ? refusal : await this.#translate(error);
    } finally {
      this.#changes?.add(changed);
    }
  }

  /** Not on a full disk: what is removed there must not fail for the one page that the note takes. */
  #tellOfTraces(): void {
    if (this.#traces.sinceMs() !== undefined) return;
    const sinceMs = this.#untoldSinceMs ?? this.nowMs();
    const { bavail, bsize } = statfsSync(dirname(this.file));
    if (bavail * bsize < fullBelowBytes) this.#untoldSinceMs = sinceMs;
    else this.#traces.put(sinceMs);
  }

  async #noteOlderTraces(): Promise<void> {
    if (this.#isOlder) await this.write(() => this.#tellOfTraces());
  }

  #note(change: Change, how: 'put' | 'removed'): void {
    if (how === 'removed') this.#hasRemoved = true;
    if (this.#changes) this.#changed.push(change);
  }

  /** Until this is done a power cut may bring the file back that was replaced, without what was written since. */
  async #syncFolder(): Promise<void> {
    await syncFolder(this.file);
    this.#isFolderSynced = true;
  }

  #checkEqual(draft: OpenFile): void {
    const names = this.#open.tableNames();
    const isEqual =
      isDeepStrictEqual(names, draft.tableNames()) &&
      names.every((name) => this.#open.count(name) === draft.count(name));
    if (!isEqual) throw new AppError('storage-failed', 'The copy of the store is not like the store');
  }

  async #translate(error: unknown): Promise<AppError> {
    const cause = await commitError(error);
    const { code, message } = cause as { code?: unknown; message?: unknown };
    const { bavail, bsize } = await statfs(dirname(this.file));
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
