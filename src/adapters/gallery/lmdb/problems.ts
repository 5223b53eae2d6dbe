import { AppError } from '../../../domain/errors.ts';
import type { StoreProblem } from '../../../domain/store-problem.ts';

/** What stands against the store, each thing told once. */
export class Problems {
  readonly #byName = new Map<string, StoreProblem>();

  get all(): StoreProblem[] {
    return [...this.#byName.values()];
  }

  add(problem: StoreProblem): void {
    const name = `${problem.table} ${problem.key}`;
    if (!this.#byName.has(name)) this.#byName.set(name, problem);
  }

  /** What `read` gives; `undefined` when the record is damaged, which is noted. */
  readable<V>(record: { readonly table: string; readonly key: Buffer }, read: () => V): V | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'record-corrupt')) throw error;
      this.add({ table: record.table, key: record.key.toString('hex'), message: error.message });
      return undefined;
    }
  }
}
