import { AppError } from '../../domain/errors.ts';
import type { PictureJson } from './read-json-pictures.ts';

/**
 * Throws `bad-input` when a string was too long to be kept as text where no picture belongs. Paths of pictures are as in
 * `persons.0.face`.
 */
export function refuseLongText({ value, isLong }: PictureJson, picturePaths: RegExp): void {
  const look = (part: unknown, path: string): void => {
    if (typeof part === 'string') {
      if (isLong(part) && !picturePaths.test(path)) throw new AppError('bad-input', `${path}: Too long`);
    } else if (typeof part === 'object' && part !== null) {
      for (const [name, inner] of Object.entries(part)) {
        if (isLong(name)) throw new AppError('bad-input', 'A name is too long');
        look(inner, path === '' ? name : `${path}.${name}`);
      }
    }
  };
  look(value, '');
}
