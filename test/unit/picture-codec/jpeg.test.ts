import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeCommonJpeg } from '../../../src/adapters/picture-codec/sharp/jpeg.ts';
import { readJpegHeader } from '../../../src/adapters/picture-codec/sharp/jpeg-header.ts';
import { PictureMemory } from '../../../src/adapters/picture-codec/sharp/picture-memory.ts';

const limits = { maxPixels: 1_000_000, enoughLongSide: 4096 };
const [width, height] = [61, 37];

/** Sides that are no multiples of a block, and nothing that is the same twice. */
function waves(): Sharp {
  const rgb = Buffer.alloc(width * height * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = 128 + 100 * Math.sin(i / 7) * Math.cos(i / 391);
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

const decode = (file: Uint8Array) => decodeCommonJpeg(file, limits, new PictureMemory());

describe('a common JPEG', () => {
  it.each([
    ['4:2:0', waves().jpeg({ chromaSubsampling: '4:2:0' })],
    ['4:4:4', waves().jpeg({ chromaSubsampling: '4:4:4' })],
    ['progressive', waves().jpeg({ progressive: true })],
    ['grey', waves().greyscale().jpeg()],
    ...Array.from({ length: 8 }, (_, i): [string, Sharp] => [
      `orientation ${i + 1}`,
      waves()
        .withMetadata({ orientation: i + 1 })
        .jpeg(),
    ]),
  ])('has the pixels that sharp sees (%s)', async (_, made) => {
    const file = await made.toBuffer();
    const { data, info } = await sharp(file)
      .autoOrient()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const decoded = decode(file)!;
    expect([decoded.fullWidth, decoded.fullHeight]).toEqual([info.width, info.height]);
    expect([decoded.picture.width, decoded.picture.height]).toEqual([info.width, info.height]);
    const expected = info.channels === 3 ? data : Buffer.from(Array.from(data).flatMap((v) => [v, v, v]));
    expect(Buffer.from(decoded.picture.data).equals(expected)).toBe(true);
  });

  it.each([1, 6])('is halved with its sides rounded up (orientation %i)', async (orientation) => {
    const file = await waves().withMetadata({ orientation }).jpeg().toBuffer();
    const { picture } = decodeCommonJpeg(file, { ...limits, enoughLongSide: 15 }, new PictureMemory())!;
    expect([picture.width, picture.height]).toEqual(orientation === 1 ? [16, 10] : [10, 16]);
    const whole = decode(file)!.picture;
    const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
    expect(Math.abs(mean(picture.data) - mean(whole.data))).toBeLessThan(4);
  });

  it.each([
    ['CMYK', () => waves().toColourspace('cmyk').jpeg().toBuffer()],
    ['another colour space', () => waves().withIccProfile('p3').jpeg().toBuffer()],
  ])('is not: %s', async (_, make) => {
    expect(decode(await make())).toBeUndefined();
  });

  it('may have anything behind its end, but nothing missing before', async () => {
    const file = await waves().jpeg().toBuffer();
    expect(decode(Buffer.concat([file, Buffer.from('a trailer')]))).toBeDefined();
    expect(() => decode(file.subarray(0, -40))).toThrow('cut short');
  });

  it('is refused when its scans say more than a photograph has', async () => {
    const file = await waves().jpeg({ progressive: true }).toBuffer();
    const lastScan = file.subarray(file.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
    const refine = Array.from({ length: 150 }, () => lastScan);
    expect(() => decode(Buffer.concat([file.subarray(0, -2), ...refine, file.subarray(-2)]))).toThrow(
      'damaged',
    );
  });
});

describe("a JPEG's header", () => {
  it('tells size, components and colour profile, in however many chunks that comes', async () => {
    const profiled = await waves().withIccProfile('p3').jpeg().toBuffer();
    const profile = (await sharp(profiled).metadata()).icc!;
    expect(readJpegHeader(profiled)).toMatchObject({ width, height, components: 3, isCommon: true });
    expect(Buffer.from(readJpegHeader(profiled)!.colourProfile!).equals(profile)).toBe(true);
    const plain = await waves().jpeg().toBuffer();
    const chunk = (number: number, bytes: Uint8Array) =>
      segment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([number, 2]), bytes]));
    const inTwo = withSegments(plain, chunk(2, profile.subarray(100)), chunk(1, profile.subarray(0, 100)));
    expect(Buffer.from(readJpegHeader(inTwo)!.colourProfile!).equals(profile)).toBe(true);
  });

  it.each([
    ['little-endian', '49492a0008000000', '01001201030001000000080000000000', 8],
    ['big-endian', '4d4d002a00000008', '0001011200030000000100060000', 6],
    ['of a value that is none', '4d4d002a00000008', '0001011200030000000100090000', 1],
    ['of another type', '4d4d002a00000008', '0001011200040000000100000006', 1],
    ['beyond the end', '4d4d002a0000ffff', '', 1],
    ['cut short', '4d4d002a00000008', '00010112', 1],
  ])('tells the orientation, %s', async (_, head, directory, orientation) => {
    const exif = segment(
      0xe1,
      Buffer.concat([Buffer.from('Exif\0\0'), Buffer.from(head + directory, 'hex')]),
    );
    const file = withSegments(await waves().jpeg().toBuffer(), exif);
    expect(readJpegHeader(file)?.orientation).toBe(orientation);
  });
});

function segment(marker: number, body: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

function withSegments(file: Buffer, ...segments: Buffer[]): Buffer {
  return Buffer.concat([file.subarray(0, 2), ...segments, file.subarray(2)]);
}
