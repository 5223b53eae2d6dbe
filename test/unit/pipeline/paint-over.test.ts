import { expect, it } from 'vitest';
import type { Picture } from '../../../src/domain/picture.ts';
import { paintOver } from '../../../src/pipeline/paint-over.ts';

function paint(width: number, height: number, colourAt: (x: number, y: number) => number[]): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(colourAt(x, y), (y * width + x) * 3);
  }
  return { width, height, data };
}

const pixel = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const patch = { centre: [20, 15], halfWidth: 8, halfHeight: 6 } as const;

it('leaves a picture of one colour as it is, and never writes into it', () => {
  const grey = paint(40, 30, () => [90, 100, 110]);
  const before = Uint8Array.from(grey.data);
  expect(paintOver(grey, patch)).toEqual(grey);
  expect(grey.data).toEqual(before);
});

it('takes away what lies inside the patch, and changes nothing outside', () => {
  const dot = (x: number, y: number) => Math.hypot(x - 20, y - 15) < 3;
  const dotted = paint(40, 30, (x, y) => (dot(x, y) ? [0, 0, 0] : [200, 150, 100]));
  const plain = paint(40, 30, () => [200, 150, 100]);
  expect(paintOver(dotted, patch)).toEqual(plain);
  const noise = paint(40, 30, (x, y) => [(x * 37 + y * 91) % 256, (x * 53) % 256, (y * 71) % 256]);
  const painted = paintOver(noise, patch);
  for (let y = 0; y < 30; y++) {
    for (let x = 0; x < 40; x++) {
      const isInside = Math.abs(x - 20) <= 8 && Math.abs(y - 15) <= 6;
      if (!isInside) expect(pixel(painted, x, y)).toEqual(pixel(noise, x, y));
    }
  }
});

it('goes from the colour of one side to that of the other', () => {
  const halves = paint(40, 30, (x) => (x < 20 ? [0, 0, 0] : [240, 240, 240]));
  const painted = paintOver(halves, { ...patch, halfHeight: 10 });
  const row = Array.from({ length: 17 }, (_, i) => pixel(painted, 12 + i, 15)[0]!);
  expect(row).toEqual(row.toSorted((one, other) => one - other));
  expect(row[0]).toBeLessThan(60);
  expect(row.at(-1)).toBeGreaterThan(180);
});

it.each([
  { centre: [0, 0], halfWidth: 5, halfHeight: 5 },
  { centre: [39, 29], halfWidth: 90, halfHeight: 90 },
  { centre: [-50, 80], halfWidth: 3, halfHeight: 3 },
] as const)('keeps to the picture when %o reaches over its border', (beyond) => {
  const grey = paint(40, 30, () => [90, 100, 110]);
  expect(paintOver(grey, beyond)).toEqual(grey);
});
