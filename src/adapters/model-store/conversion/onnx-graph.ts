import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

/** A dimension: a length, or the name of one that the caller chooses (`N`, the batch). */
export type Dimension = number | string;

type Attribute = { name: string; type: number; i?: number; ints?: readonly number[] };
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

type NodeRecord = {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly Attribute[];
};
type TensorRecord = { dims: readonly number[]; dataType: number; name: string; rawData: Uint8Array };

const FLOAT = 1;
const INT64 = 7;
const attributeType = { int: 2, ints: 7 } as const;
const irVersion = 8;
const opsetVersion = 17;

/** An ONNX graph under construction; its bytes depend on nothing but the calls and their order. */
export class OnnxGraph {
  readonly #name: string;
  readonly #nodes: NodeRecord[] = [];
  readonly #initializers: TensorRecord[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];
  readonly #publicNames = new Map<string, string>();
  readonly #countByOp = new Map<string, number>();

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, dims: readonly Dimension[]): string {
    this.#inputs.push(valueInfo(name, dims));
    return name;
  }

  /** Hands out a value under a public name. */
  output(value: string, name: string, dims: readonly Dimension[]): void {
    this.#publicNames.set(value, name);
    this.#outputs.push(valueInfo(name, dims));
  }

  /** Adds a float32 constant; `data` is row-major. */
  floats(dims: readonly number[], data: Float32Array): string {
    return this.#constant(dims, FLOAT, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  integers(values: readonly number[]): string {
    const data = new BigInt64Array(values.map(BigInt));
    return this.#constant([values.length], INT64, new Uint8Array(data.buffer));
  }

  /** Adds an operation with one output and gives that output's name. Attributes are whole numbers. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = this.#fresh(op);
    const attribute = Object.entries(attributes).map(([key, value]) => toAttribute(key, value));
    this.#nodes.push({ input: inputs, output: [name], name, opType: op, attribute });
    return name;
  }

  encode(): Uint8Array {
    const schema = protobuf.parse(readFileSync(new URL('onnx.proto', import.meta.url), 'utf8')).root;
    const model = {
      irVersion,
      producerName: 'ostiary',
      graph: {
        node: this.#nodes.map((node) => this.#withPublicNames(node)),
        name: this.#name,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
      opsetImport: [{ domain: '', version: opsetVersion }],
    };
    return schema.lookupType('onnx.ModelProto').encode(model).finish();
  }

  #withPublicNames(node: NodeRecord): NodeRecord {
    const rename = (value: string) => this.#publicNames.get(value) ?? value;
    return { ...node, input: node.input.map(rename), output: node.output.map(rename) };
  }

  #constant(dims: readonly number[], dataType: number, rawData: Uint8Array): string {
    const name = this.#fresh('const');
    this.#initializers.push({ dims, dataType, name, rawData });
    return name;
  }

  #fresh(op: string): string {
    const count = this.#countByOp.get(op) ?? 0;
    this.#countByOp.set(op, count + 1);
    return `${op.toLowerCase()}_${count}`;
  }
}

function toAttribute(name: string, value: number | readonly number[]): Attribute {
  if (typeof value !== 'number') return { name, type: attributeType.ints, ints: value };
  return { name, type: attributeType.int, i: value };
}

function valueInfo(name: string, dims: readonly Dimension[]): object {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
