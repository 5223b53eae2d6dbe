import { convFilters, depthwiseFilters } from '../../src/adapters/model-store/conversion/filters.ts';
import { type Features, NetworkWriter } from '../../src/adapters/model-store/conversion/network.ts';
import { type Weights, weightOf } from '../../src/adapters/model-store/conversion/weights.ts';

/** A network of face-api that is its FaceFeatureExtractor with one dense layer behind: what differs is said here. */
export type ExtractorNetwork = {
  readonly name: string;
  readonly output: string;
  /** Whether the dense layer's numbers become probabilities. */
  readonly softmax: boolean;
};

/** face_landmark_68 and face_expression: a normalised face of 112 × 112 in, one vector out. */
export function writeExtractorNetwork(
  weights: Weights,
  { name, output, softmax }: ExtractorNetwork,
): Uint8Array {
  const net = new NetworkWriter(name, { batch: 'N', alignChannels: true });
  let features = net.input(112, 112);
  for (const block of ['dense0', 'dense1', 'dense2', 'dense3'])
    features = denseBlock(net, features, { weights, block });
  const dense = {
    weights: Float32Array.from(weightOf(weights, 'fc/weights').data),
    bias: Float32Array.from(weightOf(weights, 'fc/bias').data),
  };
  const numbers = net.dense(net.globalAverage(features), dense);
  net.output(output, softmax ? net.activate(numbers, 'Softmax') : numbers);
  return net.encode();
}

/** Four convolutions, each fed with the rectified sum of all before it; the first halves the map. */
function denseBlock(
  net: NetworkWriter,
  from: Features,
  source: { weights: Weights; block: string },
): Features {
  let sum = net.relu(layer(net, from, { ...source, index: 0 }));
  let rectified = sum;
  for (const index of [1, 2, 3]) {
    sum = net.add(layer(net, rectified, { ...source, index }), sum);
    rectified = net.relu(sum);
  }
  return rectified;
}

type LayerSource = { readonly weights: Weights; readonly block: string; readonly index: number };

function layer(net: NetworkWriter, from: Features, { weights, block, index }: LayerSource): Features {
  const prefix = `${block}/conv${index}`;
  const bias = weightOf(weights, `${prefix}/bias`);
  const window = { stride: index === 0 ? 2 : 1, padding: 'same' } as const;
  const whole = weights.get(`${prefix}/filters`);
  if (whole) return net.conv(from, convFilters(whole, bias), window);
  const depthwise = net.conv(from, depthwiseFilters(weightOf(weights, `${prefix}/depthwise_filter`)), window);
  const pointwise = convFilters(weightOf(weights, `${prefix}/pointwise_filter`), bias);
  return net.conv(depthwise, pointwise, { stride: 1, padding: 'valid' });
}
