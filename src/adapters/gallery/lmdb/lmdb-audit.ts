import { type AuditEntry, fitsAudit, type NewAuditEntry, newAuditEntry } from '../../../domain/audit.ts';
import type { Audit, AuditWish } from '../../../domain/ports/audit.ts';
import type { Pruned, Pruning } from '../../../domain/pruning.ts';
import type { Environment } from './disk/environment.ts';
import { inSlices } from './disk/in-slices.ts';
import { numberBytes } from './disk/keys.ts';
import { pruneTable } from './disk/prune-table.ts';
import { nextNumber } from './disk/series.ts';
import type { Tables } from './disk/tables.ts';
import type { LedgerParts } from './writing/ledger.ts';

/** The audit record in the gallery's environment. */
export class LmdbAudit implements Audit {
  readonly #environment: Environment;
  readonly #tables: Tables;
  readonly #nowMs: () => number;

  constructor(environment: Environment, { tables, nowMs }: Pick<LedgerParts, 'tables' | 'nowMs'>) {
    this.#environment = environment;
    this.#tables = tables;
    this.#nowMs = nowMs;
  }

  async add(entry: NewAuditEntry): Promise<AuditEntry> {
    const atMs = this.#nowMs();
    return this.#environment.write(() => {
      const added = newAuditEntry({ number: nextNumber(this.#tables, 'audit'), atMs }, entry);
      this.#tables.audit.put(numberBytes(added.number), added);
      return added;
    });
  }

  async list({ beforeNumber, limit, ...filter }: AuditWish): Promise<AuditEntry[]> {
    const found: AuditEntry[] = [];
    const before = beforeNumber === undefined ? {} : { before: numberBytes(beforeNumber) };
    for await (const slice of inSlices(this.#tables.audit, { ...before, reverse: true })) {
      for (const { value } of slice) {
        if (found.length >= limit) return found;
        if (fitsAudit(value, filter)) found.push(value);
      }
    }
    return found;
  }

  async prune(pruning: Pruning): Promise<Pruned> {
    const { audit } = this.#tables;
    const remove = ({ number }: AuditEntry) => audit.remove(numberBytes(number));
    return pruneTable({ environment: this.#environment, table: audit, remove }, pruning);
  }

  count(): number {
    return this.#tables.audit.count();
  }
}
