import type { Person, Uuid } from '../../../../domain/gallery.ts';
import { isSearchable } from '../../../../domain/gallery-rules.ts';
import type { SearchRequest } from '../../../../domain/ports/gallery.ts';
import { Arena, type ArenaHit, type ArenaRow, type KnownPerson, type RowFacts } from './arena.ts';
import { Presence } from './presence.ts';
import { type Hit, type IdentityOf, TopHits } from './top-hits.ts';

/** Asked for beyond what is wanted, so that a few hits that do not count cost no second search. */
const spareHits = 8;
/** How many times more are asked for when too few of the hits counted. */
const moreHits = 4;

/** What the store knows of a row: the key of its member, and the number that its siblings share. */
export type RowName = { readonly key: string; readonly faceNumber: number };
/** A hit that was looked up in the store. */
export type NamedHit = Hit & RowName;
export type NewRow = Omit<ArenaRow, 'person' | 'collectionSlot'> & { readonly personId: Uuid };
/** `undefined` when the store knows the member that a row belongs to no more. */
export type NameOf = (facts: RowFacts) => RowName | undefined;

/**
 * Finds faces: the templates in memory, one arena an embedding model. It follows the store, which is the truth: rows
 * change only after a commit, and what a search has found is looked up there before it goes out.
 */
