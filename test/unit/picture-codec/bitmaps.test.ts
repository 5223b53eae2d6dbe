import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPictureCodec } from '../../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { bmp, concat, dib, ico } from '../../fixtures/bitmaps.ts';

const codec = sharpPictureCodec();
const limits = { maxPixels: 1000, enoughLongSide: 1000 };

async function decode(file: Uint8Array): Promise<number[]> {
  return Array.from((await codec.decode(file, limits)).picture.data);
}

const red = [255, 0, 0];
const green = [0, 255, 0];
const blue = [0, 0, 255];
const white = [255, 255, 255];
const black = [0, 0, 0];
const palette = [0x000000, 0xff0000, 0x00ff00, 0x0000ff];
/** Red and green above blue and white. */
const square = [...red, ...green, ...blue, ...white];

describe('a bitmap file', () => {
  it('has its rows from below, each padded to four bytes', async () => {
    const pixels = [255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0];
    expect(await decode(bmp({ width: 2, height: 2, bits: 24, pixels }))).toEqual(square);
  });

  it('has its rows from the top when its height is negative', async () => {
    const pixels = [0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 0, 255, 255, 255, 0, 0];
    expect(await decode(bmp({ width: 2, height: -2, bits: 24, pixels }))).toEqual(square);
  });

  it.each([
    ['1', 1, [0b10100000, 0, 0, 0], [0x00ff00, 0x0000ff], [...blue, ...green, ...blue]],
    ['4', 4, [0x12, 0x30, 0, 0], palette, [...red, ...green, ...blue]],
    ['8', 8, [3, 2, 1, 0], palette, [...blue, ...green, ...red]],
  ])('of %s bits names colours of its palette', async (_, bits, pixels, colours, expected) => {
    expect(await decode(bmp({ width: 3, height: 1, bits, palette: colours, pixels }))).toEqual(expected);
  });

  it('shows colours that its palette leaves out as black', async () => {
    const file = bmp({ width: 1, height: 1, bits: 8, palette, pixels: [200, 0, 0, 0] });
    expect(await decode(file)).toEqual(black);
  });

  it('of 16 bits has five bits a colour, or those of its masks', async () => {
    const plain = bmp({ width: 2, height: 1, bits: 16, pixels: [0x00, 0x7c, 0x1f, 0x00] });
    expect(await decode(plain)).toEqual([...red, ...blue]);
    const masks = [0xf800, 0x07e0, 0x001f];
    const masked = { width: 2, height: 1, bits: 16, compression: 3, masks, pixels: [0xe0, 0x07, 0x00, 0xf8] };
    expect(await decode(bmp(masked))).toEqual([...green, ...red]);
  });

  it('of 32 bits has an alpha channel only where its header names one', async () => {
    const pixels = [0, 0, 255, 0];
    expect(await decode(bmp({ width: 1, height: 1, bits: 32, pixels }))).toEqual(red);
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const withAlpha = { width: 1, height: 1, bits: 32, compression: 3, masks };
    expect(await decode(bmp({ ...withAlpha, headerBytes: 108, pixels }))).toEqual(white);
    expect(await decode(bmp({ ...withAlpha, headerBytes: 124, pixels: [0, 0, 255, 128] }))).toEqual([
      255, 127, 127,
    ]);
  });

  it('of 8 bits may be run-length coded: runs, literal stretches, jumps and the end', async () => {
    const pixels = [2, 1, 0, 3, 2, 3, 2, 0, 0, 0, 0, 2, 1, 0, 1, 3, 0, 1];
    const rows = await decode(bmp({ width: 5, height: 2, bits: 8, compression: 1, palette, pixels }));
    const below = [...red, ...red, ...green, ...blue, ...green];
    const above = [...black, ...blue, ...black, ...black, ...black];
    expect(rows).toEqual([...above, ...below]);
  });

  it('draws nothing of what reaches over the end of a row', async () => {
    const pixels = [9, 1, 3, 2, 0, 4, 3, 3, 3, 3, 0, 0, 1, 3, 0, 1];
    const rows = await decode(bmp({ width: 2, height: 2, bits: 8, compression: 1, palette, pixels }));
    expect(rows).toEqual([...blue, ...black, ...red, ...red]);
  });

  it('takes memory for its picture once, however few bytes stand for it', async () => {
    const side = 6_000;
    const file = bmp({ width: side, height: side, bits: 8, compression: 1, palette, pixels: [0, 1] });
    const module = new URL('../../../src/adapters/picture-codec/sharp/bmp.ts', import.meta.url);
    const program = `
      import { decodeBmp } from '${module}';
      const before = process.resourceUsage().maxRSS;
      decodeBmp(Buffer.from('${Buffer.from(file).toString('base64')}', 'base64'), ${side ** 2});
      console.log(process.resourceUsage().maxRSS - before);`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
    expect(Number(stdout) * 1024).toBeLessThan(4 * side ** 2);
  });

  it('of 4 bits may be run-length coded: runs of two colours in turn', async () => {
    const pixels = [3, 0x12, 0, 3, 0x32, 0x10, 0, 1];
    const row = await decode(bmp({ width: 6, height: 1, bits: 4, compression: 2, palette, pixels }));
    expect(row).toEqual([...red, ...green, ...red, ...blue, ...green, ...red]);
  });

  it('of OS/2 has a header of 12 bytes and colours of three', async () => {
    const header = [12, 0, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0];
    const file = concat(
      [0x42, 0x4d],
      new Array(8).fill(0),
      [32, 0, 0, 0],
      header,
      [0, 0, 255, 0, 255, 0],
      [0x40, 0, 0, 0],
    );
    expect(await decode(file)).toEqual([...red, ...green]);
  });

  it('of OS/2 shows its colours also where it has no palette', async () => {
    const header = [12, 0, 0, 0, 2, 0, 1, 0, 1, 0, 24, 0];
    const pixels = [0, 0, 255, 0, 255, 0, 0, 0];
    const file = concat([0x42, 0x4d], new Array(8).fill(0), [26, 0, 0, 0], header, pixels);
    expect(await decode(file)).toEqual([...red, ...green]);
  });

  it.each([
    ['ends before its last pixel', bmp({ width: 2, height: 2, bits: 24, pixels: [1, 2, 3, 4] })],
    ['ends within its runs', bmp({ width: 9, height: 2, bits: 8, compression: 1, palette, pixels: [9, 1] })],
    ['ends within its header', bmp({ width: 1, height: 1, bits: 24, pixels: [] }).subarray(0, 30)],
    ['has no pixels', bmp({ width: 0, height: 1, bits: 24, pixels: [] })],
    ['has 7 bits a pixel', bmp({ width: 1, height: 1, bits: 7, pixels: [0, 0, 0, 0] })],
    ['holds a JPEG', bmp({ width: 1, height: 1, bits: 24, compression: 4, pixels: [0, 0, 0, 0] })],
  ])('that %s is unreadable', async (_, file) => {
    await expect(codec.decode(file, limits)).rejects.toSatisfy(hasCode('picture-unreadable'));
  });

  it('that declares more pixels than allowed is too large, whatever it holds', async () => {
    const file = bmp({ width: 40_000, height: 40_000, bits: 8, compression: 1, palette, pixels: [0, 1] });
    await expect(codec.decode(file, limits)).rejects.toSatisfy(hasCode('too-large'));
  });
});

