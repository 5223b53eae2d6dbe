import type { Uuid } from '../../../../domain/gallery.ts';
import { foldKey } from '../../../../domain/gallery-rules.ts';
import { numberBytes, ownUuidBytes, textBytes } from './keys.ts';

/** So many bytes of a key are an id. */
export const idBytes = 16;

/** Of a membership: collection‖key. */
export function memberKey(collection: Buffer, key: string): Buffer {
  return Buffer.concat([collection, textBytes(key)]);
}

/** What all keys start with that differ from this one in case alone: collection‖folded key‖NUL. */
export function foldedPrefix(collection: Buffer, key: string): Buffer {
  return Buffer.concat([collection, textBytes(`${foldKey(key)}\0`)]);
}

/** Of a member's entry among the folded keys. */
export function foldedKey(collection: Buffer, key: string): Buffer {
  return Buffer.concat([foldedPrefix(collection, key), textBytes(key)]);
}

/** Of a person's place: person‖collection. */
export function placeKey(personId: Uuid, collection: Buffer): Buffer {
  return Buffer.concat([ownUuidBytes(personId), collection]);
}

/** Of a reference: collection‖number; of a face among the copies: collection‖face number. */
export function referenceKey(collection: Buffer, number: number): Buffer {
  return Buffer.concat([collection, numberBytes(number)]);
}

/** What the keys of all references with this text start with: collection‖text‖NUL. */
export function textPrefix(collection: Buffer, text: string): Buffer {
  return Buffer.concat([collection, textBytes(`${text}\0`)]);
}

/** Of a reference among the texts: collection‖text‖NUL‖face number. */
export function textKey(collection: Buffer, text: string, faceNumber: number): Buffer {
  return Buffer.concat([textPrefix(collection, text), numberBytes(faceNumber)]);
}

/** Of all that is one member's: collection‖person. */
export function memberPrefix(collection: Buffer, personId: Uuid): Buffer {
  return Buffer.concat([collection, ownUuidBytes(personId)]);
}

/** Of a member's reference: collection‖person‖number. */
export function memberReferenceKey(collection: Buffer, personId: Uuid, number: number): Buffer {
  return Buffer.concat([memberPrefix(collection, personId), numberBytes(number)]);
}

/** Whether it can be the number of anything, and so be part of a key. */
export function isNumber(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}
