import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An encoded picture and the name of its file. */
export type Photograph = { readonly name: string; readonly bytes: Uint8Array };

const samplesFolder = fileURLToPath(
  new URL('../../../node_modules/@vladmandic/face-api/demo/', import.meta.url),
);

/** The labelled pictures' folder (`group`, `people`, `formats`), when this machine has one. */
export function facesFolder(): string | undefined {
  return process.env.OSTIARY_FACES_DIR || undefined;
}

/** The paths of the six photographs of women that every install has, from the face-api package. */
export function samplePaths(): string[] {
  return [1, 2, 3, 4, 5, 6].map((number) => join(samplesFolder, `sample${number}.jpg`));
}

/** The paths of the pictures in one of the labelled folders, in the order of their names. */
export function picturePaths(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(?:jpe?g|png)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

export function readPhotograph(path: string): Photograph {
  return { name: basename(path), bytes: readFileSync(path) };
}
