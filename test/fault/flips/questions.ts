import { services } from '../../../src/domain/credential.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import type { Credentials } from '../../../src/domain/ports/credentials.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { face, pictured, unit } from '../../fixtures/gallery/faces.ts';
import { type Answer, type Answers, answerOf, sha256 } from './answers.ts';

type Store = { readonly gallery: Gallery; readonly credentials: Credentials };

/** What a filled store can be asked for. */
export type Known = {
  readonly collections: readonly Uuid[];
  readonly keys: readonly string[];
  readonly persons: readonly Uuid[];
  readonly references: readonly Uuid[];
  readonly secrets: readonly string[];
};

const people = 40;
const dimensions = 16;

function directionOf(person: number, face: number): number[] {
  return Array.from({ length: dimensions }, (_, at) => Math.sin(person * 97 + face * 13 + at * at + at));
}

/** Fills a store with people, merged, renamed and erased ones among them. */
export async function fill({ gallery, credentials }: Store): Promise<Known> {
  const known = {
    collections: [] as Uuid[],
    keys: [] as string[],
    persons: [] as Uuid[],
    references: [] as Uuid[],
  };
  for (const slug of ['door', 'gate'])
    known.collections.push((await gallery.createCollection(slug, slug)).id);
  for (let person = 0; person < people; person++) {
    const collection = known.collections[person % 2]!;
    const key = `person-${person}`;
    known.keys.push(key);
    for (let at = 0; at < 1 + (person % 3); at++) {
      const direction = directionOf(person, at);
      const text = `${key} ${at} `.repeat(person % 5 === 0 ? 2_000 : 20);
      const wish = person % 4 === 0 ? face(direction) : pictured(direction, text);
      const { id, personId } = await gallery.enrol(collection, key, wish);
      known.references.push(id);
      if (at === 0) known.persons.push(personId);
    }
  }
  const [door] = known.collections;
  await gallery.renameMembership(door!, 'person-2', 'person-4');
  await gallery.renameMembership(door!, 'person-6', 'somebody');
  await gallery.erase(known.persons[8]!);
  await gallery.updatePerson(known.persons[10]!, { status: 'suspended', metadata: { floor: 'third' } });
  const secrets = ['one', 'two'].map(sha256);
  for (const secretSha256 of secrets) {
    const credential = {
      dialect: 'ostiary',
      services,
      right: 'admin',
      reach: 'all',
      name: secretSha256.slice(0, 8),
    } as const;
    await credentials.add([{ secretSha256, credential }]);
  }
  return { ...known, secrets };
}

/** Asks for all that was filled in, and for what was not. */
export async function askAll({ gallery, credentials }: Store, known: Known): Promise<Answers> {
  const answers: Record<string, Answer> = {};
  const ask = async (question: string, run: () => unknown) => {
    answers[question] = await answerOf(run);
  };
  await ask('collections', () => gallery.listCollections());
  await ask('credentials', () => credentials.list());
  for (const secret of known.secrets)
    await ask(`credential ${secret}`, () => credentials.findBySecret(secret));
  for (const personId of known.persons) {
    await ask(`person ${personId}`, () => gallery.findPerson(personId));
    await ask(`erasure ${personId}`, () => gallery.findErasure(personId));
  }
  for (const id of known.collections) {
    await ask(`collection ${id}`, () => gallery.findCollection(id));
    await ask(`members of ${id}`, () => gallery.listMemberships(id));
    await ask(`references of ${id}`, () => gallery.listReferences(id, { offset: 0, limit: 1_000 }));
    for (const key of known.keys) await ask(`member ${key} of ${id}`, () => gallery.findMembership(id, key));
    for (const reference of known.references) {
      await ask(`reference ${reference} of ${id}`, () => gallery.findReference(id, reference));
      await ask(`picture ${reference} of ${id}`, async () => {
        const picture = await gallery.readPicture(id, reference);
        return picture && sha256(picture);
      });
    }
  }
  for (let person = 0; person < people; person++) {
    const probes = [unit(...directionOf(person, 0))];
    const wish = { collectionIds: known.collections, modelId: 'model-a', distinctPersons: false };
    await ask(`search ${person}`, async () => {
      const [found] = await gallery.search({ ...wish, probes, limit: 1_000, minScore: -1 });
      return found!.map(({ score, ...who }) => ({ ...who, score: Math.round(score * 1e4) / 1e4 }));
    });
  }
  await ask('digest', () => gallery.digest());
  return answers;
}
