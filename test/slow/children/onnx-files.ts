import { create } from '@bufbuild/protobuf';
import { float, graph, type Input, model, node } from '../../importers/onnx/build.js';
import { type Graph, type Node, type Tensor, TensorSchema } from '../../importers/onnx/proto/onnx_pb.js';
import { FORMS, STRAY, words } from './onnx-forms.js';
import type { Random } from './random.js';

// Random ONNX files of one to three operators. Most of what they are given fits, so that files come past the first check; some does not.

type Dim = number | string;

const FEATURES = [1, 2, 3, 4, 6];
/** How exporters lay out what comes in, and a few that none does. */
const LAYOUTS: readonly ((f: number, random: Random) => Dim[] | undefined)[] = [
  (f) => ['batch', 'time', f],
  (f) => ['batch', 'time', f],
  (f) => ['batch', f],
  (f) => ['batch', f, 'time'],
  (f) => ['time', 'batch', f],
  (f) => [1, 'time', f],
  (f) => ['batch', 5, f],
  (f) => [1, 5, f],
  (f) => ['time', f],
  (f) => [1, f],
  (f, random) => ['batch', 'time', random.pick([1, 2, 3]), f],
  (f, random) => ['batch', f, random.pick([1, 4]), 'time'],
  () => ['batch', 'time'],
  () => ['time'],
  () => [],
  (f) => [0, 'time', f],
  () => undefined,
];

/** Element types of ONNX that tensors here may have: float, u8, i8, u16, i16, i32, i64, bool, half, double, u32, u64, bfloat16. */
const BYTES: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  16: 2,
};
const TYPES = Object.keys(BYTES).map(Number);
const NASTY = [0, 1, -1, 2, 3, 7, 8, 100, 1e6, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 40, 2 ** 53, -(2 ** 63)];

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** How an operator's input mostly is laid out. */
function usual(op: string, f: number): Dim[] {
  if (/Conv|Pool|^(Batch|Instance)Norm/.test(op)) return ['batch', f, 'time'];
  if (/Gemm/.test(op)) return ['batch', f];
  return /LSTM|GRU|RNN/.test(op) ? ['time', 'batch', f] : ['batch', 'time', f];
}

/** Operators that make what is known at once. */
const CONSTANT: ReadonlySet<string> = new Set([
  'Constant',
  'Shape',
  'Size',
  'ConstantOfShape',
  'Range',
  'DequantizeLinear',
]);
const CONSTANTS = ['value', 'value_float', 'value_int', 'value_floats', 'value_ints'];

/** A file, and the words for it. */
export interface RandomFile {
  readonly bytes: Uint8Array;
  readonly what: string;
}

export function randomFile(random: Random, number: number): RandomFile {
  return new Maker(random).file(number);
}

class Maker {
  readonly #init: Record<string, Tensor> = {};
  readonly #inputs: Record<string, Input> = {};
  /** Of x, what is not open; 1 for what is. */
  #dims: number[] = [];
  #x = 'X';
  /** Which of W, R, B, P comes next. */
  #part = 0;

  readonly #opset: number;

  constructor(private readonly random: Random) {
    this.#opset = random.chance(0.7) ? random.pick([13, 17, 18, 21]) : random.between(6, 29);
  }