describe('an icon file', () => {
  const bitmap = (alpha: number, mask: number): Uint8Array =>
    dib({ width: 1, height: 2, bits: 32, pixels: [0, 0, 255, alpha, mask, 0, 0, 0] });

  it('shows its largest picture, a PNG as well as a bitmap', async () => {
    const png = await sharp({ create: { width: 4, height: 3, channels: 3, background: '#00ff00' } })
      .png()
      .toBuffer();
    const file = ico({ width: 1, height: 1, file: bitmap(255, 0) }, { width: 4, height: 3, file: png });
    const decoded = await codec.decode(file, limits);
    expect(decoded).toMatchObject({ format: 'ico', fullWidth: 4, fullHeight: 3 });
    expect(Array.from(decoded.picture.data.subarray(0, 3))).toEqual(green);
  });

  it.each([
    ['its alpha channel where that is used', 255, 0x80, red],
    ['its mask where the alpha channel is empty', 0, 0x80, white],
    ['all of a picture that neither hides', 0, 0, red],
  ])('shows %s', async (_, alpha, mask, expected) => {
    expect(await decode(ico({ width: 1, height: 1, file: bitmap(alpha, mask) }))).toEqual(expected);
  });

  it('with a bitmap much larger than icons are is too large', async () => {
    const file = dib({ width: 2_000, height: 4_000, bits: 1, palette, pixels: new Uint8Array(504_000) });
    const decoding = codec.decode(ico({ width: 0, height: 0, file }), { ...limits, maxPixels: 64e6 });
    await expect(decoding).rejects.toSatisfy(hasCode('too-large'));
  });

  it.each([
    ['has no pictures', ico()],
    ['ends within its directory', ico({ width: 1, height: 1, file: bitmap(255, 0) }).subarray(0, 12)],
    ['ends before its picture does', ico({ width: 1, height: 1, file: bitmap(255, 0) }).subarray(0, 40)],
  ])('that %s is unreadable', async (_, file) => {
    await expect(codec.decode(file, limits)).rejects.toSatisfy(hasCode('picture-unreadable'));
  });
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AppError && error.code === code;
}
