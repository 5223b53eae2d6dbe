import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Person, Uuid } from '../../../domain/gallery.ts';
import { isSearchable } from '../../../domain/gallery-rules.ts';
import type { SearchRequest } from '../../../domain/ports/gallery.ts';
import { Arena, type ArenaRow, type KnownPerson, type RowFacts } from './arena.ts';
import { type Hit, TopHits } from './top-hits.ts';

/** A search holds the event loop no longer than this at a time. */
const sliceMs = 4;
const rowsBetweenLooks = 256;
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
  readonly #collectionIds = new Map<Uuid, Uuid>();
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
    const known = this.#persons.get(id);
    if (known) known.standing = standing;
    else this.#persons.set(id, { id, standing, hidden: false });
  }

  removePerson(personId: Uuid): void {
    this.#persons.delete(personId);
  }

  hide(personId: Uuid, hidden: boolean): void {
    const person = this.#persons.get(personId);
    if (person) person.hidden = hidden;
  }

  /** False when the person is unknown, or another template of the model has another length: the row is left out. */
  addRow(modelId: string, row: Omit<ArenaRow, 'person'> & { personId: Uuid }): boolean {
    const { personId, ...rest } = row;
    const person = this.#persons.get(personId);
    if (!person) return false;
    const arena = this.#arenas.get(modelId) ?? new Arena(row.vector.length);
    if (arena.dimensions !== row.vector.length) return false;
    this.#arenas.set(modelId, arena);
    arena.add({ ...rest, person, collectionId: this.#shared(row.collectionId) });
    return true;
  }

  removeRow(number: number): void {
    for (const arena of this.#arenas.values()) arena.remove(number);
  }

  /** Gives a row to another person. */
  moveRow(number: number, personId: Uuid): void {
    const person = this.#persons.get(personId);
    if (!person) return;
    for (const arena of this.#arenas.values()) arena.reassign(number, person);
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
      const answers = tops.map((top) => this.#confirm(arena, top, keyOf));
      if (attempt === attempts || answers.every(({ gaps }) => !gaps)) return answers.map(({ hits }) => hits);
      // What the store has committed reaches the arena within a turn.
      await nextTurn();
    }
  }

  async #scan(arena: Arena, request: SearchRequest): Promise<TopHits[]> {
    const wanted = new Set(request.collectionIds);
    const searches = request.probes.map((probe) => ({ probe, top: new TopHits(request) }));
    let sliceEnd = performance.now() + sliceMs;
    // From the last row down: see Arena. Rows that go while we wait only make the next row smaller.
    for (let row = arena.rows - 1; row >= 0; row = Math.min(row, arena.rows) - 1) {
      const facts = arena.facts(row);
      if (wanted.has(facts.collectionId)) {
        for (const { probe, top } of searches) {
          const score = arena.score(row, probe);
          if (top.wants(score) && this.#isSearchable(facts.person)) top.offer({ score, facts });
        }
      }
      if (row % rowsBetweenLooks === 0 && performance.now() > sliceEnd) {
        await nextTurn();
        sliceEnd = performance.now() + sliceMs;
      }
    }
    return searches.map(({ top }) => top);
  }

  /** The hits that still hold, and whether some do not. */
  #confirm(arena: Arena, top: TopHits, keyOf: KeyOf): { hits: NamedHit[]; gaps: boolean } {
    const found = top.ranked();
    const hits = found.flatMap(({ score, facts }): NamedHit[] => {
      const now = arena.find(facts.number);
      if (now?.person !== facts.person || !this.#isSearchable(facts.person)) return [];
      const key = keyOf(facts);
      return key === undefined ? [] : [{ score, facts, key }];
    });
    return { hits, gaps: hits.length < found.length };
  }

  /** One copy of the text for all rows: records bring a new one each. */
  #shared(collectionId: Uuid): Uuid {
    const shared = this.#collectionIds.get(collectionId) ?? collectionId;
    this.#collectionIds.set(shared, shared);
    return shared;
  }

  #isSearchable(person: KnownPerson): boolean {
    return !person.hidden && isSearchable(person.standing, this.#nowMs());
  }
}
