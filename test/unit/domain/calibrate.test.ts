import { describe, expect, it } from 'vitest';
import {
  fewestImpostorPairs,
  fitScoreTable,
  shareReaching,
  tableRates,
} from '../../../src/domain/calibrate.ts';
import { scoreTableSchema } from '../../../src/domain/catalogue.ts';
import { seeded } from '../../bench/accuracy/seeded.ts';

const facts = { people: 40, faces: 80, genuinePairs: 100, data: 'made up' };
const dimension = 12;

/** Cosines whose distances follow the power law exactly: the share within distance d is (d / .2)^dimension. */
function lawfulCosines(count: number, seed = 1): number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => 1 - 0.2 * (1 - random()) ** (1 / dimension));
}

describe('fitting a score table', () => {
  it('finds the law behind the scores far below the rates that they show', () => {
    const { rows } = fitScoreTable(lawfulCosines(2000), facts);
    for (const { fmr, cosine } of rows) {
      expect(1 - cosine, `distance at ${fmr}`).toBeCloseTo(0.2 * fmr ** (1 / dimension), 1);
      const trueRate = ((1 - cosine) / 0.2) ** dimension;
      expect(Math.abs(Math.log10(trueRate / fmr)), `rate at ${fmr}`).toBeLessThan(fmr < 1e-4 ? 1 : 0.3);
    }
  });

  it('shows on other pairs of the same kind the rate that it promises', () => {
    const { rows } = fitScoreTable(lawfulCosines(4000), facts);
    const others = lawfulCosines(100_000, 2);
    for (const { fmr, cosine } of rows.filter((row) => row.fmr >= 1e-3)) {
      const shown = shareReaching(others, cosine);
      expect(shown / fmr).toBeGreaterThan(0.5);
      expect(shown / fmr).toBeLessThan(2);
    }
  });

  it('has a row for each rate, the strictest last, and cosines that rise to less than 1', () => {
    const { rows } = fitScoreTable(lawfulCosines(500), facts);
    expect(rows.map(({ fmr }) => fmr)).toEqual(tableRates);
    const cosines = rows.map(({ cosine }) => cosine);
    expect(cosines).toEqual(cosines.toSorted((one, other) => one - other));
    expect(new Set(cosines).size).toBe(rows.length);
    expect(cosines.at(-1)).toBeLessThan(1);
  });

  it('marks as extrapolated the rows below the rule of three', () => {
    const table = fitScoreTable(lawfulCosines(3000), facts);
    expect(table.lowestShownFmr).toBe(0.001);
    expect(table.impostorPairs).toBe(3000);
    expect(table.rows.filter(({ extrapolated }) => extrapolated).map(({ fmr }) => fmr)).toEqual([
      3e-4, 1e-4, 1e-5, 1e-6,
    ]);
  });

  it('answers in the form of the catalogue', () => {
    const table = fitScoreTable(lawfulCosines(1000), facts);
    expect(scoreTableSchema.parse(JSON.parse(JSON.stringify(table)))).toEqual(table);
  });

  it('survives two strangers with the same template', () => {
    const { rows } = fitScoreTable([...lawfulCosines(999), 1], facts);
    expect(rows.every(({ cosine }) => cosine < 1)).toBe(true);
  });

  it('refuses too few pairs', () => {
    expect(() => fitScoreTable(lawfulCosines(fewestImpostorPairs - 1), facts)).toThrow(
      expect.objectContaining({ code: 'bad-input', details: { pairs: fewestImpostorPairs - 1 } }),
    );
  });
});
