import type { StoreProblem } from '../../../src/domain/store-problem.ts';
import type { Made, Operation } from './operations.ts';
import type { Overview } from './overview.ts';

/** Names a write of one life: the so-manyth of an actor's turn. */
export type WriteId = { readonly actor: string; readonly turn: number; readonly index: number };

/** A line of what a life tells. */
export type Told =
  | {
      readonly what: 'opened';
      readonly overview: Overview;
      readonly problems: readonly StoreProblem[];
    }
  | { readonly what: 'begun'; readonly id: WriteId; readonly operation: Operation }
  | { readonly what: 'done'; readonly id: WriteId; readonly made: Made }
  /** `isClean`: it knows of no removal since that left bytes in a file. */
  | { readonly what: 'scrubbed'; readonly isClean: boolean }
  /** The embedding model is being changed, and was. */
  | { readonly what: 'switching'; readonly modelId: string }
  | { readonly what: 'switched'; readonly modelId: string }
  | { readonly what: 'refused'; readonly id: WriteId }
  | { readonly what: 'failed'; readonly message: string };

/** The clock of all lives and of the truth stands still, so that their records are equal. */
export function nowMs(): number {
  return 1_800_000_000_000;
}
