import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { defaultBodyLimits } from '../../src/http/body/limits.ts';
import { readPictureJson } from '../../src/http/body/read-json-pictures.ts';

// Strings of more than 4 KiB are decoded as they arrive. Whatever pieces a body comes in, the outcome has to be that of
// the plain way: parse all of it, then decode the one string.

const limits = { ...defaultBodyLimits, maxFileBytes: 9_000 };
const usual = { numRuns: 150 };

/** Strict base64, written the slow way. */
const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

function plainly(body: Buffer): unknown {
  let text: unknown;
  try {
    text = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)).file;
  } catch {
    return 'json';
  }
  if (typeof text !== 'string') return typeof text;
  if (text === '' || !base64Form.test(text)) return 'base64';
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > limits.maxFileBytes ? 'too-large' : bytes.toString('hex');
}

async function inPieces(body: Buffer, sizes: readonly number[]): Promise<unknown> {
  try {
    const { value, decode } = await readPictureJson(requestOf(cut(body, sizes)), limits);
    const text = (value as { file?: unknown }).file;
    return typeof text === 'string' ? decode(text).toString('hex') : typeof text;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.details.body ?? error.code;
  }
}

function cut(body: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const end = at + (sizes[turn % sizes.length] ?? body.length);
    pieces.push(body.subarray(at, end));
    at = end;
  }
  return pieces;
}

function requestOf(pieces: readonly Buffer[]): IncomingMessage {
  return Object.assign(Readable.from(pieces), { headers: {} }) as unknown as IncomingMessage;
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 100, max: 9_000 })), {
  minLength: 1,
  maxLength: 20,
});
const bytes = fc
  .integer({ min: 0, max: 10_000 })
  .chain((length) =>
    fc
      .integer()
      .map((seed) => Buffer.from(Array.from({ length }, (_, at) => Math.imul(at + 1, seed) >>> 13))),
  );
/** Escaped as PHP does it, as .NET does it, or not. */
const escaping = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.replaceAll('/', '\\/'),
  (text: string) => text.replaceAll('+', '\\u002B').replaceAll('=', '\\u003d'),
);
/** What may go wrong within a string. */
const damage = fc.constantFrom(
  '',
  '',
  '',
  '=',
  '-',
  ' ',
  '\\n',
  '\n',
  '\\',
  '\\\\',
  '\\u12',
  '\\"',
  'é',
  '\u0000',
);
const padding = fc.constantFrom('keep', 'strip');

describe('a JSON body with a picture', () => {
  it('reads the same in any pieces as in one, good and bad', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, escaping, damage, padding, fc.nat(), sizes, async (...drawn) => {
        const [picture, escaped, wrong, pad, where, pieces] = drawn;
        const base64 = picture.toString('base64').replace(pad === 'strip' ? /=+$/ : /$^/, '');
        const at = where % (base64.length + 1);
        const text = escaped(base64.slice(0, at)) + wrong + escaped(base64.slice(at));
        const body = Buffer.from(`{"a": ["\\\\", "\\"{"], "file" : "${text}", "api_endpoint":1}`);
        expect(await inPieces(body, pieces)).toEqual(plainly(body));
      }),
      usual,
    );
  });

  it('is refused wherever it is cut short', async () => {
    const whole = Buffer.from(`{"x":"${'A'.repeat(5_000)}","file":"${'/'.repeat(5_000)}"}`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), sizes, async (length, pieces) => {
        expect(await inPieces(whole.subarray(0, length), pieces)).toBe('json');
      }),
      usual,
    );
  });

  it('is refused when a long string is not UTF-8, or ends within a letter', async () => {
    for (const tail of [[0xff], [0xc3], [0xc3, 0x28]]) {
      const body = Buffer.concat([
        Buffer.from(`{"file":"${'A'.repeat(5_000)}`),
        Buffer.from(tail),
        Buffer.from('"}'),
      ]);
      expect(await inPieces(body, [1_000])).toBe('json');
    }
  });

  it('is read by its members and not by what stands in them', async () => {
    const long = 'A'.repeat(6_000);
    const body = Buffer.from(`{"${long}":"${long}","x":{"file":"${long}"},"file":"QUJD"}`);
    expect(await inPieces(body, [777])).toBe(Buffer.from('ABC').toString('hex'));
  });

  it('has room for little beside its pictures, and none for nesting', async () => {
    const many = Buffer.from(`{"file":"QUJD","x":[${'0,'.repeat(600_000)}0]}`);
    expect(await inPieces(many, [65_536])).toBe('too-large');
    const deep = Buffer.from(`{"file":"${'A'.repeat(5_000)}","x":${'['.repeat(65)}${']'.repeat(65)}}`);
    expect(await inPieces(deep, [65_536])).toBe('json');
  });
});
