import type { Role } from '../domain/catalogue.ts';
import { type Attribute, type Emotion, emotions, type FaceAttributes } from '../domain/face.ts';
import { mapPoint, type Point } from '../domain/geometry.ts';
import { type CroppedFace, chipToCrop } from './align.ts';
import { chipOf, type LoadedNetwork, type NetworkAnswer, rowOf } from './crop-network.ts';
import type { Embedder } from './embed.ts';
import { measureEyeOpenings } from './eye-opening.ts';
import { readMesh } from './face-mesh.ts';
import { readMask } from './mask.ts';
import { poseFrom68 } from './pose.ts';
import { measureParts } from './visibility.ts';

/** The networks that each attribute is read from, besides the embedding network. */
export const attributeRoles: Readonly<Record<Attribute, readonly Role[]>> = {
  landmarks68: ['landmarks68'],
  pose: ['landmarks68'],
  age: ['age-gender'],
  gender: ['age-gender'],
  emotion: ['emotion'],
  mask: ['mask'],
  eyeOpening: ['face-mesh', 'eye'],
  visibility: ['face-mesh', 'landmarks68'],
  liveness: ['liveness'],
};

/** A face to be described, with the way from its crop's pixels to those of the whole picture. */
export type PlacedFace = { readonly face: CroppedFace; readonly toFullPicture: (point: Point) => Point };

/** What faces are described with. */
export type Describers = {
  readonly networkOf: (role: Role) => Promise<LoadedNetwork>;
  readonly embedder: Embedder;
};

/** What is asked about each face, in the order of the faces; each network runs once for all of them. */
export async function describeFaces(
  placed: readonly PlacedFace[],
  asked: readonly Attribute[],
  describers: Describers,
): Promise<FaceAttributes[]> {
  if (placed.length === 0) return [];
  const answers = await askNetworks(placed, asked, describers);
  const read = placed.map((one, index): FaceAttributes => {
    const parts = [...answers].map(([role, answer]) => readers[role]?.({ placed: one, answer, index }));
    return Object.assign({}, ...parts);
  });
  const looked = await lookCloser(
    placed.map(({ face }) => face),
    { answers, asked, describers },
  );
  return read.map((one, index) => onlyAsked({ ...one, ...looked[index] }, asked));
}

type Answers = ReadonlyMap<Role, NetworkAnswer>;

/** The answers of all networks that see whole faces. */
async function askNetworks(
  placed: readonly PlacedFace[],
  asked: readonly Attribute[],
  { networkOf }: Describers,
): Promise<Answers> {
  const answers = new Map<Role, NetworkAnswer>();
  for (const role of new Set(asked.flatMap((attribute) => attributeRoles[attribute]))) {
    if (role === 'eye') continue;
    const { entry, network } = await networkOf(role);
    const rows = await network.run(placed.map(({ face }) => chipOf(entry, face)));
    answers.set(role, { entry, rows });
  }
  return answers;
}

function onlyAsked(read: FaceAttributes, asked: readonly Attribute[]): FaceAttributes {
  return Object.fromEntries(
    Object.entries(read).filter(([name]) => asked.some((attribute) => attribute === name)),
  );
}

type Look = {
  readonly answers: Answers;
  readonly asked: readonly Attribute[];
  readonly describers: Describers;
};

/** What is found by looking once more, at places that the networks have named. */
async function lookCloser(
  faces: readonly CroppedFace[],
  { answers, asked, describers }: Look,
): Promise<FaceAttributes[]> {
  const mesh = answers.get('face-mesh');
  if (!mesh) return [];
  const meshes = faces.map((face, index) => readMesh(mesh, index, face));
  const openings = asked.includes('eyeOpening')
    ? await measureEyeOpenings(faces, meshes, await describers.networkOf('eye'))
    : [];
  const looked: FaceAttributes[] = [];
  for (const [index, face] of faces.entries()) {
    const eyeOpening = openings[index];
    const points = answers.get('landmarks68');
    const parts =
      asked.includes('visibility') && points
        ? await measureParts(face, readPoints(points, index, face), describers.embedder)
        : undefined;
    looked.push({
      ...(eyeOpening !== undefined && { eyeOpening }),
      visibility: { face: meshes[index]!.presence, ...(parts && { parts }) },
    });
  }
  return looked;
}

type Reading = { readonly placed: PlacedFace; readonly answer: NetworkAnswer; readonly index: number };

const readers: Partial<Record<Role, (reading: Reading) => FaceAttributes>> = {
  landmarks68: readLandmarks,
  'age-gender': readAgeAndGender,
  emotion: readEmotion,
  mask: ({ answer, index }) => ({ mask: readMask(answer, index) }),
  liveness: readLiveness,
};

function readLandmarks({ placed, answer, index }: Reading): FaceAttributes {
  const landmarks68 = readPoints(answer, index, placed.face).map(placed.toFullPicture);
  return { landmarks68, pose: poseFrom68(landmarks68) };
}

/** The 68 points in pixels of the crop. */
function readPoints(answer: NetworkAnswer, index: number, face: CroppedFace): Point[] {
  const row = rowOf(answer, 'landmarks', index);
  const toCrop = chipToCrop(answer.entry, face.landmarks);
  const { width, height } = answer.entry.input;
  return Array.from({ length: row.length / 2 }, (_, i) =>
    mapPoint(toCrop, [row[2 * i]! * width, row[2 * i + 1]! * height]),
  );
}

/** The age is the mean of the two likeliest years, weighted with their probabilities. */
function readAgeAndGender({ answer, index }: Reading): FaceAttributes {
  const years = rowOf(answer, 'age', index);
  const order = Array.from(years.keys()).sort((a, b) => years[b]! - years[a]!);
  const [first, second] = [order[0]!, order[1]!];
  const [firstShare, secondShare] = [years[first]!, years[second]!];
  const probability = firstShare + secondShare;
  const male = rowOf(answer, 'gender', index)[0]!;
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

function readEmotion({ answer, index }: Reading): FaceAttributes {
  const row = rowOf(answer, 'expression', index);
  const total = row.reduce((sum, value) => sum + value, 0);
  const shares = emotions.map((name, i) => [name, row[i]! / total] as const);
  return { emotion: Object.fromEntries(shares) as Record<Emotion, number> };
}

/** Two logits, live and spoof. */
function readLiveness({ answer, index }: Reading): FaceAttributes {
  const [live, spoof] = rowOf(answer, 'output', index);
  return { liveness: 1 / (1 + Math.exp(spoof! - live!)) };
}