  file(number: number): RandomFile {
    const { random } = this;
    // The first node's operator goes round the table, so that each has its turn.
    let form = FORMS[number % FORMS.length] as (typeof FORMS)[number];
    const f = random.pick(FEATURES);
    const dims = random.chance(0.7) ? usual(form.op, f) : random.pick(LAYOUTS)(f, random);
    const type = random.chance(0.9) ? 1 : random.pick(TYPES);
    this.#inputs.X = { type, ...(dims && { dims }) };
    this.#dims = (dims ?? ['batch', 'time', f]).map((n) => (typeof n === 'number' ? n : 1));
    const count = random.chance(0.6) ? 1 : random.between(2, 3);
    const nodes: Node[] = [];
    const said: string[] = [];
    for (let i = 0; i < count; i++) {
      const several = form.op === 'Split' ? random.between(1, 4) : random.chance(0.03) ? 3 : 1;
      const outputs = random.list(several, (k) => `y${i}.${k}`);
      nodes.push(this.#node(form, outputs));
      said.push(form.op);
      this.#x = random.pick(outputs);
      if (CONSTANT.has(form.op)) nodes.push(...this.#besideInput(i));
      form = random.pick(FORMS);
    }
    const outputs = nodes.at(-1)?.output as string[];
    const opset = this.#opset;
    const bytes = model({ nodes, inputs: this.#inputs, init: this.#init, outputs, opset });
    return { bytes, what: `${said.join(', ')} of [${dims}], opset ${opset}` };
  }

  /** What is known as soon as the file is read, put to use: as one number that is added. */
  #besideInput(i: number): Node[] {
    const [sum, cast, added] = [`sum${i}`, `cast${i}`, `added${i}`];
    const whole = this.random.chance(0.7);
    const nodes = [
      ...(whole ? [node('ReduceSum', this.#x, sum, { keepdims: 0 })] : []),
      node('Cast', whole ? sum : this.#x, cast, { to: 1 }),
      node('Add', `X ${cast}`, added),
    ];
    this.#x = added;
    return nodes;
  }

  /** Whether an operator has its axes as an attribute in this operator set, which mostly is not given what it does not have. */
  #axesAsAttribute(op: string): boolean {
    if (this.random.chance(0.1)) return this.random.chance(0.5);
    return this.#opset < (op.startsWith('Reduce') && op !== 'ReduceSum' ? 18 : 13);
  }

  #node(form: (typeof FORMS)[number], outputs: readonly string[]): Node {
    const { random } = this;
    const { op, domain, always } = form;
    const timely = op.startsWith('Reduce') || op.endsWith('squeeze');
    const asAttribute = timely && this.#axesAsAttribute(op);
    const inputs = asAttribute ? form.inputs.filter((word) => !word.startsWith('axes')) : form.inputs;
    const attributes = timely && !asAttribute ? form.attributes.filter((name) => name !== 'axes') : form.attributes;
    const names: string[] = [];
    this.#part = 0;
    for (const word of inputs) {
      const optional = word.endsWith('?');
      if (optional && random.chance(0.4)) {
        // Left out with those behind it, or by an empty name.
        if (random.chance(0.6)) break;
        names.push('_');
      } else names.push(this.#input(optional ? word.slice(0, -1) : word, op));
    }
    if (random.chance(0.03)) names.push(this.#input(random.pick(['x', 'like', 'number']), op));
    if (random.chance(0.03)) names.pop();
    const given: Record<string, unknown> = {};
    for (const name of always) {
      // A constant has one of several.
      const own = name === 'constant' ? random.pick(CONSTANTS) : name;
      given[own] = this.attribute(own);
    }
    if (asAttribute) given.axes = this.attribute('axes');
    for (const name of attributes) if (random.chance(0.25)) given[name] = this.attribute(name);
    if (random.chance(0.05)) {
      const stray = random.pick(words(STRAY));
      given[stray] = this.attribute(stray);
    }
    return node(op, names.join(' '), outputs.join(' '), given as Parameters<typeof node>[3], domain);
  }

  /** A constant of the file, or (seldom) an input of the run. @returns its name. */
  #tensor(dims: readonly number[], type = 1, make: (i: number) => number = () => this.#float()): string {
    const { random } = this;
    const own = random.chance(0.03) ? random.pick(TYPES) : type;
    const name = `c${Object.keys(this.#init).length + Object.keys(this.#inputs).length}`;
    if (random.chance(0.04)) {
      this.#inputs[name] = { type: own, dims: [...dims] };
      return name;
    }
    const count = Math.min(product(dims.map((n) => Math.max(0, n))), 4096);
    this.#init[name] = tensorOf(dims, own, random.list(count, make));
    return name;
  }

  #float(): number {
    const { random } = this;
    return random.chance(0.01)
      ? random.pick([0, -0, 1e-40, 3e38, Number.NaN, Infinity, -Infinity])
      : 4 * random.fraction() - 2;
  }

  #whole(most = 4): number {
    const { random } = this;
    return random.chance(0.03) ? random.pick(NASTY) : random.between(-most, most);
  }

  #list(length: number, most = 4, type = 7): string {
    return this.#tensor([length], type, () => this.#whole(most));
  }

  /** What an operator is given for a word of its form. */
  #input(word: string, op: string): string {
    const { random } = this;
    const dims = this.#dims;
    const rank = dims.length;
    const last = dims.at(-1) ?? 1;
    switch (word) {
      case 'x':
        return random.chance(0.9) ? this.#x : this.#tensor(dims);
      case 'like': {
        if (random.chance(0.25)) return this.#x;
        if (random.chance(0.15)) return this.#value();
        const kept = dims.slice(random.below(rank + 1)).map((n) => (random.chance(0.3) ? 1 : n));
        return this.#tensor(random.chance(0.1) ? [random.between(1, 5), ...kept] : kept);
      }
      case 'scalar':
        return this.#tensor(random.chance(0.9) ? [] : [1]);
      case 'number':
        return this.#tensor([], random.pick([7, 7, 1]), () => this.#whole(8));
      case 'count':
        return this.#tensor([1], 7, () => (random.chance(0.7) ? last : this.#whole(4)));
      case 'bool':
        return this.#tensor([], 9, () => random.below(2));
      case 'axis':
        return this.#tensor(random.pick([[], [1]]), 7, () => random.between(-rank, rank));
      case 'axes':
        return this.#tensor([random.chance(0.8) ? 1 : random.between(0, 2)], 7, () =>
          random.chance(0.5) ? rank - 1 : random.between(-rank, rank),
        );
      case 'shape': {
        const usual = [
          [0, -1],
          [0, 0, -1],
          [-1, last],
          [0, 0, 1, last],
          [0, 0, last, 1],
          [-1, 1, last],
          [0, -1, 1],
          [last],
          [2, 3],
          [1],
        ];
        const given = random.chance(0.8) ? random.pick(usual) : random.list(random.between(1, 4), () => this.#whole(6));
        return this.#tensor([given.length], 7, (i) => given[i] as number);
      }
      case 'expanded':
        return this.#tensor([rank], 7, (i) =>
          random.chance(0.8) ? (random.chance(0.6) ? 1 : (dims[i] as number)) : this.#whole(4),
        );
      case 'repeats':
        return this.#tensor([random.chance(0.9) ? rank : 1], 7, () => (random.chance(0.7) ? 1 : this.#whole(3)));
      case 'picks':
        return random.chance(0.7) ? this.#value(7) : this.#tensor([1], 7, () => 0);
      case 'sizes':
        return this.#tensor([random.between(1, 3)], 7, () =>
          random.pick([1, 2, last, Math.floor(last / 2), this.#whole(3)]),
        );
      case 'starts':
        return this.#list(random.chance(0.9) ? 1 : 2, 5, random.pick([6, 7]));
      case 'steps':
        return this.#list(random.chance(0.9) ? 1 : 2, 2);
      case 'pads':
        return this.#tensor([random.chance(0.8) ? 2 * rank : random.between(0, 8)], 7, () =>
          random.chance(0.6) ? 0 : this.#whole(2),
        );
      case 'indices':
        return this.#tensor(
          random.pick([[], [2], [1], [2, 2], dims, [...dims.slice(0, -1), 1]]),
          random.pick([6, 7]),
          () => this.#whole(3),
        );
      case 'lengths':
        return random.chance(0.5) ? this.#tensor([1], 6, () => random.between(0, 5)) : this.#value(6, ['batch']);
      case 'last':
        return this.#tensor([last]);
      case 'second':
        return this.#tensor([dims[1] ?? last], 1, () => Math.abs(this.#float()));
      case 'bias':
        return this.#tensor([random.pick([last, 2, 4])]);
      case 'matrix':
        return this.#tensor(random.chance(0.8) ? [last, random.pick([1, 2, last])] : [random.pick([1, 2]), last, 3]);
      case 'kernel': {
        const channels = dims[1] ?? last;
        const group = random.pick([1, 1, 1, channels]);
        return this.#tensor(
          [
            random.pick([1, 2, channels]),
            channels / group,
            ...random.list(Math.max(1, rank - 2), () => random.pick([1, 2, 3])),
          ].map(Math.floor),
        );
      }
      case 'whole': {
        const type = random.pick([2, 3, 3, 6]);
        return this.#tensor(random.chance(0.5) ? dims : [last, 2], type, () =>
          random.between(type === 2 ? 0 : -100, 100),
        );
      }
      case 'scale':
        return this.#tensor(random.pick([[], [1], [last]]), 1, () => random.fraction() + 0.01);
      case 'zero':
        return this.#tensor(random.pick([[], [1], [last]]), random.pick([2, 3]), () => random.between(0, 5));
      case 'state':
        return random.chance(0.5) ? this.#tensor([1, 1, 2]) : this.#value(1, [1, 'batch', 2]);
      case 'recurrence':
        return this.#recurrence(op);
      default:
        return this.#x;
    }
  }

  /** W, R, B or P of 2 units, whichever it is. */
  #recurrence(op: string): string {
    const { random } = this;
    const gates = op.includes('LSTM') ? 4 : op === 'GRU' ? 3 : 1;
    const last = this.#dims.at(-1) ?? 1;
    const many = this.#part++;
    const directions = random.chance(0.9) ? 1 : 2;
    const shapes = [
      [directions, gates * 2, last],
      [directions, gates * 2, 2],
      [directions, gates * 4],
      [directions, 6],
    ];
    const shape = random.chance(0.95) ? (shapes[Math.min(many, 3)] as number[]) : random.pick(shapes);
    if (op !== 'DynamicQuantizeLSTM') return this.#tensor(shape);
    return this.#tensor([directions, shape[2] ?? 2, gates * 2], 3, () => random.between(-100, 100));
  }

  /** Another input of the run. */
  #value(type = 1, dims: Dim[] = [...(this.#inputs.X?.dims ?? ['batch', 'time', 3])]): string {
    const name = `x${Object.keys(this.#inputs).length}`;
    this.#inputs[name] = { type, dims };
    return name;
  }

  /** A value for an attribute of this name; seldom of another kind, or far from what is due. */
  attribute(name: string): unknown {
    const { random } = this;
    const rank = this.#dims.length;
    if (random.chance(0.03))
      return random.pick([
        random.pick(NASTY),
        'text',
        [1, -1],
        ['a'],
        float(0.5),
        { floats: [1] },
        tensorOf([1], 7, [1]),
      ]);
    const ints = (count: number, least: number, most: number) => random.list(count, () => random.between(least, most));
    const spatial = Math.max(1, rank - 2);
    switch (name) {
      case 'perm':
        return random.shuffled(this.#dims.map((_, i) => i));
      case 'axes':
        return ints(random.between(1, 2), -rank, rank);
      case 'starts':
      case 'ends':
        return ints(random.between(1, 2), -5, 5);
      case 'pads':
        return ints(random.chance(0.5) ? 2 * spatial : 2 * rank, 0, 2);
      case 'strides':
      case 'dilations':
      case 'kernel_shape':
        return ints(spatial, 1, 3);
      case 'output_padding':
      case 'output_shape':
        return ints(spatial, 0, 2);
      case 'split':
        return ints(random.between(1, 3), 0, 3);
      case 'value_ints':
        return ints(random.between(1, 3), -5, 5);
      case 'axis':
      case 'time_axis':
      case 'batch_axis':
      case 'start':
      case 'end':
        return random.chance(0.5) ? rank - 1 : random.between(-rank, rank);
      case 'hidden_size':
        return random.chance(0.9) ? 2 : this.#whole(4);
      case 'direction':
        return random.pick(['forward', 'forward', 'reverse', 'reverse', 'bidirectional', 'sideways']);
      case 'activations':
        return random.list(random.between(1, 3), () =>
          random.pick(['Sigmoid', 'Tanh', 'Relu', 'HardSigmoid', 'Affine', 'LeakyRelu', 'Elu', 'Softsign', 'none']),
        );
      case 'activation':
        return random.pick(['Relu', 'Tanh', 'Sigmoid', 'LeakyRelu', 'HardSigmoid', 'Clip', 'none']);
      case 'activation_params':
      case 'value_floats':
        return { floats: random.list(random.between(1, 3), () => this.#float()) };
      case 'activation_alpha':
      case 'activation_beta':
        return random.chance(0.7)
          ? { floats: random.list(random.between(1, 3), () => this.#float()) }
          : float(this.#float());
      case 'auto_pad':
        return random.pick(['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID', 'OTHER']);
      case 'mode':
        return random.pick(['constant', 'reflect', 'edge', 'wrap']);
      case 'reduction':
        return random.pick(['none', 'add', 'mul', 'max']);
      case 'approximate':
        return random.pick(['none', 'tanh', 'other']);
      case 'equation':
        return random.pick([
          'bti,ij->btj',
          'bti,bsi->bts',
          'ij,jk->ik',
          'bti->bit',
          '...i,ij->...j',
          'bi,bj->bij',
          'b,,->',
          'bti,oi->bto',
          'ii->i',
          '',
        ]);
      case 'value':
        return tensorOf(
          random.pick([[1], [2], [], [2, 2]]),
          random.pick([1, 7, 9]),
          random.list(4, () => random.between(0, 3)),
        );
      case 'to':
      case 'output_dtype':
        return random.pick(TYPES);
      case 'then_branch':
      case 'else_branch':
        return this.#branch();
      case 'body':
        return this.#body();
      default:
        // Flags and counts are whole; all others are numbers.
        return /alpha|beta|gamma|epsilon|clip|ratio|momentum|min|max|float/.test(name)
          ? float(this.#float())
          : random.chance(0.9)
            ? random.below(3)
            : this.#whole(9);
    }
  }

  #branch(): Graph {
    const op = this.random.pick(['Tanh', 'Identity', 'Neg', 'Shape']);
    return graph({ nodes: [node(op, this.#x, 'b')], outputs: ['b'] });
  }

  #body(): Graph {
    const op = this.random.pick(['Tanh', 'Identity', 'Neg', 'Relu']);
    return graph({
      nodes: [node(op, 's', 'o'), node('Identity', 'c', 'k')],
      inputs: { i: { dims: [], type: 7 }, c: { dims: [], type: 9 }, s: { dims: ['batch', 6] } },
      outputs: ['k', 'o'],
    });
  }
}

/** A tensor by its raw bytes. */
function tensorOf(dims: readonly number[], dataType: number, numbers: readonly number[]): Tensor {
  const size = BYTES[dataType] as number;
  const rawData = new Uint8Array(size * numbers.length);
  const view = new DataView(rawData.buffer);
  numbers.forEach((n, i) => {
    const whole = Number.isFinite(n) ? BigInt(Math.trunc(n)) : 0n;
    if (dataType === 1) view.setFloat32(4 * i, n, true);
    else if (dataType === 11) view.setFloat64(8 * i, n, true);
    else if (size === 8) view.setBigInt64(8 * i, BigInt.asIntN(64, whole), true);
    else for (let b = 0; b < size; b++) rawData[size * i + b] = Number((whole >> BigInt(8 * b)) & 255n);
  });
  return create(TensorSchema, { dims: dims.map(BigInt), dataType, rawData });
}
