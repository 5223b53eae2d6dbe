/** A record as it is found in a file. */
export type Opened = {
  /** The key that it was put under. */
  readonly key: Buffer;
  /** May be a view of the value. */
  readonly payload: Buffer;
};

/** A record as it is put into a file, at once: its value is valid until the next is closed. */
export type Closed = { readonly place: Buffer; readonly value: Buffer };

/** Protects the records of one table. */
export interface Seal {
  /** Whether names are kept out of the keys in the file; records then lie in no order. */
  readonly hidesNames: boolean;
  /** Where the record of a key lies. */
  place(key: Buffer): Buffer;
  /** With what the places of all keys begin that begin with this. */
  prefix(start: Buffer): Buffer;
  close(key: Buffer, payload: Uint8Array): Closed;
  /** Throws `record-corrupt` for a value that was not closed for this place in this table, or is damaged. */
  open(place: Buffer, value: Buffer): Opened;
}

export type SealOptions = {
  /**
   * From this byte of a key on stand names, each but the last ended by a NUL character. Where they are hidden, a prefix
   * finds its records if it goes no further, or ends with such a NUL.
   */
  readonly namesFrom?: number;
  /** So many bytes at a key's end are no name; 0 when absent. */
  readonly plainTail?: number;
};

/** How a whole store is protected. */
export interface Protection {
  seal(table: string, options?: SealOptions): Seal;
}
