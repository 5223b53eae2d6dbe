import { AppError } from '../../../../domain/errors.ts';
import type { Scrubbed, ScrubWish } from '../../../../domain/scrub.ts';
import type { Turns } from '../../../../primitives/turns.ts';
import type { Environment } from '../disk/environment.ts';
import type { Receipts } from '../removal/receipts.ts';
import type { Removals } from '../removal/removals.ts';
import { type Rewritten, rewrite } from './rewrite.ts';

export type ScrubberParts = {
  readonly files: readonly Environment[];
  readonly receipts: Receipts;
  readonly removals: Removals;
  readonly nowMs: () => number;
  /** A backup waits for a scrub, and a scrub for a backup. */
  readonly turns: Turns;
  /** Since when, at the start, there were receipts that told of no scrub: one may have been cut short. */
  readonly unscrubbedSinceMs: number | undefined;
};

/** Takes what was removed out of the store's files. */
export class Scrubber {
  readonly #parts: ScrubberParts;
  readonly #stopping = new AbortController();
  #leftSinceMs: number | undefined;

  constructor(parts: ScrubberParts) {
    this.#parts = parts;
    this.#leftSinceMs = parts.unscrubbedSinceMs;
  }

  /** When the first removal was made that may have left bytes in a file. */
  unscrubbedSinceMs(): number | undefined {
    const since = [...this.#parts.files.map((file) => file.tracesSinceMs()), this.#leftSinceMs].filter(
      (sinceMs) => sinceMs !== undefined,
    );
    return since.length > 0 ? Math.min(...since) : undefined;
  }

  /** One after the other; as `Gallery.scrub`. */
  scrub(wish: ScrubWish): Promise<Scrubbed> {
    return this.#parts.turns.take('files', () => this.#scrub(wish));
  }

  /** Resolves when neither a scrub nor a backup is under way any more, and lets no scrub follow. To be called before the files are closed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#parts.turns.take('files', async () => undefined);
  }

  async #scrub({ evenClean = false, signal, onProgress = () => undefined }: ScrubWish): Promise<Scrubbed> {
    const { files, receipts, removals, nowMs } = this.#parts;
    const signals = [this.#stopping.signal, ...(signal ? [signal] : [])];
    const stopped = AbortSignal.any(signals);
    if (stopped.aborted) throw new AppError('cancelled', 'The scrub was stopped');
    await removals.resume();
    const erased = await receipts.unscrubbed();
    const all = evenClean || this.#leftSinceMs !== undefined;
    const going = files.filter((file) => all || file.tracesSinceMs() !== undefined);
    const total = going.reduce((sum, file) => sum + file.bytesInUse(), 0);
    const done: Rewritten[] = [];
    let before = 0;
    for (const file of going) {
      const inUse = file.bytesInUse();
      const tell = (bytes: number) =>
        onProgress({ done: Math.min(before + Math.min(bytes, inUse), total), total });
      done.push(await rewrite(file, { signal: stopped, onProgress: tell }));
      before += inUse;
    }
    const scrubbedAtMs = nowMs();
    await receipts.noteScrubbed(erased, scrubbedAtMs);
    this.#leftSinceMs = undefined;
    const sum = (of: (one: Rewritten) => number) => done.reduce((all, one) => all + of(one), 0);
    return {
      scrubbedAtMs,
      erasures: erased.length,
      bytesBefore: sum(({ bytesBefore }) => bytesBefore),
      bytesAfter: sum(({ bytesAfter }) => bytesAfter),
      heldMs: Math.max(0, ...done.map(({ heldMs }) => heldMs)),
    };
  }
}
