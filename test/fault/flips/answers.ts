import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../src/domain/errors.ts';

/** An answer as plain data, or why there is none: a code of ours, or what should not have got out. */
export type Answer = { readonly value: unknown } | { readonly refused: string } | { readonly fault: string };
/** By question. */
export type Answers = Readonly<Record<string, Answer>>;

/** How an answer compares with the right one: it may say less (nothing, or not all), or something else. */
export type Verdict = 'right' | 'refused' | 'less' | 'fault' | 'wrong';

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes and vectors become their hash. */
export async function answerOf(run: () => unknown): Promise<Answer> {
  try {
    const text = JSON.stringify(await run(), (_name, part: unknown) =>
      ArrayBuffer.isView(part) ? sha256(new Uint8Array(part.buffer, part.byteOffset, part.byteLength)) : part,
    );
    return { value: text === undefined ? null : JSON.parse(text) };
  } catch (error) {
    return error instanceof AppError ? { refused: error.code } : { fault: String(error) };
  }
}

export function judge(right: Answer, found: Answer): Verdict {
  if ('fault' in found) return 'fault';
  if ('refused' in found) return 'refused';
  if (isDeepStrictEqual(right, found)) return 'right';
  return 'value' in right && saysLess(found.value, right.value) ? 'less' : 'wrong';
}

/** Whether all that `found` says stands in `right`. */
function saysLess(found: unknown, right: unknown): boolean {
  if (found === null || found === undefined) return true;
  if (Array.isArray(found) && Array.isArray(right)) {
    return found.every((each) => right.some((other) => isDeepStrictEqual(each, other)));
  }
  if (typeof found !== 'object' || typeof right !== 'object' || right === null)
    return isDeepStrictEqual(found, right);
  const [one, other] = [found, right] as Record<string, unknown>[];
  return Object.keys(one!).every((name) => saysLess(one![name], other![name]));
}
