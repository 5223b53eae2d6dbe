import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Outside,
  type Pixels,
  type ToSource,
  warpToPicture,
  warpToTensor,
} from '../../native/pixels/binding.ts';

const picture = fc
  .record({ width: fc.integer({ min: 1, max: 70 }), height: fc.integer({ min: 1, max: 70 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((data): Pixels => ({ width, height, data })),
  );

const similarity = fc
  .record({
    turn: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    // Up to eight source pixels a step: three halvings.
    octaves: fc.double({ min: -2, max: 3, noNaN: true }),
    tx: fc.double({ min: -90, max: 90, noNaN: true }),
    ty: fc.double({ min: -90, max: 90, noNaN: true }),
  })
  .map(({ turn, octaves, tx, ty }): ToSource => {
    const scale = 2 ** octaves;
    return { a: scale * Math.cos(turn), b: scale * Math.sin(turn), tx, ty };
  });

const outside = fc.constantFrom<Outside>('nearest-edge', 'black');
const side = fc.integer({ min: 1, max: 24 });

function halved({ width, height, data }: Pixels): Pixels {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const at = (x: number, y: number, c: number): number =>
    data[3 * (Math.min(y, height - 1) * width + Math.min(x, width - 1)) + c]!;
  const averaged = Uint8Array.from({ length: half.width * half.height * 3 }, (_, i) => {
    const c = i % 3;
    const x = 2 * (Math.floor(i / 3) % half.width);
    const y = 2 * Math.floor(i / 3 / half.width);
    return Math.floor((at(x, y, c) + at(x + 1, y, c) + at(x, y + 1, c) + at(x + 1, y + 1, c) + 2) / 4);
  });
  return { ...half, data: averaged };
}

/** What bilinear sampling is by its definition, in floating point, one value at a time. */
function plainSample(level: Pixels, x: number, y: number, c: number): number {
  const u = Math.min(Math.max(x, 0), level.width - 1);
  const v = Math.min(Math.max(y, 0), level.height - 1);
  const tap = (column: number, row: number): number =>
    level.data[3 * (Math.min(row, level.height - 1) * level.width + Math.min(column, level.width - 1)) + c]!;
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const [right, lower] = [u - left, v - top];
  const above = tap(left, top) * (1 - right) + tap(left + 1, top) * right;
  const below = tap(left, top + 1) * (1 - right) + tap(left + 1, top + 1) * right;
  return above * (1 - lower) + below * lower;
}

type Size = { readonly width: number; readonly height: number };

/** Every output value by definition; NaN where rounding decides whether it lies inside. */
function plainWarp(
  source: Pixels,
  m: ToSource,
  { size, outside }: { size: Size; outside: Outside },
): number[] {
  let level = source;
  let unit = 1;
  for (let step = Math.hypot(m.a, m.b); step > 2; step /= 2, unit *= 2) level = halved(level);
  return Array.from({ length: size.width * size.height * 3 }, (_, i) => {
    const x = (Math.floor(i / 3) % size.width) + 0.5;
    const y = Math.floor(i / 3 / size.width) + 0.5;
    const u = m.a * x - m.b * y + m.tx;
    const v = m.b * x + m.a * y + m.ty;
    const depth = Math.min(u, v, source.width - u, source.height - v);
    if (outside === 'black' && Math.abs(depth) < 1e-4) return Number.NaN;
    if (outside === 'black' && depth < 0) return 0;
    return plainSample(level, u / unit - 0.5, v / unit - 0.5, i % 3);
  });
}

it('warps as a plain loop over halved pictures does, but for the rounding of weights to eight bits', () => {
  fc.assert(
    fc.property(picture, similarity, outside, side, side, (source, toSource, beyond, width, height) => {
      const warped = warpToPicture({ source, toSource, outside: beyond }, width, height);
      const expected = plainWarp(source, toSource, { size: { width, height }, outside: beyond });
      const furthest = expected.reduce((worst, value, i) => {
        return Number.isNaN(value) ? worst : Math.max(worst, Math.abs(value - warped.data[i]!));
      }, 0);
      expect(furthest).toBeLessThanOrEqual(2.6);
    }),
    { numRuns: 300 },
  );
});

it('writes into a tensor what it writes into a picture, by planes, normalised, and mirrored where asked', () => {
  const colour = fc.constantFrom<'RGB' | 'BGR'>('RGB', 'BGR');
  fc.assert(
    fc.property(picture, similarity, colour, side, side, (source, toSource, order, width, height) => {
      const plane = width * height;
      const data = new Float32Array(6 * plane + 5).fill(-1000);
      const warp = { source, toSource, outside: 'nearest-edge' } as const;
      const normalised = { colour: order, mean: [10, 20, 30], scale: [1, 0.5, 0.25] } as const;
      warpToTensor(warp, { data, offset: 5, mirrorOffset: 5 + 3 * plane, width, height, ...normalised });
      const pixels = warpToPicture(warp, width, height).data;
      for (let i = 0; i < 3 * plane; i++) {
        const [c, at] = [Math.floor(i / plane), i % plane];
        const value = data[5 + i]! / normalised.scale[c]! + normalised.mean[c]!;
        const channel = order === 'RGB' ? c : 2 - c;
        expect(Math.abs(value - pixels[3 * at + channel]!)).toBeLessThanOrEqual(0.501);
        const across = at - (at % width) + (width - 1 - (at % width));
        expect(data[5 + 3 * plane + c * plane + across]).toBe(data[5 + i]);
      }
      expect(Array.from(data.subarray(0, 5))).toEqual([-1000, -1000, -1000, -1000, -1000]);
    }),
    { numRuns: 100 },
  );
});

it('refuses sources, targets and similarities that do not fit, before a byte is touched', () => {
  const source = { width: 2, height: 2, data: new Uint8Array(12) };
  const toSource = { a: 1, b: 0, tx: 0, ty: 0 };
  const warp = { source, toSource, outside: 'black' } as const;
  const target = { width: 2, height: 2, colour: 'RGB', mean: [0, 0, 0], scale: [1, 1, 1] } as const;
  const short = { ...warp, source: { ...source, data: new Uint8Array(11) } };
  expect(() => warpToPicture(short, 2, 2)).toThrow(/11 bytes where 2 × 2/);
  expect(() => warpToPicture({ ...warp, toSource: { ...toSource, tx: Number.NaN } }, 2, 2)).toThrow(/finite/);
  expect(() => warpToPicture(warp, 0, 2)).toThrow(/0 × 2/);
  expect(() => warpToTensor(warp, { ...target, data: new Float32Array(11), offset: 0 })).toThrow(/11 floats/);
  expect(() => warpToTensor(warp, { ...target, data: new Float32Array(12), offset: 1 })).toThrow(/at 1/);
  expect(() =>
    warpToTensor(warp, { ...target, data: new Float32Array(12), offset: 0, mirrorOffset: -2 }),
  ).toThrow(/mirrored at -2/);
});
