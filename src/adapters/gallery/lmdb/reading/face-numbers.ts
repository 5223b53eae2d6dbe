import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Uuid } from '../../../../domain/gallery.ts';
import type { FacePage } from '../../../../domain/ports/gallery.ts';
import { numberAt, numberBytes, ownUuidBytes, uuidBytes } from '../disk/keys.ts';
import { idBytes, referenceKey, textKey, textPrefix } from '../disk/record-keys.ts';
import type { ReadTable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';

const keysAtOnce = 64;
const heldAtOnce = 500;

type NumberPage = Omit<FacePage, 'limit'>;
/** The face numbers that follow one in the order, and where to go on; `undefined` at the end. */
type Next = (after: number | undefined) => { numbers: number[]; after: number | undefined };

/** Face numbers in their order, of which a stretch at a time is read. */
class NumberStream {
  readonly #next: Next;
  #numbers: number[] = [];
  #after: number | undefined;
  #isAtEnd = false;

  constructor(next: Next, after: number | undefined) {
    this.#next = next;
    this.#after = after;
  }

  /** The next number, which stays the next until `pass` is called. */
  peek(): number | undefined {
    while (this.#numbers.length === 0 && !this.#isAtEnd) {
      const { numbers, after } = this.#next(this.#after);
      this.#numbers = numbers;
      this.#after = after;
      this.#isAtEnd = after === undefined;
    }
    return this.#numbers[0];
  }

  pass(): void {
    this.#numbers.shift();
  }
}

/** The numbers of the faces of several collections, each once; those of members who have left are among them. */
export class FaceNumbers {
  readonly #streams: readonly NumberStream[];
  readonly #reverse: boolean;

  private constructor(streams: readonly NumberStream[], reverse: boolean) {
    this.#streams = streams;
    this.#reverse = reverse;
  }

  static async open(tables: Tables, collectionIds: readonly Uuid[], page: NumberPage): Promise<FaceNumbers> {
    const { after } = page;
    const reverse = page.order === 'newest first';
    const streams: NumberStream[] = [];
    for (const id of new Set(collectionIds)) {
      const sources = await sourcesOf(tables, ownUuidBytes(id), { ...page, reverse });
      streams.push(...sources.map((next) => new NumberStream(next, after)));
    }
    return new FaceNumbers(streams, reverse);
  }

  next(): number | undefined {
    const heads = this.#streams.map((stream) => stream.peek()).filter((number) => number !== undefined);
    if (heads.length === 0) return undefined;
    const next = this.#reverse ? Math.max(...heads) : Math.min(...heads);
    for (const stream of this.#streams) if (stream.peek() === next) stream.pass();
    return next;
  }
}

async function sourcesOf(
  tables: Tables,
  collection: Buffer,
  { reverse, after, text, personId }: Omit<NumberPage, 'order'> & { readonly reverse: boolean },
): Promise<Next[]> {
  if (personId !== undefined) {
    const numbers = await numbersOf(tables, collection, personId);
    const isLater = (number: number) => after === undefined || (reverse ? number < after : number > after);
    const rest = numbers.filter(isLater).sort((one, other) => (reverse ? other - one : one - other));
    return [() => ({ numbers: rest, after: undefined })];
  }
  if (text) {
    const prefix = textPrefix(collection, text);
    return [following(tables.texts, { prefix, reverse, at: (number) => textKey(collection, text, number) })];
  }
  const wish = { prefix: collection, reverse, at: (number: number) => referenceKey(collection, number) };
  const isFirst = (number: number) => !tables.copiedFaces.has(numberBytes(number));
  return [following(tables.references, wish, isFirst), following(tables.faceCopies, wish)];
}

/** Numbers at the end of the keys of a table. */
function following(
  table: ReadTable<unknown>,
  { prefix, reverse, at }: { prefix: Buffer; reverse: boolean; at: (number: number) => Buffer },
  counts: (number: number) => boolean = () => true,
): Next {
  return (last) => {
    const beyond = last !== undefined && (reverse ? { before: at(last) } : { after: at(last) });
    const wish = { prefix, reverse, limit: keysAtOnce, ...beyond };
    const numbers = Array.from(table.keys(wish), (key) => numberAt(key, key.length - 8));
    const after = numbers.length === keysAtOnce ? numbers.at(-1) : undefined;
    return { numbers: numbers.filter(counts), after };
  };
}

/** The face numbers of one member's references, in no order. */
async function numbersOf(
  { memberReferences, copiedFaces }: Tables,
  collection: Buffer,
  personId: Uuid,
): Promise<number[]> {
  const person = uuidBytes(personId);
  if (!person) return [];
  const prefix = Buffer.concat([collection, person]);
  const found: number[] = [];
  for (let after: Buffer | undefined; ; await nextTurn()) {
    const keys = [...memberReferences.keys({ prefix, limit: heldAtOnce, ...(after && { after }) })];
    for (const key of keys) {
      const number = numberAt(key, 2 * idBytes);
      found.push(copiedFaces.get(numberBytes(number)) ?? number);
    }
    after = keys.at(-1);
    if (keys.length < heldAtOnce) return found;
  }
}
