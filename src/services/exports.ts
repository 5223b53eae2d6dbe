import type { Collection, Person, Uuid } from '../domain/gallery.ts';
import { vectorBytes } from '../domain/gallery-digest.ts';
import type { Job } from '../domain/job.ts';
import {
  newManifest,
  type PortableCollection,
  type PortableFace,
  type PortablePerson,
} from '../domain/portable.ts';
import type { Gallery, KeyedReference, ListedFace } from '../domain/ports/gallery.ts';
import type { PortableFolder } from '../domain/ports/portable-folder.ts';
import type { AuditService } from './audit.ts';
import type { JobService, JobTools } from './jobs.ts';
import { newPortableName, portablePlace } from './portable-place.ts';

/** Writes galleries in their portable form, as jobs. */
export interface Exports {
  /** Of these collections, into a folder that is not there yet or empty; a new one when none is named. `bad-input`. */
  begin(
    collections: readonly Collection[],
    wish: { readonly folder?: string | undefined; readonly isLocal: boolean },
  ): Promise<Job>;
}

export type ExportsParts = {
  readonly gallery: Pick<
    Gallery,
    | 'countCollection'
    | 'findCollection'
    | 'findPerson'
    | 'findReference'
    | 'listFaces'
    | 'listPlaces'
    | 'pageMemberships'
    | 'readPicture'
  >;
  readonly jobs: JobService;
  readonly audit: Pick<AuditService, 'note'>;
  /** Where folders are that are named. */
  readonly dir: string;
  readonly open: (folder: string) => PortableFolder;
  readonly nowMs?: () => number;
};

type Ask = { readonly folder: string; readonly collectionIds: readonly Uuid[] };
/** How far an export is: lists up to these bytes, and where they go on. */
type Point = {
  readonly stage: 'persons' | 'faces';
  readonly bytes: { readonly persons: number; readonly faces: number };
  readonly counts: { readonly persons: number; readonly faces: number };
  /** Of `collectionIds`, and the last key of it. */
  readonly collection: number;
  readonly afterKey?: string;
  readonly afterFace?: number;
};

export const exportJobs = 'export';
const personsAtOnce = 200;
const facesAtOnce = 16;
const saveEveryMs = 500;

export function createExports(parts: ExportsParts): Exports {
  const { jobs, audit, dir, nowMs = Date.now } = parts;
  jobs.register(exportJobs, (job, tools) => new Export(parts, job, tools).run());
  return {
    async begin(collections, { folder = newPortableName(nowMs()), isLocal }) {
      const ask: Ask = {
        folder: portablePlace(dir, folder, isLocal),
        collectionIds: collections.map(({ id }) => id),
      };
      const job = await jobs.submit(exportJobs, ask);
      const details = { collections: collections.length };
      await audit.note({ action: 'gallery-exported', outcome: 'done', details });
      return job;
    },
  };
}

class Export {
  readonly #parts: ExportsParts;
  readonly #tools: JobTools;
  readonly #ask: Ask;
  readonly #folder: PortableFolder;
  readonly #isNew: boolean;
  #point: Point;
  #collections: readonly Collection[] = [];
  #total = 0;
  #savedAt = performance.now();

