import { numberAt } from '../disk/keys.ts';
import type { Series } from '../disk/series.ts';
import { readable, type Table } from '../disk/table.ts';
import { stateKey, type Tables } from '../disk/tables.ts';
import { lookUp, type Rule } from './scan.ts';

/** No number is above the one that was given last: it would be given again. */
export function isGiven(
  { meta }: Tables,
  counter: 'lastPerson' | 'lastReference',
): Rule<{ readonly number: number }> {
  return ({ snapshot, faults }, { value: { number } }) => {
    if (number <= (meta.get(stateKey, snapshot)?.[counter] ?? 0)) return;
    const message = `A number is in use that is above ${counter}`;
    faults.note({ kind: 'contradiction', table: meta, place: stateKey, message }, (ledger) =>
      ledger.skipNumber(counter, number),
    );
  };
}

/** As `isGiven`, of records that lie under the numbers of a series. */
export function isOfSeries({ series }: Tables, name: Series): Rule<unknown> {
  const at = Buffer.from(name);
  return ({ snapshot, faults }, { key }) => {
    const number = numberAt(key);
    const last = lookUp(series, at, snapshot);
    if (typeof last === 'number' && number <= last) return;
    const message = `A number is in use that the series of ${name} has not given`;
    faults.note(
      { kind: last === undefined ? 'missing' : 'contradiction', table: series, place: at, message },
      () => {
        const now = readable(() => series.get(at)) ?? 0;
        if (number > now) series.put(at, number);
      },
    );
  };
}

/** What leads to a credential leads to one that is there; else it opens nothing, and goes. */
export function leadsToCredential<V>(
  { credentials }: Tables,
  table: Table<V>,
  idOf: (value: V) => Buffer,
): Rule<V> {
  return ({ snapshot, faults }, { key, value }) => {
    if (credentials.has(idOf(value), snapshot)) return;
    const message = 'A key or login leads to a credential that is gone';
    faults.note({ kind: 'stray', table, place: table.place(key), message }, () => {
      const now = readable(() => table.get(key));
      if (now !== undefined && !credentials.has(idOf(now))) table.remove(key);
    });
  };
}
