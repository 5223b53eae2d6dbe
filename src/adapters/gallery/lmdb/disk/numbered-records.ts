import type { Uuid } from '../../../../domain/gallery.ts';
import { inSlices } from './in-slices.ts';
import { numberAt, numberBytes, ownUuidBytes, uuidBytes } from './keys.ts';
import { nextNumber, type Series } from './series.ts';
import type { Table } from './table.ts';
import type { Tables } from './tables.ts';

export type NumberedRecordsParts<V> = {
  readonly tables: Pick<Tables, 'series'>;
  readonly series: Series;
  /** number → */
  readonly records: Table<V>;
  /** id → number */
  readonly numbers: Table<number>;
};

/** Records with ids of their own that are listed in the order of their making. Writing is for inside of a write. */
export class NumberedRecords<V extends { readonly id: Uuid }> {
  readonly #parts: NumberedRecordsParts<V>;

  constructor(parts: NumberedRecordsParts<V>) {
    this.#parts = parts;
  }

  numberOf(id: Uuid): number | undefined {
    const key = uuidBytes(id);
    return key && this.#parts.numbers.get(key);
  }

  get(id: Uuid): V | undefined {
    const number = this.numberOf(id);
    return number === undefined ? undefined : this.at(number);
  }

  at(number: number): V | undefined {
    return this.#parts.records.get(numberBytes(number));
  }

  count(): number {
    return this.#parts.numbers.count();
  }

  async all(): Promise<V[]> {
    const found: V[] = [];
    for await (const slice of inSlices(this.#parts.records, {})) {
      for (const { value } of slice) found.push(value);
    }
    return found;
  }

  /** Tells its number. */
  add(value: V): number {
    const { tables, series, records, numbers } = this.#parts;
    const number = nextNumber(tables, series);
    records.put(numberBytes(number), value);
    numbers.put(ownUuidBytes(value.id), number);
    return number;
  }

  /** In the place of the one that has its id. */
  replace(value: V): void {
    const key = this.#parts.numbers.get(ownUuidBytes(value.id));
    if (key !== undefined) this.#parts.records.put(numberBytes(key), value);
  }

  remove(id: Uuid): void {
    const number = this.numberOf(id);
    if (number === undefined) return;
    this.#parts.records.remove(numberBytes(number));
    this.#parts.numbers.remove(ownUuidBytes(id));
  }
}

/** The number at the end of a key. */
export function lastNumber(key: Buffer): number {
  return numberAt(key, key.length - 8);
}
