import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Point } from '../../../src/domain/geometry.ts';
import { picturePaths, samplePaths } from '../pictures/photographs.ts';

/** A face that a person has pointed at. */
export type LabelledNose = {
  /** In pixels of the upright picture. */
  readonly at: Point;
  /** Equal for faces of one person; unnamed people have a label of their own picture. */
  readonly person: string;
};

/** A picture with what is known of the people in it. */
export type LabelledPicture = {
  readonly path: string;
  readonly noses: readonly LabelledNose[];
  /** Whether every face in the picture is labelled, so that any other box is a false one. */
  readonly complete: boolean;
  /** Pictures cut or converted from one exposure share it. */
  readonly exposure: string;
  /** Where the picture comes from; no two collections show the same unnamed person. */
  readonly collection: 'group' | 'people' | 'samples';
};

type NoseList = readonly Point[];
type NamedNoses = Readonly<Record<string, Readonly<Record<string, Point>>>>;

/** The pictures of `group/`: every nose is labelled, the letter in a file's name is a person. */
export function groupPictures(facesFolder: string): LabelledPicture[] {
  const folder = join(facesFolder, 'group');
  const labels = readJson(join(folder, 'labels.json')) as Readonly<Record<string, NoseList>>;
  return picturePaths(folder).map((path) => {
    const file = basename(path);
    const letter = /^\d+_([A-Z])\./.exec(file)?.[1];
    const noses = (labels[file] ?? []).map((at, index) => ({
      at,
      person: letter ?? `group ${file} ${index}`,
    }));
    return { path, noses, complete: true, exposure: file, collection: 'group' };
  });
}

/** The pictures of `people/`: the named people's noses are labelled, those of bystanders are not. */
export function peoplePictures(facesFolder: string): LabelledPicture[] {
  const labels = readJson(new URL('people-labels.json', import.meta.url)) as NamedNoses;
  return picturePaths(join(facesFolder, 'people')).map((path) => {
    const file = basename(path);
    const noses = Object.entries(labels[file] ?? {}).map(([person, at]) => ({ at, person }));
    return { path, noses, complete: false, exposure: exposureOf(file), collection: 'people' };
  });
}

/** The six pictures of the face-api package: every nose is labelled, nobody is named. */
export function samplePictures(): LabelledPicture[] {
  const labels = readJson(new URL('sample-labels.json', import.meta.url)) as Readonly<
    Record<string, NoseList>
  >;
  return samplePaths().map((path) => {
    const file = basename(path);
    const noses = (labels[file] ?? []).map((at, index) => ({ at, person: `samples ${file} ${index}` }));
    return { path, noses, complete: true, exposure: file, collection: 'samples' };
  });
}

/** Two conversions and two cuttings of the training pictures stand among the test pictures. */
function exposureOf(file: string): string {
  if (file === 'test-32bit.png') return 'train-obama-obama2.jpg';
  if (file.startsWith('test-obama_partial_face')) return 'train-obama-obama.jpg';
  return file;
}

function readJson(file: string | URL): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
