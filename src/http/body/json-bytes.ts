import { AppError } from '../../domain/errors.ts';

export const quote = '"'.charCodeAt(0);
const backslash = '\\'.charCodeAt(0);
const letterU = 'u'.charCodeAt(0);

/** Where the string ends whose letters begin at `start`: the place of its quote, or −1 when it goes on. */
export function endOfString(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(quote, start); end !== -1; end = bytes.indexOf(quote, end + 1)) {
    if (backslashesBefore(bytes, start, end) % 2 === 0) return end;
  }
  return -1;
}

/** The last place up to which no escape is cut in two, from `start`, which is not within one. */
export function endOfWholeEscapes(bytes: Buffer, start: number): number {
  const last = bytes.lastIndexOf(backslash);
  if (last < start || backslashesBefore(bytes, start, last + 1) % 2 === 0) return bytes.length;
  const length = bytes[last + 1] === letterU ? 6 : 2;
  return last + length > bytes.length ? last : bytes.length;
}

function backslashesBefore(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  while (end - 1 - count >= start && bytes[end - 1 - count] === backslash) count++;
  return count;
}

export function unreadableJson(message: string, cause?: unknown): AppError {
  return new AppError('bad-input', message, { cause, details: { body: 'json' } });
}
