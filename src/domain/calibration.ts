import { fewestImpostorPairs, fitScoreTable, shareReaching } from './calibrate.ts';
import type { ScoreTable } from './catalogue.ts';
import { AppError } from './errors.ts';
import { splitPeople } from './halves.ts';

/** A face whose person is known, and its unit-length vector. */
export type LabelledFace = { readonly person: string; readonly vector: Float32Array };

/** What a threshold of the table shows on people it was not fitted on. */
export type UnseenRow = {
  readonly fmr: number;
  readonly cosine: number;
  readonly extrapolated: boolean;
  /** The share of the pairs of strangers that reach the cosine. */
  readonly shownFmr: number;
  /** The share of one person's pairs that do; absent where there are none. */
  readonly shownTar?: number;
};

export type Calibration = {
  /** In the form of the catalogue. */
  readonly scores: ScoreTable;
  readonly unseen: {
    readonly people: number;
    readonly faces: number;
    readonly genuinePairs: number;
    readonly impostorPairs: number;
    readonly rows: readonly UnseenRow[];
  };
};

/**
 * Fits the score table of an embedding network on half of the people, and tells what it shows on the other half; `data` says
 * what the pictures were. `bad-input`, with about how many people are needed, when half of them make too few pairs.
 */
export function calibrateOnHalf(faces: readonly LabelledFace[], data: string): Calibration {
  const [half, otherHalf] = splitPeople(faces);
  const seen = cosinesOf(half);
  const unseen = cosinesOf(otherHalf);
  if (Math.min(seen.impostor.length, unseen.impostor.length) < fewestImpostorPairs) throw tooFew(faces);
  const facts = { people: countPeople(half), faces: half.length, genuinePairs: seen.genuine.length, data };
  const scores = fitScoreTable(seen.impostor, facts);
  return {
    scores,
    unseen: {
      people: countPeople(otherHalf),
      faces: otherHalf.length,
      genuinePairs: unseen.genuine.length,
      impostorPairs: unseen.impostor.length,
      rows: scores.rows.map((row) => ({
        ...row,
        shownFmr: shareReaching(unseen.impostor, row.cosine),
        ...(unseen.genuine.length > 0 && { shownTar: shareReaching(unseen.genuine, row.cosine) }),
      })),
    },
  };
}

/** The people who are needed when each has so many faces: n (n − 1) / 2 pairs of people in a half, faces² pairs for each. */
export function peopleNeeded(facesEach: number): number {
  const pairsOfPeople = fewestImpostorPairs / facesEach ** 2;
  return 2 * Math.max(2, Math.ceil((1 + Math.sqrt(1 + 8 * pairsOfPeople)) / 2));
}

function tooFew(faces: readonly LabelledFace[]): AppError {
  const people = countPeople(faces);
  const facesEach = people === 0 ? 1 : faces.length / people;
  const needed = peopleNeeded(facesEach);
  return new AppError(
    'bad-input',
    `Each half of the people must make ${fewestImpostorPairs} pairs of strangers: about ${needed} people are needed ` +
      `with ${Number(facesEach.toFixed(1))} faces each. There are ${people} with ${faces.length} faces`,
    { details: { people, faces: faces.length, needed } },
  );
}

function countPeople(faces: readonly LabelledFace[]): number {
  return new Set(faces.map(({ person }) => person)).size;
}

/** The cosines of all pairs of different faces. */
function cosinesOf(faces: readonly LabelledFace[]): { genuine: number[]; impostor: number[] } {
  const cosines = { genuine: [] as number[], impostor: [] as number[] };
  faces.forEach((one, index) => {
    for (const other of faces.slice(index + 1)) {
      const related = one.person === other.person ? cosines.genuine : cosines.impostor;
      related.push(one.vector.reduce((sum, value, place) => sum + value * other.vector[place]!, 0));
    }
  });
  return cosines;
}
