import { expect, vi } from 'vitest';
import type { Camera } from '../../../src/domain/camera.ts';
import { type Credential, localAdmin } from '../../../src/domain/credential.ts';
import type { Collection, NewReference, Person } from '../../../src/domain/gallery.ts';
import { hasEnded } from '../../../src/domain/job.ts';
import type { KeyedReference } from '../../../src/domain/ports/gallery.ts';
import type { TestServices } from '../../harness/app.ts';
import { patience } from '../../harness/command.ts';
import { portrait } from '../../harness/photographs.ts';

/** What a request can be about: two collections, each with one person and her face. */
export type Material = {
  readonly services: TestServices;
  readonly mine: Place;
  readonly other: Place;
  /** A picture of the person, of which no pixel is in the one that was enrolled. */
  readonly picture: Buffer;
  readonly enrolled: NewReference;
  /** The person of `mine`, and a camera that is everybody's. */
  readonly person: Person;
  readonly camera: Camera;
};

export type Place = {
  readonly collection: Collection;
  readonly reference: KeyedReference;
  /** A credential of our own API that reaches this collection only. */
  readonly credential: Credential;
};

/** Enrols a face once, so that every place can have it without asking the networks again. */
export async function prepareFaces(services: TestServices): Promise<Pick<Material, 'picture' | 'enrolled'>> {
  const { id } = await services.collections.create(localAdmin, { name: 'first' });
  const picture = await portrait('ann', 'other');
  const ask = {
    collectionId: id,
    key: 'Ann',
    picture: await portrait('ann'),
    faces: 'detect',
    reach: [],
  } as const;
  const enrolled = await services.people.enrol(ask, AbortSignal.timeout(60_000));
  const { template, box, landmarks, detectorScore, quality, crop } = (await services.gallery.findReference(
    id,
    enrolled.id,
  ))!;
  const kept = { picture: (await services.gallery.readPicture(id, enrolled.id))!, ...(crop && { crop }) };
  return { picture, enrolled: { ...{ template, box, landmarks, detectorScore, quality }, ...kept } };
}

let places = 0;

export async function freshMaterial(
  services: TestServices,
  faces: Pick<Material, 'picture' | 'enrolled'>,
): Promise<Material> {
  const place = async (key: string): Promise<Place> => {
    const collection = await services.collections.create(localAdmin, { name: `place-${++places}` });
    const reference = await services.gallery.enrol(collection.id, key, faces.enrolled);
    const wish = { dialect: 'ostiary', services: ['recognition'], right: 'write', name: '' } as const;
    const { credential } = await services.access.create({ ...wish, reach: [collection.id] });
    return { collection, reference, credential };
  };
  const mine = await place(`Mine ${places}`);
  const person = (await services.gallery.findPerson(mine.reference.personId))!;
  const camera = await services.cameras.add(localAdmin, { name: `Camera ${places}` });
  return { services, ...faces, mine, other: await place(`Other ${places}`), person, camera };
}

/** So that the store does not grow from test to test. */
export async function clearAway({ services, mine, other, camera }: Material): Promise<void> {
  await services.cameras.remove(localAdmin, [camera.id]);
  for (const { id } of [mine.collection, other.collection]) {
    // The request may have been to remove it.
    if (await services.gallery.findCollection(id)) await services.gallery.removeCollection(id);
  }
}

/** All that a collection holds, and all credentials; what may change by itself is left out. */
export async function stateOf({ gallery, credentials }: TestServices, place: Place): Promise<unknown> {
  const { id } = place.collection;
  const all = { offset: 0, limit: 1_000 };
  return {
    collection: await gallery.findCollection(id),
    members: await gallery.listMemberships(id),
    references: await gallery.listReferences(id, all),
    credentials: withoutUses(await credentials.list()),
  };
}

/** Of the whole store, when no job of a test before is at work any more. */
export async function digestOf({ gallery, credentials, jobs }: TestServices): Promise<unknown> {
  await vi.waitFor(
    async () => expect((await jobs.list({ limit: 1_000 })).every(hasEnded)).toBe(true),
    patience,
  );
  return {
    gallery: await gallery.digest(),
    credentials: withoutUses(await credentials.list()),
    jobs: await jobs.list({ limit: 1_000 }),
  };
}

function withoutUses(credentials: readonly Credential[]): unknown {
  return credentials.map(({ lastUsedAtMs: _use, ...rest }) => rest);
}
