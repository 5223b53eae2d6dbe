import fc from 'fast-check';
import type {
  FacePage,
  Gallery,
  ListedReference,
  NewEnrolment,
  ReferenceChange,
} from '../../src/domain/ports/gallery.ts';
import { face, pictured } from '../fixtures/gallery/faces.ts';
import {
  at,
  call,
  collectionsAt,
  direction,
  type Known,
  key,
  place,
  rank,
  referenceAt,
} from './gallery-calls.ts';

// Few and mostly good wishes: of several in one write a single bad one undoes all.
const few = fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 3 }) }, { weight: 1, arbitrary: rank });
const goodKey = fc.oneof(
  { weight: 9, arbitrary: key.filter((name) => name !== '') },
  { weight: 1, arbitrary: key },
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2, nil: undefined });
const text = fc.constantFrom('', 'Sam', 'Sam', 'Sam Berry', 'Zoë');
const keyWish = fc.oneof({ weight: 3, arbitrary: goodKey }, { weight: 1, arbitrary: fc.constant(null) });
const target = fc.constantFrom(0, 1, 1, 1, 2);
const places = fc.subarray([0, 1, 2], { minLength: 1 });

function note({ persons, references }: Known, made: readonly ListedReference[]): void {
  for (const { id, collectionId, personId } of made) {
    persons.push(personId);
    references.push({ collectionId, referenceId: id });
  }
}

const faceWish = fc.record({
  ...{
    key: keyWish,
    direction,
    text,
    of: maybe(few),
    isNew: fc.constantFrom(true, false, false, false, false),
    pictured: fc.boolean(),
  },
  replacing: maybe(few),
  mustReplace: fc.constantFrom(true, false, false),
});

function enrolment(
  wish: typeof faceWish extends fc.Arbitrary<infer W> ? W : never,
  known: Known,
): NewEnrolment {
  const { crop, picture, ...plain } = pictured(wish.direction, wish.text);
  const bytes = wish.pictured ? { crop: crop!, picture: picture! } : {};
  const notes = { text: wish.text, metadata: { text: wish.text } };
  return {
    mustReplace: wish.mustReplace,
    ...{ key: wish.key, isNew: wish.isNew, face: { ...plain, ...face(wish.direction), ...bytes, ...notes } },
    ...(wish.of !== undefined && { personId: at(known.persons, wish.of) }),
    ...(wish.replacing !== undefined && { replacing: referenceAt(known, wish.replacing).referenceId }),
    ...(wish.text === 'Zoë' && { person: { name: 'Zoë' } }),
  };
}

const enrolAll = fc.tuple(place, fc.array(faceWish, { maxLength: 3 })).map(([of, wishes]) =>
  call(`enrol in ${of} ${JSON.stringify(wishes)}`, async (gallery, known) => {
    const faces = wishes.map((wish) => enrolment(wish, known));
    const made = await gallery.enrolAll(at(known.collections, of), faces);
    note(known, made);
    return made.map(({ number, key: own }) => [number, own]);
  }),
);

const change = fc.oneof(
  fc.record({ kind: fc.constant('describe' as const), text: maybe(text) }),
  fc.record({ kind: fc.constant('move' as const), key: keyWish, of: maybe(few) }),
  fc.record({ kind: fc.constant('copy' as const), to: target, key: goodKey }),
  fc.record({ kind: fc.constant('copy' as const), to: target }),
  fc.record({ kind: fc.constant('remove' as const) }),
);

function changeAt(wish: object, index: number, known: Known): ReferenceChange {
  const { of, to, ...rest } = Object.fromEntries(
    Object.entries(wish).filter(([, value]) => value !== undefined),
  ) as { of?: number; to?: number; kind: 'remove' };
  return {
    ...{ ...rest, ...referenceAt(known, index) },
    ...(of !== undefined && { personId: at(known.persons, of) }),
    ...(to !== undefined && { to: at(known.collections, to) }),
  };
}

const changes = fc.array(fc.tuple(change, few), { minLength: 1, maxLength: 3 }).map((wishes) =>
  call(`change ${JSON.stringify(wishes)}`, async (gallery, known) => {
    const made = await gallery.changeReferences(wishes.map(([wish, index]) => changeAt(wish, index, known)));
    note(known, made);
    return made;
  }),
);

const page = fc.record({
  ...{ order: fc.constantFrom('oldest first' as const, 'newest first' as const), limit: fc.nat({ max: 4 }) },
  ...{ after: maybe(fc.nat({ max: 9 })), text: maybe(text), of: maybe(few) },
});

/** Texts are in an order that is the store's own. */
async function textsOf(gallery: Gallery, collectionIds: readonly string[]): Promise<unknown> {
  const texts = await gallery.listTexts(collectionIds, { limit: 100 });
  return texts.toSorted((one, other) => (one.text < other.text ? -1 : 1));
}

const lists = fc.tuple(places, page).map(([of, { after, text: wanted, of: person, ...wish }]) =>
  call(`list ${of} ${JSON.stringify({ after, wanted, person, ...wish })}`, async (gallery, known) => {
    const collectionIds = collectionsAt(known, of);
    const whole: FacePage = {
      ...wish,
      ...(after !== undefined && { after }),
      ...(wanted !== undefined && { text: wanted }),
      ...(person !== undefined && { personId: at(known.persons, person) }),
    };
    return {
      faces: await gallery.listFaces(collectionIds, whole),
      texts: await textsOf(gallery, collectionIds),
    };
  }),
);

const lookUps = fc.tuple(rank, place).map(([index, of]) =>
  call(`look ${index} up in ${of}`, async (gallery, known) => {
    const [personId, collectionId] = [at(known.persons, index), at(known.collections, of)];
    return {
      places: await gallery.listPlaces(personId),
      member: await gallery.findMembershipOf(collectionId, personId),
      person: await gallery.findPersonByNumber(index),
      face: await gallery.findFace(index, collectionsAt(known, [0, 1, 2])),
    };
  }),
);

const placing = fc
  .tuple(place, rank, key)
  .map(([of, index, name]) =>
    call(`place ${index} in ${of} as ${name}`, (gallery, { collections, persons }) =>
      gallery.placePerson(at(collections, of), at(persons, index), name),
    ),
  );

const slug = fc.constantFrom('main', 'side', 'yard', 'door');
const update = fc.tuple(place, slug, maybe(text)).map(([of, wanted, name]) =>
  call(`call ${of} ${wanted} ${name}`, (gallery, { collections }) =>
    gallery.updateCollection(at(collections, of), {
      ...{ slug: wanted, metadata: { wanted } },
      ...(name !== undefined && { name }),
    }),
  ),
);

const removal = fc
  .nat({ max: 2 })
  .map((of) =>
    call(`remove ${of}`, (gallery, { collections }) => gallery.removeCollection(at(collections, of))),
  );

/** Calls about siblings, several persons' places and whole collections, with their weights. */
export const siblingCalls = [
  { weight: 4, arbitrary: enrolAll },
  { weight: 8, arbitrary: changes },
  { weight: 3, arbitrary: lists },
  { weight: 1, arbitrary: lookUps },
  { weight: 3, arbitrary: placing },
  { weight: 1, arbitrary: update },
  { weight: 1, arbitrary: removal },
];
