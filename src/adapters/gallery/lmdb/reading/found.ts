import type { Candidate, Uuid } from '../../../../domain/gallery.ts';
import { isSearchable, mostDimensions } from '../../../../domain/gallery-rules.ts';
import type { Moments } from '../../../../primitives/onward-clock.ts';
import { copyTemplate, copyVector, templateIds } from '../disk/codecs.ts';
import { numberBytes, ownUuidBytes } from '../disk/keys.ts';
import { placeKey } from '../disk/record-keys.ts';
import type { ReadTable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import type { Problems } from '../problems.ts';

export type FoundParts = Moments & {
  readonly tables: Tables;
  /** Told of damaged records, which are no answers. */
  readonly problems: Problems;
};

/** What a search reads in the store: the templates that codes leave open, and whose a reference is that was found. */
export class Found {
  readonly #parts: FoundParts;
  readonly #vector = new Float32Array(mostDimensions);

  constructor(parts: FoundParts) {
    this.#parts = parts;
  }

  /** Valid until the next call; `undefined` when it is gone or damaged, or there is none of that model. */
  template(number: number, modelId: string): Float32Array | undefined {
    const { templates, nextTemplates } = this.#parts.tables;
    const key = numberBytes(number);
    return (
      this.#look(templates, key, (payload) => copyVector(payload, modelId, this.#vector)) ??
      this.#look(nextTemplates, key, (payload) => copyTemplate(payload, modelId, this.#vector))
    );
  }

  /** `undefined` when the reference is no answer any more. */
  name(number: number, includeBarred = false): Omit<Candidate, 'score'> | undefined {
    const { tables } = this.#parts;
    const key = numberBytes(number);
    const ids = this.#look(tables.templates, key, templateIds);
    if (!ids || !this.#mayAnswer(ids.personId, includeBarred)) return undefined;
    const collection = ownUuidBytes(ids.collectionId);
    const record = tables.collections.get(collection);
    if (!record || record.clearing) return undefined;
    const place = tables.places.get(placeKey(ids.personId, collection));
    if (place === undefined) return undefined;
    return { ...ids, faceNumber: this.faceOf(number), key: place };
  }

  /** The number that the siblings of a reference share. */
  faceOf(number: number): number {
    return this.#parts.tables.copiedFaces.get(numberBytes(number)) ?? number;
  }

  /** Asked again where it is written, for a face that is shown to nobody must not come out by a slip of memory. */
  #mayAnswer(personId: Uuid, includeBarred: boolean): boolean {
    const { tables, problems } = this.#parts;
    const key = ownUuidBytes(personId);
    const person = problems.readable({ table: 'persons', key }, () => tables.persons.get(key));
    return person !== undefined && (includeBarred || isSearchable(person, this.#parts));
  }

  #look<R>(table: ReadTable<unknown>, key: Buffer, use: (payload: Buffer) => R): R | undefined {
    return this.#parts.problems.readable({ table: table.name, key }, () => table.look(key, use));
  }
}
