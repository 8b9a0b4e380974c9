import { SpecError } from '../errors.js';
import { badSpec, describe, reading, requireObject } from '../refuse.js';
import type { Int8TensorSpec, ModelSpec } from '../spec.js';
import { arrayType, plainBytes, plainFloats } from '../typed.js';
import { list, onlyKeys, size } from './field-checks.js';

const RECURRENT = ['weightIh', 'weightHh'];
/** The fields that may name int8 weights, by type of node or cell. */
export const INT8_FIELDS: Readonly<Record<string, readonly string[]>> = {
  __proto__: null as never,
  lstm: RECURRENT,
  gru: RECURRENT,
  rnn: RECURRENT,
  dense: ['weight'],
  conv1d: ['weight'],
  conv_transpose1d: ['weight'],
  embedding: ['weight'],
};

/** A sum times a scale stays within float32 up to here. */
const LARGEST_SCALE = 2 ** 96;

/** An int8 tensor that was looked at. */
export interface CheckedInt8 extends Int8TensorSpec {
  /** Terms of an output that share a scale: a multiple of four; the last block may be shorter. All of them if there is one scale. */
  readonly block: number;
}

/** Most terms of a block where there are several: what the kernels sum at once. */
const LARGEST_BLOCK = 2048;

/** Terms of each of `blocks` blocks: as alike as multiples of four can be. */
export const blockTerms = (terms: number, blocks: number): number => 4 * Math.ceil(terms / blocks / 4);

/**
 * The int8 tensors of a spec that is ours already (`ownSpec`), checked, and that they stand only where there are kernels for them;
 * undefined where it says nothing of any.
 * @throws {SpecError} naming tensor or node, what was expected and what was there.
 */
export const checkInt8 = (spec: ModelSpec): Readonly<Record<string, CheckedInt8>> | undefined =>
  reading(SpecError, 'spec.int8', () => {
    if (spec?.int8 === undefined) return undefined;
    requireObject(spec.int8, 'spec.int8', 'no int8 tensors', 'a record of tensors');
    const tensors: Record<string, CheckedInt8> = Object.create(null);
    for (const [name, tensor] of Object.entries(spec.int8)) {
      if (Object.hasOwn(Object(spec.tensors), name)) {
        badSpec(`int8 tensor ${describe(name)}`, 'a float32 tensor of the same name', 'a name in one of both');
      }
      tensors[name] = checkTensor(name, tensor);
    }
    if (Array.isArray(spec.nodes)) {
      for (const node of spec.nodes) checkNode(node, tensors);
    }
    return tensors;
  });

function checkTensor(name: string, tensor: Int8TensorSpec): CheckedInt8 {
  const where = `int8 tensor ${describe(name)}`;
  onlyKeys(tensor, ['shape', 'data', 'scales'], where);
  const { shape } = tensor;
  if (arrayType(tensor.data) !== 'Int8Array') badSpec(where, 'wrong data', 'an Int8Array', describe(tensor.data));
  if (arrayType(tensor.scales) !== 'Float32Array') {
    badSpec(where, 'wrong scales', 'a Float32Array', describe(tensor.scales));
  }
  const data = plainBytes(tensor.data);
  const scales = plainFloats(tensor.scales);
  list(shape, `${where}, shape`);
  for (const n of shape) size(n, `${where}, shape`);
  if (shape.length < 2) badSpec(where, 'not a matrix', 'a shape of two axes or more', describe(shape));
  const length = shape.reduce((product, n) => product * n, 1);
  if (data.length !== length) {
    badSpec(where, 'data and shape disagree', `${length} numbers for ${describe(shape)}`, `${data.length}`);
  }
  const block = blockOf(shape, scales.length);
  if (block === undefined) {
    const expected = `${shape[0]}, one for each output, or in a matrix as many for each of its blocks`;
    badSpec(where, 'scales and shape disagree', expected, `${scales.length}`);
  }
  const bad = scales.find((scale) => !(Math.abs(scale) <= LARGEST_SCALE));
  if (bad !== undefined) badSpec(where, 'a scale that is not usable', 'finite ones, at most 2^96', `${bad}`);
  return { shape, data, scales, block };
}

/** The terms that share a scale; undefined where there cannot be so many scales. */
function blockOf(shape: readonly number[], scales: number): number | undefined {
  const [outputs = 1, ...sizes] = shape;
  const terms = sizes.reduce((product, n) => product * n, 1);
  const blocks = scales / outputs;
  const block = blockTerms(terms, blocks);
  if (blocks === 1) return block;
  const fits = Number.isInteger(blocks) && blocks > 0 && Math.ceil(terms / block) === blocks;
  return fits && shape.length === 2 && block <= LARGEST_BLOCK ? block : undefined;
}

/** Parts of a node, whatever it is: its fields are checked later. */
type Part = { readonly type?: string; readonly tensors?: Readonly<Record<string, unknown>> } | undefined;

function checkNode(node: unknown, tensors: Readonly<Record<string, CheckedInt8>>): void {
  const { name, forward, backward, ...own } = Object(node) as { name?: string; forward?: Part; backward?: Part } & Part;
  for (const [half, part] of [
    ['', own],
    [', forward', forward],
    [', backward', backward],
  ] as [string, Part][]) {
    const where = `node ${describe(name)}${half}`;
    const named = Object.entries(Object(part?.tensors) as Record<string, unknown>);
    const int8 = named.filter(([, tensor]) => typeof tensor === 'string' && Object.hasOwn(tensors, tensor));
    if (int8.length === 0) continue;
    const type = String(part?.type);
    const allowed = INT8_FIELDS[type] ?? [];
    for (const [field, tensor] of int8) {
      const { shape, scales } = tensors[tensor as string] as CheckedInt8;
      if (type === 'embedding' && scales.length !== shape[0])
        badSpec(where, 'several scales for a row', 'one for each row of a table', describe(tensor));
      if (allowed.includes(field)) continue;
      const places = allowed.length > 0 ? `${allowed.join(' and ')} alone` : `none in a node of type ${type}`;
      badSpec(where, `${field} cannot be int8`, `float32; int8 for ${places}`, describe(tensor));
    }
    if (int8.length < allowed.length) {
      const [first] = int8[0] as [string, unknown];
      badSpec(where, 'weights of two types', `${allowed.join(' and ')} both int8 or both float32`, `${first} alone`);
    }
  }
}
