import { AppError, type ErrorCode } from '../../../domain/errors.ts';

const goneCodes: ReadonlySet<ErrorCode> = new Set([
  'person-unknown',
  'reference-unknown',
  'collection-unknown',
]);

/** `undefined` for what is not there, or no more. */
export async function orGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof AppError && goneCodes.has(error.code)) return undefined;
    throw error;
  }
}
