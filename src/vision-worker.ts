import { openOnnxRuntime } from './adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { openModelStore } from './adapters/model-store/folders/open-model-store.ts';
import { sharpPictureCodec } from './adapters/picture-codec/sharp/sharp-picture-codec.ts';
import { serveAnalyser } from './adapters/vision/process/serve-analyser.ts';
import { openAnalyser } from './pipeline/open-analyser.ts';

/** The composition root of a worker thread of the vision process: an analyser with networks of its own. */
await serveAnalyser(async ({ catalogueFile, modelFolders, threadsPerWorker, ...settings }) =>
  openAnalyser({
    ...settings,
    store: await openModelStore({ catalogueFile, folders: modelFolders }),
    faceModels: openOnnxRuntime({ threads: threadsPerWorker }),
    codec: sharpPictureCodec(),
  }),
);
