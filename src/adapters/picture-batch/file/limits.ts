/** What a file of pictures may hold. */
export type BatchLimits = {
  /** Bytes of one picture, unpacked. */
  readonly maxPictureBytes: number;
};

/** Pictures that are listed, or things in an archive. */
export const mostEntries = 50_000;
/** Of all pictures in an archive, unpacked. */
export const mostUnpackedBytes = 100 * 1024 ** 3;
export const mostListBytes = 16 * 1024 ** 2;
