import { readFileSync } from 'node:fs';
import sharp from 'sharp';

export type SampleNumber = 1 | 2 | 3 | 4 | 5 | 6;

/** A photograph of a group that every install has, in the face-api package. */
export function groupPath(number: SampleNumber): string {
  return `./node_modules/@vladmandic/face-api/demo/sample${number}.jpg`;
}

export function group(number: SampleNumber): Buffer {
  return readFileSync(groupPath(number));
}

type Cut = readonly [group: SampleNumber, left: number, top: number, width: number, height: number];

/** Where single people stand in the group photographs; the names are the tests' own. */
const cuts = {
  ann: [3, 1040, 180, 300, 420],
  bea: [6, 640, 260, 280, 440],
  cleo: [6, 1110, 170, 290, 460],
  dora: [3, 540, 250, 330, 430],
} as const satisfies Readonly<Record<string, Cut>>;

export type PortraitName = keyof typeof cuts;

/** One person's face. `other` is cut, scaled and packed differently, so that no pixel is the same. */
export async function portrait(name: PortraitName, take: 'first' | 'other' = 'first'): Promise<Buffer> {
  const [number, left, top, width, height] = cuts[name];
  if (take === 'first') return sharp(group(number)).extract({ left, top, width, height }).jpeg().toBuffer();
  const other = { left: left - 12, top: top - 8, width: width + 16, height: height + 20 };
  return sharp(group(number)).extract(other).resize(260).modulate({ brightness: 1.1 }).png().toBuffer();
}

/** A picture with nobody in it. */
export function emptyRoom(): Promise<Buffer> {
  return sharp({ create: { width: 320, height: 240, channels: 3, background: '#8899aa' } })
    .jpeg()
    .toBuffer();
}
