import type { Snapshot } from '../disk/open-file.ts';
import { type Entry, type ReadTable, readable } from '../disk/table.ts';
import type { Fault, Faults, Repair } from './faults.ts';

/** One moment of the store, and what was found in it. */
export type Scan = {
  readonly snapshot: Snapshot;
  /** Of the pictures' file: every picture that a reference names is in it. */
  readonly pictures: Snapshot;
  readonly faults: Faults;
};

/** Compares one record with others of the same moment. */
export type Rule<V> = (scan: Scan, entry: Entry<V>) => void;

export type TablePlan<V> = {
  readonly table: ReadTable<V>;
  readonly rules: readonly Rule<V>[];
  /** What more is told of a damaged record, and done about it; without, it is lost. */
  readonly onDamaged?: (place: Buffer) => Partial<Fault> & { readonly repair?: Repair };
};

/** A look at one table: a step a record. */
export type TableCheck = { readonly name: string; readonly records: number; run(scan: Scan): Iterable<void> };

/** Opens every record of a table, so that each checksum is looked at, and applies the rules to those that are whole. */
export function checkOf<V>(plan: TablePlan<V>): TableCheck {
  const { table, rules } = plan;
  return {
    name: table.name,
    get records() {
      return table.count();
    },
    *run(scan) {
      for (const sealed of table.sealedEntries({ snapshot: scan.snapshot })) {
        const entry = readable(sealed.openEntry);
        if (entry) for (const rule of rules) rule(scan, entry);
        else noteDamaged(scan, plan, sealed.key);
        yield;
      }
    },
  };
}

function noteDamaged<V>({ faults }: Scan, { table, onDamaged }: TablePlan<V>, place: Buffer): void {
  const { repair, ...more } = onDamaged?.(place) ?? {};
  const message = `A record of ${table.name} is damaged`;
  faults.note({ kind: 'damaged', table, place, message, ...more }, repair);
}

/** What stands there as of the scan; `damaged` when it cannot be read. */
export function lookUp<V>(table: ReadTable<V>, key: Buffer, snapshot?: Snapshot): V | 'damaged' | undefined {
  if (!table.has(key, snapshot)) return undefined;
  const found = readable(() => ({ value: table.get(key, snapshot) }));
  return found ? found.value : 'damaged';
}
