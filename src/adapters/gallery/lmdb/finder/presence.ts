import type { KnownPerson } from './arena.ts';

/**
 * Counts persons by collection, so that asking how many a search can find costs no look at the rows: those who have
 * rows there, less the few who are suspended, bounded in time or hidden and cannot be found now.
 */
export class Presence {
  /** By the slot of the collection; how many rows each person has there. */
  readonly #rows: Map<KnownPerson, number>[] = [];
  readonly #doubtful = new Set<KnownPerson>();

  addRow(slot: number, person: KnownPerson): void {
    this.#rows[slot] ??= new Map();
    const rows = this.#rows[slot];
    rows.set(person, (rows.get(person) ?? 0) + 1);
  }

  removeRow(slot: number, person: KnownPerson): void {
    const rows = this.#rows[slot]?.get(person) ?? 0;
    if (rows > 1) this.#rows[slot]?.set(person, rows - 1);
    else this.#rows[slot]?.delete(person);
  }

  /** Counts her no more there, though rows of hers may still be. */
  leave(slot: number, person: KnownPerson): void {
    this.#rows[slot]?.delete(person);
  }

  /** To be told of everybody new or changed. */
  judge(person: KnownPerson): void {
    const { status, validFromMs, validUntilMs } = person.standing;
    const isPlain = status === 'active' && validFromMs === undefined && validUntilMs === undefined;
    if (isPlain && !person.hidden) this.#doubtful.delete(person);
    else this.#doubtful.add(person);
  }

  forget(person: KnownPerson): void {
    this.#doubtful.delete(person);
  }

  /** Of the collections with these slots; a person counts in each. */
  count(slots: readonly number[], isSearchable: (person: KnownPerson) => boolean): number {
    const rowsOf = slots.flatMap((slot) => this.#rows[slot] ?? []);
    let count = rowsOf.reduce((sum, rows) => sum + rows.size, 0);
    for (const person of this.#doubtful) {
      if (!isSearchable(person)) count -= rowsOf.filter((rows) => rows.has(person)).length;
    }
    return count;
  }
}
