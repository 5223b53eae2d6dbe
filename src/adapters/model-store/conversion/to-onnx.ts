import type { ModelEntry } from '../../../domain/catalogue.ts';
import { AppError } from '../../../domain/errors.ts';
import { readFrozenGraph } from './frozen-graph.ts';
import { Graph } from './graph.ts';
import { NetworkWriter } from './network.ts';
import { translate } from './translate.ts';

/** The network of an entry as ONNX: its file as it is, or turned into it. `model-missing` when that is not possible. */
export function toOnnx(entry: ModelEntry, file: Uint8Array): Uint8Array {
  const frozen = entry.source.kind === 'fetched' ? entry.source.frozenGraph : undefined;
  if (!frozen) return file;
  try {
    return convertFrozen(entry.id, frozen.outputs, file);
  } catch (cause) {
    throw new AppError('model-missing', `${entry.file} cannot be turned into ONNX`, { cause });
  }
}

type FrozenOutputs = Readonly<Record<string, { readonly node: string; readonly row: number }>>;

function convertFrozen(name: string, outputs: FrozenOutputs, file: Uint8Array): Uint8Array {
  const { nodes, weights } = readFrozenGraph(file);
  const wanted = Object.values(outputs).map(({ node }) => node);
  const net = new NetworkWriter(name, { batch: 1, alignChannels: true });
  const values = translate(new Graph(nodes, wanted), weights, net);
  for (const [output, { node, row }] of Object.entries(outputs)) {
    const value = values.get(node);
    if (!value || !('channels' in value)) throw new Error(`The graph has no map of features named ${node}`);
    net.output(output, net.rows(value, row));
  }
  return net.encode();
}
