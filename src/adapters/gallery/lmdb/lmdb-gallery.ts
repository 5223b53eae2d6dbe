import { AppError } from '../../../domain/errors.ts';
import type {
  Candidate,
  Collection,
  ErasureReceipt,
  Membership,
  NewReference,
  Person,
  PersonChange,
  Reference,
  Uuid,
} from '../../../domain/gallery.ts';
import {
  boundedCosine,
  changedPerson,
  checkKey,
  checkVector,
  compareKeys,
  copyFace,
} from '../../../domain/gallery-rules.ts';
import type {
  Gallery,
  GalleryCounts,
  KeyedReference,
  ListedReference,
  SearchRequest,
} from '../../../domain/ports/gallery.ts';
import type { Environment } from './disk/environment.ts';
import { ownUuidBytes } from './disk/keys.ts';
import type { Pictures } from './disk/pictures.ts';
import type { Clearing } from './disk/tables.ts';
import type { Finder } from './finder/finder.ts';
import { follow } from './finder/follow.ts';
import { digestStore } from './reading/digest-store.ts';
import type { Reader } from './reading/reader.ts';
import { Clearings } from './removal/clearing.ts';
import { BeingCleared, Ledger, type LedgerParts, personUnknown } from './writing/ledger.ts';

export type GalleryParts = LedgerParts & {
  readonly environment: Environment;
  readonly pictures: Pictures;
  readonly reader: Reader;
  readonly finder: Finder;
  /** Told of pictures that could not be removed; the next start sweeps them. */
  readonly onLeftover: (referenceIds: readonly Uuid[]) => void;
  readonly close: () => Promise<void>;
};

/**
 * The gallery in LMDB. Every write decides and writes inside one transaction; memory changes after its commit, in the
 * order of the commits.
 */
export class LmdbGallery implements Gallery {
  readonly #parts: GalleryParts;
  readonly #reader: Reader;
  readonly #clearings: Clearings;

  constructor(parts: GalleryParts) {
    this.#parts = parts;
    this.#reader = parts.reader;
    this.#clearings = new Clearings(parts.tables, (decide) => this.#write(decide));
  }

  async createCollection(slug: string, name: string): Promise<Collection> {
    const { environment, tables, nextId, nowMs } = this.#parts;
    return environment.write(() => {
      if (tables.slugs.has(Buffer.from(slug))) throw new AppError('collection-exists', 'The slug is taken');
      const collection = { id: nextId(), slug, name, createdAtMs: nowMs() };
      tables.collections.put(ownUuidBytes(collection.id), { ...collection, references: 0 });
      tables.slugs.put(Buffer.from(slug), collection.id);
      return collection;
    });
  }

  async findCollection(idOrSlug: string): Promise<Collection | undefined> {
    return this.#reader.findCollection(idOrSlug);
  }

  async listCollections(): Promise<Collection[]> {
    return this.#reader.collections().sort((one, other) => compareKeys(one.slug, other.slug));
  }

