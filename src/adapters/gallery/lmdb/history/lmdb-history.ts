import { type ForgettingWay, type HistoryEvent, type NewEvent, newEvent } from '../../../../domain/event.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import type { History, HistoryWish, Parting, SettledParting } from '../../../../domain/ports/history.ts';
import type { Pruned, Pruning } from '../../../../domain/pruning.ts';
import type { Environment } from '../disk/environment.ts';
import { inSlices } from '../disk/in-slices.ts';
import { numberBytes, ownUuidBytes } from '../disk/keys.ts';
import { nextNumber } from '../disk/series.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import type { LedgerParts } from '../writing/ledger.ts';
import { putEvent } from './event-records.ts';
import { pruneEvents } from './prune-events.ts';
import { settleParting } from './settle-parting.ts';
import { walkEvents } from './walk-events.ts';

/** Events in the gallery's environment. */
export class LmdbHistory implements History {
  readonly #environment: Environment;
  readonly #tables: Tables;
  readonly #nextId: () => Uuid;

  constructor(environment: Environment, { tables, nextId }: Pick<LedgerParts, 'tables' | 'nextId'>) {
    this.#environment = environment;
    this.#tables = tables;
    this.#nextId = nextId;
  }

  async add(events: readonly NewEvent[]): Promise<HistoryEvent[]> {
    return this.#environment.write(() =>
      events.map((event) => {
        const added = newEvent({ id: this.#nextId(), number: nextNumber(this.#tables, 'events') }, event);
        putEvent(this.#tables, added);
        return added;
      }),
    );
  }

  async find(number: number): Promise<HistoryEvent | undefined> {
    return readable(() => this.#tables.events.get(numberBytes(number)));
  }

  list(wish: HistoryWish): AsyncIterable<HistoryEvent> {
    return walkEvents(this.#tables, wish);
  }

  async *since(number: number): AsyncIterable<HistoryEvent> {
    for await (const slice of inSlices(this.#tables.events, { after: numberBytes(number) })) {
      for (const { value } of slice) yield value;
    }
  }

  async prune(pruning: Pruning): Promise<Pruned> {
    return pruneEvents({ environment: this.#environment, tables: this.#tables }, pruning);
  }

  count(): number {
    return this.#tables.events.count();
  }

  async notePartings(partings: readonly Parting[]): Promise<void> {
    await this.#environment.write(() => {
      for (const parting of partings) this.#tables.partings.put(ownUuidBytes(parting.personId), parting);
    });
  }

  async listPartings(): Promise<Parting[]> {
    const found: Parting[] = [];
    for await (const slice of inSlices(this.#tables.partings, {})) {
      for (const { value } of slice) found.push(value);
    }
    return found;
  }

  async dropParting(personId: Uuid): Promise<void> {
    await this.#environment.write(() => this.#tables.partings.remove(ownUuidBytes(personId)));
  }

  async settleParting(parting: Parting, way: ForgettingWay): Promise<SettledParting> {
    return settleParting({ environment: this.#environment, tables: this.#tables }, parting, way);
  }
}
