import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import type { Picture } from '../../src/domain/picture.ts';
import type { PictureCodec } from '../../src/domain/ports/picture-codec.ts';
import { bmp } from '../fixtures/bitmaps.ts';

const limits = { maxPixels: 1_000_000, enoughLongSide: 4096 };
const photograph = new URL('../../node_modules/@vladmandic/face-api/demo/sample1.jpg', import.meta.url);

/** Left half dark orange, right half light blue: every conversion that goes wrong shows. */
function twoColours(width = 32, height = 16): Sharp {
  const rgb = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    rgb.set(i % width < width / 2 ? [200, 100, 20] : [120, 180, 240], 3 * i);
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

function pixel({ width, data }: Picture, x: number, y: number): number[] {
  return Array.from(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
}

function distance(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, i) => Math.abs(value - other[i]!)));
}

/** What every adapter of the port promises. */
export function pictureCodecContract(name: string, open: () => PictureCodec): void {
  const codec = open();
  const decode = async (file: Uint8Array): Promise<Picture> => (await codec.decode(file, limits)).picture;

  describe(name, () => {
    it.each([
      ['jpeg', () => twoColours().jpeg({ quality: 95 }).toBuffer(), 8],
      ['png', () => twoColours().png().toBuffer(), 0],
      ['webp', () => twoColours().webp({ lossless: true }).toBuffer(), 0],
      ['gif', () => twoColours().gif().toBuffer(), 8],
      ['tiff', () => twoColours().tiff({ compression: 'lzw' }).toBuffer(), 0],
      ['avif', () => twoColours().avif({ quality: 90 }).toBuffer(), 10],
      ['bmp', bitmapOfTwoColours, 0],
    ])('reads %s', async (format, make, tolerance) => {
      const decoded = await codec.decode(await make(), limits);
      expect(decoded).toMatchObject({ format, fullWidth: 32, fullHeight: 16 });
      expect(decoded.picture).toMatchObject({ width: 32, height: 16 });
      expect(decoded.picture.data).toHaveLength(32 * 16 * 3);
      expect(distance(pixel(decoded.picture, 4, 8), [200, 100, 20])).toBeLessThanOrEqual(tolerance);
      expect(distance(pixel(decoded.picture, 27, 8), [120, 180, 240])).toBeLessThanOrEqual(tolerance);
    });

    it.each([
      ['grey', () => twoColours().greyscale().png().toBuffer(), [120, 120, 120], 8],
      ['grey of 16 bits', () => twoColours().toColourspace('grey16').png().toBuffer(), [120, 120, 120], 8],
      ['16 bits a colour', () => twoColours().toColourspace('rgb16').png().toBuffer(), [200, 100, 20], 2],
      ['CMYK', () => twoColours().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(), [200, 100, 20], 24],
      ['a grey JPEG', () => twoColours().greyscale().jpeg({ quality: 95 }).toBuffer(), [120, 120, 120], 8],
      ['a progressive JPEG', () => twoColours().jpeg({ progressive: true }).toBuffer(), [200, 100, 20], 12],
      ['a palette', () => twoColours().png({ palette: true }).toBuffer(), [200, 100, 20], 4],
    ])('brings %s to 8-bit sRGB', async (_, make, expected, tolerance) => {
      const picture = await decode(await make());
      expect(picture.data).toHaveLength(32 * 16 * 3);
      expect(distance(pixel(picture, 4, 8), expected)).toBeLessThanOrEqual(tolerance);
    });

    it.each([
      ['png', 'srgb', 3],
      ['png', 'p3', 3],
      ['jpeg', 'srgb', 10],
      ['jpeg', 'p3', 10],
    ] as const)('shows a %s with the colour profile %s in its own colours', async (format, profile, most) => {
      const file = await twoColours()
        .withIccProfile(profile)
        .toFormat(format, { quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer();
      const picture = await decode(file);
      expect(distance(pixel(picture, 4, 8), [200, 100, 20])).toBeLessThanOrEqual(most);
      expect(distance(pixel(picture, 27, 8), [120, 180, 240])).toBeLessThanOrEqual(most);
    });

    it.each(['jpeg', 'png'] as const)(
      'takes the memory of a %s back, and shows it no more',
      async (format) => {
        const file = await twoColours().toFormat(format).toBuffer();
        const decoded = await codec.decode(file, limits);
        decoded[Symbol.dispose]();
        expect(decoded.picture.data).toHaveLength(0);
        const next = await codec.decode(file, limits);
        const other = await codec.decode(await twoColours().negate().toFormat(format).toBuffer(), limits);
        expect(distance(pixel(next.picture, 4, 8), [200, 100, 20])).toBeLessThanOrEqual(12);
        expect(distance(pixel(other.picture, 4, 8), [55, 155, 235])).toBeLessThanOrEqual(12);
      },
    );

    it('lays what is transparent on white', async () => {
      const half = {
        create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
      } as const;
      expect(
        distance(pixel(await decode(await sharp(half).png().toBuffer()), 1, 1), [127, 127, 127]),
      ).toBeLessThan(3);
      expect(
        distance(
          pixel(await decode(await sharp(half).webp({ lossless: true }).toBuffer()), 1, 1),
          [127, 127, 127],
        ),
      ).toBeLessThan(3);
    });

    it.each([
      [1, 32, 16, [4, 8]],
      [2, 32, 16, [27, 8]],
      [3, 32, 16, [27, 8]],
      [4, 32, 16, [4, 8]],
      [5, 16, 32, [8, 4]],
      [6, 16, 32, [8, 4]],
      [7, 16, 32, [8, 27]],
      [8, 16, 32, [8, 27]],
    ])('turns a picture of EXIF orientation %i upright', async (orientation, width, height, [x, y]) => {
      const file = await twoColours().withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
      const decoded = await codec.decode(file, limits);
      expect(decoded).toMatchObject({ fullWidth: width, fullHeight: height, picture: { width, height } });
      expect(distance(pixel(decoded.picture, x!, y!), [200, 100, 20])).toBeLessThanOrEqual(10);
    });

    it('takes the first picture of an animation', async () => {
      const frames = Buffer.concat([Buffer.alloc(48, 250), Buffer.alloc(48, 10)]);
      const animated = sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } });
      const decoded = await codec.decode(await animated.gif().toBuffer(), limits);
      expect(decoded).toMatchObject({ fullWidth: 4, fullHeight: 4 });
      expect(distance(pixel(decoded.picture, 2, 2), [250, 250, 250])).toBeLessThanOrEqual(8);
    });

    it('hands a large picture over as a fraction whose long side is still enough', async () => {
      const file = readFileSync(photograph);
      const sizes = await Promise.all(
        [1920, 961, 960, 480, 239, 10].map(async (enoughLongSide) => {
          const decoded = await codec.decode(file, { maxPixels: 3_000_000, enoughLongSide });
          expect(decoded).toMatchObject({ fullWidth: 1920, fullHeight: 1280 });
          return [decoded.picture.width, decoded.picture.height];
        }),
      );
      expect(sizes).toEqual([
        [1920, 1280],
        [1920, 1280],
        [960, 640],
        [480, 320],
        [240, 160],
        [240, 160],
      ]);
    });

    it('refuses more pixels than are allowed by what the header declares', async () => {
      const bomb = await sharp({ create: { width: 3000, height: 3000, channels: 3, background: '#000' } })
        .png()
        .toBuffer();
      // Cut short as it is, it would be unreadable if its pixels were looked at.
      await expect(decode(bomb.subarray(0, bomb.length / 2))).rejects.toSatisfy(hasCode('too-large'));
      await expect(decode(bomb)).rejects.toSatisfy(hasCode('too-large'));
    });

    it('says how large a picture is that no decoder would take', async () => {
      const header = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
        .png()
        .toBuffer();
      const file = pngOfDeclaredSize(header, 30_000, 30_000);
      await expect(decode(file)).rejects.toMatchObject({
        code: 'too-large',
        details: { width: 30_000, height: 30_000, maxPixels: limits.maxPixels },
      });
    });

    it('reads a photograph, and not the same cut short', async () => {
      const file = readFileSync(photograph);
      const photographLimits = { maxPixels: 3_000_000, enoughLongSide: 1920 };
      await expect(codec.decode(file, photographLimits)).resolves.toMatchObject({ format: 'jpeg' });
      for (const share of [0.001, 0.1, 0.5, 0.98]) {
        const part = file.subarray(0, Math.floor(file.length * share));
        await expect(codec.decode(part, photographLimits)).rejects.toSatisfy(hasCode('picture-unreadable'));
      }
    });

    it.each([
      ['nothing', ''],
      ['text', 'this is no picture'],
      ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
      ['a PDF', '%PDF-1.7\n'],
      ['the beginning of a JPEG', '\xff\xd8\xff'],
      ['a PNG without a body', '\x89PNG\r\n\x1a\n'],
      ['an AVIF without a body', '\0\0\0\x18ftypavif\0\0\0\0avif'],
    ])('refuses %s as unreadable', async (_, text) => {
      await expect(decode(Buffer.from(text, 'latin1'))).rejects.toSatisfy(hasCode('picture-unreadable'));
    });

    it('encodes equal pictures to equal bytes that decode to nearly the same picture', async () => {
      const { data, info } = await twoColours().raw().toBuffer({ resolveWithObject: true });
      const picture = { width: info.width, height: info.height, data };
      const file = await codec.encodeJpeg(picture, 95);
      expect(await codec.encodeJpeg({ ...picture, data: Uint8Array.from(data) }, 95)).toEqual(file);
      const again = await decode(file);
      expect(distance(Array.from(again.data), Array.from(data))).toBeLessThanOrEqual(12);
      const { chromaSubsampling, exif, icc } = await sharp(file).metadata();
      expect([chromaSubsampling, exif, icc]).toEqual(['4:4:4', undefined, undefined]);
    });
  });
}

async function bitmapOfTwoColours(): Promise<Uint8Array> {
  const { data } = await twoColours().raw().toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) pixels.set([data[i + 2]!, data[i + 1]!, data[i]!], i);
  return bmp({ width: 32, height: -16, bits: 24, pixels });
}

/** The PNG file with another size in its header, whose checksum is made anew. */
function pngOfDeclaredSize(file: Uint8Array, width: number, height: number): Uint8Array {
  const changed = Buffer.from(file);
  changed.writeUInt32BE(width, 16);
  changed.writeUInt32BE(height, 20);
  changed.writeUInt32BE(crc32(changed.subarray(12, 29)), 29);
  return changed;
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AppError && error.code === code;
}
