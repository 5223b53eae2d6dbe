import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../domain/errors.ts';
import { type Base64Decoder, decodeBase64, openBase64Decoder } from './base64.ts';
import { endOfString, endOfWholeEscapes, quote, unreadableJson } from './json-bytes.ts';
import type { BodyLimits } from './limits.ts';
import { parseJson } from './read-json.ts';
import { receiveBody } from './receive-body.ts';

/** A JSON body of which some strings are pictures as base64. */
export type PictureJson = {
  /** Long strings have names of ours in it. */
  readonly value: unknown;
  /** The bytes of a string in it. `bad-input` when it was no base64, `too-large`. */
  readonly decode: (text: string) => Buffer;
  /** Whether a string in it is such a name: what should be text was too long for one. */
  readonly isLong: (text: string) => boolean;
};

/** Longer strings are decoded as they arrive; shorter ones wait for their end. */
const longStringBytes = 4 * 1024;
/** What is not in long strings is parsed in one go, on the thread that answers everybody. */
const maxPlainBytes = 64 * 1024;

/**
 * Reads JSON as `readJson` does, but never holds megabytes of base64 as text, nor parses them in one go: its long
 * strings are decoded piece by piece as they arrive. `too-large` also when there is too much beside them.
 */
export async function readPictureJson(request: IncomingMessage, limits: BodyLimits): Promise<PictureJson> {
  const arrival = { maxBytes: limits.maxJsonBytes, idleMs: limits.idleMs, totalMs: limits.totalMs };
  const reader = openReader(limits);
  await receiveBody(request, arrival, reader.write);
  return reader.end();
}

function openReader({ maxFileBytes, maxJsonDepth }: BodyLimits) {
  const names = openNames();
  const plain = openPlain();
  /** What of the last chunk cannot be told yet: a string without its end, or half an escape. */
  let rest: Buffer = Buffer.alloc(0);
  let long: LongString | undefined;

  /** From outside of a string; returns where it stopped. */
  const readPlain = (bytes: Buffer): number => {
    for (let at = 0; ; ) {
      const open = bytes.indexOf(quote, at);
      const close = open === -1 ? -1 : endOfString(bytes, open + 1);
      const isLong = open !== -1 && (close === -1 ? bytes.length : close) - open > longStringBytes;
      if (isLong) {
        const decoder = openBase64Decoder(maxFileBytes);
        long = openLongString(decoder);
        plain.keep(bytes.subarray(0, open), names.next(decoder));
        return open + 1;
      }
      if (close === -1) {
        const end = open === -1 ? bytes.length : open;
        plain.keep(bytes.subarray(0, end));
        return end;
      }
      at = close + 1;
    }
  };
  const readLong = (bytes: Buffer, string: LongString): number => {
    const close = endOfString(bytes, 0);
    const end = close === -1 ? endOfWholeEscapes(bytes, 0) : close;
    string.write(bytes.subarray(0, end), close !== -1);
    if (close === -1) return end;
    long = undefined;
    return close + 1;
  };

  return {
    write(chunk: Buffer): void {
      let left = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let read = -1; left.length > 0 && read !== 0; left = left.subarray(read)) {
        read = long ? readLong(left, long) : readPlain(left);
      }
      rest = left;
    },
    end(): PictureJson {
      if (rest.length > 0 || long) throw unreadableJson('The JSON ends within a string');
      const value = parseJson(plain.end(), maxJsonDepth);
      return {
        value,
        decode: (text) => names.decoderOf(text)?.end() ?? decodeBase64(text, maxFileBytes),
        isLong: (text) => names.decoderOf(text) !== undefined,
      };
    },
  };
}

/** Names for what is not there as text; nobody can guess one and send it. */
function openNames() {
  const secret = randomUUID();
  const decoders: Base64Decoder[] = [];
  return {
    next: (decoder: Base64Decoder) => Buffer.from(`"${secret} ${decoders.push(decoder) - 1}"`),
    decoderOf: (text: string) => (text.startsWith(secret) ? decoders[Number(text.split(' ')[1])] : undefined),
  };
}

/** The JSON around the long strings. */
function openPlain() {
  const pieces: Buffer[] = [];
  let length = 0;
  return {
    keep(...more: Buffer[]): void {
      pieces.push(...more);
      for (const piece of more) length += piece.length;
      if (length > maxPlainBytes) {
        const details = { maxBytes: maxPlainBytes };
        throw new AppError('too-large', 'There is too much beside the pictures', { details });
      }
    },
    end: () => Buffer.concat(pieces),
  };
}

type LongString = { write(bytes: Buffer, isLast: boolean): void };

/** Each piece is whole in its escapes, so each is a string of its own to the parser, which knows what is allowed. */
function openLongString(decoder: Base64Decoder): LongString {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    write(bytes, isLast) {
      try {
        decoder.write(JSON.parse(`"${utf8.decode(bytes, { stream: !isLast })}"`));
      } catch (error) {
        throw unreadableJson('The body is not JSON', error);
      }
    },
  };
}
