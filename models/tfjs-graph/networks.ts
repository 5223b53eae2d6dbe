import { Graph, GraphNode, graphModelSchema } from '../../src/adapters/model-store/conversion/graph.ts';
import { NetworkWriter } from '../../src/adapters/model-store/conversion/network.ts';
import { translate } from '../../src/adapters/model-store/conversion/translate.ts';
import { readWeights } from '../../src/adapters/model-store/conversion/weights.ts';

/** How a graph model is written: its outputs' new names by their names in the graph. */
export type GraphNetwork = {
  readonly name: string;
  readonly batch: 1 | 'N';
  readonly outputs: Readonly<Record<string, string>>;
};

/** Turns a TensorFlow.js graph model, given as its JSON file and its weights, into ONNX. */
export function writeGraphNetwork(network: GraphNetwork, json: string, bytes: Uint8Array): Uint8Array {
  const model = graphModelSchema.parse(JSON.parse(json));
  const nodes = model.modelTopology.node.map((node) => new GraphNode(node));
  const graph = new Graph(nodes, Object.keys(network.outputs));
  const net = new NetworkWriter(network.name, { batch: network.batch, alignChannels: true });
  const values = translate(graph, readWeights(model.weightsManifest, bytes), net);
  for (const [source, output] of Object.entries(network.outputs)) {
    const value = values.get(source);
    if (!value) throw new Error(`The graph of ${network.name} has no output ${source}`);
    net.output(output, 'channels' in value ? net.flatten(value) : value);
  }
  return net.encode();
}
