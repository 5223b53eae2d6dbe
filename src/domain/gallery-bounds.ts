import { AppError } from './errors.ts';
import type { Metadata, NewReference } from './gallery.ts';

/** Code units of a reference's text. */
export const longestText = 512;
/** Code units of the name of a person or a collection. */
export const longestName = 1_000;
/** Of one record: how many names, and bytes of UTF-8 of all names and values together. */
export const mostMetadata = { names: 256, bytes: 65_536 };
/** References or changes that one write takes. */
export const mostAtOnce = 100;

/** What a caller wants to have kept beside a record. */
export type Notes = { readonly name?: string; readonly text?: string; readonly metadata?: Metadata };

/**
 * Rejects with `bad-input` what is too long to be kept, and text that no store keeps: half a character, in a reference's
 * text also NUL.
 */
export function checkNotes({ name, text, metadata }: Notes): void {
  if (name !== undefined && !isText(name, longestName)) throw tooLong('name', longestName, name);
  if (text !== undefined && (!isText(text, longestText) || text.includes('\0')))
    throw tooLong('text', longestText, text);
  if (metadata !== undefined) checkMetadata(metadata);
}

/** Rejects with `bad-input` a text that is longer than any reference's can be. */
export function checkTextLength(text = ''): void {
  if (text.length > longestText) throw tooLong('text', longestText, text);
}

/** As `checkNotes`, for a face before it is enrolled. */
export function checkFaceNotes({ text, metadata }: Pick<NewReference, 'text' | 'metadata'>): void {
  checkNotes({ ...(text !== undefined && { text }), ...(metadata && { metadata }) });
}

/** Rejects with `bad-input` a write of more parts than one takes. */
export function checkCount(parts: readonly unknown[]): void {
  if (parts.length <= mostAtOnce) return;
  throw new AppError('bad-input', `One write takes at most ${mostAtOnce} faces or changes`, {
    details: { most: mostAtOnce, found: parts.length },
  });
}

function checkMetadata(metadata: Metadata): void {
  const parts = Object.entries(metadata);
  const bytes = parts.flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (
    parts.length <= mostMetadata.names &&
    bytes <= mostMetadata.bytes &&
    parts.flat().every((text) => text.isWellFormed())
  )
    return;
  throw new AppError(
    'bad-input',
    `Metadata has at most ${mostMetadata.names} names and ${mostMetadata.bytes} bytes of well-formed text`,
    { details: { names: parts.length, bytes } },
  );
}

function isText(text: string, longest: number): boolean {
  return text.length <= longest && text.isWellFormed();
}

function tooLong(what: string, longest: number, { length }: string): AppError {
  return new AppError('bad-input', `A ${what} has at most ${longest} characters of well-formed text`, {
    details: { most: longest, length },
  });
}
