import { expect } from 'vitest';
import type { DialectName } from '../../../src/domain/credential.ts';
import { call, type Reply } from '../../harness/http-client.ts';

/** What a door needs of an API, in the API's own words. */
export type DoorClient = {
  /** Enrols a person and tells what the API calls her. */
  enrol(name: string, picture: Buffer): Promise<string>;
  /** Who that is, as the API tells it; nobody when no score is good enough. */
  identify(picture: Buffer): Promise<string | undefined>;
  /** Whether both pictures show one person. */
  verify(one: Buffer, other: Buffer): Promise<boolean>;
  /** Takes away whom this API has enrolled, by what it called her. */
  remove(called: string): Promise<void>;
};

export type DoorOptions = {
  /** The main port. */
  readonly url: string;
  /** As `ostiary keys create --json` tells them. */
  readonly keys: readonly { readonly services: readonly string[]; readonly secret: string }[];
  readonly collection: string;
};

type OpenDoorClient = (options: DoorOptions) => DoorClient;
export type VendorName = Exclude<DialectName, 'ostiary'>;

/** Less similar is a stranger, where the API leaves that to its callers. */
const sameAt = 0.5;

export const openClient: Readonly<Record<VendorName, OpenDoorClient>> = {
  compreface({ url, keys }) {
    const keyOf = (service: string) => keys.find(({ services }) => services.includes(service))!.secret;
    const recognition = keyOf('recognition');
    const base = `${url}/compreface/api/v1`;
    return {
      async enrol(name, bytes) {
        const path = `/recognition/faces?subject=${encodeURIComponent(name)}`;
        const { image_id } = good<{ image_id: string }>(
          await call(base, 'POST', path, { key: recognition, files: [{ bytes }] }),
        );
        return image_id;
      },
      async identify(bytes) {
        const path = `/recognition/recognize?similarity_threshold=${sameAt}`;
        type Found = { result: { subjects: { image_id: string }[] }[] };
        const { result } = good<Found>(
          await call(base, 'POST', path, { key: recognition, files: [{ bytes }] }),
        );
        return result[0]!.subjects[0]?.image_id;
      },
      async verify(one, other) {
        const files = [
          { part: 'source_image', bytes: one },
          { part: 'target_image', bytes: other },
        ];
        const key = keyOf('verification');
        type Verified = { result: { face_matches: { similarity: number }[] }[] };
        const { result } = good<Verified>(await call(base, 'POST', '/verification/verify', { key, files }));
        return result[0]!.face_matches[0]!.similarity > sameAt;
      },
      async remove(imageId) {
        good(await call(base, 'DELETE', `/recognition/faces/${imageId}`, { key: recognition }));
      },
    };
  },

  'face-match-expert'({ url, keys, collection }) {
    const headers = { Authorization: keys[0]!.secret };
    const ask = (method: string, path: string, json: unknown) =>
      call(`${url}/face-match-expert/v1`, method, path, { headers, json });
    const of = `/collection/${collection}`;
    return {
      async enrol(name, picture) {
        good(await ask('POST', `${of}/add`, [{ id: name, image: base64(picture) }]));
        return name;
      },
      async identify(picture) {
        const image = base64(picture);
        const [best] = good<{ id: string }[]>(await ask('POST', `${of}/search/image`, { image }));
        return best?.id;
      },
      async verify(one, other) {
        const body = { image1: base64(one), image2: base64(other) };
        const { similarity } = good<{ similarity: number }>(await ask('POST', '/compare/image', body));
        return similarity > sameAt;
      },
      async remove(id) {
        good(await ask('DELETE', `${of}/delete`, { id }));
      },
    };
  },

  'face-search'({ url, keys, collection }) {
    const key = keys[0]!.secret;
    const ask = (method: string, path: string, json?: unknown) =>
      call(`${url}/face-search`, method, path, { key, json });
    const search = async (picture: Buffer): Promise<{ person_id: string; face_base_64: string }[]> =>
      good(
        await ask('POST', '/face-search', {
          ...{ collection_name: collection, check_liveness: false, face_base_64: base64(picture) },
          ...{ min_similarity_score: 0.7, max_results: 1 },
        }),
      );
    return {
      async enrol(name, picture) {
        const person = { person_id: name, person_name: name, face_base_64: base64(picture) };
        const { person_id } = good<{ person_id: string }>(
          await ask('PUT', '/person', {
            ...{ ...person, collection_name: collection, check_liveness: false, metadata: {} },
            ...{ check_duplicates: false, duplicate_check_min_similarity: 0.7 },
            face_storage_type: 'NoStorage',
          }),
        );
        return person_id;
      },
      identify: async (picture) => (await search(picture))[0]?.person_id,
      // The vendor has no comparison of two pictures: whoever one finds, the other must find too.
      async verify(one, other) {
        const [first] = await search(one);
        const [second] = await search(other);
        return first !== undefined && first.person_id === second?.person_id;
      },
      async remove(personId) {
        const json = { collection_name: collection, person_id: personId };
        good(await ask('DELETE', '/person', json));
      },
    };
  },

  enface({ url, keys }) {
    const headers = { token: keys[0]!.secret };
    const send = (path: string, fields: Form) =>
      call(`${url}/enface/v1`, 'POST', path, { headers, body: toForm(fields) });
    return {
      async enrol(name, image) {
        type Made = { persons_new: { person_id: string }[][] };
        const limits = { new_person_square_min: '50', new_person_yaw_max: '80' };
        const { persons_new } = good<Made>(await send('/person/create', { image, fields: name, ...limits }));
        return persons_new[0]![0]!.person_id;
      },
      async identify(image) {
        type Acted = { results: { matches: { person_id: string }[] }[] };
        const { results } = good<Acted>(await send('/action', { image }));
        return results[0]!.matches[0]?.person_id;
      },
      async verify(one, other) {
        type Compared = { image1: { score: number }[] };
        const { image1 } = good<Compared>(await send('/compare', { images: [one, other] }));
        return image1[0]!.score >= 80;
      },
      async remove(person_id) {
        good(await call(`${url}/enface/v1`, 'POST', '/person/delete', { headers, json: { person_id } }));
      },
    };
  },

  findface({ url, keys }) {
    const headers = { Authorization: `Token ${keys[0]!.secret}` };
    const send = (path: string, fields: Form) =>
      call(`${url}/findface/v0`, 'POST', path, { headers, body: toForm(fields) });
    return {
      async enrol(name, photo) {
        type Added = { results: { id: number }[] };
        const { results } = good<Added>(await send('/face/', { photo, meta: name }));
        return String(results[0]!.id);
      },
      async identify(photo) {
        type Found = { results: Record<string, { face: { id: number } }[]> };
        const { results } = good<Found>(await send('/identify/', { photo }));
        const [best] = Object.values(results)[0]!;
        return best && String(best.face.id);
      },
      async verify(photo1, photo2) {
        return good<{ verified: boolean }>(await send('/verify/', { photo1, photo2 })).verified;
      },
      async remove(id) {
        good(await call(`${url}/findface/v0`, 'DELETE', `/face/id/${id}/`, { headers }));
      },
    };
  },
};

function good<T>({ status, json, bytes }: Reply): T {
  expect({ status, body: bytes.toString() }).toMatchObject({ status: expect.toSatisfy(isGood) });
  return json as T;
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

function base64(picture: Buffer): string {
  return picture.toString('base64');
}

type Form = Readonly<Record<string, string | Buffer | readonly Buffer[]>>;

function toForm(fields: Form): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.append(name, value);
    else {
      for (const picture of Buffer.isBuffer(value) ? [value] : value) {
        form.append(name, new Blob([Uint8Array.from(picture)]), 'photo.jpg');
      }
    }
  }
  return form;
}
