import { type FaceModel, makeFaces } from '../../../native/yardstick/binding.ts';

export type SetName = 'fitted' | 'fitted with mean' | 'isotropic' | 'adversarial';

/** One measured gallery: artificial persons with ten references each. */
export type SearchCase = { readonly set: SetName; readonly dimensions: number; readonly rows: number };

type Shape = Omit<FaceModel, 'dimensions'>;

/**
 * `fitted with mean`: the templates of the default network (66 faces of 45 persons, labelled pictures). The mean of two
 * persons' scores is .838 and of one person's .962, so that the mean has a square of .838, persons .124 and pictures .038;
 * centred scores of two persons vary by .18, and the largest ten of the persons' variances are 14, 11, 8, 6, 5, 5, 4, 4, 4
 * and 3 % of the whole, which 1 / (i + 4)^1.2 comes close to. `fitted`: the same without the mean, as it is for networks
 * that are trained by angles, which those of 512 dimensions mostly are: one person's scores are .77, two persons' 0 ± .18.
 * `isotropic`: no mean, all directions alike, one person's scores .7. `adversarial`: a steep spectrum, and groups of 200
 * look-alikes whose scores lie close below a person's own.
 */
const shapes: Readonly<Record<SetName, Shape>> = {
  fitted: {
    mean: 0,
    person: Math.sqrt(0.124 / 0.162),
    picture: Math.sqrt(0.038 / 0.162),
    fall: 1.2,
    flat: 4,
    lookAlikes: 1,
    alike: 0,
  },
  'fitted with mean': {
    mean: Math.sqrt(0.838),
    person: Math.sqrt(0.124),
    picture: Math.sqrt(0.038),
    fall: 1.2,
    flat: 4,
    lookAlikes: 1,
    alike: 0,
  },
  isotropic: {
    mean: 0,
    person: Math.sqrt(0.7),
    picture: Math.sqrt(0.3),
    fall: 0,
    flat: 1,
    lookAlikes: 1,
    alike: 0,
  },
  adversarial: {
    mean: 0.3,
    person: Math.sqrt(0.9),
    picture: Math.sqrt(0.1),
    fall: 1,
    flat: 2,
    lookAlikes: 200,
    alike: 0.9,
  },
};

const picturesAPerson = 10;
const rowsAtATime = 1024;
/** Strangers begin here. */
const beyond = 100_000_000;

export function modelOf({ set, dimensions }: SearchCase): FaceModel {
  return { dimensions, ...shapes[set] };
}

export type RowBatch = { readonly vectors: Float32Array; readonly labels: Uint32Array };

/** All rows of a gallery by batches; labels are the rows' numbers. */
export function* rowsOf(measured: SearchCase): Generator<RowBatch> {
  const model = modelOf(measured);
  const persons = measured.rows / picturesAPerson;
  let row = 0;
  for (let picture = 0; picture < picturesAPerson; picture++) {
    for (let firstPerson = 0; firstPerson < persons; firstPerson += rowsAtATime) {
      const count = Math.min(rowsAtATime, persons - firstPerson);
      const first = row;
      row += count;
      yield {
        vectors: makeFaces(model, { firstPerson, count, picture }),
        labels: Uint32Array.from({ length: count }, (_, i) => first + i),
      };
    }
  }
}

export type Probe = { readonly vector: Float32Array; readonly known: boolean };

/** New pictures: by turns of someone in the gallery and of a stranger. */
export function probesOf(measured: SearchCase, count: number): Probe[] {
  const model = modelOf(measured);
  const persons = measured.rows / picturesAPerson;
  return Array.from({ length: count }, (_, i) => {
    const known = i % 2 === 0;
    const firstPerson = known ? (i * 7919) % persons : beyond + i;
    return { known, vector: makeFaces(model, { firstPerson, count: 1, picture: 1000 }) };
  });
}

/** The score that one pair of strangers in a thousand reaches, from a million pairs. */
export function scoreAtFmr001(measured: SearchCase): number {
  const { dimensions } = measured;
  const people = 1415;
  // Strangers by chance, look-alikes as often as among everybody.
  const faces = Array.from({ length: people }, (_, i) =>
    makeFaces(modelOf(measured), { firstPerson: beyond * 2 + i * 131, count: 1, picture: 0 }),
  );
  const scores = new Float64Array((people * (people - 1)) / 2);
  let at = 0;
  for (let one = 0; one < people; one++) {
    for (let other = 0; other < one; other++) scores[at++] = dot(faces[one]!, faces[other]!, dimensions);
  }
  return scores.sort()[Math.floor(0.999 * scores.length)]!;
}

function dot(one: Float32Array, other: Float32Array, dimensions: number): number {
  let sum = 0;
  for (let i = 0; i < dimensions; i++) sum += one[i]! * other[i]!;
  return sum;
}
