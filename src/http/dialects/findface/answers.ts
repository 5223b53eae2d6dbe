import { createHash } from 'node:crypto';
import type { Metadata, Uuid } from '../../../domain/gallery.ts';
import { isAutomaticKey } from '../../../domain/gallery-rules.ts';
import type { ListedFace, ListedReference } from '../../../domain/ports/gallery.ts';
import type { PicturePlace } from '../../../services/picture-links.ts';
import type { RequestContext } from '../../dialect.ts';
import { pictureUrls } from '../../picture-urls.ts';
import type { FindFaceParts } from './deps.ts';
import { md5Of, type Photo } from './photos.ts';
import type { Scope } from './scope.ts';
import { toWireBox, toWireTime, type WireFace, type WireFeatures } from './wire.ts';

/** Where the API stands on the main port, … */
export const prefix = '/findface';
/** … and below that shows the photos that it keeps. */
const photoRoute = '/v1/photo';

/** What this API keeps beside a face, by names of its own. */
const kept = {
  photo: 'findface.photo',
  hash: 'findface.photo_hash',
  features: 'findface.features',
  /** When it was added, for the first of its references may go before the others. */
  addedAt: 'findface.timestamp',
} as const;

export type FaceNotes = Pick<Photo, 'url'> & { readonly hash: string; readonly features: WireFeatures };

export function toMetadata({ url, hash, features }: FaceNotes): Metadata {
  return {
    [kept.hash]: hash,
    [kept.addedAt]: toWireTime(Date.now()),
    ...(url !== undefined && { [kept.photo]: url }),
    ...(Object.keys(features).length > 0 && { [kept.features]: JSON.stringify(features) }),
  };
}

async function hashOf(
  { metadata, collectionId, id, hasPicture }: ListedReference,
  { gallery, hashes }: Pick<FindFaceParts, 'gallery' | 'hashes'>,
): Promise<string> {
  const known = metadata[kept.hash] ?? hashes.get(id);
  if (known !== undefined) return known;
  const picture = hasPicture ? await gallery.readPicture(collectionId, id) : undefined;
  // Without a picture there is nothing to tell but that it is this face.
  const hash = picture ? await md5Of(picture) : createHash('md5').update(id).digest('hex');
  hashes.set(id, hash);
  return hash;
}

/** What a face is called: its text, or its person's key where another API has enrolled it. */
export function metaOf({ references: [first] }: Pick<ListedFace, 'references'>): string {
  const { text = '', key = '' } = first ?? {};
  return text === '' && !isAutomaticKey(key) ? key : text;
}

/** The face where this reference of it was found or listed: siblings in other galleries may be somebody else's. */
export function ledBy({ number, references }: ListedFace, referenceId: Uuid | undefined): ListedFace {
  const first = references.find(({ id }) => id === referenceId);
  return { number, references: first ? [first, ...references.filter((one) => one !== first)] : references };
}

/** Tells a face to one caller. */
export type FaceTelling = (face: ListedFace) => Promise<WireFace>;

export function faceTelling(ctx: RequestContext, parts: FindFaceParts, scope: Scope): FaceTelling {
  const isV0 = versionOf(ctx) === 'v0';
  const urlOf = pictureUrls(parts, { prefix, route: photoRoute }, ctx);
  return async (face) => {
    const [first] = face.references;
    const { metadata, personId, box, createdAtMs } = first!;
    const person = isV0 ? undefined : await parts.gallery.findPerson(personId);
    // Always the same one, so that the address is.
    const [pictured] = face.references
      .filter(({ hasPicture }) => hasPicture)
      .sort((one, other) => one.number - other.number);
    return {
      ...readFeatures(metadata),
      galleries: scope.namesOf(face.references.map(({ collectionId }) => collectionId)),
      id: face.number,
      meta: metaOf(face),
      ...(person && { person_id: person.number }),
      photo: metadata[kept.photo] ?? (pictured ? urlOf(placeOf(pictured)) : ''),
      photo_hash: await hashOf(first!, parts),
      timestamp: metadata[kept.addedAt] ?? toWireTime(createdAtMs),
      ...toWireBox(box),
    };
  };
}

function placeOf({ collectionId, id: referenceId }: ListedReference): PicturePlace {
  return { collectionId, referenceId };
}

function readFeatures(metadata: Metadata): WireFeatures {
  return JSON.parse(metadata[kept.features] ?? '{}') as WireFeatures;
}

/** What a path without a version stands for is v1. */
function versionOf({ path }: Pick<RequestContext, 'path'>): 'v0' | 'v1' {
  return /^(\/findface)?\/v0(\/|$)/.test(path) ? 'v0' : 'v1';
}
