import { AppError } from '../../../../domain/errors.ts';
import { crc32c } from '../../../../primitives/crc32c.ts';

/** The first byte of every value: how the rest is protected. */
const checksummed = 1;
const headerBytes = 5;

/**
 * Seals the values of one table: version byte, CRC-32C of table, key and payload, payload. Table and key are part of
 * it so that a value that turns up in another's place is as wrong as one with a flipped bit.
 */
export class Seal {
  readonly #table: string;
  readonly #start: number;

  constructor(table: string) {
    this.#table = table;
    this.#start = crc32c(Buffer.from(`${table}\0`));
  }

  close(key: Buffer, payload: Uint8Array): Buffer {
    const value = Buffer.allocUnsafe(headerBytes + payload.byteLength);
    value[0] = checksummed;
    value.writeUInt32LE(this.#sum(key, payload), 1);
    value.set(payload, headerBytes);
    return value;
  }

  /** The payload, as a view of the value. Rejects with `record-corrupt` what was not sealed for this place. */
  open(key: Buffer, value: Buffer): Buffer {
    const payload = value.subarray(headerBytes);
    if (
      value.length >= headerBytes &&
      value[0] === checksummed &&
      value.readUInt32LE(1) === this.#sum(key, payload)
    ) {
      return payload;
    }
    throw new AppError('record-corrupt', `A record of ${this.#table} fails its checksum`, {
      details: { table: this.#table, key: key.toString('hex') },
    });
  }

  #sum(key: Buffer, payload: Uint8Array): number {
    return crc32c(payload, crc32c(key, this.#start));
  }
}
