import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScoreTable } from '../../src/domain/catalogue.ts';
import { cosineAt, cosineAtFmr, similarityAt, similarityScale } from '../../src/domain/similarity.ts';
import { roundTo5 } from '../../src/http/dialects/compreface/rounding.ts';

const cosine = fc.double({ min: -1, max: 1, noNaN: true });

/** Tables as the catalogue may have them: the lower the rate, the higher the cosine. */
const table: fc.Arbitrary<ScoreTable> = fc
  .array(fc.double({ min: 0.01, max: 0.2, noNaN: true }), { minLength: 2, maxLength: 6 })
  .map((steps) => ({
    rows: steps.map((_, at) => ({
      fmr: 10 ** -(at + 1),
      cosine: Math.min(0.99, -0.5 + steps.slice(0, at + 1).reduce((sum, step) => sum + step, 0)),
      extrapolated: false,
    })),
    people: 10,
    faces: 40,
    genuinePairs: 60,
    impostorPairs: 720,
    lowestShownFmr: 0.004,
    data: 'made by the test',
  }));

const scale = fc.option(table, { nil: undefined }).map((scores) => ({ scores, ...similarityScale(scores) }));

describe('similarity', () => {
  it('grows with the cosine', () => {
    fc.assert(
      fc.property(scale, cosine, cosine, (at, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(similarityAt(low, at)).toBeLessThanOrEqual(similarityAt(high, at));
      }),
    );
  });

  it('is strictly greater for a cosine that is visibly greater around the anchor', () => {
    fc.assert(
      fc.property(scale, fc.double({ min: -0.02, max: 0.02, noNaN: true }), (at, offset) => {
        const anchor = 1 - at.c0 ** 2 / 2;
        fc.pre(anchor + offset + 1e-3 < 1);
        expect(similarityAt(anchor + offset, at)).toBeLessThan(similarityAt(anchor + offset + 1e-3, at));
      }),
    );
  });

  it('lies from 0 to 1, also for the float noise beyond a cosine of 1', () => {
    fc.assert(
      fc.property(scale, fc.double({ min: -1.0001, max: 1.0001, noNaN: true }), (at, any) => {
        const similarity = similarityAt(any, at);
        expect(similarity).toBeGreaterThanOrEqual(0);
        expect(similarity).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is exactly 1 at five decimals for the same template, whatever the model and float noise', () => {
    fc.assert(
      fc.property(scale, fc.double({ min: 1 - 1e-7, max: 1 + 1e-7, noNaN: true }), (at, same) => {
        fc.pre(at.c0 > 0.1);
        expect(roundTo5(similarityAt(same, at))).toBe(1);
      }),
    );
  });

  it('is .5 at the cosine that one impostor pair in a thousand reaches', () => {
    fc.assert(
      fc.property(table, (scores) => {
        const anchor = cosineAtFmr(scores, 1e-3);
        expect(similarityAt(anchor, similarityScale(scores))).toBeCloseTo(0.5, 9);
      }),
    );
    expect(similarityAt(0.93, similarityScale())).toBeCloseTo(0.5, 9);
  });

  it('is found back as a cosine', () => {
    fc.assert(
      fc.property(scale, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (at, similarity) => {
        const back = cosineAt(similarity, at);
        fc.pre(back > -1);
        expect(similarityAt(back, at)).toBeCloseTo(similarity, 6);
      }),
    );
    expect(cosineAt(0, similarityScale())).toBe(-1);
    expect(cosineAt(1, similarityScale())).toBe(1);
  });
});

describe('the cosine at a false-match rate', () => {
  it('is the row of the table where there is one, and between its neighbours elsewhere', () => {
    fc.assert(
      fc.property(table, fc.double({ min: 1e-6, max: 0.5, noNaN: true }), (scores, fmr) => {
        for (const row of scores.rows) expect(cosineAtFmr(scores, row.fmr)).toBe(row.cosine);
        fc.pre(fmr >= scores.rows.at(-1)!.fmr);
        const found = cosineAtFmr(scores, fmr);
        expect(found).toBeGreaterThanOrEqual(scores.rows[0]!.cosine);
        expect(found).toBeLessThanOrEqual(scores.rows.at(-1)!.cosine);
      }),
    );
  });

  it('grows on below the last row, and never reaches 1', () => {
    fc.assert(
      fc.property(table, fc.double({ min: 1e-12, max: 1, noNaN: true }), (scores, share) => {
        const [before, last] = scores.rows.slice(-2);
        fc.pre(last!.cosine > before!.cosine);
        const fmr = last!.fmr * share;
        const found = cosineAtFmr(scores, fmr);
        expect(found).toBeGreaterThanOrEqual(last!.cosine - 1e-12);
        expect(found).toBeLessThan(1);
        expect(cosineAtFmr(scores, fmr / 10)).toBeGreaterThan(found);
      }),
    );
  });
});

describe('rounding to five decimals', () => {
  it('rounds halves up as they are written', () => {
    expect([0.978585, 0.978584999, 0.000005, 0.0000049, 1.005e-7, 0, 1, 0.999995].map(roundTo5)).toEqual([
      0.97859, 0.97858, 0.00001, 0, 0, 0, 1, 1,
    ]);
  });

  it('moves a number by half of the last digit at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
        expect(Math.abs(roundTo5(value) - value)).toBeLessThanOrEqual(5e-6 + 1e-12);
      }),
    );
  });
});
