/** A picture among others that are to be enrolled. */
export type BatchPicture = {
  /** Where it stands, as a report tells it: a number or an id. No name, for reports outlive those who are erased. */
  readonly place: Readonly<Record<string, string | number>>;
  /** Whose it is. */
  readonly key: string;
  /** What she is called, if she is called nothing but her key so far. */
  readonly name?: string;
  /**
   * Its bytes. What is wrong with this picture alone is told here, by `bad-input`, `picture-unreadable`,
   * `unsupported-media` or `too-large`, without a name in the message.
   */
  read(signal: AbortSignal): Promise<Uint8Array>;
};

/** Pictures of many people that lie together somewhere. */
export interface PictureBatch extends AsyncDisposable {
  /** How many pictures there are. */
  readonly total: number;
  /** How many things lie there besides, which are left alone. */
  readonly ignored: number;
  /** From the so-manieth on, counted from 0, in an order that stays as long as nothing changes there. */
  pictures(from: number): AsyncIterable<BatchPicture>;
}

/** `version` is another when the file has changed. */
export type BatchFile = PictureBatch & { readonly version: string };
