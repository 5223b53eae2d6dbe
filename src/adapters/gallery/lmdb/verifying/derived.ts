import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from '../disk/open-file.ts';
import { type Entry, type ReadTable, readable, type Table } from '../disk/table.ts';
import type { Repair } from './faults.ts';
import { lookUp, type Rule, type TablePlan } from './scan.ts';

/** A table that says nothing which another does not say: what stands in it because of each record of the other. */
export type Derivation<S, D> = {
  readonly source: ReadTable<S>;
  readonly derived: Table<D>;
  entriesOf(source: Entry<S>, snapshot?: Snapshot): readonly Entry<D>[];
  /** The keys of the records because of which an entry may stand there. */
  sourcesOf(entry: Entry<D>, snapshot?: Snapshot): readonly Buffer[];
};

/** Of a record of the source: its entries stand in the derived table. */
export function hasItsEntries<S, D>(derivation: Derivation<S, D>): Rule<S> {
  const { source, derived } = derivation;
  return ({ snapshot, faults }, record) => {
    for (const expected of derivation.entriesOf(record, snapshot)) {
      if (stands(derived, expected, snapshot)) continue;
      const place = derived.place(expected.key);
      const isThere = derived.has(expected.key, snapshot);
      const kind = isThere ? 'contradiction' : 'missing';
      const message = `${derived.name} does not say what ${source.name} says`;
      faults.note({ kind, table: derived, place, message }, () => {
        const now = readable(() => source.get(record.key));
        if (now === undefined) return;
        for (const entry of derivation.entriesOf({ key: record.key, value: now }))
          if (!stands(derived, entry)) derived.put(entry.key, entry.value);
      });
    }
  };
}

/** Of a derived table: each entry has a record because of which it stands there; damaged ones are made anew from it. */
export function derivedPlan<S, D>(derivation: Derivation<S, D>): TablePlan<D> {
  const { source, derived } = derivation;
  const rule: Rule<D> = ({ snapshot, faults }, entry) => {
    if (hasSource(derivation, entry, snapshot)) return;
    const message = `${derived.name} says what ${source.name} does not say`;
    faults.note({ kind: 'stray', table: derived, place: derived.place(entry.key), message }, () => {
      const value = readable(() => derived.get(entry.key));
      if (value !== undefined && !hasSource(derivation, { key: entry.key, value })) derived.remove(entry.key);
    });
  };
  return { table: derived, rules: [rule], onDamaged: (place) => ({ repair: removal(derived, place) }) };
}

/** Removes what cannot be opened; what belongs there is put there by others. */
export function removal<V>(table: Table<V>, place: Buffer): Repair {
  return () => {
    if (table.isDamaged(place)) table.removeAt(place);
  };
}

/** Whether an entry is there as it should be. */
function stands<D>(table: Table<D>, { key, value }: Entry<D>, snapshot?: Snapshot): boolean {
  const found = lookUp(table, key, snapshot);
  return found !== undefined && found !== 'damaged' && isDeepStrictEqual(found, value);
}

/** A record that cannot be read may be one. */
function hasSource<S, D>(derivation: Derivation<S, D>, entry: Entry<D>, snapshot?: Snapshot): boolean {
  return derivation.sourcesOf(entry, snapshot).some((key) => {
    const value = lookUp(derivation.source, key, snapshot);
    if (value === undefined) return false;
    if (value === 'damaged') return true;
    const entries = derivation.entriesOf({ key, value }, snapshot);
    return entries.some((each) => each.key.equals(entry.key));
  });
}
