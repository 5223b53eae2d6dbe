import { convFilters, type Filters, scaled } from '../../src/adapters/model-store/conversion/filters.ts';
import { type Features, NetworkWriter } from '../../src/adapters/model-store/conversion/network.ts';
import { type Weights, weightOf } from '../../src/adapters/model-store/conversion/weights.ts';

/** The residual blocks in their order; each `_down` halves the map, and doubles the channels where the name says so. */
const blocks = [
  'conv32_1',
  'conv32_2',
  'conv32_3',
  'conv64_down',
  'conv64_1',
  'conv64_2',
  'conv64_3',
  'conv128_down',
  'conv128_1',
  'conv128_2',
  'conv256_down',
  'conv256_1',
  'conv256_2',
  'conv256_down_out',
];

/** face-api's FaceRecognitionNet, the port of dlib's ResNet: a normalised face of 150 × 150 in, 128 numbers out. */
export function writeRecognition(weights: Weights): Uint8Array {
  const net = new NetworkWriter('face_recognition', { batch: 'N', alignChannels: true });
  const halving = { stride: 2, padding: 'valid' } as const;
  let features = net.relu(net.conv(net.input(150, 150), scaledConv(weights, 'conv32_down'), halving));
  features = net.maxPool(features, 3, halving);
  for (const block of blocks) features = residual(net, features, { weights, block });
  const fc = weightOf(weights, 'fc');
  const dense = { weights: Float32Array.from(fc.data), bias: new Float32Array(fc.shape[1]!) };
  net.output('descriptor', net.dense(net.globalAverage(features), dense));
  return net.encode();
}

function residual(net: NetworkWriter, from: Features, source: { weights: Weights; block: string }): Features {
  const isDown = source.block.includes('_down');
  const first = scaledConv(source.weights, `${source.block}/conv1`);
  const second = scaledConv(source.weights, `${source.block}/conv2`);
  const window = isDown
    ? ({ stride: 2, padding: 'valid' } as const)
    : ({ stride: 1, padding: 'same' } as const);
  const inner = net.relu(net.conv(from, first, window));
  const outer = net.conv(inner, second, { stride: 1, padding: 'same' });
  if (!isDown) return net.relu(net.add(outer, from));
  const shortcut = net.averageInto(from, outer.channels, 2);
  return net.relu(net.add(shortcut, net.growTo(outer, shortcut)));
}

/** The layer's convolution with the scale layer behind it taken into its constants. */
function scaledConv(weights: Weights, layer: string): Filters {
  const filters = convFilters(
    weightOf(weights, `${layer}/conv/filters`),
    weightOf(weights, `${layer}/conv/bias`),
  );
  return scaled(
    filters,
    weightOf(weights, `${layer}/scale/weights`).data,
    weightOf(weights, `${layer}/scale/biases`).data,
  );
}
