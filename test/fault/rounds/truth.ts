import { isDeepStrictEqual } from 'node:util';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { openMemoryStore } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { evidenceOf, partThatMayHaveHappened } from './evidence.ts';
import { type Made, type Operation, perform, type Store, servingModel, switchTo } from './operations.ts';
import { type Overview, overviewOf } from './overview.ts';
import { nowMs, type Told, type WriteId } from './told.ts';
import { Violation } from './violation.ts';

type Write = { readonly id: WriteId; readonly operation: Operation; readonly made?: Made };

/**
 * What a store must hold, from what its lives have told: every acknowledged write, and of those that were under way at a
 * cut each wholly or not at all. It is kept by making the same writes in the galleries in memory, with the ids that the
 * store gave.
 */
export class Truth {
  readonly #store: Store;
  readonly #begun = new Map<string, Write>();
  readonly #given = new Set<Uuid>();
  #lastReference = 0;
  #lastPerson = 0;
  #ids: Uuid[] = [];
  #isClean = false;
  /** The embedding models that may serve: that of the last change which was acknowledged, and that of the one under way. */
  #models = new Set(['model-a']);

  /** Whether the last scrub has left nothing of what had been removed. */
  get isClean(): boolean {
    return this.#isClean;
  }

  constructor() {
    const nextId = () => {
      const id = this.#ids.shift();
      if (id === undefined) throw new Violation('A write has given out fewer ids than it should');
      return id;
    };
    const options = { nowMs, nextId };
    this.#store = { ...openMemoryStore(options), credentials: openMemoryCredentials(options) };
  }

  /** Takes what a life has told; throws `Violation` when it found something else than it had to. */
  async note(lines: readonly Told[]): Promise<void> {
    for (const told of lines) {
      if (told.what === 'opened') await this.#compare(told.overview, told.problems);
      else if (told.what === 'failed') throw new Violation(told.message);
      else if (told.what === 'scrubbed') this.#isClean = told.isClean;
      else if (told.what === 'switching') this.#models.add(told.modelId);
      else if (told.what === 'switched') this.#models = new Set([told.modelId]);
      else if (told.what === 'refused') this.#begun.delete(nameOf(told.id));
      else if (told.what === 'begun') this.#begun.set(nameOf(told.id), told);
      else this.#begun.set(nameOf(told.id), { ...this.#begun.get(nameOf(told.id))!, made: told.made });
    }
  }

  async #compare(found: Overview, problems: readonly object[]): Promise<void> {
    if (problems.length > 0) throw new Violation(`Problems were told: ${JSON.stringify(problems)}`);
    await this.#makeAll(found);
    await this.#follow(found.modelId);
    const expected = JSON.parse(JSON.stringify(await overviewOf(this.#store))) as Overview;
    const difference = differenceOf(expected, found);
    if (difference !== undefined) throw new Violation(difference);
  }

  /** Changes the model, where the store has done so. */
  async #follow(modelId: string): Promise<void> {
    if (!this.#models.has(modelId))
      throw new Violation(`It serves ${modelId}, and should one of ${[...this.#models].join(', ')}`);
    this.#models = new Set([modelId]);
    if (servingModel(this.#store) !== modelId) await switchTo(this.#store, modelId);
  }

  /** Makes what the last life has written, once it can be seen what became of the writes that were under way. */
  async #makeAll(found: Overview): Promise<void> {
    const begun = [...this.#begun.values()];
    for (const { made } of begun) for (const id of made?.ids ?? []) this.#given.add(id);
    const writes = begun.flatMap((write) => {
      if (write.made) return [{ ...write, made: write.made }];
      const operation = partThatMayHaveHappened(write.operation, found);
      const made = evidenceOf(operation, { found, given: this.#given });
      return made ? [{ ...write, operation, made }] : [];
    });
    for (const { made } of writes) for (const id of made.ids) this.#given.add(id);
    this.#begun.clear();
    const actors = [...Map.groupBy(writes, ({ id }) => id.actor).values()].map((each) => [
      ...Map.groupBy(each, ({ id }) => id.turn).values(),
    ]);
    while (actors.some((turns) => turns.length > 0)) await this.#makeNext(actors);
  }

  /** Turns of different actors change nothing of each other's, so any order will do that gives the same numbers. */
  async #makeNext(actors: (Write & { made: Made })[][][]): Promise<void> {
    for (const turns of actors) {
      const at = turns[0]?.findIndex(({ made }) => this.#isNext(made)) ?? -1;
      if (at < 0) continue;
      const [write] = turns[0]!.splice(at, 1);
      if (turns[0]!.length === 0) turns.shift();
      await this.#make(write!);
      return;
    }
    const waiting = actors.flat(2).map(({ operation, made }) => ({ operation, made }));
    throw new Violation(
      `No order of the writes gives their numbers, after reference ${this.#lastReference} and person ${this.#lastPerson}: ${JSON.stringify(waiting)}`,
    );
  }

  #isNext({ referenceNumber, personNumber }: Made): boolean {
    return (
      (referenceNumber === undefined || referenceNumber === this.#lastReference + 1) &&
      (personNumber === undefined || personNumber <= this.#lastPerson + 1)
    );
  }

  async #make({ operation, made }: Write & { made: Made }): Promise<void> {
    this.#ids = [...made.ids];
    const { referenceNumber, personNumber = 0, count = 1 } = made;
    if (referenceNumber !== undefined) this.#lastReference = referenceNumber + count - 1;
    this.#lastPerson = Math.max(personNumber + count - 1, this.#lastPerson);
    try {
      await perform(this.#store, operation);
    } catch (error) {
      throw new Violation(
        `The store made a write that the galleries in memory refuse: ${JSON.stringify(operation)}`,
        {
          cause: error,
        },
      );
    }
  }
}

function nameOf({ actor, turn, index }: WriteId): string {
  return `${actor} ${turn} ${index}`;
}

const vague = ['counts', 'digest'];

/** The first place where two values differ; `undefined` when they do not. */
function differenceOf(expected: unknown, found: unknown, path = 'store'): string | undefined {
  if (isDeepStrictEqual(expected, found)) return undefined;
  const parts = [expected, found].every((each) => typeof each === 'object' && each !== null);
  if (!parts) return `${path}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
  const [one, other] = [expected, found] as [Record<string, unknown>, Record<string, unknown>];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  // Last what differs whenever anything does, and says least.
  const order = [...names].sort((one, other) => vague.indexOf(one) - vague.indexOf(other));
  return order
    .map((name) => differenceOf(one[name], other[name], `${path}.${name}`))
    .find((difference) => difference !== undefined);
}
