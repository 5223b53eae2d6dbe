import { NetworkWriter } from '../network.ts';
import { readWeights } from '../weights.ts';
import { Graph, GraphNode, graphModelSchema } from './graph.ts';
import { translate } from './translate.ts';

/** How a graph model is written: its outputs' new names by their names in the graph. */
export type GraphNetwork = {
  readonly name: string;
  readonly batch: 1 | 'N';
  readonly outputs: Readonly<Record<string, string>>;
};

/** Turns a TensorFlow.js graph model, given as its JSON file and its weights, into ONNX. */
export function writeGraphNetwork(network: GraphNetwork, json: string, bytes: Uint8Array): Uint8Array {
  const model = graphModelSchema.parse(JSON.parse(json));
  const graph = new Graph(model.modelTopology.node.map((node) => new GraphNode(node)));
  const net = new NetworkWriter(network.name, { batch: network.batch, alignChannels: true });
  const values = translate(graph, readWeights(model.weightsManifest, bytes), net);
  for (const [source, output] of Object.entries(network.outputs)) {
    const value = values.get(source);
    if (!value || 'channels' in value)
      throw new Error(`The graph of ${network.name} has no output ${source}`);
    net.output(output, value);
  }
  return net.encode();
}
