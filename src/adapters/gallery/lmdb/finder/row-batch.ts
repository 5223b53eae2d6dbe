import type { RowColumns } from './rows.ts';

/** So many rows make a batch; adding them takes a fraction of a millisecond. */
export const mostRows = 4096;

/** Rows that are to be added to an arena at once. */
export class RowBatch {
  readonly codeBytes: number;
  /** Of each row, as far as there is room; what lies beyond the count is left from before. */
  readonly room: RowColumns & { readonly codes: Uint8Array };
  count = 0;

  constructor(codeBytes: number) {
    this.codeBytes = codeBytes;
    this.room = {
      numbers: new Float64Array(mostRows),
      persons: new Uint32Array(mostRows),
      collections: new Uint32Array(mostRows),
      codes: new Uint8Array(mostRows * codeBytes),
    };
  }

  hasRoom(rows: number): boolean {
    return this.count + rows <= mostRows;
  }

  /** Whether the bytes from `from` to `to` are codes of so many rows; they become those of the next rows that are pushed. */
  takeCodes(payload: Buffer, { from, to, rows }: { from: number; to: number; rows: number }): boolean {
    if (to - from !== rows * this.codeBytes) return false;
    payload.copy(this.room.codes, this.count * this.codeBytes, from, to);
    return true;
  }

  /** Person and collection by their slots. */
  push(number: number, person: number, collection: number): void {
    const { numbers, persons, collections } = this.room;
    numbers[this.count] = number;
    persons[this.count] = person;
    collections[this.count++] = collection;
  }

  /** Of all rows that were pushed, one after the other. */
  get codes(): Uint8Array {
    return this.room.codes.subarray(0, this.count * this.codeBytes);
  }

  get columns(): RowColumns {
    const { numbers, persons, collections } = this.room;
    return {
      numbers: numbers.subarray(0, this.count),
      persons: persons.subarray(0, this.count),
      collections: collections.subarray(0, this.count),
    };
  }
}
