import { describe, resolveActivation } from './activations.js';
import { finite, list, onlyKeys, optionalBoolean, optionalBound, size } from './checks.js';
import { SpecError } from './errors.js';
import type {
  ActivationSpec,
  BidirectionalNode,
  CellConfig,
  InputSpec,
  LstmConfig,
  ModelSpec,
  NodeSpec,
  TensorSpec,
} from './spec.js';

/** What is known of a value before its batch and time are. */
export interface ValueInfo {
  readonly name: string;
  readonly features: number;
  readonly kind: 'sequence' | 'vector';
  readonly dtype: 'float32' | 'int32';
}

/** A spec that has been checked, with every value's shape worked out. */
export interface Graph {
  readonly spec: ModelSpec;
  readonly values: ReadonlyMap<string, ValueInfo>;
  outputsOf(node: NodeSpec): readonly string[];
}

const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

/** Number of gates stacked in a cell's weights. */
export const gateCount = (type: CellConfig['type']): number => GATES[type];

/** Length of a cell's h: its units, or what the projection makes of them. */
export const outputLength = (cell: CellConfig): number =>
  (cell.type === 'lstm' ? cell.projection : undefined) ?? cell.units;

export const nodeOutputs = (node: NodeSpec): readonly string[] => node.outputs ?? [node.name];

/**
 * Checks a model description and works out every value's shape.
 * @throws {SpecError} naming the node, the tensor or field, what was expected and what was there.
 */
export function checkSpec(spec: ModelSpec): Graph {
  if (typeof spec !== 'object' || spec === null)
    throw new SpecError('no model spec', { expected: 'an object', got: describe(spec) });
  onlyKeys(spec, ['name', 'inputs', 'nodes', 'outputs', 'tensors'], 'spec');
  for (const key of ['inputs', 'nodes', 'outputs'] as const) list(spec[key], `spec.${key}`);
  if (typeof spec.tensors !== 'object' || spec.tensors === null) {
    throw new SpecError('no tensors', {
      where: 'spec.tensors',
      expected: 'a record of tensors',
      got: describe(spec.tensors),
    });
  }
  for (const [name, tensor] of Object.entries(spec.tensors)) checkTensor(name, tensor);

  const values = new Map<string, ValueInfo>();
  const define = (info: ValueInfo, where: string): void => {
    if (values.has(info.name)) throw new SpecError('a second value of this name', { where, got: describe(info.name) });
    values.set(info.name, info);
  };
  for (const input of spec.inputs) define(checkInput(input), 'spec.inputs');

  const names = new Set<string>();
  for (const node of spec.nodes) {
    const where = `node ${describe(node?.name)}`;
    if (typeof node?.name !== 'string' || node.name === '') {
      throw new SpecError('a node without a name', {
        where: 'spec.nodes',
        expected: 'a name',
        got: describe(node?.name),
      });
    }
    if (names.has(node.name)) throw new SpecError('a second node of this name', { where });
    names.add(node.name);
    for (const info of new NodeChecker(node, where, spec, values).outputs()) define(info, where);
  }
  for (const name of spec.outputs) {
    const value = values.get(name);
    if (!value) throw unknownValue('spec.outputs', name, values);
    if (value.dtype === 'int32')
      throw new SpecError('token ids cannot be an output', { where: 'spec.outputs', got: describe(name) });
  }
  if (new Set(spec.outputs).size !== spec.outputs.length) {
    throw new SpecError('an output named twice', { where: 'spec.outputs', got: describe(spec.outputs) });
  }
  return { spec, values, outputsOf: nodeOutputs };
}

type Shape = Omit<ValueInfo, 'name'>;

/** Fields of each node type beyond name, type, inputs and outputs. */
const RECURRENT_KEYS = ['units', 'goBackwards', 'returnSequences', 'zeroOutputForMask', 'clip', 'tensors'];
const CELL_KEYS = {
  lstm: [...RECURRENT_KEYS, 'activations', 'projection', 'coupled', 'cellClip'],
  gru: [...RECURRENT_KEYS, 'activations', 'resetAfter'],
  rnn: [...RECURRENT_KEYS, 'activation'],
} as const;
const NODE_KEYS: Record<NodeSpec['type'], readonly string[]> = {
  ...CELL_KEYS,
  bidirectional: ['forward', 'backward', 'merge'],
  dense: ['units', 'tensors', 'activation'],
  embedding: ['tensors', 'maskZero'],
  masking: ['maskValue'],
  layer_norm: ['epsilon', 'tensors'],
  activation: ['activation'],
  softmax: [],
  add: [],
  multiply: [],
  concatenate: [],
  dropout: [],
};

