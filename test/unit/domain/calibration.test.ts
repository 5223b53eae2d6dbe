import { describe, expect, it } from 'vitest';
import { fewestImpostorPairs } from '../../../src/domain/calibrate.ts';
import { calibrateOnHalf, type LabelledFace, peopleNeeded } from '../../../src/domain/calibration.ts';
import { scoreTableSchema } from '../../../src/domain/catalogue.ts';
import { seeded } from '../../bench/accuracy/seeded.ts';

const dimensions = 8;

/** Faces that lie near their person's own direction. */
function facesOf(people: number, facesEach: number): LabelledFace[] {
  const random = seeded(7);
  const around = (centre: readonly number[], spread: number) =>
    unit(centre.map((value) => value + spread * (random() - 0.5)));
  return Array.from({ length: people }, (_, number) => {
    const own = around(new Array<number>(dimensions).fill(0), 2);
    return Array.from({ length: facesEach }, () => ({
      person: `person ${number}`,
      vector: Float32Array.from(around(own, 0.1)),
    }));
  }).flat();
}

function unit(values: readonly number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

describe('calibrating on labelled faces', () => {
  it('fits on half of the people, and counts all their pairs', () => {
    const { scores, unseen } = calibrateOnHalf(facesOf(24, 5), 'made up');
    expect(scoreTableSchema.parse(JSON.parse(JSON.stringify(scores)))).toEqual(scores);
    expect(scores).toMatchObject({ people: 12, faces: 60, genuinePairs: 120, impostorPairs: 1650 });
    expect(unseen).toMatchObject({ people: 12, faces: 60, genuinePairs: 120, impostorPairs: 1650 });
    expect(scores.data).toBe('made up');
  });

  it('tells what each row shows on the people it was not fitted on', () => {
    const { scores, unseen } = calibrateOnHalf(facesOf(60, 4), 'made up');
    expect(unseen.rows.map(({ fmr, cosine }) => ({ fmr, cosine }))).toEqual(
      scores.rows.map(({ fmr, cosine }) => ({ fmr, cosine })),
    );
    for (const { fmr, shownFmr, shownTar } of unseen.rows.filter((row) => row.fmr >= 0.01)) {
      expect(shownFmr / fmr).toBeGreaterThan(0.2);
      expect(shownFmr / fmr).toBeLessThan(5);
      expect(shownTar).toBe(1);
    }
  });

  it('tells no rate of finding people when each has one face', () => {
    const { unseen } = calibrateOnHalf(facesOf(peopleNeeded(1), 1), 'made up');
    expect(unseen.genuinePairs).toBe(0);
    expect(unseen.rows.every((row) => !('shownTar' in row))).toBe(true);
  });

  it('refuses fewer people than it says are needed, and takes so many', () => {
    for (const facesEach of [1, 2, 3, 5, 8, 20, 40]) {
      const needed = peopleNeeded(facesEach);
      expect(calibrateOnHalf(facesOf(needed, facesEach), '').scores.impostorPairs).toBeGreaterThanOrEqual(
        fewestImpostorPairs,
      );
      expect(() => calibrateOnHalf(facesOf(needed - 2, facesEach), '')).toThrow(
        expect.objectContaining({ code: 'bad-input', details: expect.objectContaining({ needed }) }),
      );
    }
  });

  it('refuses no faces at all', () => {
    expect(() => calibrateOnHalf([], '')).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});
