/** Which records of a series that grows by itself are to go. */
export type Pruning = {
  /** Those from before this time. */
  readonly beforeMs: number;
  /** And of the others all but so many, the lowest numbers first. */
  readonly keepAtMost: number;
  /** Only tells what would go. */
  readonly dryRun?: boolean | undefined;
};

/** What went, or would; without times when nothing does. */
export type Pruned = {
  readonly records: number;
  readonly oldestMs?: number;
  readonly newestMs?: number;
};

type Numbered = { readonly number: number; readonly atMs: number };

/** Looks at records one after the other, the greatest number first, and picks those that are to go. */
export class PruningPick {
  readonly #pruning: Pruning;
  #kept = 0;
  #pruned: Pruned = { records: 0 };

  constructor(pruning: Pruning) {
    this.#pruning = pruning;
  }

  /** Whether this one goes. */
  takes({ atMs }: Numbered): boolean {
    const { beforeMs, keepAtMost } = this.#pruning;
    if (atMs >= beforeMs && this.#kept < keepAtMost) {
      this.#kept += 1;
      return false;
    }
    const { records, oldestMs = atMs, newestMs = atMs } = this.#pruned;
    this.#pruned = {
      records: records + 1,
      oldestMs: Math.min(oldestMs, atMs),
      newestMs: Math.max(newestMs, atMs),
    };
    return true;
  }

  /** What was picked so far. */
  get pruned(): Pruned {
    return this.#pruned;
  }
}
