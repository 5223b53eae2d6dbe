import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Photograph, readPhotograph } from '../pictures/photographs.ts';
import { singleFaces } from '../pictures/single-faces.ts';

/** One face in seven formats, and three files that are none. */
export type FormatFiles = { readonly whole: readonly Photograph[]; readonly broken: readonly Photograph[] };

/** Those of the labelled pictures, or, where there are none, made from a sample picture. */
export async function formatFiles(facesFolder: string | undefined): Promise<FormatFiles> {
  if (facesFolder === undefined) return await makeFormatFiles();
  const folder = join(facesFolder, 'formats');
  const files = readdirSync(folder)
    .sort()
    .map((name) => readPhotograph(join(folder, name)));
  const isWhole = ({ name }: Photograph) => name.startsWith('einstein.');
  return { whole: files.filter(isWhole), broken: files.filter((file) => !isWhole(file)) };
}

async function makeFormatFiles(): Promise<FormatFiles> {
  const [face] = await singleFaces();
  const picture = sharp(face!.bytes).resize(256, 256);
  const png = await picture.clone().png().toBuffer();
  const jpeg = await picture.clone().jpeg().toBuffer();
  const damaged = Buffer.from(png);
  damaged.fill(0, damaged.length / 2, damaged.length / 2 + 64);
  return {
    whole: [
      { name: 'face.bmp', bytes: await toBmp(png) },
      { name: 'face.gif', bytes: await picture.clone().gif().toBuffer() },
      { name: 'face.ico', bytes: toIco(png) },
      { name: 'face.jpeg', bytes: jpeg },
      { name: 'face.png', bytes: png },
      { name: 'face.tiff', bytes: await picture.clone().tiff().toBuffer() },
      { name: 'face.webp', bytes: await picture.clone().webp().toBuffer() },
    ],
    broken: [
      { name: 'corrupted.png', bytes: damaged },
      { name: 'empty.png', bytes: Buffer.from('empty') },
      { name: 'truncated.jpg', bytes: jpeg.subarray(0, jpeg.length / 3) },
    ],
  };
}

/** 24 bit, uncompressed, rows from the bottom. */
async function toBmp(png: Uint8Array): Promise<Buffer> {
  const { data, info } = await sharp(png).removeAlpha().flip().raw().toBuffer({ resolveWithObject: true });
  const rowBytes = Math.ceil((info.width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + rowBytes * info.height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(info.width, 18);
  file.writeInt32LE(info.height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const from = (y * info.width + x) * 3;
      const to = 54 + y * rowBytes + x * 3;
      file[to] = data[from + 2]!;
      file[to + 1] = data[from + 1]!;
      file[to + 2] = data[from]!;
    }
  }
  return file;
}

/** One picture of 256 × 256, kept as png, as icons of that size are; 0 stands for 256. */
function toIco(png: Uint8Array): Buffer {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, png]);
}
