import { loadAddon } from '../load-addon.ts';

/** 8-bit RGB, rows from the top, no padding. */
export type Pixels = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/**
 * From output to source: u = a·x − b·y + tx, v = b·x + a·y + ty. Coordinates are continuous: pixel i covers
 * [i, i + 1), its centre lies at i + .5.
 */
export type ToSource = { readonly a: number; readonly b: number; readonly tx: number; readonly ty: number };

/** What an output pixel gets whose centre falls outside of the source. */
export type Outside = 'nearest-edge' | 'black';

export type Warp = { readonly source: Pixels; readonly toSource: ToSource; readonly outside: Outside };

/** Three planes of `width` · `height` floats from `offset` on, each value (pixel − mean) · scale. */
export type TensorTarget = {
  readonly data: Float32Array;
  readonly offset: number;
  /** Where the same goes mirrored left to right. */
  readonly mirrorOffset?: number;
  readonly width: number;
  readonly height: number;
  readonly colour: 'RGB' | 'BGR';
  /** In the order of `colour`. */
  readonly mean: readonly [number, number, number];
  readonly scale: readonly [number, number, number];
};

type Native = {
  warpToPicture(...args: readonly unknown[]): void;
  warpToTensor(...args: readonly unknown[]): void;
};

const native = loadAddon<Native>('pixels');

function requireThat(fits: boolean, sentence: string): void {
  if (!fits) throw new RangeError(sentence);
}

const isSize = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 65535;

function checkWarp({ source, toSource }: Warp): void {
  requireThat(
    isSize(source.width) && isSize(source.height) && source.data.length === source.width * source.height * 3,
    `The source holds ${source.data.length} bytes where ${source.width} × ${source.height} RGB pixels are expected.`,
  );
  const { a, b, tx, ty } = toSource;
  requireThat([a, b, tx, ty].every(Number.isFinite), 'The similarity has a part that is no finite number.');
}

function warpArguments({ source, toSource, outside }: Warp): readonly unknown[] {
  const { a, b, tx, ty } = toSource;
  return [source.data, source.width, source.height, a, b, tx, ty, outside === 'black'];
}

/**
 * Fills a picture of `width` × `height` by bilinear sampling from the source halved until a step is at most two
 * pixels. The same bytes on every machine.
 */
export function warpToPicture(warp: Warp, width: number, height: number): Pixels {
  checkWarp(warp);
  requireThat(isSize(width) && isSize(height), `${width} × ${height} is no size of a picture.`);
  const data = new Uint8Array(width * height * 3);
  native.warpToPicture(...warpArguments(warp), data, width, height);
  return { width, height, data };
}

/** As `warpToPicture`, into a network's input: planes of floats, normalised, before rounding to whole values. */
export function warpToTensor(warp: Warp, target: TensorTarget): void {
  checkWarp(warp);
  const { data, offset, mirrorOffset = -1, width, height, colour, mean, scale } = target;
  requireThat(isSize(width) && isSize(height), `${width} × ${height} is no size of a network's input.`);
  const fits = (at: number): boolean =>
    Number.isInteger(at) && at >= 0 && at + width * height * 3 <= data.length;
  requireThat(
    fits(offset) && (mirrorOffset === -1 || fits(mirrorOffset)),
    `Three planes of ${width} × ${height} at ${offset} (mirrored at ${mirrorOffset}) reach over ${data.length} floats.`,
  );
  const normalisation = Float32Array.of(...mean, ...scale);
  const isBlueFirst = colour === 'BGR';
  native.warpToTensor(
    ...warpArguments(warp),
    data,
    offset,
    mirrorOffset,
    width,
    height,
    isBlueFirst,
    normalisation,
  );
}
