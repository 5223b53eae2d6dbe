import { openOnnxRuntime } from '../../src/adapters/face-models/onnxruntime-node/open-onnx-runtime.ts';
import { faceModelsContract } from './face-models.ts';

faceModelsContract('onnxruntime-node', () => openOnnxRuntime({ threads: 1 }));
