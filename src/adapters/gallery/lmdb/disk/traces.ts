import { readable, type Table } from './table.ts';

const sinceKey = Buffer.from('since');
const longAgoMs = 0;

/** Tells, in the file itself, since when bytes of removed records may lie in its free pages. */
export class Traces {
  readonly #table: Table<number | null>;

  constructor(table: Table<number | null>) {
    this.#table = table;
  }

  sinceMs(): number | undefined {
    const note = readable(() => this.#table.get(sinceKey) ?? null);
    return note === undefined ? longAgoMs : (note ?? undefined);
  }

  /** To be called inside of a write. */
  put(sinceMs: number | undefined): void {
    this.#table.put(sinceKey, sinceMs ?? null);
  }
}
