import sharp from 'sharp';
import type { Box } from '../../../src/domain/geometry.ts';
import { seeded } from './seeded.ts';

/** A face cut out of its picture with a face's width of surroundings on each side, and where it lies in there. */
export type FaceRegion = {
  /** Lossless (PNG). */
  readonly png: Uint8Array;
  /** In pixels of the region; the longer side is the face's size. */
  readonly face: Box;
  readonly width: number;
  readonly height: number;
};

/** Cuts the region round a face; at the picture's border the surroundings end. */
export async function cutRegion(file: Uint8Array | string, face: Box): Promise<FaceRegion> {
  const upright = sharp(file).autoOrient();
  const { autoOrient: size } = await sharp(file).metadata();
  const margin = Math.max(face.width, face.height);
  const left = Math.max(0, Math.floor(face.x - margin));
  const top = Math.max(0, Math.floor(face.y - margin));
  const width = Math.min(size.width, Math.ceil(face.x + face.width + margin)) - left;
  const height = Math.min(size.height, Math.ceil(face.y + face.height + margin)) - top;
  const png = await upright
    .extract({ left, top, width, height })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .png({ compressionLevel: 1 })
    .toBuffer();
  return { png, face: { ...face, x: face.x - left, y: face.y - top }, width, height };
}

/** The region scaled so that the longer side of the face's box has this many pixels. */
export async function shrink(region: FaceRegion, facePixels: number): Promise<FaceRegion> {
  const scale = facePixels / Math.max(region.face.width, region.face.height);
  const width = Math.max(1, Math.round(region.width * scale));
  const height = Math.max(1, Math.round(region.height * scale));
  const png = await sharp(region.png).resize(width, height, { fit: 'fill' }).png().toBuffer();
  const { x, y } = region.face;
  const face = {
    x: x * scale,
    y: y * scale,
    width: region.face.width * scale,
    height: region.face.height * scale,
  };
  return { png, face, width, height };
}

/** How a probe is made worse than the picture it comes from. */
export type Degradation = {
  readonly name: string;
  readonly apply: (region: FaceRegion) => Promise<Uint8Array>;
};

/** The size in pixels that a face is brought to before it is blurred or darkened, so that both mean the same for all. */
const sharpFacePixels = 112;

/** The degradations of the accuracy benchmark. Each answers with a lossless file: what is lost is what its name says. */
export const degradations: readonly Degradation[] = [
  { name: 'shrunk to 40 px', apply: async (region) => (await shrink(region, 40)).png },
  { name: 'shrunk to 28 px', apply: async (region) => (await shrink(region, 28)).png },
  { name: 'blurred', apply: blur },
  { name: 'darkened', apply: darken },
];

/** Out of focus: a Gaussian of 2 px on a face of 112 px. */
async function blur(region: FaceRegion): Promise<Uint8Array> {
  const { png } = await shrink(region, sharpFacePixels);
  return await sharp(png).blur(2).png().toBuffer();
}

/** Short of light: an eighth of the brightness, in 8 bit, with the noise of a sensor (σ = 2 of 255). */
async function darken(region: FaceRegion): Promise<Uint8Array> {
  const { png } = await shrink(region, sharpFacePixels);
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const random = seeded(1);
  for (let index = 0; index < data.length; index++) {
    const noise = 2 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    data[index] = Math.max(0, Math.min(255, Math.round(data[index]! / 8 + noise)));
  }
  const { width, height, channels } = info;
  return await sharp(data, { raw: { width, height, channels } }).png().toBuffer();
}
