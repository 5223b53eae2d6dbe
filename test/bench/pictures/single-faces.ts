import sharp from 'sharp';
import { samplePictures } from '../accuracy/labels.ts';
import type { Photograph } from './photographs.ts';

const side = 400;
/** Two noses this far apart, in one direction at least, never show in one cutting. */
const apart = 320;

/** Cuttings of the sample pictures that show one face each, for enrolment; the same on every install. */
export async function singleFaces(): Promise<Photograph[]> {
  const faces: Photograph[] = [];
  for (const { path, noses, exposure } of samplePictures()) {
    // Its faces look down or aside.
    if (exposure === 'sample2.jpg') continue;
    for (const [index, { at }] of noses.entries()) {
      const alone = noses.every(
        ({ at: other }) =>
          other === at || Math.max(Math.abs(other[0] - at[0]), Math.abs(other[1] - at[1])) >= apart,
      );
      if (alone) faces.push({ name: `${exposure}-${index}.jpg`, bytes: await cut(path, at) });
    }
  }
  return faces;
}

async function cut(path: string, [x, y]: readonly [number, number]): Promise<Uint8Array> {
  const left = Math.max(0, Math.round(x - side / 2));
  const top = Math.max(0, Math.round(y - side / 2));
  const { width = side, height = side } = await sharp(path).metadata();
  return await sharp(path)
    .extract({ left, top, width: Math.min(side, width - left), height: Math.min(side, height - top) })
    .jpeg({ quality: 95 })
    .toBuffer();
}
