import { SpecError } from '../errors.js';
import { badSpec, choose, describe, reading, requireObject } from '../refuse.js';
import type { InputSpec, ModelSpec, NodeSpec, TensorSpec } from '../spec.js';
import { arrayType } from '../typed.js';
import { type Clock, fixed, openTime } from './clock.js';
import { type Check, checkEveryField, checkedWithNode, list, onlyKeys, size } from './field-checks.js';
import type { NodeKind, NodeKinds } from './kind.js';
import { checkLayouts } from './layout.js';
import type { Shaped } from './node-context.js';
import { deepFreeze } from './own-spec.js';
import type { Carry, Graph, GraphNode, ValueInfo } from './value.js';

/**
 * Checks a model description and works out every value's shape.
 * @param kinds the types of node there may be.
 * @param int8 the tensors of `spec.int8`, checked; only where integer kernels are at hand.
 * @throws {SpecError} naming the node, the tensor or field, what was expected and what was there.
 */
export const checkSpec = (spec: ModelSpec, kinds: NodeKinds, int8?: Shaped): Graph =>
  reading(SpecError, 'spec', () => check(spec, kinds, int8));

function check(spec: ModelSpec, kinds: NodeKinds, int8: Shaped | undefined): Graph {
  requireObject(spec, undefined, 'no model spec', 'an object');
  onlyKeys(spec, ['name', 'inputs', 'nodes', 'outputs', 'carries', 'layouts', 'tensors', 'int8'], 'spec');
  for (const key of ['inputs', 'nodes', 'outputs'] as const) list(spec[key], `spec.${key}`);
  requireObject(spec.tensors, 'spec.tensors', 'no tensors', 'a record of tensors');
  for (const [name, tensor] of Object.entries(spec.tensors)) checkTensor(name, tensor);
  if (spec.int8 !== undefined && !int8) badSpec('spec.int8', 'no integer kernels', 'options.int8');
  const tensors: Shaped = { __proto__: null as never, ...spec.tensors, ...int8 };
  const vocabularies = new Map<string, number>();

  const values = new Map<string, ValueInfo>();
  const define = (info: ValueInfo, where: string): ValueInfo => {
    if (values.has(info.name)) badSpec(where, 'a second value of this name', undefined, describe(info.name));
    values.set(info.name, deepFreeze(info));
    return info;
  };
  const inputs = spec.inputs.map((input) => define(checkInput(input), 'spec.inputs'));
  const names = new Set<string>();
  const nodes = spec.nodes.map((node): GraphNode => {
    const name = nameOf(node, 'node');
    const where = `node ${describe(name)}`;
    if (names.has(name)) badSpec(where, 'a second node of this name');
    names.add(name);
    const made = checkNode(node, where, tensors, values, kinds);
    for (const info of made) define(info, where);
    narrow(vocabularies, node, tensors, kinds);
    return { ...node, outputs: made.map((info) => info.name) };
  });
  const outputs = spec.outputs.map((name) => {
    const value = findValue('spec.outputs', name, values);
    if (value.dtype === 'int32') badSpec('spec.outputs', 'token ids cannot be an output', undefined, describe(name));
    return value;
  });
  if (new Set(spec.outputs).size !== outputs.length) {
    badSpec('spec.outputs', 'an output named twice', undefined, describe(spec.outputs));
  }
  const carries = checkCarries(spec, inputs, values);
  const carried = new Set(carries.map(({ input }) => input));
  return deepFreeze({
    name: spec.name,
    inputs: inputs
      .filter((input) => !carried.has(input))
      .map((input) => ({ ...input, vocabulary: vocabularies.get(input.name) ?? MOST_IDS })),
    carries,
    nodes,
    outputs,
    values,
    layouts: checkLayouts(spec, values),
  });
}

/** Token ids are int32. */
const MOST_IDS = 2 ** 31;

/** Notes the vocabulary of a node that looks ids up: the smallest among those of an input holds for it. */
function narrow(vocabularies: Map<string, number>, node: NodeSpec, tensors: Shaped, kinds: NodeKinds): void {
  const size = kinds[node.type]?.vocabulary?.(node as never, tensors);
  const [input] = node.inputs;
  if (size === undefined || input === undefined) return;
  vocabularies.set(input, Math.min(vocabularies.get(input) ?? MOST_IDS, size));
}

/** Where further types come from: `createModelSync` has the common ones alone. */
const FURTHER = ', or of options.layers (allLayers of gatewise/layers)';

/** Checks one node against the values before it. @returns what it makes. */
function checkNode(
  node: NodeSpec,
  where: string,
  tensors: Shaped,
  values: ReadonlyMap<string, ValueInfo>,
  kinds: NodeKinds,
): ValueInfo[] {
  const kind = choose(kinds, node.type, where, 'node type', FURTHER);
  checkEveryField(node, ['name', 'type', 'inputs', 'outputs'], kind.fields, where);
  list(node.inputs, `${where}, inputs`);
  const { outputs = [node.name] } = node;
  list(outputs, `${where}, outputs`);
  const shapes = kind.check(node as never, { where, tensors, inputs: findInputs(node, kind, where, values) });
  const least = kind.namesAllOutputs ? shapes.length : 1;
  if (outputs.length < least || outputs.length > shapes.length) {
    const expected = least === shapes.length ? `${least}` : `${least} to ${shapes.length}`;
    badSpec(where, 'wrong number of outputs', expected, describe(outputs));
  }
  return shapes.slice(0, outputs.length).map(({ features, kind, dtype, time }, index) => ({
    name: outputs[index] as string,
    features,
    kind,
    dtype,
    ...(kind === 'sequence' && time && { time }),
  }));
}

