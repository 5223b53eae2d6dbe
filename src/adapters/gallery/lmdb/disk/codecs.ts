import type { FaceCrop, Template } from '../../../../domain/face.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { vectorBytes } from '../../../../domain/gallery-digest.ts';
import type { Point } from '../../../../domain/geometry.ts';
import { ownUuidBytes, uuidAt } from './keys.ts';
import { Scratch } from './scratch.ts';

/** How a table's values become bytes, which are valid until the next are made, and come back. */
export type Codec<V, W = V> = {
  readonly encode: (value: W) => Uint8Array;
  readonly decode: (payload: Buffer) => V;
  /** Whether what is decoded is a view of the payload. */
  readonly isView?: true;
};

/**
 * Plain data; `undefined` members are left out. The checksum vouches that what is read was written as a `V`; `complete`
 * adds what an earlier version did not write.
 */
export function json<V>(complete: (stored: Partial<V>) => object = (stored) => stored): Codec<V> {
  return {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (payload) => complete(JSON.parse(payload.toString()) as Partial<V>) as V,
  };
}

export const uuid: Codec<Uuid> = { encode: ownUuidBytes, decode: (payload) => uuidAt(payload) };

/** For tables whose keys say all. */
export const nothing: Codec<true> = { encode: () => new Uint8Array(), decode: () => true };

export const bytes: Codec<Uint8Array> = {
  encode: (value) => value,
  decode: (payload) => payload,
  isView: true,
};

/** As `bytes`, for buffers. */
export const buffer: Codec<Buffer> = {
  encode: (value) => value,
  decode: (payload) => payload,
  isView: true,
};

/** Everything the index needs to know of a reference, so that a start reads one table in one go. */
export type TemplateRow = {
  readonly referenceId: Uuid;
  readonly personId: Uuid;
  readonly collectionId: Uuid;
  readonly template: Template;
};

const rowIds = 48;

export type TemplateIds = Omit<TemplateRow, 'template'>;

/** The ids in the bytes of a `TemplateRow`. */
export function templateIds(payload: Buffer): TemplateIds {
  return {
    referenceId: uuidAt(payload),
    personId: uuidAt(payload, 16),
    collectionId: uuidAt(payload, 32),
  };
}

/** The model id in the bytes of a `TemplateRow`. */
export function templateModel(payload: Buffer): string {
  return payload.toString('utf8', rowIds + 1, vectorStart(payload, rowIds));
}

/** Copies the vector in the bytes of a `TemplateRow` to the beginning of `into`; `undefined` when it is of another model. */
export function copyVector(payload: Buffer, modelId: string, into: Float32Array): Float32Array | undefined {
  return templateModel(payload) === modelId
    ? copied(payload.subarray(vectorStart(payload, rowIds)), into)
    : undefined;
}

/** As `copyVector`, of the bytes of a template alone. */
export function copyTemplate(payload: Buffer, modelId: string, into: Float32Array): Float32Array | undefined {
  const start = vectorStart(payload, 0);
  return payload.toString('utf8', 1, start) === modelId ? copied(payload.subarray(start), into) : undefined;
}

function copied(vector: Buffer, into: Float32Array): Float32Array {
  new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(vector);
  return into.subarray(0, vector.byteLength / into.BYTES_PER_ELEMENT);
}

function vectorStart(payload: Buffer, templateAt: number): number {
  return templateAt + 1 + payload[templateAt]!;
}

/** Length and text of the model id, the vector's float32 little-endian. */
export const template: Codec<Template> = {
  encode({ modelId, vector }) {
    const name = Buffer.from(modelId);
    return Buffer.concat([Buffer.of(name.length), name, vectorBytes(vector)]);
  },
  decode(payload) {
    const vectorAt = vectorStart(payload, 0);
    return { modelId: payload.toString('utf8', 1, vectorAt), vector: floats(payload.subarray(vectorAt)) };
  },
};

/** Three ids, then the template. */
export const templateRow: Codec<TemplateRow> = {
  encode({ referenceId, personId, collectionId, template: made }) {
    const ids = [referenceId, personId, collectionId].map(ownUuidBytes);
    return Buffer.concat([...ids, template.encode(made)]);
  },
  decode: (payload) => ({
    ...templateIds(payload),
    template: template.decode(payload.subarray(rowIds)),
  }),
};

/** A copy, for the bytes in a record lie at any address. */
function floats(payload: Buffer): Float32Array {
  return new Float32Array(new Uint8Array(payload).buffer);
}

const landmarkBytes = 80;
const scratch = new Scratch();

/** Ten float64 little-endian (x and y of five landmarks), then the JPEG. */
export const crop: Codec<FaceCrop> = {
  encode({ landmarks, jpeg }) {
    const payload = scratch.take(landmarkBytes + jpeg.length);
    for (const [at, [x, y]] of landmarks.entries()) {
      payload.writeDoubleLE(x, at * 16);
      payload.writeDoubleLE(y, at * 16 + 8);
    }
    payload.set(jpeg, landmarkBytes);
    return payload;
  },
  decode(payload) {
    const point = (at: number): Point => [payload.readDoubleLE(at * 16), payload.readDoubleLE(at * 16 + 8)];
    return {
      landmarks: [point(0), point(1), point(2), point(3), point(4)],
      jpeg: new Uint8Array(payload.subarray(landmarkBytes)),
    };
  },
};
