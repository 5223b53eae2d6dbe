import type { Membership } from '../../../src/domain/gallery.ts';
import type { Gallery, ListedReference } from '../../../src/domain/ports/gallery.ts';
import type { Operation } from './operations.ts';

/** The collection that all actors share, made by the first; each has a room of its own besides. */
const hall = 'hall';
const crowdSize = 40;
const roomHolds = 120;
const dimensions = 8;
const largestFile = 40_000;

export type Actor = {
  readonly name: string;
  readonly gallery: Gallery;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Of crops and pictures: with 0 some faces have none. */
  readonly leastBytes: number;
};

/**
 * What an actor does next, after a look at what is there. No two actors ever touch the same key or person, so each may
 * have one turn under way without knowing of the others. A turn is one write, or a crowd of enrolments at once.
 */
export async function nextTurn(actor: Actor, tag: string): Promise<Operation[]> {
  const { gallery, name, random } = actor;
  const room = `room-${name}`;
  if (!(await gallery.findCollection(room))) return [{ kind: 'collection', slug: room }];
  const shared = await gallery.findCollection(hall);
  if (!shared && name === '0') return [{ kind: 'collection', slug: hall }];
  const slug = shared && random() < 0.4 ? hall : room;
  const { id } = (await gallery.findCollection(slug))!;
  const own = (await gallery.listMemberships(id)).filter(({ key }) => key.startsWith(`${name}-`));
  // Nothing but its change would tell of the clearing of an empty room.
  if (slug === room && own.length > 0 && (own.length > roomHolds || random() < 0.02)) {
    return [random() < 0.5 ? { kind: 'clear', slug } : { kind: 'remove', slug, collectionId: id }];
  }
  if (own.length < 3 || random() < 0.45) return enrolments(actor, { slug, own, tag });
  const elsewhere = slug === hall ? room : shared && hall;
  return [await change(actor, { slug, own, tag, collectionId: id, elsewhere })];
}

type Place = { readonly slug: string; readonly own: readonly Membership[]; readonly tag: string };

function enrolments({ name, random, leastBytes }: Actor, { slug, own, tag }: Place): Operation[] {
  const faceWish = () => {
    const direction = Array.from({ length: dimensions }, () => Math.floor(random() * 2_001 - 1_000) / 1_000);
    return {
      direction,
      bytes: Math.max(leastBytes, random() < 0.3 ? 0 : Math.floor(random() ** 3 * largestFile)),
    };
  };
  const enrol = (key: string): Operation => ({ kind: 'enrol', slug, key, ...faceWish() });
  if (random() < 0.08) {
    return Array.from({ length: crowdSize }, (_, index) => enrol(`${name}-${tag}-${index}`));
  }
  if (random() < 0.1) {
    const faces = [0, 1, 2].map((index) => ({ key: `${name}-${tag}-${index}`, ...faceWish() }));
    return [{ kind: 'enrolAll', slug, faces }];
  }
  return [enrol(random() < 0.3 && own.length > 0 ? oneOf(own, random).key : `${name}-${tag}`)];
}

async function change(
  actor: Actor,
  place: Place & { readonly collectionId: string; readonly elsewhere: string | undefined },
): Promise<Operation> {
  const { gallery, name, random } = actor;
  const { slug, own, tag, collectionId } = place;
  const { key, personId } = oneOf(own, random);
  const other = oneOf(own, random).key;
  const { references } = await gallery.listReferences(collectionId, { key, offset: 0, limit: 2 });
  const status = random() < 0.5 ? 'suspended' : 'active';
  const choices: Operation[] = [
    { kind: 'place', slug, key: `${name}-${tag}` },
    { kind: 'rename', slug, from: key, to: `${name}-${tag}` },
    { kind: 'rename', slug, from: key, to: other === key ? `${name}-${tag}` : other },
    { kind: 'leave', slug, key },
    references.length > 0
      ? { kind: 'unenrol', slug, referenceIds: references.map(({ id }) => id) }
      : { kind: 'leave', slug, key },
    { kind: 'update', personId, change: { name: `name ${name}-${tag}`, status } },
    { kind: 'erase', personId },
    { kind: 'keys', name: `${name}-${tag}` },
    ...(slug === hall ? [] : [{ kind: 'retitle', slug, name: `name ${name}-${tag}` } as const]),
    ...(references[0]
      ? [{ kind: 'move', slug, key: other, ...textOf(references[0], place, name) } as const]
      : []),
    ...(await crossings(actor, place, { personId, reference: references[0] })),
  ];
  return oneOf(choices, random);
}

/** What brings somebody and her face to the other collection that the actor may write to, if they are not there. */
async function crossings(
  { gallery, name }: Actor,
  place: Place & { readonly elsewhere: string | undefined },
  { personId, reference }: { personId: string; reference: ListedReference | undefined },
): Promise<Operation[]> {
  const { elsewhere, slug, tag } = place;
  const target = elsewhere === undefined ? undefined : await gallery.findCollection(elsewhere);
  if (elsewhere === undefined || !target) return [];
  const isThere = await gallery.findMembershipOf(target.id, personId);
  const siblings = reference ? await gallery.findFace(reference.faceNumber, [target.id]) : [];
  const join: Operation = { kind: 'join', slug: elsewhere, personId, key: `${name}-${tag}` };
  if (!reference || siblings.length > 0) return isThere ? [] : [join];
  const { faceNumber } = reference;
  const copy: Operation = {
    kind: 'copy',
    slug,
    to: elsewhere,
    faceNumber,
    ...textOf(reference, place, name),
  };
  return isThere ? [copy] : [join, copy];
}

function textOf({ id }: ListedReference, { tag }: Place, name: string) {
  return { referenceId: id, text: `text ${name}-${tag}` };
}

function oneOf<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)]!;
}
