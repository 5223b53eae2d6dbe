import { AppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { Pace } from '../../../../primitives/pace.ts';
import { numberIn, packKey, packOf } from '../disk/code-packs.ts';
import { numberAt, numberBytes, ownUuidBytes, uuidAt } from '../disk/keys.ts';
import { idBytes } from '../disk/record-keys.ts';
import type { StoredPacks } from '../disk/stored-packs.ts';
import { type ReadTable, readable } from '../disk/table.ts';
import { stateKey, type Tables } from '../disk/tables.ts';
import type { Problems } from '../problems.ts';
import type { Filler } from './filler.ts';
import type { Finder } from './finder.ts';
import type { Readiness } from './readiness.ts';
import { remakePack } from './remake-pack.ts';

const keysAtOnce = 256;

export type LoadingParts = {
  readonly tables: Tables;
  readonly finder: Finder;
  readonly problems: Problems;
  readonly readiness: Readiness;
  /** Absent where codes are sealed: then all are read one by one. */
  readonly packs?: StoredPacks | undefined;
  /** Slugs of the collections whose references come before all others', in this order. */
  readonly first: readonly string[];
  /** The event loop is held no longer than this at a time. */
  readonly sliceMs: number;
  readonly signal: AbortSignal;
};

type Waiting = { readonly id: Uuid; readonly lastPack: number; readonly references: number };

/**
 * Brings a store into the finder, by one ordered scan of the codes, while requests are answered: a collection can be
 * searched when the last of its references has come. Of what is written meanwhile the finder is told as ever.
 */
export class Loading {
  readonly #parts: LoadingParts;
  readonly #filler: Filler;
  readonly #pace: Pace;
  /** Those that were loaded out of their turn. */
  readonly #done = new Set<number>();
  readonly #damaged: number[] = [];
  /** By embedding model. */
  readonly #dimensions = new Map<string, number>();
  /** Behind it lies only what was written since. */
  #lastPack = 0;
  #waiting: Waiting[] = [];

  constructor(parts: LoadingParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.sliceMs);
    this.#filler = parts.finder.filler((modelId) => this.#dimensionsOf(modelId));
  }

  /** Packs that were damaged and are made anew in memory only. */
  get damaged(): readonly number[] {
    return this.#damaged;
  }

  /** Learns what must be known before anything is asked or written. */
  async begin(): Promise<void> {
    const { tables, finder, readiness } = this.#parts;
    await this.#eachRecord(tables.collections, (key, { id, references, clearing }) => {
      if (clearing) finder.hideCollection(id, true);
      const [last] = tables.references.keys({ prefix: key, reverse: true, limit: 1 });
      if (!last) return;
      this.#waiting.push({ id, references, lastPack: packOf(numberAt(last, idBytes)) });
      readiness.expect(id);
    });
    // Whoever has left is found by nobody; what she left behind is being removed.
    for (const key of tables.departures.keys()) {
      finder.hideMember({ collectionId: uuidAt(key), personId: uuidAt(key, idBytes), hidden: true });
    }
    finder.expect(tables.persons.count());
    this.#lastPack = packOf(tables.meta.get(stateKey)!.lastReference);
    this.#takeOnce(this.#lastPack);
    this.#filler.flush();
    this.#filler.expect(Math.max(0, tables.templates.count() - finder.rows));
  }

  /** Loads all references. Where not as many came as there should be, the collection waits for `endRows`. */
  async loadRows(): Promise<void> {
    const first = this.#parts.first.flatMap((slug) => this.#parts.tables.slugs.get(Buffer.from(slug)) ?? []);
    if (this.#isPart(first)) for (const id of first) await this.#loadCollection(id);
    await this.#loadAll();
  }

  /** What is in memory now is all. */
  endRows(): void {
    this.#parts.readiness.loaded(this.#waiting.map(({ id }) => id));
  }

  /** Learns of everybody whether she may be found. */
  async loadPersons(): Promise<void> {
    const { tables, finder, readiness } = this.#parts;
    await this.#eachRecord(tables.persons, (_key, person) => finder.judge(person));
    readiness.personsKnown();
  }

  /** Whether collections have less than half of the references: else they come as soon with all others. */
  #isPart(ids: readonly Uuid[]): boolean {
    const waiting = this.#waiting.filter(({ id }) => ids.includes(id));
    const sum = (some: readonly Waiting[]) => some.reduce((all, { references }) => all + references, 0);
    return 2 * sum(waiting) < sum(this.#waiting);
  }

  /** References of other collections that are met come along. */
  async #loadCollection(id: Uuid): Promise<void> {
    const { references } = this.#parts.tables;
    const prefix = ownUuidBytes(id);
    for (let after: Buffer | undefined; ; await this.#restIfDue()) {
      const keys = [...references.keys({ prefix, ...(after && { after }), limit: keysAtOnce })];
      for (const key of keys) this.#takeOnce(packOf(numberAt(key, idBytes)));
      this.#filler.flush();
      after = keys.at(-1);
      if (keys.length < keysAtOnce) break;
    }
    this.#tellLoaded((waiting) => waiting.id === id);
  }

  async #loadAll(): Promise<void> {
    const done = [...this.#done].sort((one, other) => one - other);
    for (let pack = 0, at = 0; pack < this.#lastPack; ) {
      while (done[at]! < pack) at++;
      const next = this.#takeRange(pack, done[at] ?? this.#lastPack);
      pack = next > pack ? next : this.#takeNext(pack);
      if (!this.#pace.isOver) continue;
      this.#filler.flush();
      this.#tellLoaded(({ lastPack }) => lastPack < pack);
      await this.#rest();
    }
    this.#filler.flush();
    this.#filler.expect(0);
    this.#tellLoaded(() => true);
    this.#done.clear();
  }

  /** Takes what can be taken at once; answers the pack to go on with. */
  #takeRange(from: number, before: number): number {
    const { packs } = this.#parts;
    if (!packs || from === before) return from;
    return this.#filler.takeRange(packs, { from, before, milliseconds: this.#pace.leftMs });
  }

  /** Answers the pack behind it or, where it is not there, the next that is. */
  #takeNext(pack: number): number {
    const isThere = this.#done.has(pack) || this.#take(pack);
    return isThere ? pack + 1 : this.#nextPack(pack);
  }

  /** Tells of the collections whose last reference has come, if all others have come too. */
  #tellLoaded(hasCome: (waiting: Waiting) => boolean): void {
    const loaded = this.#waiting.filter(
      (waiting) => hasCome(waiting) && this.#filler.rowsOf(waiting.id) >= waiting.references,
    );
    if (loaded.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !loaded.includes(waiting));
    this.#parts.readiness.loaded(loaded.map(({ id }) => id));
  }

  #nextPack(pack: number): number {
    const [next] = this.#parts.tables.codes.keys({ after: packKey(pack), limit: 1 });
    return next ? numberAt(next) : this.#lastPack;
  }

  #takeOnce(pack: number): void {
    if (this.#done.has(pack)) return;
    this.#done.add(pack);
    this.#take(pack);
  }

  /** Tells whether there is such a pack. */
  #take(pack: number): boolean {
    const areTaken = this.#read(pack);
    if (areTaken === false) this.#remake(pack);
    return areTaken !== undefined;
  }

  /** False when the pack is damaged. */
  #read(pack: number): boolean | undefined {
    try {
      return this.#parts.tables.codes.look(packKey(pack), (payload) => this.#filler.take(pack, payload));
    } catch (error) {
      if (error instanceof AppError && error.code === 'record-corrupt') return false;
      throw error;
    }
  }

  #remake(pack: number): void {
    const { tables, finder, problems } = this.#parts;
    const message = 'Codes were damaged, and are made anew from the templates';
    problems.add({ table: tables.codes.name, key: packKey(pack).toString('hex'), message });
    this.#damaged.push(pack);
    this.#filler.flush();
    for (const { place, modelId, person, collection, code } of remakePack(tables, pack)) {
      const number = numberIn(pack, place);
      const dimensions =
        this.#dimensionsOf(modelId) ?? tables.templates.get(numberBytes(number))!.template.vector.length;
      this.#dimensions.set(modelId, dimensions);
      const ids = { personId: uuidAt(person), collectionId: uuidAt(collection) };
      finder.addRow({ id: modelId, dimensions }, { number, ...ids, code });
    }
  }

  /** As the store knows them or, where that record is damaged, a template that was met. */
  #dimensionsOf(modelId: string): number | undefined {
    const { models } = this.#parts.tables;
    return this.#dimensions.get(modelId) ?? readable(() => models.get(Buffer.from(modelId)));
  }

  async #eachRecord<V>(table: ReadTable<V>, take: (key: Buffer, value: V) => void): Promise<void> {
    for (let after: Buffer | undefined, isWhole = false; !isWhole; await this.#restIfDue()) {
      isWhole = true;
      for (const { key, open } of table.sealedEntries(after && { after })) {
        const value = this.#parts.problems.readable({ table: table.name, key }, open);
        if (value !== undefined) take(key, value);
        after = key;
        isWhole = !this.#pace.isOver;
        if (!isWhole) break;
      }
    }
  }

  async #restIfDue(): Promise<void> {
    if (this.#pace.isOver) await this.#rest();
  }

  async #rest(): Promise<void> {
    await this.#pace.rest();
    this.#parts.signal.throwIfAborted();
  }
}
