import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { AppError } from '../../../../../domain/errors.ts';
import { Nonces, nonceBytes } from './nonces.ts';
import type { Closed, Opened, Protection, Seal, SealOptions } from './protection.ts';

/** The first byte of every value: how the rest is protected. */
const sealed = 2;
const algorithm = 'aes-256-gcm';
const tagBytes = 16;
const tagAt = 1 + nonceBytes;
const headerBytes = tagAt + tagBytes;
/** Of the authentication code that stands for a name. */
const hiddenBytes = 16;
const lengthBytes = 2;

type Keys = { readonly values: KeyObject; readonly names: KeyObject; readonly nonces: Nonces };

/** Nobody without the data key reads a value or a name, or makes one that opens. */
export function ciphers(dataKey: Uint8Array): Protection {
  const keys = { values: derive(dataKey, 'values'), names: derive(dataKey, 'names'), nonces: new Nonces() };
  return { seal: (table, options) => new CipherSeal(table, keys, options) };
}

function derive(dataKey: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, '', `ostiary ${purpose}`, 32)));
}

/**
 * Version byte, nonce, tag, and the payload under AES-256-GCM; table and place are authenticated with it, so that a value
 * opens in its own place only. Where names are hidden, each stands in the place as the first bytes of an HMAC-SHA-256 of
 * table and key up to its end, and in front of the payload with its length.
 */
class CipherSeal implements Seal {
  readonly hidesNames: boolean;
  readonly #table: string;
  readonly #tableBytes: Buffer;
  readonly #keys: Keys;
  readonly #namesFrom: number;
  readonly #plainTail: number;

  constructor(table: string, keys: Keys, { namesFrom, plainTail = 0 }: SealOptions = {}) {
    this.hidesNames = namesFrom !== undefined;
    this.#namesFrom = namesFrom ?? Number.POSITIVE_INFINITY;
    this.#plainTail = plainTail;
    this.#table = table;
    this.#tableBytes = Buffer.from(`${table}\0`);
    this.#keys = keys;
  }

  place(key: Buffer): Buffer {
    if (!this.hidesNames) return key;
    const namesEnd = key.length - this.#plainTail;
    return Buffer.concat([this.#hideNames(key.subarray(0, namesEnd)), key.subarray(namesEnd)]);
  }

  prefix(start: Buffer): Buffer {
    return start.length <= this.#namesFrom ? start : this.#hideNames(start);
  }

  close(key: Buffer, payload: Uint8Array): Closed {
    const place = this.place(key);
    const names = this.hidesNames
      ? withLength(key.subarray(this.#namesFrom, key.length - this.#plainTail))
      : undefined;
    const nonce = this.#keys.nonces.next();
    const cipher = createCipheriv(algorithm, this.#keys.values, nonce);
    cipher.setAAD(this.#associated(place));
    const parts = names ? [cipher.update(names), cipher.update(payload)] : [cipher.update(payload)];
    cipher.final();
    return { place, value: Buffer.concat([Buffer.of(sealed), nonce, cipher.getAuthTag(), ...parts]) };
  }

  open(place: Buffer, value: Buffer): Opened {
    const plain = this.#decipher(place, value);
    if (!this.hidesNames) return { key: place, payload: plain };
    const namesEnd = lengthBytes + plain.readUInt16LE();
    const before = place.subarray(0, this.#namesFrom);
    const tail = place.subarray(place.length - this.#plainTail);
    const key = Buffer.concat([before, plain.subarray(lengthBytes, namesEnd), tail]);
    return { key, payload: plain.subarray(namesEnd) };
  }

  #decipher(place: Buffer, value: Buffer): Buffer {
    if (value.length < headerBytes || value[0] !== sealed) throw this.#broken(place);
    const options = { authTagLength: tagBytes };
    const decipher = createDecipheriv(algorithm, this.#keys.values, value.subarray(1, tagAt), options);
    decipher.setAAD(this.#associated(place));
    decipher.setAuthTag(value.subarray(tagAt, headerBytes));
    const plain = decipher.update(value.subarray(headerBytes));
    try {
      decipher.final();
      return plain;
    } catch (cause) {
      throw this.#broken(place, cause);
    }
  }

  #associated(place: Buffer): Buffer {
    return Buffer.concat([this.#tableBytes, place]);
  }

  #hideNames(key: Buffer): Buffer {
    const hidden = nameEnds(key, this.#namesFrom).map((end) => this.#hide(key.subarray(0, end)));
    return Buffer.concat([key.subarray(0, this.#namesFrom), ...hidden]);
  }

  #hide(key: Buffer): Buffer {
    const code = createHmac('sha256', this.#keys.names).update(this.#tableBytes).update(key).digest();
    return code.subarray(0, hiddenBytes);
  }

  #broken(place: Buffer, cause?: unknown): AppError {
    return new AppError('record-corrupt', `A record of ${this.#table} does not open: it is damaged`, {
      cause,
      details: { table: this.#table, key: place.toString('hex') },
    });
  }
}

/** Where each name in a key ends: after its NUL character (of two bytes), the last one at the key's end. */
function nameEnds(key: Buffer, from: number): number[] {
  const ends: number[] = [];
  for (let at = from; at + 1 < key.length; at += 2) if (key[at] === 0 && key[at + 1] === 0) ends.push(at + 2);
  return ends.at(-1) === key.length ? ends : [...ends, key.length];
}

function withLength(names: Buffer): Buffer {
  const length = Buffer.allocUnsafe(lengthBytes);
  length.writeUInt16LE(names.length);
  return Buffer.concat([length, names]);
}
