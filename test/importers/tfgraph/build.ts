import { BinaryWriter } from '@bufbuild/protobuf/wire';

// Graphs as bytes, node by node: those that no TensorFlow writes too.

/** A field of a message: its number, and a message, a text, bytes or a whole number. */
type Field = readonly [number: number, value: Uint8Array | string | number];

export function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields)
    if (typeof value === 'number') writer.tag(number, 0).int64(value);
    else if (typeof value === 'string') writer.tag(number, 2).string(value);
    else writer.tag(number, 2).bytes(value);
  return writer.finish();
}

export const [FLOAT, DOUBLE, INT32, STRING, INT64, BOOL, HALF, RESOURCE] = [1, 2, 3, 7, 9, 10, 19, 20] as const;

/** AttrValue. */
export const attr = {
  type: (n: number) => message([6, n]),
  int: (n: number) => message([3, n]),
  flag: (on: boolean) => message([5, on ? 1 : 0]),
  text: (s: string) => message([2, s]),
  ints: (...list: number[]) => message([1, message(...list.map((n) => [3, n] as const))]),
  func: (name: string) => message([10, message([1, name])]),
  tensor: (bytes: Uint8Array) => message([8, bytes]),
  shape: (...sizes: number[]) => message([7, shape(...sizes)]),
  types: (...list: number[]) => message([1, message(...list.map((n) => [6, n] as const))]),
};

export const shape = (...sizes: number[]): Uint8Array => message(...sizes.map((n) => [2, message([1, n])] as const));

/** A TensorProto of whole numbers. */
export const wholes = (values: readonly number[], dims: readonly number[] = [values.length]): Uint8Array =>
  message([1, INT32], [2, shape(...dims)], ...values.map((n) => [7, n] as const));

/** Of floats, as bytes. */
export const floats = (values: readonly number[], dims: readonly number[] = [values.length]): Uint8Array =>
  message([1, FLOAT], [2, shape(...dims)], [4, new Uint8Array(Float32Array.from(values).buffer)]);

type Attrs = Readonly<Record<string, Uint8Array>>;

/** NodeDef. @param more fields behind. */
export const node = (name: string, op: string, inputs: readonly string[] = [], attrs: Attrs = {}, ...more: Field[]) =>
  message(
    [1, name],
    [2, op],
    ...inputs.map((input) => [3, input] as const),
    ...Object.entries(attrs).map(([key, value]) => [5, message([1, key], [2, value])] as const),
    ...more,
  );

export const constant = (name: string, tensor: Uint8Array): Uint8Array =>
  node(name, 'Const', [], { dtype: attr.type(FLOAT), value: attr.tensor(tensor) });

/** An input `[batch, time, 3]`, or of other sizes. */
export const input = (name = 'x', ...sizes: number[]): Uint8Array =>
  node(name, 'Placeholder', [], {
    dtype: attr.type(FLOAT),
    shape: attr.shape(...(sizes.length > 0 ? sizes : [-1, -1, 3])),
  });

/** FunctionDef: arguments and outputs by name, outputs by what they are within. */
export const func = (
  name: string,
  args: readonly string[],
  outputs: Readonly<Record<string, string>>,
  nodes: readonly Uint8Array[],
): Uint8Array =>
  message(
    [
      1,
      message(
        [1, name],
        ...args.map((own) => [2, message([1, own], [3, FLOAT])] as const),
        ...Object.keys(outputs).map((own) => [3, message([1, own], [3, FLOAT])] as const),
      ),
    ],
    ...nodes.map((own) => [3, own] as const),
    ...Object.entries(outputs).map(([key, value]) => [4, message([1, key], [2, value])] as const),
  );

/** GraphDef. */
export const graph = (nodes: readonly Uint8Array[], functions: readonly Uint8Array[] = []): Uint8Array =>
  message(
    ...nodes.map((own) => [1, own] as const),
    ...(functions.length > 0 ? [[2, message(...functions.map((own) => [1, own] as const))] as const] : []),
  );

interface Saved {
  readonly graph?: Uint8Array;
  readonly tags?: readonly string[];
  /** Tensors by name, of each signature by name. */
  readonly signatures?: Readonly<Record<string, readonly [inputs: Ports, outputs: Ports]>>;
  readonly restore?: string;
  readonly more?: readonly Field[];
}
type Ports = Readonly<Record<string, string | Uint8Array>>;

const info = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? message([1, value], [2, FLOAT], [3, shape(-1, -1, 3)]) : value;

const signature = ([inputs, outputs]: readonly [Ports, Ports]): Uint8Array =>
  message(
    ...Object.entries(inputs).map(([key, value]) => [1, message([1, key], [2, info(value)])] as const),
    ...Object.entries(outputs).map(([key, value]) => [2, message([1, key], [2, info(value)])] as const),
  );

/** MetaGraphDef. */
export const meta = ({ graph: own, tags = ['serve'], signatures = {}, restore, more = [] }: Saved): Uint8Array =>
  message(
    [1, message(...tags.map((tag) => [4, tag] as const))],
    ...(own ? [[2, own] as const] : []),
    ...(restore === undefined ? [] : [[3, message([3, restore])] as const]),
    ...Object.entries(signatures).map(([key, value]) => [5, message([1, key], [2, signature(value)])] as const),
    ...more,
  );

/** SavedModel. */
export const saved = (...graphs: readonly Uint8Array[]): Uint8Array =>
  message([1, 1], ...graphs.map((own) => [2, own] as const));
