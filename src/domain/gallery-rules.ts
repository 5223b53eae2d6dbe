import type { Moments } from '../primitives/onward-clock.ts';
import { AppError } from './errors.ts';
import type { Membership, NewReference, Person, PersonChange, Reference, Uuid } from './gallery.ts';
import type { KeyWish, ListedReference, RenameWish } from './ports/gallery.ts';

/** Code units; look-ups of longer keys find nothing. */
export const longestKey = 256;
/** How far a template's length may be from 1: float32 rounding is far below, another normalisation far above. */
const lengthTolerance = 0.01;

export function collectionUnknown(): AppError {
  return new AppError('collection-unknown', 'There is no such collection');
}

export function personUnknown(): AppError {
  return new AppError('person-unknown', 'There is no such person');
}

export function personExists(): AppError {
  return new AppError('person-exists', 'The key is taken');
}

export function referenceUnknown(): AppError {
  return new AppError('reference-unknown', 'There is no such reference in the collection');
}

function isKey(key: string): boolean {
  return key.length >= 1 && key.length <= longestKey && !key.includes('\0') && key.isWellFormed();
}

/** Rejects with `key-illegal` what no collection takes as a key: empty, over 256 code units, NUL, half a character. */
export function checkKey(key: string): void {
  if (isKey(key)) return;
  throw new AppError(
    'key-illegal',
    `A key has 1 to ${longestKey} characters of well-formed text without NUL`,
    {
      details: { length: key.length },
    },
  );
}

/** A key as a caller gives it, or an automatic one in the place of what no collection takes. */
export function keyOrAutomatic(key: string): KeyWish {
  return isKey(key) ? key : null;
}

/** Two keys are the same without regard to case when their folded forms are equal. */
export function foldKey(key: string): string {
  // Upper case first brings together what has several lower-case forms (ς and σ, ß and ss).
  return key.toUpperCase().toLowerCase();
}

/** The key meant by `wanted`: itself when it is there, else the only one that differs in case alone. */
export function resolveKey(wanted: string, keys: readonly string[]): string | undefined {
  if (keys.includes(wanted)) return wanted;
  const folded = foldKey(wanted);
  const fitting = keys.filter((key) => foldKey(key) === folded);
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** By UTF-16 code unit, as keys are listed. */
export function compareKeys(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** What the index takes; embedding networks have 128 to 1024 dimensions. */
export const mostDimensions = 1024;

/** Rejects with `template-mismatch` unless the vector is finite, of unit length and, if given, so many dimensions. */
export function checkVector(vector: Float32Array, dimensions?: number): void {
  if (dimensions !== undefined && vector.length !== dimensions) {
    throw new AppError(
      'template-mismatch',
      'The template is not as long as the others of its embedding model',
      {
        details: { expected: dimensions, found: vector.length },
      },
    );
  }
  if (vector.length > mostDimensions) {
    throw new AppError('template-mismatch', `A template has at most ${mostDimensions} dimensions`, {
      details: { most: mostDimensions, found: vector.length },
    });
  }
  let squared = 0;
  for (const value of vector) squared += value * value;
  if (Math.abs(Math.sqrt(squared) - 1) <= lengthTolerance) return;
  throw new AppError('template-mismatch', 'A template is a vector of unit length');
}

/** Throws `starting` when templates of another model are searched: who began before a change may ask again. */
export function checkServing(modelId: string, serving: string | undefined): void {
  if (serving === undefined || serving === modelId) return;
  const message = 'The embedding model was changed meanwhile: send the picture again';
  throw new AppError('starting', message, { details: { expected: serving, retryAfterSeconds: 1 } });
}

/** A cosine as it is told: rounding carries that of equal vectors a little over 1. */
export function boundedCosine(score: number): number {
  return Math.min(1, Math.max(-1, score));
}

/** Whether a search may find her: active, and `validFromMs` ≤ now < `validUntilMs`, which does not begin again. */
export function isSearchable(
  person: Pick<Person, 'status' | 'validFromMs' | 'validUntilMs'>,
  { nowMs, latestMs }: Moments,
): boolean {
  const { status, validFromMs, validUntilMs } = person;
  return (
    status === 'active' &&
    (validFromMs === undefined || nowMs() >= validFromMs) &&
    (validUntilMs === undefined || latestMs() < validUntilMs)
  );
}

/** A person as she is first known: by her key, active, without bounds. */
export function newPerson(identity: { id: Uuid; number: number; key: string; createdAtMs: number }): Person {
  const { id, number, key, createdAtMs } = identity;
  return { id, number, name: key, metadata: {}, status: 'active', createdAtMs };
}

type Holder = Pick<Membership, 'key' | 'personId'>;

/** What a rename comes to where `taken` is who has the new key; throws as `Gallery` rejects. */
export function renameOutcome(
  { member, to, taken }: { member: Holder; to: string; taken: Pick<Holder, 'personId'> | undefined },
  { personId, ifTaken = 'merge' }: RenameWish,
): 'renamed' | 'merged' {
  if (personId !== undefined && member.personId !== personId) throw personUnknown();
  if (member.key === to) return 'renamed';
  if (typeof ifTaken === 'object' && taken?.personId !== ifTaken.heirId) throw personUnknown();
  if (!taken) return 'renamed';
  if (ifTaken === 'refuse') throw personExists();
  return 'merged';
}

/** The person after a change. */
export function changedPerson(person: Person, change: PersonChange): Person {
  const { validFromMs, validUntilMs, ...rest } = { ...person, ...change };
  return {
    ...rest,
    ...(typeof validFromMs === 'number' && { validFromMs }),
    ...(typeof validUntilMs === 'number' && { validUntilMs }),
  };
}

/** What of an enrolled face stands in its reference, apart from the bytes that are kept beside it. */
export function newReference(
  identity: Pick<Reference, 'id' | 'number' | 'collectionId' | 'personId' | 'createdAtMs'>,
  { picture, text = '', metadata = {}, ...face }: NewReference,
): Reference {
  const { number: faceNumber } = identity;
  const kept = { hasPicture: picture !== undefined, hasCrop: face.crop !== undefined };
  return { ...identity, faceNumber, ...face, text, metadata, ...kept };
}

/** The face in memory of its own, for the caller may go on using its buffers. */
export function copyFace({ template, crop, picture, metadata, ...face }: NewReference): NewReference {
  return {
    ...face,
    ...(metadata && { metadata: { ...metadata } }),
    template: { modelId: template.modelId, vector: new Float32Array(template.vector) },
    ...(crop && { crop: { landmarks: crop.landmarks, jpeg: new Uint8Array(crop.jpeg) } }),
    ...(picture && { picture: new Uint8Array(picture) }),
  };
}

/** What a list tells of a reference: all but its template and crop. */
export function listedReference({
  template: _,
  crop: __,
  ...reference
}: ListedReference & Partial<Pick<Reference, 'template' | 'crop'>>): ListedReference {
  return reference;
}

/** The key of a person who comes without one, from the number of her first reference: one that nobody has there. */
export function automaticKey(number: number, isTaken: (key: string) => boolean): string {
  let key = `face-${number}`;
  for (let attempt = 2; isTaken(key); attempt++) key = `face-${number}-${attempt}`;
  return key;
}

/** Whether a key may be an automatic one, which tells nothing of her. */
export function isAutomaticKey(key: string): boolean {
  return /^face-\d+(-\d+)?$/.test(key);
}
