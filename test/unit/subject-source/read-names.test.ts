import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNames } from '../../../src/adapters/subject-source/compreface/read-names.ts';

/** The text's bytes in pieces of this length. */
async function* inPieces(text: string, length: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('a list of subjects', () => {
  it('is read as JSON.parse reads it, wherever it is cut', async () => {
    const names = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 8 });
    const spaces = fc.constantFrom(undefined, 1, '\t');
    await fc.assert(
      fc.asyncProperty(names, spaces, fc.integer({ min: 1, max: 40 }), async (subjects, space, length) => {
        const text = JSON.stringify({ subjects }, null, space);
        expect(await readNames(inPieces(text, length))).toEqual(subjects);
      }),
    );
  });

  it('reads escapes, and passes over what stands beside the list', async () => {
    const text = '{"subjects":["a\\"b\\\\","\\u00e6", "]"],"more":[1]}';
    expect(await readNames(inPieces(text, 3))).toEqual(['a"b\\', 'æ', ']']);
  });

  it.each([
    '',
    '{}',
    '[]',
    '{"subjects":null}',
    '{"subjects":["a"',
    '{"subjects":["a",1]}',
    '{"subjects":["a\\x"]}',
    '<html>',
    `{"subjects":["${'x'.repeat(100_000)}"]}`,
  ])('refuses %.30s', async (text) => {
    await expect(readNames(inPieces(text, 1_000))).rejects.toBeInstanceOf(SyntaxError);
  });

  it('refuses bytes that are no text', async () => {
    const chunks = (async function* () {
      yield Buffer.from('{"subjects":["a\xff"]}', 'latin1');
    })();
    await expect(readNames(chunks)).rejects.toBeInstanceOf(TypeError);
  });
});
