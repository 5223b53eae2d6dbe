import {
  readWeights,
  type Weights,
  weightsManifestSchema,
} from '../src/adapters/model-store/conversion/weights.ts';
import { writeExtractorNetwork } from './face-api/feature-extractor.ts';
import { writeRecognition } from './face-api/recognition.ts';
import { writeGraphNetwork } from './tfjs-graph/networks.ts';

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
  [
    'face_mesh',
    (json, bytes) =>
      writeGraphNetwork(
        { name: 'face_mesh', batch: 'N', outputs: { Identity_1: 'presence', Identity_2: 'mesh' } },
        json,
        bytes,
      ),
  ],
  [
    'iris',
    (json, bytes) =>
      writeGraphNetwork(
        {
          name: 'iris',
          batch: 'N',
          outputs: { 'StatefulPartitionedCall/model/conv_eyes_contours_and_brows/BiasAdd': 'contour' },
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
