import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import faceapi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import type { Contestant } from './contestants.ts';
import { decodeToRgb } from './decode-to-rgb.ts';

const modulesFolder = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** face-api with SSD MobileNet, 68 landmarks and descriptor, on the wasm backend. */
export async function openFaceApi(): Promise<Contestant> {
  setWasmPaths(`${modulesFolder}@tensorflow/tfjs-backend-wasm/dist/`);
  await tf.setBackend('wasm');
  await tf.ready();
  const models = `${modulesFolder}@vladmandic/face-api/model`;
  await faceapi.nets.ssdMobilenetv1.loadFromDisk(models);
  await faceapi.nets.faceLandmark68Net.loadFromDisk(models);
  await faceapi.nets.faceRecognitionNet.loadFromDisk(models);
  if (tf.getBackend() !== 'wasm') throw new Error(`face-api runs on ${tf.getBackend()}`);
  const options = new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 20 });
  return async (photo) => {
    const { data, width, height } = await decodeToRgb(photo);
    const input = tf.tensor3d(data, [height, width, 3], 'int32');
    const faces = await faceapi.detectAllFaces(input, options).withFaceLandmarks().withFaceDescriptors();
    input.dispose();
    return faces.length;
  };
}
