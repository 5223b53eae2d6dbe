import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { expect, it } from 'vitest';
import { sharpPictureCodec } from '../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import { AppError } from '../../src/domain/errors.ts';
import { bmp, dib, ico } from '../fixtures/bitmaps.ts';

const codec = sharpPictureCodec();
const limits = { maxPixels: 100_000, enoughLongSide: 4096 };

const noise = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7919) % 251));
const drawing = (): Sharp => sharp(noise, { raw: { width: 40, height: 30, channels: 3 } });
const palette = [0x000000, 0xff0000, 0x00ff00, 0x0000ff];
const png = await drawing().png().toBuffer();
const icon = dib({
  width: 8,
  height: 16,
  bits: 4,
  palette,
  pixels: new Uint8Array(8 * 4 + 8 * 4).fill(0x12),
});
const files: Readonly<Record<string, Uint8Array>> = {
  jpeg: await drawing().jpeg().toBuffer(),
  progressive: await drawing().jpeg({ progressive: true }).toBuffer(),
  png,
  webp: await drawing().webp().toBuffer(),
  gif: await drawing().gif().toBuffer(),
  tiff: await drawing().tiff({ compression: 'deflate' }).toBuffer(),
  avif: await drawing().avif({ effort: 0 }).toBuffer(),
  bmp24: bmp({ width: 40, height: 30, bits: 24, pixels: noise }),
  bmp16: bmp({
    width: 20,
    height: 30,
    bits: 16,
    compression: 3,
    masks: [0xf800, 0x7e0, 0x1f],
    pixels: noise,
  }),
  rle8: bmp({
    width: 9,
    height: 3,
    bits: 8,
    compression: 1,
    palette,
    pixels: [9, 1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 2, 1, 1, 0, 1],
  }),
  rle4: bmp({
    width: 9,
    height: 2,
    bits: 4,
    compression: 2,
    palette,
    pixels: [9, 0x12, 0, 0, 0, 5, 0x12, 0x31, 0x20, 0, 0, 1],
  }),
  ico: ico({ width: 8, height: 8, file: icon }, { width: 40, height: 30, file: png }),
  icoBitmap: ico({ width: 8, height: 8, file: icon }),
};

type Damage = (file: Uint8Array) => Uint8Array;

/** A byte overwritten (mostly in the header, where the sizes are), a piece cut out, the end cut off. */
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)).map(
    ([place, value]): Damage =>
      (file) => {
        const changed = Uint8Array.from(file);
        changed[Math.floor(place ** 4 * (file.length - 1))] = value;
        return changed;
      },
  ),
  fc.double({ min: 0, max: 1, noNaN: true }).map(
    (share): Damage =>
      (file) =>
        file.slice(0, Math.floor(share * file.length)),
  ),
  fc.tuple(fc.nat(400), fc.nat(20)).map(
    ([from, count]): Damage =>
      (file) => {
        return Uint8Array.from([...file.subarray(0, from), ...file.subarray(from + count)]);
      },
  ),
);

it.each(Object.keys(files))(
  'reads a damaged file (%s) or refuses it with one of the two errors',
  async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
        const file = damages.reduce((changed, apply) => apply(changed), files[name]!);
        try {
          const { picture } = await codec.decode(file, limits);
          expect(picture.data).toHaveLength(picture.width * picture.height * 3);
          expect(picture.width * picture.height).toBeLessThanOrEqual(limits.maxPixels);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(['picture-unreadable', 'too-large']).toContain((error as AppError).code);
        }
      }),
      { numRuns: 150 },
    );
  },
);

it.each(Object.keys(files))('reads %s undamaged', async (name) => {
  await expect(codec.decode(files[name]!, limits)).resolves.toMatchObject({ picture: expect.anything() });
});
