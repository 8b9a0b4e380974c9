import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type Attribute,
  AttributeSchema,
  type FunctionSchema,
  type Graph,
  GraphSchema,
  ModelSchema,
  type Node,
  NodeSchema,
  type Tensor,
  TensorSchema,
  TypeSchema,
} from './proto/onnx_pb.js';

/** Small ONNX models for tests, written as protobuf by the generated schema. */

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** A float tensor: the given numbers, or some that differ. */
export const floats = (dims: readonly number[], data?: readonly number[]): Tensor =>
  create(TensorSchema, {
    dims: dims.map(BigInt),
    dataType: 1,
    floatData: [...(data ?? Array.from({ length: product(dims) }, (_, i) => ((i * 37) % 17) / 17 - 0.4))],
  });

/** A tensor of int64; without dims a list. */
export const ints = (data: readonly number[], dims: readonly number[] = [data.length]): Tensor =>
  create(TensorSchema, { dims: dims.map(BigInt), dataType: 7, int64Data: data.map(BigInt) });

/** A float attribute, where a number would be taken for a whole one. */
export const float = (f: number): { readonly f: number } => ({ f });

type Given =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { f: number }
  | { floats: readonly number[] }
  | Tensor
  | Graph;

function attribute(name: string, value: Given): Attribute {
  const text = (one: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(one);
  if (typeof value === 'number') return create(AttributeSchema, { name, i: BigInt(value) });
  if (typeof value === 'string') return create(AttributeSchema, { name, s: text(value) });
  if (Array.isArray(value)) {
    if (typeof value[0] === 'string') return create(AttributeSchema, { name, strings: (value as string[]).map(text) });
    if ((value as number[]).every(Number.isInteger))
      return create(AttributeSchema, { name, ints: (value as number[]).map(BigInt) });
    return create(AttributeSchema, { name, floats: value as number[] });
  }
  if ('floats' in value) return create(AttributeSchema, { name, floats: [...value.floats] });
  if ('f' in value) return create(AttributeSchema, { name, f: value.f });
  if ((value as Graph).$typeName === 'gatewise.onnx.Graph') return create(AttributeSchema, { name, g: value as Graph });
  return create(AttributeSchema, { name, t: value as Tensor });
}

/** A node; inputs and outputs in one string each, `_` for one that is left out. */
export function node(
  opType: string,
  inputs = 'X',
  outputs = 'Y',
  attributes: Readonly<Record<string, Given>> = {},
  domain = '',
): Node {
  const names = (all: string): string[] => (all === '' ? [] : all.split(' ').map((one) => (one === '_' ? '' : one)));
  return create(NodeSchema, {
    opType,
    domain,
    name: `${opType}.${outputs.split(' ')[0]}`,
    input: names(inputs),
    output: names(outputs),
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

/** Sizes of an input; of ids with `ids`. */
export interface Input {
  readonly dims?: readonly (number | string)[];
  readonly type?: number;
}

const valueInfo = (name: string, { dims, type = 1 }: Input) => ({
  name,
  type: create(TypeSchema, {
    tensorType: {
      elemType: type,
      ...(dims && {
        shape: { dim: dims.map((n) => (typeof n === 'number' ? { dimValue: BigInt(n) } : { dimParam: n })) },
      }),
    },
  }),
});

export interface Parts {
  readonly nodes: readonly Node[];
  readonly inputs?: Readonly<Record<string, Input>>;
  readonly init?: Readonly<Record<string, Tensor>>;
  readonly outputs?: readonly string[];
  readonly opset?: number;
  readonly functions?: MessageInitShape<typeof FunctionSchema>[];
}

export const graph = ({ nodes, inputs = {}, init = {}, outputs = ['Y'] }: Parts): Graph =>
  create(GraphSchema, {
    node: [...nodes],
    input: Object.entries(inputs).map(([name, input]) => valueInfo(name, input)),
    output: outputs.map((name) => ({ name })),
    initializer: Object.entries(init).map(([name, tensor]) => ({ ...tensor, name })),
  });

/** The bytes of a model; its input X is [batch, time, 6] unless said otherwise. */
export function model(parts: Parts, change: (made: Graph) => void = () => {}): Uint8Array {
  const made = graph({ inputs: { X: { dims: ['batch', 'time', 6] } }, ...parts });
  change(made);
  const opsetImport = [
    { domain: '', version: BigInt(parts.opset ?? 17) },
    { domain: 'com.microsoft', version: 1n },
    { domain: 'local', version: 1n },
  ];
  return toBinary(ModelSchema, create(ModelSchema, { graph: made, opsetImport, functions: parts.functions ?? [] }));
}
