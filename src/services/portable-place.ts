import { isAbsolute, join, normalize } from 'node:path';
import { AppError } from '../domain/errors.ts';

const nameForm = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/;

/**
 * Where a folder or file lies that a caller names: below `dir`; whoever is on the box may also give an absolute path. `bad-input`.
 */
export function portablePlace(dir: string, named: string, isLocal: boolean): string {
  if (nameForm.test(named)) return join(dir, named);
  if (isLocal && isAbsolute(named) && !named.includes('\0')) return normalize(named);
  throw new AppError(
    'bad-input',
    'Expected the name of a folder or file: letters, digits, hyphens, underscores and dots; or, on the box itself, an absolute path',
  );
}

/** Of a new export: in the order of time. */
export function newPortableName(nowMs: number): string {
  return `export-${new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '')}`;
}