  constructor(parts: ExportsParts, job: Job, tools: JobTools) {
    this.#parts = parts;
    this.#tools = tools;
    this.#ask = job.ask as Ask;
    this.#folder = parts.open(this.#ask.folder);
    this.#isNew = job.resumePoint === undefined;
    this.#point = (job.resumePoint as Point | undefined) ?? {
      ...{ stage: 'persons', bytes: { persons: 0, faces: 0 }, counts: { persons: 0, faces: 0 } },
      collection: 0,
    };
  }

  async run() {
    const { gallery, nowMs = Date.now } = this.#parts;
    const found = await Promise.all(this.#ask.collectionIds.map((id) => gallery.findCollection(id)));
    this.#collections = found.filter((collection) => collection !== undefined);
    for (const { id } of this.#collections) {
      const { members, references } = await gallery.countCollection(id);
      this.#total += members + references;
    }
    if (this.#isNew) await this.#folder.create();
    await this.#folder.append('collections', 0, this.#collections.map(toPortableCollection));
    await this.#goOn({}, true);
    if (this.#point.stage === 'persons') await this.#writePersons();
    await this.#writeFaces();
    const counts = { collections: this.#collections.length, ...this.#point.counts };
    await this.#folder.finish(newManifest(counts, nowMs()));
    return { folder: this.#ask.folder, ...counts };
  }

  async #writePersons(): Promise<void> {
    const { gallery } = this.#parts;
    while (this.#point.collection < this.#collections.length) {
      const { id } = this.#collections[this.#point.collection]!;
      const { afterKey } = this.#point;
      const members = await gallery.pageMemberships(id, {
        ...{ limit: personsAtOnce, ...(afterKey !== undefined && { after: afterKey }) },
      });
      const persons: PortablePerson[] = [];
      for (const { personId } of members) persons.push(...(await this.#personMetAt(personId, id)));
      await this.#append('persons', persons);
      const last = members.at(-1)?.key;
      await this.#goOn(
        members.length < personsAtOnce || last === undefined
          ? { collection: this.#point.collection + 1, afterKey: undefined }
          : { afterKey: last },
      );
    }
    await this.#append('faces', []);
    await this.#goOn({ stage: 'faces' });
  }

  /** She is written once, where the first of her places is. */
  async #personMetAt(personId: Uuid, collectionId: Uuid): Promise<PortablePerson[]> {
    const { gallery } = this.#parts;
    const places = (await gallery.listPlaces(personId)).flatMap((place) => {
      const collection = this.#collections.find(({ id }) => id === place.collectionId);
      return collection ? [{ ...place, collection }] : [];
    });
    const first = this.#collections.find(({ id }) => places.some((place) => place.collectionId === id));
    const person = first?.id === collectionId ? await gallery.findPerson(personId) : undefined;
    if (!person) return [];
    const keys = places.map(({ collection, key }) => ({ collection: collection.slug, key }));
    return [toPortablePerson(person, keys)];
  }

  async #writeFaces(): Promise<void> {
    const { gallery } = this.#parts;
    const ids = this.#collections.map(({ id }) => id);
    for (let hasMore = ids.length > 0; hasMore; ) {
      const { afterFace } = this.#point;
      const page = await gallery.listFaces(ids, {
        ...{ order: 'oldest first', limit: facesAtOnce },
        ...(afterFace !== undefined && { after: afterFace }),
      });
      const faces = await Promise.all(page.faces.map((face) => this.#writeFace(face)));
      await this.#append('faces', faces.flat());
      hasMore = page.hasMore;
      await this.#goOn({ afterFace: page.faces.at(-1)?.number ?? afterFace });
    }
  }

  /** Its pictures are written first. None when it has gone meanwhile. */
  async #writeFace({ references }: ListedFace): Promise<PortableFace[]> {
    const { gallery } = this.#parts;
    const [first] = references;
    const reference = first && (await gallery.findReference(first.collectionId, first.id));
    if (!reference) return [];
    const picture = reference.hasPicture
      ? await gallery.readPicture(reference.collectionId, reference.id)
      : undefined;
    const files = {
      ...(reference.crop && { crop: pathOf('crops', reference, reference.crop.jpeg) }),
      ...(picture && { picture: pathOf('pictures', reference, picture) }),
    };
    if (files.crop) await this.#folder.putPicture(files.crop, reference.crop!.jpeg);
    if (files.picture) await this.#folder.putPicture(files.picture, picture!);
    const places = references.map(({ collectionId, key, text, metadata }) => {
      const { slug } = this.#collections.find(({ id }) => id === collectionId)!;
      return { collection: slug, key, text, metadata };
    });
    return [toPortableFace(reference, files, places)];
  }

  async #append(list: 'persons' | 'faces', lines: readonly object[]): Promise<void> {
    const { bytes, counts } = this.#point;
    const end = await this.#folder.append(list, bytes[list], lines);
    this.#point = {
      ...this.#point,
      bytes: { ...bytes, [list]: end },
      counts: { ...counts, [list]: counts[list] + lines.length },
    };
  }

  async #goOn(step: { [Name in keyof Point]?: Point[Name] | undefined }, isSaved = false): Promise<void> {
    this.#point = { ...this.#point, ...step } as Point;
    const { signal, save } = this.#tools;
    const nowMs = performance.now();
    if (isSaved || signal.aborted || nowMs - this.#savedAt > saveEveryMs) {
      const { persons, faces } = this.#point.counts;
      await save({ done: Math.min(persons + faces, this.#total), total: this.#total }, this.#point);
      this.#savedAt = nowMs;
    }
    signal.throwIfAborted();
  }
}

function toPortableCollection({ slug, name, metadata }: Collection): PortableCollection {
  return { slug, name, metadata };
}

function toPortablePerson(person: Person, places: PortablePerson['places']): PortablePerson & object {
  const { id, number, name, metadata, status, validFromMs, validUntilMs, createdAtMs } = person;
  return {
    ...{ id, number, createdAt: toIso(createdAtMs), name, metadata, status },
    ...(validFromMs !== undefined && { validFrom: toIso(validFromMs) }),
    ...(validUntilMs !== undefined && { validUntil: toIso(validUntilMs) }),
    places,
  };
}

function toPortableFace(
  reference: KeyedReference,
  files: { readonly crop?: string; readonly picture?: string },
  places: PortableFace['places'],
): PortableFace & object {
  const { id, faceNumber, personId, createdAtMs, template, crop, box, landmarks } = reference;
  const { detectorScore, quality } = reference;
  return {
    ...{ id, number: faceNumber, personId, createdAt: toIso(createdAtMs) },
    template: {
      modelId: template.modelId,
      vector: Buffer.from(vectorBytes(template.vector)).toString('base64'),
    },
    ...(crop && files.crop && { crop: { file: files.crop, landmarks: crop.landmarks } }),
    ...(files.picture && { picture: files.picture }),
    ...{ box, landmarks, detectorScore, quality, places },
  };
}

const endings: readonly (readonly [start: string, ending: string])[] = [
  ['ffd8ff', 'jpg'],
  ['89504e47', 'png'],
  ['47494638', 'gif'],
  ['52494646', 'webp'],
  ['424d', 'bmp'],
];

/** Spread over 256 folders by the id's random bits. */
function pathOf(folder: 'crops' | 'pictures', { id }: { readonly id: Uuid }, bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const ending = endings.find(([magic]) => start.startsWith(magic))?.[1] ?? 'bin';
  return `${folder}/${id.slice(6, 8)}/${id}.${ending}`;
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
