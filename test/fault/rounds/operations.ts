import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { services } from '../../../src/domain/credential.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { Collection, NewReference, Person, PersonChange, Uuid } from '../../../src/domain/gallery.ts';
import type { ChangeLog } from '../../../src/domain/ports/change-log.ts';
import type { Credentials } from '../../../src/domain/ports/credentials.ts';
import type { Gallery, ReferenceChange } from '../../../src/domain/ports/gallery.ts';
import type { TemplateModels } from '../../../src/domain/ports/template-models.ts';
import { face, unit } from '../../fixtures/gallery/faces.ts';

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
  /** All in one write, each for somebody new. */
  | {
      readonly kind: 'enrolAll';
      readonly slug: string;
      readonly faces: readonly (FaceWish & { readonly key: string })[];
    }
  /** Gives the face a text and, where it has none yet, a sibling. */
  | ({ readonly kind: 'copy'; readonly to: string; readonly faceNumber: number } & TextWish)
  /** Gives the face a text and another member. */
  | ({ readonly kind: 'move'; readonly key: string } & TextWish)
  /** Gives somebody from elsewhere a place. */
  | { readonly kind: 'join'; readonly slug: string; readonly personId: Uuid; readonly key: string }
  | { readonly kind: 'retitle'; readonly slug: string; readonly name: string }
  | { readonly kind: 'remove'; readonly slug: string; readonly collectionId: Uuid }
  | { readonly kind: 'erase'; readonly personId: Uuid }
  | { readonly kind: 'clear'; readonly slug: string }
  | { readonly kind: 'keys'; readonly name: string };

type TextWish = { readonly slug: string; readonly referenceId: Uuid; readonly text: string };

type FaceWish = {
  readonly direction: readonly number[];
  /** Length of the crop and of the picture; without both when 0. */
  readonly bytes: number;
};

/** What a write has given out. */
export type Made = {
  readonly ids: readonly Uuid[];
  /** Of the first reference. */
  readonly referenceNumber?: number;
  /** Of the person concerned, who need not be new; of several the first. */
  readonly personNumber?: number;
  /** How many references and persons, 1 each when absent. */
  readonly count?: number;
};

export type Store = {
  readonly gallery: Gallery;
  readonly credentials: Credentials;
  readonly changeLog: ChangeLog;
  readonly templateModels: TemplateModels;
};

/** Makes the write; it is acknowledged when this resolves. */
export async function perform(store: Store, operation: Operation): Promise<Made> {
  for (;;) {
    try {
      return await performOnce(store, operation);
    } catch (error) {
      // The model is changed between the making of the template and the write.
      if (!(error instanceof AppError) || error.code !== 'starting') throw error;
      await nextTurn();
    }
  }
}

async function performOnce(store: Store, operation: Operation): Promise<Made> {
  const { gallery, credentials } = store;
  const modelId = servingModel(store);
  switch (operation.kind) {
    case 'collection': {
      const { id } = await gallery.createCollection(operation.slug, operation.slug);
      return { ids: [id] };
    }
    case 'enrol': {
      const { id } = await collectionOf(gallery, operation.slug);
      const reference = await gallery.enrol(id, operation.key, faceOf(operation, modelId));
      const person = await gallery.findPerson(reference.personId);
      return madeBy(person!, { id: reference.id, number: reference.number });
    }
    case 'enrolAll': {
      const { id } = await collectionOf(gallery, operation.slug);
      const faces = operation.faces.map((wish) => ({
        key: wish.key,
        face: faceOf(wish, modelId),
        isNew: true,
      }));
      const references = await gallery.enrolAll(id, faces);
      const persons = await Promise.all(references.map(({ personId }) => gallery.findPerson(personId)));
      return madeTogether(
        references,
        persons.map((person) => person!),
      );
    }
    case 'copy': {
      const [, sibling] = await gallery.changeReferences(await changesOf(gallery, operation));
      const { number } = (await gallery.findPerson(sibling!.personId))!;
      return { ids: [sibling!.id], referenceNumber: sibling!.number, personNumber: number };
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
      await writePlainly(gallery, operation);
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

/** As `madeBy`, of as many references as persons, who are all new. */
export function madeTogether(
  references: readonly { id: Uuid; number: number }[],
  persons: readonly Pick<Person, 'id' | 'number'>[],
): Made {
  return {
    ids: [...references, ...persons].map(({ id }) => id),
    referenceNumber: references[0]!.number,
    personNumber: persons[0]!.number,
    count: references.length,
  };
}

async function changesOf(
  gallery: Gallery,
  operation: Extract<Operation, { kind: 'copy' | 'move' }>,
): Promise<ReferenceChange[]> {
  const { id: collectionId } = await collectionOf(gallery, operation.slug);
  const { referenceId, text } = operation;
  const at = { collectionId, referenceId };
  const second: ReferenceChange =
    operation.kind === 'move'
      ? { kind: 'move', ...at, key: operation.key }
      : { kind: 'copy', ...at, to: (await collectionOf(gallery, operation.to)).id };
  return [{ kind: 'describe', ...at, text }, second];
}

/** Writes that give out neither ids nor numbers. */
export type PlainOperation = Exclude<
  Operation,
  { kind: 'collection' | 'enrol' | 'enrolAll' | 'copy' | 'place' | 'keys' }
>;

async function writePlainly(gallery: Gallery, operation: PlainOperation): Promise<void> {
  if (operation.kind === 'update') await gallery.updatePerson(operation.personId, operation.change);
  else if (operation.kind === 'erase') await gallery.erase(operation.personId);
  else {
    const { id } = await collectionOf(gallery, operation.slug);
    if (operation.kind === 'rename') await gallery.renameMembership(id, operation.from, operation.to);
    else if (operation.kind === 'move') await gallery.changeReferences(await changesOf(gallery, operation));
    else if (operation.kind === 'join') await gallery.placePerson(id, operation.personId, operation.key);
    else if (operation.kind === 'retitle') await gallery.updateCollection(id, { name: operation.name });
    else if (operation.kind === 'remove') await gallery.removeCollection(id);
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

/** By whose templates the store is searched. */
export function servingModel({ templateModels }: Pick<Store, 'templateModels'>): string {
  return templateModels.serving() ?? 'model-a';
}

/** The crop tells the direction, which all models make the template of. */
function faceOf({ key, direction, bytes }: FaceWish & { key: string }, modelId: string): NewReference {
  const plain = face(direction, { modelId });
  if (bytes === 0) return plain;
  const jpeg = Buffer.from(JSON.stringify(direction).padEnd(bytes, ` crop of ${key}`));
  return {
    ...plain,
    crop: { jpeg, landmarks: plain.landmarks },
    picture: Buffer.alloc(bytes, `picture of ${key}`),
  };
}

/** Gives all templates another model. */
export async function switchTo(
  { templateModels }: Pick<Store, 'templateModels'>,
  modelId: string,
): Promise<void> {
  await templateModels.switchTo({
    modelId,
    embed: async ({ jpeg }) => {
      const text = Buffer.from(jpeg).toString();
      return { modelId, vector: unit(...(JSON.parse(text.slice(0, text.indexOf(']') + 1)) as number[])) };
    },
    signal: new AbortController().signal,
    onProgress: async () => undefined,
    graceMs: 0,
  });
}

function keyOf(name: string, service: (typeof services)[number]) {
  const secretSha256 = createHash('sha256').update(`${name} ${service}`).digest('hex');
  return {
    secretSha256,
    credential: { dialect: 'ostiary', services: [service], right: 'admin', reach: 'all', name } as const,
  };
}
