import type { ScoreTable } from './catalogue.ts';
import { cosineAtFmr } from './similarity.ts';

/** What may go wrong: so often in a comparison of two strangers, or so often when a stranger is searched for. */
export type AcceptedRate = { readonly maxFmr: number } | { readonly maxFpir: number };

/** Who is less alike than strangers are at this rate counts as nobody, where nothing else is said. */
export const usualFmr = 1e-3;

/** The cosine from which two faces count as one person's, and how often that is wrong. */
export type Threshold = {
  readonly cosine: number;
  /** False matches a comparison. */
  readonly fmr: number;
  /** The persons who are compared with. */
  readonly persons: number;
  /** Searches of strangers that find one of them. */
  readonly fpir: number;
  /** Whether the rate is lower than the measured pairs can show, the cosine therefore the fitted law's. */
  readonly extrapolated: boolean;
};

/**
 * The threshold for a search among so many persons, FMR = FPIR / persons. A rate above the table's first row counts as
 * that row's.
 */
export function thresholdFor(table: ScoreTable, accepted: AcceptedRate, persons: number): Threshold {
  const asked = 'maxFmr' in accepted ? accepted.maxFmr : accepted.maxFpir / Math.max(1, persons);
  const fmr = Math.min(asked, table.rows[0]!.fmr);
  return {
    cosine: cosineAtFmr(table, fmr),
    ...{ fmr, persons, fpir: searchRate(fmr, persons) },
    extrapolated: fmr < table.lowestShownFmr,
  };
}

/** 1 − (1 − FMR)^persons, exact also where the rate is tiny. */
function searchRate(fmr: number, persons: number): number {
  return persons === 0 ? 0 : -Math.expm1(persons * Math.log1p(-fmr));
}
