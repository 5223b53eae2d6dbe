import type { StoreFault, StoreFaultKind, StoreFaultOutcome } from '../../../../domain/store-report.ts';
import type { ReadTable } from '../disk/table.ts';
import type { Ledger } from '../writing/ledger.ts';

/** Sets right what is wrong, if it still is. Runs inside of a write. */
export type Repair = (ledger: Ledger) => void;

/** What is wrong with one record. */
export type Fault = Pick<StoreFault, 'message' | 'personId' | 'collectionId' | 'referenceId'> & {
  readonly kind: StoreFaultKind;
  readonly table: Pick<ReadTable<unknown>, 'name' | 'tell'>;
  readonly place: Buffer;
};

type Noted = { told: Omit<StoreFault, 'outcome'>; readonly repairs: Repair[]; outcome: StoreFaultOutcome };

const mostTold = 200;
const mostTextOfAll = 48 * 1024;
const gravest: Readonly<Record<StoreFaultOutcome, number>> = { lost: 0, repairable: 1, repaired: 2 };

/** What a look at the store has found so far; a record that is met twice counts once. */
export class Faults {
  readonly #byRecord = new Map<string, Noted>();
  readonly #waiting = new Set<Noted>();

  /** How many have a repair that was not made yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  note({ table, place, ...fault }: Fault, repair?: Repair): void {
    const name = nameOf(table, place);
    const told = { ...fault, table: table.name, record: table.tell(place) };
    const noted: Noted = this.#byRecord.get(name) ?? { told, repairs: [], outcome: 'lost' };
    // Who meets it later may know better whom it concerns.
    noted.told = { ...told, ...noted.told };
    this.#byRecord.set(name, noted);
    if (!repair) return;
    noted.repairs.push(repair);
    noted.outcome = 'repairable';
    this.#waiting.add(noted);
  }

  /** Some repairs that were not made yet, and what to call when they are. */
  take(most: number): { readonly repairs: readonly Repair[]; readonly done: () => void } {
    const taken = [...this.#waiting].slice(0, most);
    for (const noted of taken) this.#waiting.delete(noted);
    return {
      repairs: taken.flatMap(({ repairs }) => repairs.splice(0)),
      done: () => {
        for (const noted of taken) noted.outcome = 'repaired';
      },
    };
  }

  counts(): Record<StoreFaultOutcome, number> {
    const counts = { repaired: 0, repairable: 0, lost: 0 };
    for (const { outcome } of this.#byRecord.values()) counts[outcome]++;
    return counts;
  }

  /** The first of them, the gravest before the others. */
  told(): StoreFault[] {
    const all = [...this.#byRecord.values()];
    all.sort((one, other) => gravest[one.outcome] - gravest[other.outcome]);
    const told: StoreFault[] = [];
    let length = 0;
    for (const each of all.slice(0, mostTold)) {
      const fault = { ...each.told, outcome: each.outcome };
      length += JSON.stringify(fault).length;
      if (length > mostTextOfAll) break;
      told.push(fault);
    }
    return told;
  }
}

function nameOf({ name }: Fault['table'], place: Buffer): string {
  return `${name} ${place.toString('hex')}`;
}