  async addPerson(collectionId: Uuid, key: string): Promise<Membership> {
    checkKey(key);
    return this.#write((ledger) => {
      const collection = ledger.collection(collectionId);
      if (ledger.member(collection, key)) throw new AppError('person-exists', 'The key is taken');
      return { collectionId, ...ledger.addMember(collection, key) };
    });
  }

  async findMembership(
    collectionId: Uuid,
    key: string,
    ignoreCase?: 'ignoreCase',
  ): Promise<Membership | undefined> {
    return this.#reader.findMembership(collectionId, key, ignoreCase !== undefined);
  }

  async listMemberships(collectionId: Uuid): Promise<Membership[]> {
    return this.#reader.memberships(collectionId);
  }

  async findPerson(personId: Uuid): Promise<Person | undefined> {
    return this.#reader.findPerson(personId);
  }

  async updatePerson(personId: Uuid, change: PersonChange): Promise<Person> {
    return this.#write((ledger) => {
      const person = this.#reader.findPerson(personId);
      if (!person) throw personUnknown();
      const changed = changedPerson(person, change);
      ledger.putPerson(changed);
      return changed;
    });
  }

  async renameMembership(collectionId: Uuid, from: string, to: string): Promise<'renamed' | 'merged'> {
    checkKey(to);
    return this.#write((ledger) => {
      const collection = ledger.collection(collectionId);
      const member = ledger.member(collection, from);
      if (!member) throw personUnknown();
      if (from === to) return 'renamed';
      const heir = ledger.member(collection, to);
      if (heir) ledger.mergeMember(collection, member, heir);
      else ledger.renameMember(collection, member, to);
      return heir ? 'merged' : 'renamed';
    });
  }

  async removeMembership(collectionId: Uuid, key: string): Promise<{ references: number }> {
    return this.#write((ledger) => {
      const collection = ledger.collection(collectionId);
      const member = ledger.member(collection, key);
      if (!member) throw personUnknown();
      return { references: ledger.removeMember(collection, member) };
    });
  }

  async clearCollection(collectionId: Uuid): Promise<{ members: number; references: number }> {
    return this.#clear(collectionId, 'all members');
  }

  async enrol(collectionId: Uuid, key: string, face: NewReference): Promise<Reference> {
    const { tables, nextId, pictures } = this.#parts;
    checkKey(key);
    checkVector(face.template.vector);
    // Asked before the picture is written, and again inside the transaction.
    this.#reader.prefix(collectionId);
    checkVector(face.template.vector, tables.models.get(Buffer.from(face.template.modelId)));
    const kept = { ...copyFace(face), id: nextId() };
    if (kept.picture) await pictures.add(kept.id, kept.picture);
    try {
      return await this.#write((ledger) => ledger.addReference(ledger.collection(collectionId), key, kept));
    } catch (error) {
      if (kept.picture) await this.#removePictures([kept.id]);
      throw error;
    }
  }

  async findReference(collectionId: Uuid, referenceId: Uuid): Promise<KeyedReference | undefined> {
    return this.#reader.findReference(collectionId, referenceId);
  }

  async readPicture(collectionId: Uuid, referenceId: Uuid): Promise<Uint8Array | undefined> {
    return this.#reader.readPicture(collectionId, referenceId);
  }

  async listReferences(
    collectionId: Uuid,
    page: { key?: string; offset: number; limit: number },
  ): Promise<{ references: ListedReference[]; total: number }> {
    return this.#reader.listReferences(collectionId, page);
  }

  async removeReferences(collectionId: Uuid, referenceIds: readonly Uuid[]): Promise<ListedReference[]> {
    return this.#write((ledger) => {
      const collection = ledger.collection(collectionId);
      return referenceIds.flatMap((id) => {
        const record = ledger.reference(collection, id);
        return record ? [ledger.removeReference(collection, record)] : [];
      });
    });
  }

  async removeAllReferences(collectionId: Uuid, key?: string): Promise<number> {
    if (key === undefined) return (await this.#clear(collectionId, 'members with references')).references;
    return this.#write((ledger) => {
      const collection = ledger.collection(collectionId);
      const member = ledger.member(collection, key);
      return member ? ledger.removeMember(collection, member) : 0;
    });
  }

  async search(request: SearchRequest): Promise<Candidate[][]> {
    const { tables, finder } = this.#parts;
    for (const id of request.collectionIds) this.#reader.prefix(id);
    const dimensions = tables.models.get(Buffer.from(request.modelId));
    for (const probe of request.probes) checkVector(probe, dimensions);
    const found = await finder.search(request, ({ person, collectionId }) =>
      this.#reader.keyOfFound(person.id, collectionId),
    );
    return found.map((hits) =>
      hits.map(({ score, key, facts: { referenceId, person, collectionId } }) => {
        return { score: boundedCosine(score), referenceId, personId: person.id, collectionId, key };
      }),
    );
  }

  async erase(personId: Uuid): Promise<ErasureReceipt> {
    const { finder, nowMs } = this.#parts;
    const earlier = this.#reader.findErasure(personId);
    if (earlier) return earlier;
    if (!this.#reader.findPerson(personId)) throw personUnknown();
    const hiddenAtMs = nowMs();
    finder.hide(personId, true);
    try {
      const { result, whole } = await this.#commit((ledger): ErasureReceipt => {
        // Somebody else may have been quicker.
        const done = this.#reader.findErasure(personId);
        if (done) return done;
        if (!this.#reader.findPerson(personId)) throw personUnknown();
        const receipt = { personId, hiddenAtMs, references: ledger.removePerson(personId) };
        ledger.putTombstone(personId, { kind: 'erased', receipt });
        return receipt;
      });
      return whole && result.removedAtMs === undefined ? await this.#stampRemoved(result) : result;
    } catch (error) {
      finder.hide(personId, false);
      throw error;
    }
  }

  async findErasure(personId: Uuid): Promise<ErasureReceipt | undefined> {
    return this.#reader.findErasure(personId);
  }

  counts(): GalleryCounts {
    const { collections, persons, references } = this.#parts.tables;
    return { collections: collections.count(), persons: persons.count(), references: references.count() };
  }

  async digest(): Promise<string> {
    return digestStore(this.#parts, () => this.#clearings.finishAll());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close();
  }

  /** Goes on with what a stop has cut short; the next write meets what fails again. */
  async resume(): Promise<void> {
    try {
      await this.#clearings.finishAll();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  /** To be called before the store is closed. */
  stop(): Promise<void> {
    return this.#clearings.stop();
  }

  async #clear(collectionId: Uuid, what: Clearing): Promise<{ members: number; references: number }> {
    const counts = await this.#write((ledger) =>
      this.#clearings.begin(ledger, ledger.collection(collectionId), what),
    );
    try {
      await this.#clearings.finish(collectionId);
    } catch (error) {
      // It is empty for all who ask; the next write to it, or the next start, goes on removing.
      if (!(error instanceof AppError)) throw error;
    }
    return counts;
  }

  /** Notes on the receipt that the last of her records, the pictures, are gone too. */
  async #stampRemoved(hidden: ErasureReceipt): Promise<ErasureReceipt> {
    const receipt = { ...hidden, removedAtMs: this.#parts.nowMs() };
    try {
      await this.#write((ledger) => ledger.putTombstone(hidden.personId, { kind: 'erased', receipt }));
      return receipt;
    } catch (error) {
      // She is gone all the same; the next start completes the receipt.
      if (error instanceof AppError) return hidden;
      throw error;
    }
  }

  async #write<R>(decide: (ledger: Ledger) => R): Promise<R> {
    return (await this.#commit(decide)).result;
  }

  /** `whole` is false when a picture was left for the next start to remove. */
  async #commit<R>(decide: (ledger: Ledger) => R): Promise<{ result: R; whole: boolean }> {
    for (;;) {
      try {
        return await this.#commitOnce(decide);
      } catch (error) {
        if (!(error instanceof BeingCleared)) throw error;
        await this.#clearings.finish(error.collectionId);
      }
    }
  }

  async #commitOnce<R>(decide: (ledger: Ledger) => R): Promise<{ result: R; whole: boolean }> {
    const { result, after } = await this.#parts.environment.write(() => {
      const ledger = new Ledger(this.#parts);
      return { result: decide(ledger), after: ledger.after };
    });
    for (const step of after) follow(this.#parts.finder, step);
    const gone = after.flatMap((step) => (step.kind === 'picture-gone' ? [step.referenceId] : []));
    return { result, whole: await this.#removePictures(gone) };
  }

  async #removePictures(referenceIds: readonly Uuid[]): Promise<boolean> {
    try {
      await this.#parts.pictures.remove(referenceIds);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#parts.onLeftover(referenceIds);
      return false;
    }
  }
}