function findInputs(
  node: NodeSpec,
  { inputType: dtype = 'float32' }: NodeKind<never>,
  where: string,
  values: ReadonlyMap<string, ValueInfo>,
): ValueInfo[] {
  return node.inputs.map((name) => {
    const value = findValue(`${where}, inputs`, name, values);
    if (value.dtype !== dtype) {
      const expected = dtype === 'int32' ? 'int32 token ids' : dtype;
      badSpec(where, `input ${describe(name)} has the wrong type`, expected, value.dtype);
    }
    return value;
  });
}

function findValue(where: string, name: string, values: ReadonlyMap<string, ValueInfo>): ValueInfo {
  const value = values.get(name);
  if (!value) {
    const known = [...values.keys()].join(', ') || 'a value';
    badSpec(where, `no value ${describe(name)} before this point`, known, describe(name));
  }
  return value;
}

const LONGEST_NAME = 4096;

function nameOf(named: InputSpec | NodeSpec, what: 'input' | 'node'): string {
  const name: unknown = named?.name;
  if (typeof name !== 'string' || name === '') {
    badSpec(`spec.${what}s`, `${what === 'input' ? 'an' : 'a'} ${what} without a name`, 'a name', describe(name));
  }
  // Names that grow along a chain of nodes would fill the memory.
  if (name.length > LONGEST_NAME) {
    badSpec(`spec.${what}s`, 'a name too long', `at most ${LONGEST_NAME} characters`, `${name.length}`);
  }
  return name;
}

function checkInput(input: InputSpec): ValueInfo {
  const name = nameOf(input, 'input');
  const where = `input ${describe(name)}`;
  checkEveryField(
    input,
    ['name'],
    { features: size, kind: checkedWithNode, dtype: checkedWithNode, time: optionalTime },
    where,
  );
  const { features, kind = 'sequence', dtype = 'float32', time } = input;
  if (kind !== 'sequence' && kind !== 'vector') badSpec(where, 'unknown kind', 'sequence or vector', describe(kind));
  if (dtype !== 'float32' && dtype !== 'int32') badSpec(where, 'unknown dtype', 'float32 or int32', describe(dtype));
  if (time !== undefined && kind === 'vector') badSpec(where, 'a vector has no time');
  return { name, features, kind, dtype, ...(time !== undefined && { time: clockOf(time) }) };
}

const optionalTime: Check = (value, where) => {
  if (value === undefined || (typeof value === 'string' && value !== '')) return;
  if (typeof value === 'string') badSpec(where, 'an open time without a name', 'a name', describe(value));
  size(value, where);
};

const clockOf = (time: number | string): Clock => (typeof time === 'number' ? fixed(time) : openTime(time));

function checkCarries(
  { carries = [], tensors }: ModelSpec,
  inputs: readonly ValueInfo[],
  values: ReadonlyMap<string, ValueInfo>,
): Carry[] {
  list(carries, 'spec.carries');
  const known = new Map(inputs.map((input) => [input.name, input]));
  const seen = new Set<string>();
  return carries.map((carry) => {
    const where = `carry ${describe(carry?.input)}`;
    onlyKeys(carry, ['input', 'output', 'initial'], where);
    const input = known.get(carry.input);
    if (!input || seen.has(input.name)) badSpec(where, 'not an input');
    seen.add(input.name);
    const output = findValue(where, carry.output, values);
    const { features } = input;
    for (const { name, kind, dtype, features: n } of [input, output]) {
      if (kind !== 'vector' || dtype !== 'float32' || n !== features) {
        badSpec(where, `${describe(name)} has the wrong shape`, `a vector of ${features}`, `a ${kind} of ${n}`);
      }
    }
    const { initial } = carry;
    if (initial !== undefined && !isVector(tensors[initial], features)) {
      badSpec(where, 'no such initial state', `[${features}]`, describe(initial));
    }
    return { input, output, initial };
  });
}

const isVector = (tensor: TensorSpec | undefined, length: number): boolean =>
  tensor?.shape.length === 1 && tensor.shape[0] === length;

function checkTensor(name: string, tensor: TensorSpec): void {
  const where = `tensor ${describe(name)}`;
  const { data, shape } = tensor ?? {};
  if (arrayType(data) !== 'Float32Array') badSpec(where, 'wrong data', 'a Float32Array', describe(data));
  list(shape, `${where}, shape`);
  for (const n of shape) size(n, `${where}, shape`);
  const length = shape.reduce((product, n) => product * n, 1);
  if (data.length !== length) {
    badSpec(where, 'data and shape disagree', `${length} numbers for ${describe(shape)}`, `${data.length}`);
  }
}
