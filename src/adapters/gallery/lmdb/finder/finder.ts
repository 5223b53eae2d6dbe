import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Person, Uuid } from '../../../../domain/gallery.ts';
import { isSearchable } from '../../../../domain/gallery-rules.ts';
import type { SearchRequest } from '../../../../domain/ports/gallery.ts';
import { Arena, type ArenaRow, blockRows, type KnownPerson, type RowFacts } from './arena.ts';
import { Presence } from './presence.ts';
import { type Hit, TopHits } from './top-hits.ts';

/** A search holds the event loop no longer than this at a time. */
const sliceMs = 4;
/** How often a search starts anew when writes took its hits away; then it answers with what is left. */
const attempts = 3;

/** A hit whose member was looked up in the store. */
export type NamedHit = Hit & { readonly key: string };
/** The key of the member that a row belongs to; `undefined` when the store knows her no more. */
export type KeyOf = (facts: RowFacts) => string | undefined;

/**
 * Finds faces: the templates in memory, one arena an embedding model, searched exactly. It follows the store, which is
 * the truth: rows change only after a commit, and what a search has found is looked up there before it goes out.
 */
export class Finder {
  readonly #nowMs: () => number;
  readonly #arenas = new Map<string, Arena>();
  readonly #persons = new Map<Uuid, KnownPerson>();
  readonly #presence = new Presence();
  readonly #hidden = new Set<Uuid>();
  readonly #collections = new Map<Uuid, Pick<ArenaRow, 'collectionId' | 'collectionSlot'>>();
  /** For the block at hand; one search runs at a time. */
  readonly #scores = new Float64Array(blockRows);
  #turn: Promise<unknown> = Promise.resolve();

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
  addRow(modelId: string, row: Omit<ArenaRow, 'person' | 'collectionSlot'> & { personId: Uuid }): boolean {
    const { personId, ...rest } = row;
    const person = this.#persons.get(personId);
    if (!person) return false;
    const arena = this.#arenas.get(modelId) ?? new Arena(row.vector.length);
    if (arena.dimensions !== row.vector.length) return false;
    this.#arenas.set(modelId, arena);
    const collection = this.#collection(row.collectionId);
    arena.add({ ...rest, person, ...collection });
    this.#presence.addRow(collection.collectionSlot, person);
    return true;
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
  async search(request: SearchRequest, keyOf: KeyOf): Promise<NamedHit[][]> {
    const arena = this.#arenas.get(request.modelId);
    if (!arena) return request.probes.map(() => []);
    // One at a time: several in slices of their own would hold the loop for as many slices.
    const search = this.#turn.then(() => this.#searchInTurn(arena, request, keyOf));
    this.#turn = search.catch(() => undefined);
    return search;
  }

  async #searchInTurn(arena: Arena, request: SearchRequest, keyOf: KeyOf): Promise<NamedHit[][]> {
    for (let attempt = 1; ; attempt++) {
      const tops = await this.#scan(arena, request);
      const answers = tops.map((top) => this.#confirm(arena, top, { ...request, keyOf }));
      if (attempt === attempts || answers.every(({ gaps }) => !gaps)) return answers.map(({ hits }) => hits);
      // What the store has committed reaches the arena within a turn.
      await nextTurn();
    }
  }

  async #scan(arena: Arena, request: SearchRequest): Promise<TopHits[]> {
    const searches = request.probes.map((probe) => ({ probe, top: new TopHits(request) }));
    const wanted = this.#slotsOf(request.collectionIds);
    const { includeBarred } = request;
    let sliceEnd = performance.now() + sliceMs;
    // From the last row down: see Arena. Rows that go while we wait only make the next block lower.
    let block = lastBlock(arena);
    while (block >= 0) {
      for (const { probe, top } of searches) {
        // The rows of a block that is gone have moved down, or are gone too.
        if (block > lastBlock(arena)) break;
        this.#offerBlock(arena, block, { probe, wanted, top, includeBarred });
        if (performance.now() <= sliceEnd) continue;
        await nextTurn();
        sliceEnd = performance.now() + sliceMs;
      }
      block = Math.min(block - 1, lastBlock(arena));
    }
    return searches.map(({ top }) => top);
  }

  #offerBlock(
    arena: Arena,
    block: number,
    ask: { probe: Float32Array; wanted: Uint8Array; top: TopHits; includeBarred: boolean | undefined },
  ): void {
    const { probe, wanted, top, includeBarred } = ask;
    const scores = this.#scores;
    const count = arena.scoreBlock(block, { probe, wanted, scores });
    for (let at = 0; at < count; at++) {
      const score = scores[at]!;
      if (!top.wants(score)) continue;
      const facts = arena.facts(block * blockRows + at);
      if (this.#isSearchable(facts, includeBarred)) top.offer({ score, facts });
    }
  }

  /** The hits that still hold, and whether some do not. */
  #confirm(
    arena: Arena,
    top: TopHits,
    { includeBarred, keyOf }: Pick<SearchRequest, 'includeBarred'> & { keyOf: KeyOf },
  ): { hits: NamedHit[]; gaps: boolean } {
    const found = top.ranked();
    const hits = found.flatMap(({ score, facts }): NamedHit[] => {
      const now = arena.find(facts.number);
      if (now?.person !== facts.person || !this.#isSearchable(facts, includeBarred)) return [];
      const key = keyOf(facts);
      return key === undefined ? [] : [{ score, facts, key }];
    });
    return { hits, gaps: hits.length < found.length };
  }

  /** A small number for a collection, and one copy of its id for all rows: records bring a new one each. */
  #collection(id: Uuid): Pick<ArenaRow, 'collectionId' | 'collectionSlot'> {
    const known = this.#collections.get(id) ?? { collectionId: id, collectionSlot: this.#collections.size };
    this.#collections.set(id, known);
    return known;
  }

  /** 1 at the slots of these collections. A collection without rows may have none yet. */
  #slotsOf(collectionIds: readonly Uuid[]): Uint8Array {
    const wanted = new Uint8Array(this.#collections.size);
    for (const id of collectionIds) {
      const known = this.#collections.get(id);
      if (known && !this.#hidden.has(id)) wanted[known.collectionSlot] = 1;
    }
    return wanted;
  }

  #isSearchable({ person, collectionId }: RowFacts, includeBarred = false): boolean {
    if (person.leaving?.has(collectionId)) return false;
    return includeBarred ? !person.hidden : this.#isUp(person);
  }

  #isUp({ hidden, standing }: KnownPerson): boolean {
    return !hidden && isSearchable(standing, this.#nowMs());
  }
}

function lastBlock(arena: Arena): number {
  return Math.ceil(arena.rows / blockRows) - 1;
}
