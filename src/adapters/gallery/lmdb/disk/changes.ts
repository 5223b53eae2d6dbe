import { AppError } from '../../../../domain/errors.ts';

/** Keys of one table, each byte a character. */
export type ChangedKeys = { readonly table: string; readonly keys: readonly string[] };
export type Change = { readonly table: string; readonly key: Buffer };

/** More keys than this are not remembered: who follows must begin anew. */
const mostKeys = 500_000;

/** Remembers which keys writes have changed, once they have ended: what is read of them then is what was committed. */
export class Changes {
  readonly #tables = new Map<string, Set<string>>();
  #size = 0;
  #isTooMuch = false;

  /** Of one write that has ended, well or not. */
  add(changes: readonly Change[]): void {
    if (this.#isTooMuch) return;
    for (const { table, key } of changes) {
      const keys = this.#tables.get(table) ?? new Set();
      this.#tables.set(table, keys);
      const before = keys.size;
      keys.add(key.toString('latin1'));
      this.#size += keys.size - before;
    }
    this.#isTooMuch = this.#size > mostKeys;
    if (this.#isTooMuch) this.#tables.clear();
  }

  get size(): number {
    return this.#size;
  }

  /** At most so many of them, which are forgotten here. `overloaded` when so many came that they were not remembered. */
  take(limit: number): ChangedKeys[] {
    if (this.#isTooMuch) throw tooBusy();
    const taken: ChangedKeys[] = [];
    let room = limit;
    for (const [table, all] of this.#tables) {
      const keys: string[] = [];
      for (const key of all) {
        if (room === 0) break;
        all.delete(key);
        keys.push(key);
        room--;
      }
      if (all.size === 0) this.#tables.delete(table);
      taken.push({ table, keys });
      if (room === 0) break;
    }
    this.#size -= limit - room;
    return taken;
  }
}

export function tooBusy(): AppError {
  return new AppError('overloaded', 'The store is written to faster than it can be copied');
}