export class Finder {
  readonly #nowMs: () => number;
  readonly #arenas = new Map<string, Arena>();
  readonly #persons = new Map<Uuid, KnownPerson>();
  readonly #presence = new Presence();
  readonly #hidden = new Set<Uuid>();
  readonly #collections = new Map<Uuid, Pick<ArenaRow, 'collectionId' | 'collectionSlot'>>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  addPerson({ id, status, validFromMs, validUntilMs }: Person): void {
    const standing = {
      status,
      ...(validFromMs !== undefined && { validFromMs }),
      ...(validUntilMs !== undefined && { validUntilMs }),
    };
    const person = this.#persons.get(id) ?? { id, standing, hidden: false };
    person.standing = standing;
    this.#persons.set(id, person);
    this.#presence.judge(person);
  }

  removePerson(personId: Uuid): void {
    const person = this.#persons.get(personId);
    if (person) this.#presence.forget(person);
    this.#persons.delete(personId);
  }

  hide(personId: Uuid, hidden: boolean): void {
    const person = this.#persons.get(personId);
    if (!person) return;
    person.hidden = hidden;
    this.#presence.judge(person);
  }

  /** Hides a member's faces in one collection from now on, or shows those that come from now on. */
  hideMember({
    personId,
    collectionId,
    hidden,
  }: {
    personId: Uuid;
    collectionId: Uuid;
    hidden: boolean;
  }): void {
    const person = this.#persons.get(personId);
    if (!person) return;
    if (!hidden) {
      person.leaving?.delete(collectionId);
      return;
    }
    person.leaving = new Set(person.leaving).add(collectionId);
    const slot = this.#collections.get(collectionId)?.collectionSlot;
    if (slot !== undefined) this.#presence.leave(slot, person);
  }

  hideCollection(collectionId: Uuid, hidden: boolean): void {
    if (hidden) this.#hidden.add(collectionId);
    else this.#hidden.delete(collectionId);
  }

  /** False when the person is unknown, or another template of the model has another length: the row is left out. */
  addRow(modelId: string, row: NewRow, when: 'now' | 'later' = 'now'): boolean {
    const { personId, ...rest } = row;
    const person = this.#persons.get(personId);
    if (!person) return false;
    const arena = this.#arenas.get(modelId) ?? new Arena(row.vector.length);
    if (arena.dimensions !== row.vector.length) return false;
    this.#arenas.set(modelId, arena);
    const collection = this.#collection(row.collectionId);
    const whole = { ...rest, person, ...collection };
    if (when === 'now') arena.add(whole);
    else arena.addLater(whole);
    this.#presence.addRow(collection.collectionSlot, person);
    return true;
  }

  /** Lets rows that were added later be found; until then nothing may be searched or removed. */
  async addLate(): Promise<void> {
    for (const arena of this.#arenas.values()) await arena.addLate();
  }

  removeRow(number: number): void {
    for (const arena of this.#arenas.values()) {
      const facts = arena.find(number);
      if (facts) this.#presence.removeRow(facts.collectionSlot, facts.person);
      arena.remove(number);
    }
  }

  /** Gives a row to another person. */
  moveRow(number: number, personId: Uuid): void {
    const person = this.#persons.get(personId);
    if (!person) return;
    for (const arena of this.#arenas.values()) {
      const facts = arena.find(number);
      if (!facts) continue;
      this.#presence.removeRow(facts.collectionSlot, facts.person);
      this.#presence.addRow(facts.collectionSlot, person);
      arena.reassign(number, person);
    }
  }

  /** The persons whom a search of these collections can find now; one in several of them counts in each. */
  countSearchable(collectionIds: readonly Uuid[]): number {
    return this.#presence.count(this.#slotsOf(collectionIds), (person) => this.#isUp(person));
  }

  /**
   * The best hits a probe. Nobody comes out who was erased, removed or suspended before the answer is made; a row that
   * is added while the search runs may be missed.
   */
  async search(request: SearchRequest, nameOf: NameOf): Promise<NamedHit[][]> {
    const answers: NamedHit[][] = request.probes.map(() => []);
    const arena = this.#arenas.get(request.modelId);
    if (!arena) return answers;
    let open = request.probes.map((probe, index) => ({ probe, index }));
    for (let asked = request.limit + spareHits; open.length > 0; asked *= moreHits) {
      const { lists, isAll } = await arena.search({
        probes: open.map(({ probe }) => probe),
        limit: Math.min(asked, 2 ** 31),
        minScore: request.minScore,
        collectionSlots: this.#slotsOf(request.collectionIds),
      });
      open = open.filter(({ index }, at) => {
        const { best, isSettled } = this.#choose(lists[at]!, request, nameOf);
        answers[index] = best;
        return !isSettled && !isAll[at];
      });
    }
    return answers;
  }

  /** The hits that count, and whether no hit that was not brought could be among them. */
  #choose(
    hits: readonly ArenaHit[],
    request: SearchRequest,
    nameOf: NameOf,
  ): { best: NamedHit[]; isSettled: boolean } {
    const names = new Map<RowFacts, RowName>();
    const top = new TopHits({ ...request, identity: identityOf(request, names) });
    for (const { score, facts } of hits) {
      if (!top.wants(score)) break;
      if (!this.#isSearchable(facts, request.includeBarred)) continue;
      // What the store knows no more is about to go here too.
      const name = nameOf(facts);
      if (!name) continue;
      names.set(facts, name);
      top.offer({ score, facts });
    }
    const best = top.ranked().map((hit) => ({ ...hit, ...names.get(hit.facts)! }));
    const last = hits.at(-1);
    return { best, isSettled: last !== undefined && !top.wants(last.score) };
  }

  /** A small number for a collection, and one copy of its id for all rows: records bring a new one each. */
  #collection(id: Uuid): Pick<ArenaRow, 'collectionId' | 'collectionSlot'> {
    const known = this.#collections.get(id) ?? { collectionId: id, collectionSlot: this.#collections.size };
    this.#collections.set(id, known);
    return known;
  }

  /** A collection without rows may have none yet. */
  #slotsOf(collectionIds: readonly Uuid[]): number[] {
    const shown = [...new Set(collectionIds)].filter((id) => !this.#hidden.has(id));
    return shown.flatMap((id) => this.#collections.get(id)?.collectionSlot ?? []);
  }

  #isSearchable({ person, collectionId }: RowFacts, includeBarred = false): boolean {
    if (person.leaving?.has(collectionId)) return false;
    return includeBarred ? !person.hidden : this.#isUp(person);
  }

  #isUp({ hidden, standing }: KnownPerson): boolean {
    return !hidden && isSearchable(standing, this.#nowMs());
  }
}

function identityOf(
  { distinctPersons, distinctFaces }: SearchRequest,
  names: ReadonlyMap<RowFacts, RowName>,
): IdentityOf {
  if (distinctPersons) return ({ person }) => person;
  return distinctFaces ? (facts) => names.get(facts)!.faceNumber : ({ number }) => number;
}
