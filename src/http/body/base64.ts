import { AppError } from '../../domain/errors.ts';

/**
 * The bytes of base64 with or without padding, strictly: no other letters, no line breaks, no base64url. Rejects with
 * `bad-input`, and `too-large` when there are more bytes than that.
 */
export function decodeBase64(text: string, maxBytes: number): Buffer {
  const decoder = openBase64Decoder(maxBytes);
  decoder.write(text);
  return decoder.end();
}

/** Decodes base64 that comes in pieces. Nothing is thrown before the end, and no more than the limit is kept. */
export type Base64Decoder = { write(text: string): void; end(): Buffer };

/** As `decodeBase64`, whatever pieces the text comes in. */
export function openBase64Decoder(maxBytes: number): Base64Decoder {
  let rest = '';
  let bytes = 0;
  let valid = true;
  const pieces: Buffer[] = [];
  const decode = (text: string) => {
    const piece = decodePiece(text);
    valid &&= piece !== undefined;
    bytes += piece?.length ?? 0;
    if (valid && bytes <= maxBytes) pieces.push(piece!);
    else pieces.length = 0;
  };
  return {
    write(text) {
      const pending = rest + text;
      // Padding may stand at the very end only, so the last group waits until that is known.
      const whole = Math.max(0, Math.ceil(pending.length / 4) - 1) * 4;
      rest = pending.slice(whole);
      if (whole === 0 || !valid) return;
      if (pending[whole - 1] === '=') valid = false;
      else decode(pending.slice(0, whole));
    },
    end() {
      if (rest === '') valid = false;
      else if (valid) decode(rest);
      if (!valid) throw new AppError('bad-input', 'The text is not base64', { details: { body: 'base64' } });
      if (bytes > maxBytes) {
        throw new AppError('too-large', 'The picture is larger than allowed', { details: { maxBytes } });
      }
      return Buffer.concat(pieces);
    },
  };
}

/**
 * Node's decoder passes over what it does not know, so the answer is as long as it should be only when every letter
 * counted; it also takes the letters of base64url, and looks at the low byte of letters that are no ASCII.
 */
function decodePiece(text: string): Buffer | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const letters = text.length - padding;
  const ascii = Buffer.byteLength(text) === text.length;
  if (letters % 4 === 1 || (padding > 0 && text.length % 4 > 0)) return undefined;
  if (!ascii || text.includes('-') || text.includes('_')) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === Math.floor((letters * 3) / 4) ? bytes : undefined;
}
