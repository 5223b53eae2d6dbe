import { InferenceSession, Tensor } from 'onnxruntime-node';
import { openOnnxRuntime } from '../../../src/adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { sharpPictureCodec } from '../../../src/adapters/picture-codec/sharp/sharp-picture-codec.ts';
import type { FaceModels, Tensor as InputTensor } from '../../../src/domain/ports/face-models.ts';
import type { DecodeLimits, PictureCodec } from '../../../src/domain/ports/picture-codec.ts';
import { openBenchAnalyser, recogniseRequest } from '../ostiary/bench-analyser.ts';
import type { Contestant } from './contestants.ts';

/** What the pipeline did with one photograph: how it decoded it, and which network saw which tensor. */
type Recording = {
  limits: DecodeLimits[];
  runs: { networkId: string; input: InputTensor }[];
  faces: number;
};

const sessionOptions: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

/**
 * The floor under the pipeline: the same decoding, then the same networks on the same tensors, prepared beforehand.
 * What the pipeline does between them (letterbox, boxes, alignment, templates) is left out.
 */
export async function openBare(photos: readonly Uint8Array[]): Promise<Contestant> {
  const { recordings, onnx } = await recordPipeline(photos);
  const sessions = new Map<string, InferenceSession>();
  for (const [id, bytes] of onnx) sessions.set(id, await InferenceSession.create(bytes, sessionOptions));
  const codec = sharpPictureCodec();
  return async (photo) => {
    const { limits, runs, faces } = recordings.get(photo)!;
    for (const limit of limits) (await codec.decode(photo, limit))[Symbol.dispose]();
    for (const { networkId, input } of runs) {
      const session = sessions.get(networkId)!;
      await session.run({ [session.inputNames[0]!]: new Tensor('float32', input.data, input.dims) });
    }
    return faces;
  };
}

async function recordPipeline(photos: readonly Uint8Array[]) {
  const onnx = new Map<string, Uint8Array>();
  const recordings = new Map<Uint8Array, Recording>();
  let current: Recording = { limits: [], runs: [], faces: 0 };
  const runtime = openOnnxRuntime({ threads: 1 });
  const faceModels: FaceModels = {
    async load(source) {
      onnx.set(source.id, source.onnx);
      const network = await runtime.load(source);
      return {
        id: network.id,
        inputNames: network.inputNames,
        outputNames: network.outputNames,
        run(input) {
          current.runs.push({ networkId: source.id, input: { ...input, data: input.data.slice() } });
          return network.run(input);
        },
        [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
      };
    },
  };
  const sharp = sharpPictureCodec();
  const codec: PictureCodec = {
    decode(file, limits) {
      current.limits.push(limits);
      return sharp.decode(file, limits);
    },
    encodeJpeg: (picture, quality) => sharp.encodeJpeg(picture, quality),
  };
  await using analyser = await openBenchAnalyser({ faceModels, codec });
  for (const photo of photos) {
    current = { limits: [], runs: [], faces: 0 };
    recordings.set(photo, current);
    current.faces = (await analyser.analyse(recogniseRequest(photo))).faces.length;
  }
  return { recordings, onnx };
}
