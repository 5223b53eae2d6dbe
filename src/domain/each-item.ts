import { AppError } from './errors.ts';

/** Does something with each of several parts; an error of ours names the part in `details.item`, and is kept as cause. */
export function eachItem<T, R>(items: readonly T[], run: (item: T) => R): R[] {
  return items.map((item, at) => {
    try {
      return run(item);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const details = { ...error.details, item: at };
      throw new AppError(error.code, error.message, { cause: error, details });
    }
  });
}
