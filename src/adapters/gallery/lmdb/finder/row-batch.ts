import type { RowColumns } from './rows.ts';

/** So many rows make a batch; adding them takes a fraction of a millisecond. */
const mostRows = 512;

/** Rows that are to be added to an arena at once. */
export class RowBatch {
  readonly #numbers = new Float64Array(mostRows);
  readonly #persons = new Uint32Array(mostRows);
  readonly #collections = new Uint32Array(mostRows);
  readonly #codes: Uint8Array;
  readonly #codeBytes: number;
  count = 0;

  constructor(codeBytes: number) {
    this.#codes = new Uint8Array(mostRows * codeBytes);
    this.#codeBytes = codeBytes;
  }

  hasRoom(rows: number): boolean {
    return this.count + rows <= mostRows;
  }

  /** Whether the bytes from `from` to `to` are codes of so many rows; they become those of the next rows that are pushed. */
  takeCodes(payload: Buffer, { from, to, rows }: { from: number; to: number; rows: number }): boolean {
    if (to - from !== rows * this.#codeBytes) return false;
    payload.copy(this.#codes, this.count * this.#codeBytes, from, to);
    return true;
  }

  /** Person and collection by their slots. */
  push(number: number, person: number, collection: number): void {
    this.#numbers[this.count] = number;
    this.#persons[this.count] = person;
    this.#collections[this.count++] = collection;
  }

  /** Of all rows that were pushed, one after the other. */
  get codes(): Uint8Array {
    return this.#codes.subarray(0, this.count * this.#codeBytes);
  }

  get columns(): RowColumns {
    return {
      numbers: this.#numbers.subarray(0, this.count),
      persons: this.#persons.subarray(0, this.count),
      collections: this.#collections.subarray(0, this.count),
    };
  }
}
