import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import {
  type GraphDef,
  type MetaGraph,
  type NodeDef,
  onnxType,
  type SavedModel,
  type TfShape,
  typeName,
} from './proto.js';

/** A value that goes in or comes out, by its name outside and in the graph. */
export interface Port {
  readonly name: string;
  /** `node:output` */
  readonly tensor: string;
  /** ONNX' number of the type. */
  readonly type: number;
  /** Sizes, -1 for open ones; undefined where the file does not say. */
  readonly dims: readonly number[] | undefined;
}

export interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** What restores or starts a model, and is none of its runs. */
const START = '__saved_model_init_op';
const DEFAULT = 'serving_default';

/** The graph of a SavedModel that is for serving. */
export function servingGraph({ metaGraphs }: SavedModel): MetaGraph {
  const tags = metaGraphs.map(({ info }) => info?.tags ?? []);
  const serving = metaGraphs.filter((_, i) => tags[i]?.includes('serve'));
  const [only, ...more] = serving.length > 0 ? serving : metaGraphs;
  if (!only || more.length > 0)
    refuse('file', 'several graphs', 'one with the tag serve', tags.map((own) => `[${own}]`).join(', ') || 'none');
  return only;
}

function dimsOf(shape: TfShape | undefined, where: string): readonly number[] | undefined {
  if (!shape) return undefined;
  refuseForeign(where, shape);
  return shape.unknownRank !== 0 ? undefined : shape.dim.map(({ size }) => size);
}

function typeOf(type: number, where: string): number {
  return onnxType(type) ?? refuse(where, 'an input or output of no numbers', 'numbers', typeName(type));
}

/** @param wanted its name. @throws {ImportError} no such signature, or several to choose from. */
export function signatureOf({ signatures }: MetaGraph, wanted: string | undefined): Signature {
  const all = signatures.filter(({ key, value }) => key !== START && (value?.outputs.length ?? 0) > 0);
  const keys = all.map(({ key }) => key);
  const name = wanted ?? (keys.includes(DEFAULT) || keys.length !== 1 ? DEFAULT : keys[0]);
  const found = all.find(({ key }) => key === name)?.value;
  if (!found) refuse('options.signature', 'no such signature', keys.join(', ') || 'a signature', name);
  refuseForeign(`signature ${JSON.stringify(name)}`, found);
  const ports = (entries: typeof found.inputs): Port[] =>
    entries
      .flatMap(({ key, value }): Port[] => {
        const where = `signature ${JSON.stringify(name)}, ${key}`;
        if (!value) return [];
        refuseForeign(where, value);
        const { tensorShape, dtype } = value;
        return [{ name: key, tensor: value.name, type: typeOf(dtype, where), dims: dimsOf(tensorShape, where) }];
      })
      // The file has them in any order.
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  return { inputs: ports(found.inputs), outputs: ports(found.outputs) };
}

/** Operators that are run for what they do, not for a value. */
const EFFECTS = new Set(['NoOp', 'Assert', 'Print', 'PrintV2', 'Placeholder', 'PlaceholderWithDefault', 'Const']);

/** Of a frozen graph: its placeholders go in, and what nothing reads comes out, if it is not said. */
export function signatureOfFrozen({ node }: GraphDef, wanted: readonly string[] | undefined): Signature {
  const nodes = new Map(node.map((own) => [own.name, own]));
  const attr = ({ attr: all }: NodeDef, name: string) => all.find(({ key }) => key === name)?.value;
  const inputs = node.flatMap((own): Port[] => {
    const type = onnxType(attr(own, 'dtype')?.type ?? 0);
    // One of no numbers is refused where it is read.
    if (own.op !== 'Placeholder' || type === undefined) return [];
    const where = `node ${JSON.stringify(own.name)} (${own.op})`;
    return [{ name: own.name, tensor: `${own.name}:0`, type, dims: dimsOf(attr(own, 'shape')?.shape, where) }];
  });
  const read = new Set(node.flatMap(({ input }) => input.map((text) => text.replace(/^\^/, '').split(':')[0])));
  const ends = node.filter(({ name, op }) => !read.has(name) && !EFFECTS.has(op)).map(({ name }) => name);
  const outputs = (wanted ?? ends).map((name) => {
    if (!nodes.has(name.split(':')[0] as string)) refuse('options.outputs', 'no such node', ends.join(', '), name);
    return { name, tensor: name.includes(':') ? name : `${name}:0`, type: 0, dims: undefined };
  });
  if (outputs.length === 0) refuse('graph', 'nothing comes out', 'options.outputs', 'no node that nothing reads');
  return { inputs, outputs };
}
