import type { DecodedPicture, Picture } from '../picture.ts';

export type DecodeLimits = {
  /** A file that declares more pixels is `too-large`, before any of them is decoded. */
  readonly maxPixels: number;
  /** The picture may be handed over at 1/2, 1/4 or 1/8, but its long side stays at least this where the file's is. */
  readonly enoughLongSide: number;
};

/** Turns files into pixels and back. */
export interface PictureCodec {
  /**
   * The first picture of the file: EXIF orientation applied, alpha laid on white, grey, CMYK and 16 bit brought to
   * 8-bit sRGB. Its memory is the caller's alone
   * until it disposes of the picture. Rejects with `picture-unreadable` (no known format, damaged or cut short) or `too-large`.
   */
  decode(file: Uint8Array, limits: DecodeLimits): Promise<DecodedPicture>;
  /** A JPEG without metadata, full chroma. Quality 1 to 100. Equal pictures give equal bytes. */
  encodeJpeg(picture: Picture, quality: number): Promise<Uint8Array>;
}