/** Checks one node against the values before it, and says what it makes. */
class NodeChecker {
  readonly #inputs: ValueInfo[];

  constructor(
    private readonly node: NodeSpec,
    private readonly where: string,
    private readonly spec: ModelSpec,
    values: ReadonlyMap<string, ValueInfo>,
  ) {
    const keys = Object.hasOwn(NODE_KEYS, node.type) ? NODE_KEYS[node.type] : undefined;
    if (!keys) {
      throw new SpecError('unknown node type', {
        where,
        expected: Object.keys(NODE_KEYS).join(', '),
        got: describe(node.type),
      });
    }
    onlyKeys(node, ['name', 'type', 'inputs', 'outputs', ...keys], where);
    list(node.inputs, `${where}, inputs`);
    if (node.outputs !== undefined) list(node.outputs, `${where}, outputs`);
    this.#inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (!value) throw unknownValue(`${where}, inputs`, name, values);
      if ((value.dtype === 'int32') !== (node.type === 'embedding')) {
        throw new SpecError(`input ${describe(name)} has the wrong type`, {
          where,
          expected: node.type === 'embedding' ? 'int32 token ids' : 'float32',
          got: value.dtype,
        });
      }
      return value;
    });
  }

  outputs(): ValueInfo[] {
    const shapes = this.#shapes();
    const names = nodeOutputs(this.node);
    // Extra outputs of a recurrent layer (its final state) are made only when named.
    const least = this.node.type === 'bidirectional' ? shapes.length : 1;
    if (names.length < least || names.length > shapes.length) {
      throw new SpecError('wrong number of outputs', {
        where: this.where,
        expected: least === shapes.length ? String(least) : `${least} to ${shapes.length}`,
        got: describe(names),
      });
    }
    return names.map((name, index) => ({ name, ...(shapes[index] as Shape) }));
  }

  #shapes(): Shape[] {
    const { node } = this;
    switch (node.type) {
      case 'lstm':
      case 'gru':
      case 'rnn':
        return this.#recurrent(node);
      case 'bidirectional':
        return this.#bidirectional(node);
      case 'dense': {
        const x = this.#only();
        size(node.units, `${this.where}, units`);
        this.#tensors(node.tensors, { weight: [node.units, x.features], 'bias?': [node.units] });
        this.#activation(node.activation, 'activation');
        return [{ ...shapeOf(x), features: node.units }];
      }
      case 'embedding': {
        const x = this.#only();
        optionalBoolean(node.maskZero, `${this.where}, maskZero`);
        if (x.features !== 1) {
          throw new SpecError('token ids come one per timestep', {
            where: this.where,
            expected: 'features 1',
            got: String(x.features),
          });
        }
        this.#tensors(node.tensors, { weight: ['vocabulary', 'features'] });
        return [
          { kind: x.kind, dtype: 'float32', features: this.#tensor(node.tensors.weight, 'weight').shape[1] as number },
        ];
      }
      case 'masking':
        finite(node.maskValue, `${this.where}, maskValue`);
        return [this.#sequence(this.#only())];
      case 'layer_norm': {
        const x = this.#only();
        finite(node.epsilon, `${this.where}, epsilon`, 0);
        this.#tensors(node.tensors, { 'gamma?': [x.features], 'beta?': [x.features] });
        return [shapeOf(x)];
      }
      case 'activation':
        if (node.activation === undefined)
          throw new SpecError('no activation', { where: this.where, expected: 'an activation' });
        this.#activation(node.activation, 'activation');
        return [shapeOf(this.#only())];
      case 'softmax':
      case 'dropout':
        return [shapeOf(this.#only())];
      case 'add':
      case 'multiply':
      case 'concatenate':
        return [this.#merge(node.type === 'concatenate')];
    }
  }

  #recurrent(node: NodeSpec & CellConfig): Shape[] {
    const most = node.type === 'lstm' ? 3 : 2;
    if (this.#inputs.length !== 1 && this.#inputs.length !== most) {
      throw new SpecError('wrong number of inputs', {
        where: this.where,
        expected: node.type === 'lstm' ? '[x] or [x, h0, c0]' : '[x] or [x, h0]',
        got: describe(node.inputs),
      });
    }
    const x = this.#sequence(this.#inputs[0] as ValueInfo);
    this.#cell(node, x.features, this.where);
    const lengths = [outputLength(node), node.units];
    this.#inputs.slice(1).forEach((state, index) => {
      if (state.kind !== 'vector' || state.features !== lengths[index]) {
        throw new SpecError(`initial state ${describe(state.name)} has the wrong shape`, {
          where: this.where,
          expected: `a vector of ${lengths[index]}`,
          got: `a ${state.kind} of ${state.features}`,
        });
      }
    });
    const vector = (features: number): Shape => ({ kind: 'vector', dtype: 'float32', features });
    const y: Shape = { ...vector(lengths[0] as number), kind: node.returnSequences === false ? 'vector' : 'sequence' };
    return [y, vector(lengths[0] as number), ...(node.type === 'lstm' ? [vector(node.units)] : [])];
  }

  #bidirectional(node: BidirectionalNode): Shape[] {
    const x = this.#sequence(this.#only());
    for (const half of ['forward', 'backward'] as const) {
      const cell = node[half];
      const where = `${this.where}, ${half}`;
      const keys = Object.hasOwn(CELL_KEYS, cell?.type) ? CELL_KEYS[cell.type] : undefined;
      if (!keys)
        throw new SpecError('unknown cell type', { where, expected: 'lstm, gru, rnn', got: describe(cell?.type) });
      onlyKeys(cell, ['type', ...keys], where);
      if (cell.goBackwards) {
        throw new SpecError('the halves have their directions already', {
          where,
          expected: 'no goBackwards',
          got: 'goBackwards true',
        });
      }
      this.#cell(cell, x.features, where);
    }
    const { forward, backward, merge } = node;
    if ((forward.returnSequences ?? true) !== (backward.returnSequences ?? true)) {
      throw new SpecError('the halves disagree', { where: this.where, expected: 'the same returnSequences in both' });
    }
    const [one, two] = [outputLength(forward), outputLength(backward)];
    const kind = forward.returnSequences === false ? 'vector' : 'sequence';
    const shape = (features: number): Shape => ({ kind, dtype: 'float32', features });
    switch (merge) {
      case 'concat':
        return [shape(one + two)];
      case 'none':
        return [shape(one), shape(two)];
      case 'sum':
      case 'mul':
      case 'ave':
        if (one !== two) {
          throw new SpecError(`merge ${merge} needs halves of one length`, {
            where: this.where,
            expected: String(one),
            got: String(two),
          });
        }
        return [shape(one)];
      default:
        throw new SpecError('unknown merge', {
          where: `${this.where}, merge`,
          expected: 'concat, sum, mul, ave, none',
          got: describe(merge),
        });
    }
  }

  #cell(cell: CellConfig, input: number, where: string): void {
    size(cell.units, `${where}, units`);
    for (const key of ['goBackwards', 'returnSequences', 'zeroOutputForMask'] as const) {
      optionalBoolean(cell[key], `${where}, ${key}`);
    }
    optionalBound(cell.clip, `${where}, clip`);
    const rows = gateCount(cell.type) * cell.units;
    const h = outputLength(cell);
    const shapes: Record<string, number[]> = {
      weightIh: [rows, input],
      weightHh: [rows, h],
      'biasIh?': [rows],
      'biasHh?': [rows],
      'initialH?': [h],
    };
    if (cell.type === 'lstm') this.#lstm(cell, shapes, where);
    if (cell.type === 'gru' && typeof cell.resetAfter !== 'boolean') {
      throw new SpecError('resetAfter must be said, frameworks disagree', {
        where,
        expected: 'true or false',
        got: describe(cell.resetAfter),
      });
    }
    this.#tensors(cell.tensors, shapes, where);
    if (cell.type === 'rnn') this.#activation(cell.activation, 'activation', where);
    else {
      onlyKeys(
        cell.activations ?? {},
        cell.type === 'lstm' ? ['i', 'f', 'g', 'o', 'output'] : ['r', 'z', 'n'],
        `${where}, activations`,
      );
      for (const [gate, activation] of Object.entries(cell.activations ?? {})) {
        this.#activation(activation, `activations.${gate}`, where);
      }
    }
  }

  #lstm(cell: LstmConfig, shapes: Record<string, number[]>, where: string): void {
    optionalBoolean(cell.coupled, `${where}, coupled`);
    optionalBound(cell.cellClip, `${where}, cellClip`);
    shapes['initialC?'] = [cell.units];
    shapes['peephole?'] = [3 * cell.units];
    if (cell.projection !== undefined) {
      size(cell.projection, `${where}, projection`);
      shapes.weightHr = [cell.projection, cell.units];
    }
  }

  #merge(concatenate: boolean): Shape {
    const [first, ...rest] = this.#inputs;
    if (!first || rest.length === 0) {
      throw new SpecError('nothing to merge', {
        where: this.where,
        expected: 'two or more inputs',
        got: describe(this.node.inputs),
      });
    }
    let features = first.features;
    for (const other of rest) {
      if (other.kind !== first.kind || (!concatenate && other.features !== first.features)) {
        throw new SpecError(`input ${describe(other.name)} does not fit the first`, {
          where: this.where,
          expected: `a ${first.kind}${concatenate ? '' : ` of ${first.features}`}`,
          got: `a ${other.kind} of ${other.features}`,
        });
      }
      if (concatenate) features += other.features;
    }
    return { ...shapeOf(first), features };
  }

  #only(): ValueInfo {
    const [x, ...more] = this.#inputs;
    if (!x || more.length > 0) {
      throw new SpecError('wrong number of inputs', {
        where: this.where,
        expected: '1',
        got: describe(this.node.inputs),
      });
    }
    return x;
  }

  #sequence(x: ValueInfo): Shape {
    if (x.kind !== 'sequence') {
      throw new SpecError(`input ${describe(x.name)} has no time`, {
        where: this.where,
        expected: 'a sequence',
        got: 'a vector',
      });
    }
    return shapeOf(x);
  }

  #activation(activation: ActivationSpec | undefined, field: string, where = this.where): void {
    if (activation !== undefined) resolveActivation(activation, `${where}, ${field}`);
  }

  /** Keys ending in `?` may be absent. Strings stand for any size. */
  #tensors(tensors: object, shapes: Record<string, (number | string)[]>, where = this.where): void {
    if (typeof tensors !== 'object' || tensors === null) {
      throw new SpecError('no tensors', {
        where,
        expected: `tensors: ${Object.keys(shapes).join(', ')}`,
        got: describe(tensors),
      });
    }
    onlyKeys(
      tensors,
      Object.keys(shapes).map((key) => key.replace('?', '')),
      `${where}, tensors`,
    );
    for (const [field, shape] of Object.entries(shapes)) {
      const key = field.replace('?', '');
      const name = (tensors as Record<string, unknown>)[key];
      if (name === undefined && key !== field) continue;
      const tensor = this.#tensor(name, key, where);
      const fits =
        tensor.shape.length === shape.length && shape.every((n, d) => typeof n === 'string' || n === tensor.shape[d]);
      if (!fits) {
        throw new SpecError(`tensor ${describe(name)} (${key}) has the wrong shape`, {
          where,
          expected: `[${shape.join(', ')}]`,
          got: describe(tensor.shape),
        });
      }
    }
  }

  #tensor(name: unknown, key: string, where = this.where): TensorSpec {
    if (typeof name !== 'string' || !Object.hasOwn(this.spec.tensors, name)) {
      throw new SpecError(`no tensor for ${key}`, {
        where,
        expected: 'the name of a tensor in spec.tensors',
        got: describe(name),
      });
    }
    return this.spec.tensors[name] as TensorSpec;
  }
}

