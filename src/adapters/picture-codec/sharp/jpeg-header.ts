import type { Orientation } from '../../../../native/jpeg/binding.ts';

/** What the segments before the first scan of a JPEG say. */
export type JpegHeader = {
  /** As the pixels are stored, not yet turned. */
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Baseline, extended or progressive, Huffman-coded, 8 bits a sample: what every decoder knows. */
  readonly isCommon: boolean;
  readonly orientation: Orientation;
  readonly colourProfile?: Uint8Array;
};

const exifName = 'Exif\0\0';
const profileName = 'ICC_PROFILE\0';
/** Behind the name stand a chunk's number, from 1, and how many there are. */
const profileHeadBytes = profileName.length + 2;
const app1 = 0xe1;
const app2 = 0xe2;
const commonFrames = [0xc0, 0xc1, 0xc2];
/** Frames are 0xc0 to 0xcf, except for Huffman tables, a reserved one, and conditions of arithmetic coding. */
const notFrames = [0xc4, 0xc8, 0xcc];
const startOfScan = 0xda;
const orientationTag = 0x0112;
const shortType = 3;

type Segment = { readonly marker: number; readonly body: DataView };

/** Reads the header of a JPEG; undefined where the file ends, or holds what is no segment, before its first scan. */
export function readJpegHeader(file: Uint8Array): JpegHeader | undefined {
  const profile = new Map<number, Uint8Array>();
  let frame: Segment | undefined;
  let orientation: Orientation | undefined;
  for (const segment of segments(file)) {
    const { marker, body } = segment;
    if (marker === startOfScan) {
      return frame && describe(frame, { orientation: orientation ?? 1, profile });
    }
    if (marker >= 0xc0 && marker <= 0xcf && !notFrames.includes(marker)) frame ??= segment;
    else if (marker === app1 && hasName(body, exifName)) orientation ??= readOrientation(part(body, 6));
    else if (marker === app2 && hasName(body, profileName) && body.byteLength > profileHeadBytes) {
      profile.set(body.getUint8(profileName.length), bytesOf(part(body, profileHeadBytes)));
    }
  }
  return undefined;
}

/** The marker segments behind the start of the image, as long as they are whole. */
function* segments(file: Uint8Array): Generator<Segment> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    // Any number of bytes 0xff may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > view.byteLength) return;
    yield { marker, body: part(view, at + 4, length - 2) };
    at += 2 + length;
  }
}

type Findings = { readonly orientation: Orientation; readonly profile: ReadonlyMap<number, Uint8Array> };

function describe({ marker, body }: Segment, { orientation, profile }: Findings): JpegHeader | undefined {
  if (body.byteLength < 6) return undefined;
  return {
    width: body.getUint16(3),
    height: body.getUint16(1),
    components: body.getUint8(5),
    isCommon: commonFrames.includes(marker) && body.getUint8(0) === 8,
    orientation,
    ...(profile.size > 0 && { colourProfile: joinChunks(profile) }),
  };
}

/** EXIF is a TIFF file; its first directory may hold the orientation. */
function readOrientation(tiff: DataView): Orientation | undefined {
  if (tiff.byteLength < 8) return undefined;
  const isLittle = tiff.getUint16(0) === 0x4949;
  const directory = tiff.getUint32(4, isLittle);
  if (directory + 2 > tiff.byteLength) return undefined;
  const entries = tiff.getUint16(directory, isLittle);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > tiff.byteLength) return undefined;
    if (tiff.getUint16(at, isLittle) !== orientationTag || tiff.getUint16(at + 2, isLittle) !== shortType) {
      continue;
    }
    const value = tiff.getUint16(at + 8, isLittle);
    return value >= 1 && value <= 8 ? (value as Orientation) : undefined;
  }
  return undefined;
}

function joinChunks(chunks: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const inOrder = [...chunks].sort(([one], [other]) => one - other);
  return Buffer.concat(inOrder.map(([, chunk]) => chunk));
}

function hasName(body: DataView, name: string): boolean {
  return Buffer.from(body.buffer, body.byteOffset, Math.min(name.length, body.byteLength)).equals(
    Buffer.from(name, 'latin1'),
  );
}

function part(view: DataView, from: number, length = view.byteLength - from): DataView {
  return new DataView(view.buffer, view.byteOffset + from, length);
}

function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
