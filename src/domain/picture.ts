/** A decoded picture: upright, 8-bit RGB, rows from the top, no padding; `data.length` is width · height · 3. */
export type Picture = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** A decoded picture with what is known of the file it came from; disposing of it gives its memory back. */
export type DecodedPicture = Disposable & {
  readonly picture: Picture;
  readonly format: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'bmp' | 'ico' | 'avif';
  /** Size of the upright picture in the file; `picture` may be a whole fraction of it. */
  readonly fullWidth: number;
  readonly fullHeight: number;
};
