import { AppError } from './errors.ts';

/** Does something with each of several parts; an error of ours names the part in `details.item`, and is kept as cause. */
export function eachItem<T, R>(items: readonly T[], run: (item: T) => R): R[] {
  return items.map((item, at) => {
    try {
      return run(item);
    } catch (error) {
      throw error instanceof AppError ? naming(error, at) : error;
    }
  });
}

/** As `eachItem`, for what takes time: one part after the other. */
export async function eachItemInTurn<T, R>(
  items: readonly T[],
  run: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (const [at, item] of items.entries()) {
    try {
      results.push(await run(item, at));
    } catch (error) {
      throw error instanceof AppError ? naming(error, at) : error;
    }
  }
  return results;
}

function naming(error: AppError, item: number): AppError {
  return new AppError(error.code, error.message, { cause: error, details: { ...error.details, item } });
}
