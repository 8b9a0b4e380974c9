import type { Attribute, Graph, Node, Tensor, ValueInfo } from '../onnx/proto/messages.js';

// The messages of ONNX' model as objects, as its decoder makes them of a file: what the translation of another format's graph is
// written in.

const NO_BYTES = new Uint8Array();

/** An attribute's value: a whole number or several, a float or several, a text or several, a graph. */
export type AttributeValue =
  | { readonly i: number }
  | { readonly ints: readonly number[] }
  | { readonly f: number }
  | { readonly floats: readonly number[] }
  | { readonly s: string }
  | { readonly g: Graph };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const EMPTY: Omit<Attribute, 'name'> = {
  f: 0,
  i: 0,
  s: NO_BYTES,
  floats: [],
  ints: [],
  strings: [],
  refAttrName: '',
  type: 0,
};

/** AttributeProto.AttributeType. */
const TYPES: Readonly<Record<string, number>> = {
  __proto__: null as never,
  f: 1,
  i: 2,
  s: 3,
  g: 5,
  floats: 6,
  ints: 7,
};

function attribute(name: string, value: AttributeValue): Attribute {
  const [kind = ''] = Object.keys(value);
  const own = 's' in value ? { s: bytes(value.s) } : (value as Partial<Attribute>);
  return { ...EMPTY, name, ...own, type: TYPES[kind] ?? 0 };
}

/** @param source what the file has where the node stands, for errors. */
export const node = (
  opType: string,
  domain: string,
  source: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): Node => ({
  opType,
  domain,
  source,
  input: [...input],
  output: [...output],
  name: output[0] ?? '',
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  overload: '',
});

/** @param data its numbers as they lie in the file, little-endian. */
export const tensor = (name: string, dataType: number, dims: readonly number[], data: Uint8Array): Tensor => ({
  name,
  dataType,
  dims: [...dims],
  rawData: data,
  floatData: [],
  int32Data: [],
  int64Data: [],
  doubleData: [],
  uint64Data: [],
  externalData: [],
  dataLocation: 0,
});

/** @param dims sizes, and the names of open ones; undefined where the file does not say. */
export const valueInfo = (
  name: string,
  elemType: number,
  dims: readonly (number | string)[] | undefined,
): ValueInfo => ({
  name,
  type: {
    tensorType: {
      elemType,
      ...(dims && {
        shape: {
          dim: dims.map((size) =>
            typeof size === 'number' ? { dimValue: size, dimParam: '' } : { dimValue: 0, dimParam: size },
          ),
        },
      }),
    },
  },
});

export const graph = (name: string, parts: Pick<Graph, 'node' | 'initializer' | 'input' | 'output'>): Graph => ({
  ...parts,
  name,
  sparseInitializer: [],
});
