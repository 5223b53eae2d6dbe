import { crc32c } from '../../../../../../native/crc32c/binding.ts';
import { AppError } from '../../../../../domain/errors.ts';
import { Scratch } from '../scratch.ts';
import type { Closed, Opened, Protection, Seal } from './protection.ts';

/** The first byte of every value: how the rest is protected. */
const checksummed = 1;
const headerBytes = 5;
const scratch = new Scratch();

/** Nothing is hidden, but a damaged record is told from a whole one. */
export const checksums: Protection = { seal: (table) => new ChecksumSeal(table) };

/**
 * Version byte, CRC-32C of table, key and payload, payload. Table and key are part of it so that a value that turns up in
 * another's place is as wrong as one with a flipped bit.
 */
class ChecksumSeal implements Seal {
  readonly hidesNames = false;
  readonly #table: string;
  readonly #start: number;

  constructor(table: string) {
    this.#table = table;
    this.#start = crc32c(0, Buffer.from(`${table}\0`));
  }

  place(key: Buffer): Buffer {
    return key;
  }

  prefix(start: Buffer): Buffer {
    return start;
  }

  close(key: Buffer, payload: Uint8Array): Closed {
    const value = scratch.take(headerBytes + payload.byteLength);
    value[0] = checksummed;
    value.writeUInt32LE(this.#sum(key, payload), 1);
    value.set(payload, headerBytes);
    return { place: key, value };
  }

  open(key: Buffer, value: Buffer): Opened {
    const payload = value.subarray(headerBytes);
    if (
      value.length >= headerBytes &&
      value[0] === checksummed &&
      value.readUInt32LE(1) === this.#sum(key, payload)
    ) {
      return { key, payload };
    }
    throw new AppError('record-corrupt', `A record of ${this.#table} fails its checksum`, {
      details: { table: this.#table, key: key.toString('hex') },
    });
  }

  #sum(key: Buffer, payload: Uint8Array): number {
    return crc32c(this.#start, key, payload);
  }
}
