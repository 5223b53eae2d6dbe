import sharp, { type OverlayOptions } from 'sharp';
import type { Point } from '../../../src/domain/geometry.ts';
import { type FaceRegion, shrink } from './degrade.ts';
import { seeded } from './seeded.ts';

/** A 720p frame with small faces at random places. */
export type Frame = {
  readonly jpeg: Uint8Array;
  /** The middle of each face's box, in pixels of the frame. */
  readonly centres: readonly Point[];
};

export const frameWidth = 1280;
export const frameHeight = 720;
const columns = 4;
const rows = 2;
/** Faces in one frame: one in each cell of a coarse grid, so that none covers another. */
const cells = columns * rows;

/** Frames that show each region once, its face of this many pixels; the same for the same seed. */
export async function placeInFrames(
  regions: readonly FaceRegion[],
  { facePixels, seed }: { facePixels: number; seed: number },
): Promise<Frame[]> {
  const random = seeded(seed);
  const frames: Frame[] = [];
  for (let first = 0; first < regions.length; first += cells) {
    frames.push(await makeFrame(regions.slice(first, first + cells), facePixels, random));
  }
  return frames;
}

async function makeFrame(
  regions: readonly FaceRegion[],
  facePixels: number,
  random: () => number,
): Promise<Frame> {
  const cellWidth = frameWidth / columns;
  const cellHeight = frameHeight / rows;
  const centres: Point[] = [];
  const pasted: OverlayOptions[] = [];
  for (const [index, region] of regions.entries()) {
    const small = await shrink(region, facePixels);
    const left = Math.round((index % columns) * cellWidth + random() * (cellWidth - small.width));
    const top = Math.round(Math.floor(index / columns) * cellHeight + random() * (cellHeight - small.height));
    pasted.push({ input: Buffer.from(small.png), left, top });
    centres.push([left + small.face.x + small.face.width / 2, top + small.face.y + small.face.height / 2]);
  }
  const background = { r: 96, g: 104, b: 112 };
  const jpeg = await sharp({ create: { width: frameWidth, height: frameHeight, channels: 3, background } })
    .composite(pasted)
    .jpeg({ quality: 92 })
    .toBuffer();
  return { jpeg, centres };
}
