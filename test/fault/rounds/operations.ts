import { createHash } from 'node:crypto';
import { services } from '../../../src/domain/credential.ts';
import type { Collection, NewReference, Person, PersonChange, Uuid } from '../../../src/domain/gallery.ts';
import type { Credentials } from '../../../src/domain/ports/credentials.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { face } from '../../fixtures/gallery/faces.ts';

/** One write, as plain data, so that it can be told over a pipe and made again in another gallery. Collections go by their slug. */
export type Operation =
  | { readonly kind: 'collection'; readonly slug: string }
  | ({ readonly kind: 'enrol'; readonly slug: string; readonly key: string } & FaceWish)
  | { readonly kind: 'place'; readonly slug: string; readonly key: string }
  /** A merge when `to` is there. */
  | { readonly kind: 'rename'; readonly slug: string; readonly from: string; readonly to: string }
  | { readonly kind: 'leave'; readonly slug: string; readonly key: string }
  | { readonly kind: 'unenrol'; readonly slug: string; readonly referenceIds: readonly Uuid[] }
  | {
      readonly kind: 'update';
      readonly personId: Uuid;
      readonly change: PersonChange & { readonly name: string };
    }
  | { readonly kind: 'erase'; readonly personId: Uuid }
  | { readonly kind: 'clear'; readonly slug: string }
  | { readonly kind: 'keys'; readonly name: string };

type FaceWish = {
  readonly direction: readonly number[];
  /** Length of the crop and of the picture; without both when 0. */
  readonly bytes: number;
};

/** What a write has given out. */
export type Made = {
  readonly ids: readonly Uuid[];
  readonly referenceNumber?: number;
  /** Of the person concerned, who need not be new. */
  readonly personNumber?: number;
};

export type Store = { readonly gallery: Gallery; readonly credentials: Credentials };

/** Makes the write; it is acknowledged when this resolves. */
export async function perform({ gallery, credentials }: Store, operation: Operation): Promise<Made> {
  switch (operation.kind) {
    case 'collection': {
      const { id } = await gallery.createCollection(operation.slug, operation.slug);
      return { ids: [id] };
    }
    case 'enrol': {
      const { id } = await collectionOf(gallery, operation.slug);
      const reference = await gallery.enrol(id, operation.key, faceOf(operation));
      const person = await gallery.findPerson(reference.personId);
      return madeBy(person!, { id: reference.id, number: reference.number });
    }
    case 'place': {
      const { id } = await collectionOf(gallery, operation.slug);
      const { personId } = await gallery.addPerson(id, operation.key);
      return madeBy((await gallery.findPerson(personId))!);
    }
    case 'keys': {
      const added = await credentials.add(services.map((service) => keyOf(operation.name, service)));
      return { ids: added.map(({ id }) => id) };
    }
    default:
      await remove(gallery, operation);
      return { ids: [] };
  }
}

/** In the order in which a write takes them: the reference's id, and the person's if she is new. */
export function madeBy(
  person: Pick<Person, 'id' | 'number'>,
  reference?: { id: Uuid; number: number },
): Made {
  return {
    ids: [...(reference ? [reference.id] : []), person.id],
    ...(reference && { referenceNumber: reference.number }),
    personNumber: person.number,
  };
}

async function remove(
  gallery: Gallery,
  operation: Exclude<Operation, { kind: 'collection' | 'enrol' | 'place' | 'keys' }>,
): Promise<void> {
  if (operation.kind === 'update') await gallery.updatePerson(operation.personId, operation.change);
  else if (operation.kind === 'erase') await gallery.erase(operation.personId);
  else {
    const { id } = await collectionOf(gallery, operation.slug);
    if (operation.kind === 'rename') await gallery.renameMembership(id, operation.from, operation.to);
    else if (operation.kind === 'leave') await gallery.removeMembership(id, operation.key);
    else if (operation.kind === 'unenrol') await gallery.removeReferences(id, operation.referenceIds);
    else await gallery.clearCollection(id);
  }
}

async function collectionOf(gallery: Gallery, slug: string): Promise<Collection> {
  const collection = await gallery.findCollection(slug);
  if (!collection) throw new Error(`There is no collection ${slug}`);
  return collection;
}

function faceOf({ key, direction, bytes }: FaceWish & { key: string }): NewReference {
  const plain = face(direction);
  if (bytes === 0) return plain;
  const jpeg = Buffer.alloc(bytes, `crop of ${key} ${direction}`);
  return {
    ...plain,
    crop: { jpeg, landmarks: plain.landmarks },
    picture: Buffer.alloc(bytes, `picture of ${key}`),
  };
}

function keyOf(name: string, service: (typeof services)[number]) {
  const secretSha256 = createHash('sha256').update(`${name} ${service}`).digest('hex');
  return {
    secretSha256,
    credential: { dialect: 'ostiary', services: [service], right: 'admin', reach: 'all', name } as const,
  };
}
