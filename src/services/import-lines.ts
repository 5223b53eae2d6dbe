import type { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { Collection, NewReference, Uuid } from '../domain/gallery.ts';
import { vectorBytes } from '../domain/gallery-digest.ts';
import { portableCollectionSchema, portableFaceSchema, portablePersonSchema } from '../domain/portable.ts';
import type { Gallery, KeyedReference, ReferenceChange } from '../domain/ports/gallery.ts';

/** Whether a line has added anything. What is in the gallery already is left as it is. */
export type Imported = 'added' | 'present';

type Face = z.output<typeof portableFaceSchema>;
type Place = Face['places'][number];

/** A unit vector as float32 is off its length by less. */
const lengthError = 1e-3;
const comparedAtOnce = 100;

/** A collection of that slug is the same. Rejects, as the others do, with `bad-input` for what is not of the form, and as the gallery does. */
export async function importCollection(gallery: Gallery, value: unknown): Promise<Imported> {
  const { slug, name, metadata } = check(portableCollectionSchema, value);
  if (await gallery.findCollection(slug)) return 'present';
  await gallery.createCollection(slug, name, metadata);
  return 'added';
}

/**
 * Whoever has one of her keys in its collection is the same person, and gets the other places. The fields are hers who was
 * made since that time: by this import, which may have been cut short.
 */
export async function importPerson(gallery: Gallery, value: unknown, sinceMs: number): Promise<Imported> {
  const { places, name, metadata, status, validFrom, validUntil } = check(portablePersonSchema, value);
  const found = await Promise.all(
    places.map(async ({ collection, key }) => {
      const { id } = await collectionOf(gallery, collection);
      return { id, key, member: await gallery.findMembership(id, key) };
    }),
  );
  const fields = {
    ...{ name, metadata, status },
    ...(validFrom !== undefined && { validFromMs: validFrom }),
    ...(validUntil !== undefined && { validUntilMs: validUntil }),
  };
  const known = found.find(({ member }) => member)?.member;
  const [first] = found;
  // At once with her standing: whoever is barred must be so before her faces come, whatever is cut short.
  const personId = known?.personId ?? (await gallery.addPerson(first!.id, first!.key, fields)).personId;
  for (const { id, key, member } of found) {
    if (member || (await gallery.findMembershipOf(id, personId))) continue;
    await gallery.placePerson(id, personId, key);
  }
  if (!known) return 'added';
  const person = await gallery.findPerson(personId);
  if (person && person.createdAtMs >= sinceMs) await gallery.updatePerson(personId, fields);
  return 'present';
}

/**
 * A reference of the same member with the very same template is the same. `person-unknown` when there is no such member:
 * the line that tells her standing was refused.
 */
export async function importFace(
  gallery: Gallery,
  value: unknown,
  readPicture: (path: string) => Promise<Uint8Array>,
): Promise<Imported> {
  const face = check(portableFaceSchema, value);
  const vector = vectorOf(face.template.vector);
  const [first, ...others] = face.places as [Place, ...Place[]];
  const { id } = await collectionOf(gallery, first.collection);
  const known = await findEqual(gallery, {
    collectionId: id,
    key: first.key,
    modelId: face.template.modelId,
    vector,
  });
  const reference =
    known ??
    (await gallery.enrol(
      id,
      first.key,
      {
        ...(await toReference(face, readPicture)),
        template: { modelId: face.template.modelId, vector },
        ...{ text: first.text, metadata: first.metadata },
      },
      { isMember: true },
    ));
  let isAdded = !known;
  for (const place of others) isAdded = (await addSibling(gallery, reference, place)) || isAdded;
  return isAdded ? 'added' : 'present';
}

/** Tells whether it was not there. */
async function addSibling(
  gallery: Gallery,
  { collectionId, id: referenceId, faceNumber }: KeyedReference,
  { collection, key, text, metadata }: Place,
): Promise<boolean> {
  const { id: to } = await collectionOf(gallery, collection);
  if ((await gallery.findFace(faceNumber, [to])).length > 0) return false;
  const member = await gallery.findMembership(to, key);
  const copy: ReferenceChange = { kind: 'copy', collectionId, referenceId, to, ...(!member && { key }) };
  const [sibling] = await gallery.changeReferences([copy]);
  if (sibling) {
    const it = { collectionId: to, referenceId: sibling.id };
    await gallery.changeReferences([{ kind: 'describe', ...it, text, metadata }]);
  }
  return true;
}

async function toReference(
  { crop, picture, box, landmarks, detectorScore, quality }: Face,
  readPicture: (path: string) => Promise<Uint8Array>,
): Promise<Omit<NewReference, 'template'>> {
  return {
    ...{ box, landmarks, detectorScore, quality },
    ...(crop && { crop: { jpeg: await readPicture(crop.file), landmarks: crop.landmarks } }),
    ...(picture !== undefined && { picture: await readPicture(picture) }),
  };
}

type Wanted = {
  readonly collectionId: Uuid;
  readonly key: string;
  readonly modelId: string;
  readonly vector: Float32Array;
};

async function findEqual(
  gallery: Gallery,
  { collectionId, key, modelId, vector }: Wanted,
): Promise<KeyedReference | undefined> {
  const bytes = vectorBytes(vector);
  for (let offset = 0; ; offset += comparedAtOnce) {
    const page = { key, offset, limit: comparedAtOnce };
    const { references } = await gallery.listReferences(collectionId, page);
    for (const { id } of references) {
      const reference = await gallery.findReference(collectionId, id);
      const template = reference?.template;
      if (template?.modelId === modelId && Buffer.compare(vectorBytes(template.vector), bytes) === 0)
        return reference;
    }
    if (references.length < comparedAtOnce) return undefined;
  }
}

/** Little-endian float32 as base64, of length 1. */
function vectorOf(base64: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw noVector();
  const vector = new Float32Array(bytes.buffer);
  const length = Math.hypot(...vector);
  if (!(Math.abs(length - 1) < lengthError)) throw noVector();
  return vector;
}

function noVector(): AppError {
  return new AppError('bad-input', 'Expected a template of length 1 as base64 of float32');
}

async function collectionOf(gallery: Gallery, slug: string): Promise<Collection> {
  const collection = await gallery.findCollection(slug);
  if (collection) return collection;
  throw new AppError('collection-unknown', `The export names a collection ${slug} that is not in it`);
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  throw new AppError('bad-input', 'A line of the export is not of its form');
}
