import { AppError } from '../../../../domain/errors.ts';

/** What LMDB says, or its library runs into, when pages of its tree are damaged. */
const damaged =
  /^MDB_(PAGE_NOTFOUND|CORRUPTED|PANIC|INVALID|INCOMPATIBLE|BAD_TXN|BAD_VALSIZE|BAD_DBI|PROBLEM)|^Invalid key size/;

/** What kept a file or one of its tables from being read: `record-corrupt` for damaged pages, else `storage-failed`. */
export function readError(cause: unknown, what: string): AppError {
  if (cause instanceof AppError) return cause;
  const isDamage = cause instanceof RangeError || (cause instanceof Error && damaged.test(cause.message));
  return isDamage
    ? new AppError('record-corrupt', `A page of ${what} is damaged`, { cause, details: { what } })
    : new AppError('storage-failed', `${what} could not be read`, { cause, details: { what } });
}
