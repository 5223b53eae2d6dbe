import { writeExtractorNetwork } from './face-api/feature-extractor.ts';
import { writeRecognition } from './face-api/recognition.ts';
import { writeGraphNetwork } from './tfjs-graph/networks.ts';
import { readWeights, type Weights, weightsManifestSchema } from './weights.ts';

/** Makes a network's ONNX bytes from its description (JSON) and its weights. */
export type Converter = (json: string, bytes: Uint8Array) => Uint8Array;

/** The networks that can be converted, by their id in the catalogue. */
export const converters: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  [
    'blazeface',
    (json, bytes) =>
      writeGraphNetwork(
        {
          name: 'blazeface',
          batch: 1,
          outputs: {
            Identity: 'Identity',
            Identity_1: 'Identity_1',
            Identity_2: 'Identity_2',
            Identity_3: 'Identity_3',
          },
        },
        json,
        bytes,
      ),
  ],
  [
    'faceres',
    (json, bytes) =>
      writeGraphNetwork(
        {
          name: 'faceres',
          batch: 'N',
          outputs: {
            'gender_pred/Sigmoid': 'gender',
            'age_pred/Softmax': 'age',
            'global_pooling/Mean': 'descriptor',
          },
        },
        json,
        bytes,
      ),
  ],
  ['face_recognition', fromFaceApi(writeRecognition)],
  [
    'face_landmark_68',
    fromFaceApi((weights) =>
      writeExtractorNetwork(weights, { name: 'face_landmark_68', output: 'landmarks', softmax: false }),
    ),
  ],
  [
    'face_expression',
    fromFaceApi((weights) =>
      writeExtractorNetwork(weights, { name: 'face_expression', output: 'expression', softmax: true }),
    ),
  ],
]);

function fromFaceApi(write: (weights: Weights) => Uint8Array): Converter {
  return (json, bytes) => write(readWeights(weightsManifestSchema.parse(JSON.parse(json)), bytes));
}
