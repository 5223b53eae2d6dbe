import { readFile } from 'node:fs/promises';
import { AppError, type ErrorDetails } from '../domain/errors.ts';
import { toCliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** What became of one file; the reason is a sentence for people. */
export type FileResult<Value> =
  | { readonly file: string; readonly ok: true; readonly value: Value }
  | {
      readonly file: string;
      readonly ok: false;
      readonly code: string;
      readonly reason: string;
      /** What was measured and what is required, where that is why. */
      readonly details: ErrorDetails;
    };

type Work<Value> = {
  /** How many files are worked on at the same time. */
  readonly atOnce: number;
  readonly onEach: (bytes: Uint8Array) => Promise<Value>;
  readonly onProgress?: (done: number) => void;
};

/**
 * Works on all files and answers in their order. A file that cannot be read, or whose picture is refused, is a result;
 * whatever would fail the next file too (no service, no right, a defect) is thrown.
 */
export async function eachFile<Value>(
  files: readonly string[],
  { atOnce, onEach, onProgress }: Work<Value>,
): Promise<FileResult<Value>[]> {
  const results: FileResult<Value>[] = [];
  const queue = files.entries();
  let done = 0;
  const worker = async () => {
    for (const [index, file] of queue) {
      results[index] = await attempt(file, onEach);
      done += 1;
      onProgress?.(done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function attempt<Value>(
  file: string,
  onEach: (bytes: Uint8Array) => Promise<Value>,
): Promise<FileResult<Value>> {
  try {
    return { file, ok: true, value: await onEach(await readPicture(file)) };
  } catch (error) {
    const { exitCode, code, message } = toCliError(error);
    if (exitCode !== exitCodes.negative) throw error;
    const details = error instanceof AppError ? error.details : {};
    return { file, ok: false, code, reason: message, details };
  }
}

/** The file's bytes; a file that cannot be read counts like a picture that cannot. */
export async function readPicture(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    const reason = fileProblems[code] ?? `cannot be read (${code})`;
    throw new AppError('picture-unreadable', `The file ${reason}`, { cause });
  }
}

const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read by you',
  EISDIR: 'is a folder',
};

/** The lines that tell of the failed files. */
export function failureLines<Value>(results: readonly FileResult<Value>[]): string[] {
  return results.flatMap((result) =>
    result.ok ? [] : [`${result.file}: ${result.reason} (${result.code})`],
  );
}

/** Good when every file is. */
export function exitCodeOf(results: readonly FileResult<unknown>[]): 0 | 1 {
  return results.every(({ ok }) => ok) ? exitCodes.good : exitCodes.negative;
}
