import type { ModelEntry, Role } from '../domain/catalogue.ts';
import { type Attribute, type Emotion, emotions, type FaceAttributes } from '../domain/face.ts';
import { mapPoint, type Point } from '../domain/geometry.ts';
import { type CroppedFace, chipToCrop } from './align.ts';
import { type CropNetwork, type OutputRows, rowsOf } from './crop-network.ts';
import { poseFrom68 } from './pose.ts';

/** The network that each attribute is read from. */
export const attributeRoles: Readonly<Record<Attribute, Role>> = {
  landmarks68: 'landmarks68',
  pose: 'landmarks68',
  age: 'age-gender',
  gender: 'age-gender',
  emotion: 'emotion',
};

/** A face to be described, with the way from its crop's pixels to those of the whole picture. */
export type PlacedFace = { readonly face: CroppedFace; readonly toFullPicture: (point: Point) => Point };

/** A network for attributes, loaded, with the entry that tells how it is read. */
export type AttributeNetwork = { readonly entry: ModelEntry; readonly network: CropNetwork };

/** What is asked about each face, in the order of the faces; each network runs once for all of them. */
export async function describeFaces(
  faces: readonly PlacedFace[],
  asked: readonly Attribute[],
  networkOf: (role: Role) => Promise<AttributeNetwork>,
): Promise<FaceAttributes[]> {
  const described: FaceAttributes[] = faces.map(() => ({}));
  for (const role of new Set(asked.map((attribute) => attributeRoles[attribute]))) {
    const { entry, network } = await networkOf(role);
    const rows = await network.run(faces.map(({ face }) => face));
    for (const [index, placed] of faces.entries()) {
      const read = readers[role]?.({ placed, rows, index, entry }) ?? {};
      described[index] = { ...described[index], ...onlyAsked(read, asked) };
    }
  }
  return described;
}

function onlyAsked(read: FaceAttributes, asked: readonly Attribute[]): FaceAttributes {
  return Object.fromEntries(
    Object.entries(read).filter(([name]) => asked.some((attribute) => attribute === name)),
  );
}

type Reading = {
  readonly placed: PlacedFace;
  readonly rows: OutputRows;
  readonly index: number;
  readonly entry: ModelEntry;
};

const readers: Partial<Record<Role, (reading: Reading) => FaceAttributes>> = {
  landmarks68: readLandmarks,
  'age-gender': readAgeAndGender,
  emotion: readEmotion,
};

function rowOf({ rows, index, entry }: Reading, output: string): Float32Array {
  return rowsOf(rows, output, entry)[index]!;
}

function readLandmarks(reading: Reading): FaceAttributes {
  const { placed, entry } = reading;
  const row = rowOf(reading, 'landmarks');
  const toCrop = chipToCrop(entry, placed.face.landmarks);
  const { width, height } = entry.input;
  const landmarks68 = Array.from({ length: row.length / 2 }, (_, i): Point => {
    const inChip: Point = [row[2 * i]! * width, row[2 * i + 1]! * height];
    return placed.toFullPicture(mapPoint(toCrop, inChip));
  });
  return { landmarks68, pose: poseFrom68(landmarks68) };
}

/** The age is the mean of the two likeliest years, weighted with their probabilities. */
function readAgeAndGender(reading: Reading): FaceAttributes {
  const years = rowOf(reading, 'age');
  const order = Array.from(years.keys()).sort((a, b) => years[b]! - years[a]!);
  const [first, second] = [order[0]!, order[1]!];
  const [firstShare, secondShare] = [years[first]!, years[second]!];
  const probability = firstShare + secondShare;
  const male = rowOf(reading, 'gender')[0]!;
  return {
    age: {
      low: Math.min(first, second),
      high: Math.max(first, second),
      years: (first * firstShare + second * secondShare) / probability,
      probability: Math.min(1, probability),
    },
    gender: male > 0.5 ? { value: 'male', probability: male } : { value: 'female', probability: 1 - male },
  };
}

function readEmotion(reading: Reading): FaceAttributes {
  const row = rowOf(reading, 'expression');
  const total = row.reduce((sum, value) => sum + value, 0);
  const shares = emotions.map((name, i) => [name, row[i]! / total] as const);
  return { emotion: Object.fromEntries(shares) as Record<Emotion, number> };
}