const shapeOf = ({ features, kind, dtype }: ValueInfo): Shape => ({ features, kind, dtype });

function checkInput(input: InputSpec): ValueInfo {
  const where = `input ${describe(input?.name)}`;
  if (typeof input?.name !== 'string' || input.name === '') {
    throw new SpecError('an input without a name', {
      where: 'spec.inputs',
      expected: 'a name',
      got: describe(input?.name),
    });
  }
  onlyKeys(input, ['name', 'features', 'kind', 'dtype'], where);
  size(input.features, `${where}, features`);
  const { kind = 'sequence', dtype = 'float32' } = input;
  if (kind !== 'sequence' && kind !== 'vector') {
    throw new SpecError('unknown kind', { where, expected: 'sequence or vector', got: describe(kind) });
  }
  if (dtype !== 'float32' && dtype !== 'int32') {
    throw new SpecError('unknown dtype', { where, expected: 'float32 or int32', got: describe(dtype) });
  }
  return { name: input.name, features: input.features, kind, dtype };
}

function checkTensor(name: string, tensor: TensorSpec): void {
  const where = `tensor ${describe(name)}`;
  if (!(tensor?.data instanceof Float32Array)) {
    throw new SpecError('wrong data', { where, expected: 'a Float32Array', got: describe(tensor?.data) });
  }
  list(tensor.shape, `${where}, shape`);
  for (const n of tensor.shape) size(n, `${where}, shape`);
  const length = tensor.shape.reduce((product, n) => product * n, 1);
  if (tensor.data.length !== length) {
    throw new SpecError('data and shape disagree', {
      where,
      expected: `${length} numbers for ${describe(tensor.shape)}`,
      got: String(tensor.data.length),
    });
  }
}

function unknownValue(where: string, name: unknown, values: ReadonlyMap<string, ValueInfo>): SpecError {
  return new SpecError(`no value ${describe(name)} before this point`, {
    where,
    expected: [...values.keys()].join(', ') || 'a value',
    got: describe(name),
  });
}
