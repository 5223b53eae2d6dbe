import sharp from 'sharp';

export type RgbPixels = { readonly data: Uint8Array; readonly width: number; readonly height: number };

/** Decodes as a user of the two libraries would: the whole picture, upright, to 8-bit RGB. */
export async function decodeToRgb(photo: Uint8Array): Promise<RgbPixels> {
  const { data, info } = await sharp(photo)
    .autoOrient()
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
