import type { Person, Uuid } from '../../../../domain/gallery.ts';
import type { SearchRequest } from '../../../../domain/ports/gallery.ts';
import type { Moments } from '../../../../primitives/onward-clock.ts';
import { Arena } from './arena.ts';
import { Filler } from './filler.ts';
import { wordsOf } from './id-table.ts';
import { People } from './people.ts';
import { type NamedHit, type StoreOfNames, searchArena } from './search-arena.ts';

export type NewRow = {
  /** The reference's: greater numbers were enrolled later. */
  readonly number: number;
  readonly personId: Uuid;
  readonly collectionId: Uuid;
  readonly code: Uint8Array;
};

/** An embedding model; all templates of one have the same length. */
export type Model = { readonly id: string; readonly dimensions: number };

export type FinderParts = Moments & {
  /** As `ReadTemplate`, of a model. */
  readonly readTemplate: (number: number, modelId: string) => Float32Array | undefined;
};

/**
 * Finds faces: the codes of all templates in memory, one arena an embedding model. It follows the store, which is the
 * truth: rows change only after a commit, the few templates that codes leave open are read there, and what a search has
 * found is looked up there before it goes out.
 */
export class Finder {
  readonly #readTemplate: FinderParts['readTemplate'];
  readonly #people: People;
  /** By embedding model. */
  readonly #arenas = new Map<string, Arena>();
  /** A small number, slot, for each collection. */
  readonly #slots = new Map<Uuid, number>();
  readonly #hidden = new Set<Uuid>();

  constructor({ readTemplate, ...moments }: FinderParts) {
    this.#people = new People(moments);
    this.#readTemplate = readTemplate;
  }

  /** To be told how many persons will come. */
  expect(persons: number): void {
    this.#people.expect(persons);
  }

  /** To be told of everybody new or changed. */
  judge(person: Person): void {
    this.#people.judge(person);
  }

  forget(personId: Uuid): void {
    this.#people.forget(personId);
  }

  hide(personId: Uuid, hidden: boolean): void {
    this.#people.hide(personId, hidden);
  }

  /** Hides a member's faces in one collection from now on, or shows those that come from now on. */
  hideMember(member: { personId: Uuid; collectionId: Uuid; hidden: boolean }): void {
    this.#people.hideMember(member.personId, this.#slotOf(member.collectionId), member.hidden);
  }

  hideCollection(collectionId: Uuid, hidden: boolean): void {
    if (hidden) this.#hidden.add(collectionId);
    else this.#hidden.delete(collectionId);
  }

  /** Adds a row, unless it is there. */
  addRow(model: Model, { number, personId, collectionId, code }: NewRow): void {
    const arena = this.#arena(model);
    if (arena.find(number)) return;
    const collection = this.#slotOf(collectionId);
    arena.add({ number, person: this.#people.addRow(collection, wordsOf(personId)), collection }, code);
  }

  /** For many rows at once. */
  filler(dimensionsOf: (modelId: string) => number | undefined): Filler {
    return new Filler({
      people: this.#people,
      slotOf: (collectionId) => this.#slotOf(collectionId),
      arenaOf: (id) => {
        const dimensions = dimensionsOf(id);
        return dimensions === undefined ? undefined : this.#arena({ id, dimensions });
      },
    });
  }

  has(number: number): boolean {
    return [...this.#arenas.values()].some((arena) => arena.find(number) !== undefined);
  }

  /** The numbers of all rows, in no order. Rows may come and go meanwhile: one that stays is told at least once. */
  *numbers(): Iterable<number> {
    for (const arena of this.#arenas.values()) {
      // Downwards, for the last row goes to the place of one that goes.
      for (let row = arena.rows; row > 0; row = Math.min(row, arena.rows)) yield arena.numberAt(--row);
    }
  }

  /** How many rows there are. */
  get rows(): number {
    return [...this.#arenas.values()].reduce((sum, { rows }) => sum + rows, 0);
  }

  removeRow(number: number): void {
    for (const arena of this.#arenas.values()) {
      const facts = arena.remove(number);
      if (facts) this.#people.removeRow(facts.person, facts.collection);
    }
  }

  /** Removes what one model knows of a reference. */
  removeRowOf(modelId: string, number: number): void {
    const arena = this.#arenas.get(modelId);
    const facts = arena?.remove(number);
    if (facts) this.#people.removeRow(facts.person, facts.collection);
    if (arena?.rows === 0) this.#arenas.delete(modelId);
  }

  /** Gives a row to another person. */
  moveRow(number: number, personId: Uuid): void {
    for (const arena of this.#arenas.values()) {
      const facts = arena.find(number);
      if (!facts) continue;
      arena.give(number, this.#people.addRow(facts.collection, wordsOf(personId)));
      this.#people.removeRow(facts.person, facts.collection);
    }
  }

  /** The persons whom a search of these collections can find now; one in several of them counts in each. */
  countSearchable(collectionIds: readonly Uuid[]): number {
    return this.#people.countSearchable(this.#shown(collectionIds));
  }

  /**
   * The best hits a probe, as the store names them. Nobody comes out who was erased, removed or suspended before the answer
   * is made; a row that is added while the search runs may be missed.
   */
  async search<Named>(request: SearchRequest, store: StoreOfNames<Named>): Promise<NamedHit<Named>[][]> {
    const arena = this.#arenas.get(request.modelId);
    if (!arena) return request.probes.map(() => []);
    return searchArena(request, {
      ...store,
      readTemplate: (number) => this.#readTemplate(number, request.modelId),
      search: (wish) => arena.search({ ...wish, collections: this.#shown(request.collectionIds) }),
      find: (number) => {
        const facts = arena.find(number);
        if (!facts) return undefined;
        const { person, collection } = facts;
        return this.#people.isSearchable(person, collection, request.includeBarred) ? facts : undefined;
      },
    });
  }

  #arena({ id, dimensions }: Model): Arena {
    const arena = this.#arenas.get(id) ?? new Arena(dimensions);
    this.#arenas.set(id, arena);
    return arena;
  }

  #slotOf(collectionId: Uuid): number {
    const slot = this.#slots.get(collectionId) ?? this.#slots.size;
    this.#slots.set(collectionId, slot);
    return slot;
  }

  /** A collection without rows may have no slot yet. */
  #shown(collectionIds: readonly Uuid[]): number[] {
    const shown = [...new Set(collectionIds)].filter((id) => !this.#hidden.has(id));
    return shown.flatMap((id) => this.#slots.get(id) ?? []);
  }
}
