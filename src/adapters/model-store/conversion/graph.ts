import { z } from 'zod';
import { weightsManifestSchema } from './weights.ts';

const attributeSchema = z.object({
  s: z.string().optional(),
  b: z.boolean().optional(),
  f: z.number().optional(),
  list: z.object({ s: z.array(z.string()).optional(), i: z.array(z.coerce.number()).optional() }).optional(),
  shape: z.object({ dim: z.array(z.object({ size: z.coerce.number() })) }).optional(),
});

const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), z.unknown()).default({}),
});

/** The JSON file of a TensorFlow.js graph model, as far as the converter reads it. */
export const graphModelSchema = z.object({
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: weightsManifestSchema,
});

/** One operation of the graph, its inputs by name. */
export class GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly #attributes: Readonly<Record<string, unknown>>;

  constructor({ name, op, input, attr }: z.infer<typeof nodeSchema>) {
    this.name = name;
    this.op = op;
    this.inputs = input
      .filter((source) => !source.startsWith('^'))
      .map((source) => source.replace(/:0$/, ''));
    this.#attributes = attr;
  }

  input(index: number): string {
    const name = this.inputs[index];
    if (name === undefined) throw new Error(`${this.op} ${this.name} has no input ${index}`);
    return name;
  }

  /** A word, as `SAME`; the file holds it in base64. */
  word(attribute: string): string {
    return fromBase64(this.#read(attribute).s ?? '');
  }

  words(attribute: string): string[] {
    return (this.#read(attribute).list?.s ?? []).map(fromBase64);
  }

  numbers(attribute: string): number[] {
    return this.#read(attribute).list?.i ?? [];
  }

  number(attribute: string): number | undefined {
    return this.#read(attribute).f;
  }

  /** Lengths of the dimensions; −1 where the caller chooses. */
  shape(attribute: string): number[] {
    return (this.#read(attribute).shape?.dim ?? []).map(({ size }) => size);
  }

  #read(attribute: string): z.infer<typeof attributeSchema> {
    return attributeSchema.parse(this.#attributes[attribute] ?? {});
  }
}

/** What the outputs of a graph come from, in an order in which each comes after its inputs, and who uses what. */
export class Graph {
  readonly nodes: readonly GraphNode[];
  readonly #consumers = new Map<string, GraphNode[]>();

  constructor(nodes: readonly GraphNode[], outputs: readonly string[]) {
    this.nodes = sourcesOf(outputs, sorted(nodes));
    for (const node of this.nodes) {
      for (const input of node.inputs)
        this.#consumers.set(input, [...(this.#consumers.get(input) ?? []), node]);
    }
  }

  /** The node that alone uses this value, if it is alone. */
  soleConsumer(name: string): GraphNode | undefined {
    const consumers = this.#consumers.get(name) ?? [];
    return consumers.length === 1 ? consumers[0] : undefined;
  }
}

function sorted(nodes: readonly GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const done = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (done.has(node)) return;
    for (const input of node.inputs) {
      const source = byName.get(input);
      if (!source) throw new Error(`${node.op} ${node.name} reads ${input}, which is not in the graph`);
      visit(source);
    }
    done.add(node);
  };
  for (const node of nodes) visit(node);
  return [...done];
}

function sourcesOf(outputs: readonly string[], inOrder: readonly GraphNode[]): GraphNode[] {
  const wanted = new Set(outputs);
  for (const node of inOrder.toReversed()) {
    if (wanted.has(node.name)) for (const input of node.inputs) wanted.add(input);
  }
  return inOrder.filter(({ name }) => wanted.has(name));
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
