import { AppError } from '../domain/errors.ts';
import type { Template } from '../domain/face.ts';
import { unitVector } from '../domain/vector.ts';
import type { Signing } from './signing.ts';

/** Faces that callers carry about: a template as a text that only this installation can make. */
export interface FaceData {
  write(template: Template): string;
  /** `bad-input` for what was not written here, or was changed. */
  read(text: string): Template;
}

const version = 1;
/** Version and length of the model's id. */
const headBytes = 2;
const longestModelId = 255;

/** Signed with the installation's secret, and readable by whoever has it: it is biometric data. */
export function createFaceData(signing: Signing): FaceData {
  return {
    write({ modelId, vector }) {
      const model = Buffer.from(modelId);
      if (model.length > longestModelId) throw new AppError('internal', 'The id of the model is too long');
      const values = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
      return signing.sign('face-data', Buffer.concat([Buffer.of(version, model.length), model, values]));
    },
    read(text) {
      const payload = signing.open('face-data', text);
      const modelBytes = payload?.[1] ?? 0;
      if (payload?.[0] !== version || modelBytes === 0) {
        throw new AppError('bad-input', 'The face data was not made by this installation, or was changed');
      }
      const from = headBytes + modelBytes;
      const values = Array.from(
        { length: (payload.length - from) / Float32Array.BYTES_PER_ELEMENT },
        (_, at) => payload.readFloatLE(from + at * Float32Array.BYTES_PER_ELEMENT),
      );
      return { modelId: payload.toString('utf8', headBytes, from), vector: unitVector(values) };
    },
  };
}
