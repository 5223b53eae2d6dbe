import type { Figure, Target } from '../framework/benchmark.ts';

/** What a benchmark has gathered so far. */
export type Findings = { readonly figures: Figure[]; readonly targets: Target[] };
