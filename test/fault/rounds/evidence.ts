import { services } from '../../../src/domain/credential.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { type Made, madeBy, madeTogether, type Operation, type PlainOperation } from './operations.ts';
import type { Overview } from './overview.ts';

export type Evidence = {
  /** What a store held when it was opened after a cut. */
  readonly found: Overview;
  /** The ids that were given out by writes that are known of. */
  readonly given: ReadonlySet<Uuid>;
};

/**
 * Whether a write that was under way at a cut was made: what it gave out, or `undefined` when there is no trace of it.
 * One trace is enough; that the rest is there as well comes out when all is compared.
 */
export function evidenceOf(operation: Operation, { found, given }: Evidence): Made | undefined {
  switch (operation.kind) {
    case 'collection': {
      const made = found.collections[operation.slug];
      return made && { ids: [made.id] };
    }
    case 'enrol': {
      const { references = [], persons = [] } = found.collections[operation.slug] ?? {};
      const reference = references.find(({ id, key }) => key === operation.key && !given.has(id));
      const person = persons.find(({ id }) => id === reference?.personId);
      return person && madeBy(person, reference);
    }
    case 'enrolAll': {
      const { references = [], persons = [] } = found.collections[operation.slug] ?? {};
      const keys = operation.faces.map((wish) => wish.key);
      const made = keys.flatMap((own) => references.filter(({ id, key }) => key === own && !given.has(id)));
      const owners = made.flatMap(({ personId }) => persons.filter(({ id }) => id === personId));
      return made.length > 0 ? madeTogether(made, owners) : undefined;
    }
    case 'copy': {
      const { references = [], persons = [] } = found.collections[operation.to] ?? {};
      const sibling = references.find(
        ({ id, faceNumber }) => faceNumber === operation.faceNumber && !given.has(id),
      );
      const person = persons.find(({ id }) => id === sibling?.personId);
      return (
        sibling &&
        person && { ids: [sibling.id], referenceNumber: sibling.number, personNumber: person.number }
      );
    }
    case 'place': {
      const { members = [], persons = [] } = found.collections[operation.slug] ?? {};
      const place = members.find(({ key }) => key === operation.key);
      const person = persons.find(({ id }) => id === place?.personId);
      return person && madeBy(person);
    }
    case 'keys': {
      const set = found.credentials.filter(({ name }) => name === operation.name);
      const ids = services.flatMap((service) => set.filter((key) => key.services[0] === service));
      return set.length > 0 ? { ids: ids.map(({ id }) => id) } : undefined;
    }
    default:
      return hasHappened(operation, found) ? { ids: [] } : undefined;
  }
}

/** The part of a write that was under way at a cut which may have happened alone: many references go slice by slice. */
export function partThatMayHaveHappened(operation: Operation, found: Overview): Operation {
  if (operation.kind !== 'unenrol') return operation;
  const { references = [] } = found.collections[operation.slug] ?? {};
  const isGone = (wanted: Uuid) => references.every(({ id }) => id !== wanted);
  return { ...operation, referenceIds: operation.referenceIds.filter(isGone) };
}

function hasHappened(operation: PlainOperation, found: Overview): boolean {
  const persons = Object.values(found.collections).flatMap((collection) => collection.persons);
  if (operation.kind === 'update') return persons.some(({ name }) => name === operation.change.name);
  if (operation.kind === 'erase') return persons.every(({ id }) => id !== operation.personId);
  const { members = [], references = [] } = found.collections[operation.slug] ?? {};
  const hasNo = (wanted: string) => members.every(({ key }) => key !== wanted);
  switch (operation.kind) {
    case 'move':
      return references.some(({ text }) => text === operation.text);
    case 'join':
      return !hasNo(operation.key);
    case 'retitle':
      return found.collections[operation.slug]?.name === operation.name;
    case 'remove':
      return found.collections[operation.slug]?.id !== operation.collectionId;
    case 'rename':
      return hasNo(operation.from);
    case 'leave':
      return hasNo(operation.key);
    case 'unenrol':
      return references.every(({ id }) => !operation.referenceIds.includes(id));
    case 'clear':
      return members.length === 0;
  }
}
