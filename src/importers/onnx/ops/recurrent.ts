import type { ActivationSpec, CellConfig } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { arrange, arranged } from '../layout.js';
import { isSym, sameNum, showSize } from '../num.js';
import { value } from '../stretch.js';
import {
  type Atom,
  type Constant,
  constant,
  count,
  dimsOf,
  hasBatch,
  type Item,
  runTime,
  totalSize,
  type Value,
  withoutBatch,
} from '../value.js';
import type { Run } from './run.js';

type Kind = 'lstm' | 'gru' | 'rnn';

/** ONNX stacks the gates i o f c (LSTM) and z r h (GRU); the spec i f g o and r z n. Spec position → ONNX position. */
const ORDER: Readonly<Record<Kind, readonly number[]>> = { lstm: [0, 2, 3, 1], gru: [1, 0, 2], rnn: [0] };
const NAMES: Readonly<Record<Kind, string>> = {
  lstm: 'gates i o f c reordered to i f g o',
  gru: 'gates z r h reordered to r z n',
  rnn: 'one gate',
};
/** Functions f g h of the operator, as they default. */
const DEFAULTS: Readonly<Record<Kind, readonly string[]>> = {
  lstm: ['Sigmoid', 'Tanh', 'Tanh'],
  gru: ['Sigmoid', 'Tanh'],
  rnn: ['Tanh'],
};

/** Activations with the defaults of alpha and beta that the operator's specification gives. */
const FUNCTIONS: Readonly<Record<string, (alpha?: number, beta?: number) => ActivationSpec>> = {
  affine: (alpha = 1, beta = 0) => ({ type: 'affine', alpha, beta }),
  relu: () => 'relu',
  tanh: () => 'tanh',
  sigmoid: () => 'sigmoid',
  leakyrelu: (alpha = 0.01) => ({ type: 'leaky_relu', alpha }),
  thresholdedrelu: (alpha = 1) => ({ type: 'thresholded_relu', alpha }),
  scaledtanh: (alpha = 1, beta = 1) => ({ type: 'scaled_tanh', alpha, beta }),
  hardsigmoid: (alpha = 0.2, beta = 0.5) => ({ type: 'hard_sigmoid', alpha, beta }),
  elu: (alpha = 1) => ({ type: 'elu', alpha }),
  softsign: () => 'softsign',
  softplus: () => 'softplus',
};
/** Those that take a number from activation_alpha, and from activation_beta. */
const TAKES_ALPHA = new Set(['affine', 'leakyrelu', 'thresholdedrelu', 'scaledtanh', 'hardsigmoid', 'elu']);
const TAKES_BETA = new Set(['affine', 'scaledtanh', 'hardsigmoid']);

function activations(op: Op, kind: Kind, directions: number): ActivationSpec[] {
  const { attributes, where } = op;
  const wanted = DEFAULTS[kind].length * directions;
  const given = attributes.strings('activations');
  const names = given ?? Array.from({ length: directions }, () => DEFAULTS[kind]).flat();
  if (names.length !== wanted) refuse(where, 'wrong number of activations', `${wanted}`, `${names.length}`);
  const alphas = [...(attributes.floats('activation_alpha') ?? [])];
  const betas = [...(attributes.floats('activation_beta') ?? [])];
  const all = names.map((name): ActivationSpec => {
    const key = name.toLowerCase();
    const make = FUNCTIONS[key];
    if (!make) refuse(where, 'an unknown activation', Object.keys(FUNCTIONS).join(', '), name);
    return make(TAKES_ALPHA.has(key) ? alphas.shift() : undefined, TAKES_BETA.has(key) ? betas.shift() : undefined);
  });
  if (alphas.length + betas.length > 0)
    refuse(
      where,
      'more alphas or betas than activations that take them',
      '0 left',
      `${alphas.length}, ${betas.length}`,
    );
  return all;
}

/** Rows of one direction, gates in the spec's order. */
function gateRows(
  data: Float32Array,
  kind: Kind,
  direction: number,
  units: number,
  columns: number,
  from = 0,
): Float32Array {
  const gates = ORDER[kind].length;
  const block = units * columns;
  const out = new Float32Array(gates * block);
  ORDER[kind].forEach((source, gate) => {
    const at = from + (direction * gates + source) * block;
    out.set(data.subarray(at, at + block), gate * block);
  });
  return out;
}

/** One direction's tensors. */
function cellTensors(
  op: Op,
  ctx: Context,
  kind: Kind,
  direction: number,
  directions: number,
  units: number,
  input: number,
) {
  const gates = ORDER[kind].length;
  const label = directions === 1 ? op.name : `${op.name}.${direction === 0 ? 'forward' : 'backward'}`;
  const half = directions === 1 ? '' : `direction ${direction}; `;
  const read = (index: number, what: string, dims: readonly number[]): { data: Float32Array; from: Constant } => {
    const from = known(op.where, op.inputs[index], what);
    if (`${from.dims}` !== `${dims}`) refuse(op.where, `${what} has the wrong shape`, `[${dims}]`, `[${from.dims}]`);
    return { data: numbers(op.where, from), from };
  };
  const tensor = (field: string, shape: number[], data: Float32Array, from: Constant, how: string): string =>
    ctx.tensor(`${label}.${field}`, shape, data, { constant: from, becomes: `${label}.${field}`, how: half + how });
  const w = read(1, 'W', [directions, gates * units, input]);
  const r = read(2, 'R', [directions, gates * units, units]);
  const tensors: Record<string, string> = {
    weightIh: tensor(
      'weightIh',
      [gates * units, input],
      gateRows(w.data, kind, direction, units, input),
      w.from,
      NAMES[kind],
    ),
    weightHh: tensor(
      'weightHh',
      [gates * units, units],
      gateRows(r.data, kind, direction, units, units),
      r.from,
      NAMES[kind],
    ),
  };
  if (op.inputs[3] !== undefined) {
    const b = read(3, 'B', [directions, 2 * gates * units]);
    const from = direction * gates * units;
    tensors.biasIh = tensor(
      'biasIh',
      [gates * units],
      gateRows(b.data, kind, direction, units, 1, from),
      b.from,
      `first half; ${NAMES[kind]}`,
    );
    tensors.biasHh = tensor(
      'biasHh',
      [gates * units],
      gateRows(b.data, kind, direction, units, 1, from + gates * units),
      b.from,
      `second half; ${NAMES[kind]}`,
    );
  }
  if (kind === 'lstm' && op.inputs[7] !== undefined) {
    const p = read(7, 'P', [directions, 3 * units]);
    // P is i o f, the spec's peepholes i f o.
    const at = direction * 3 * units;
    const part = (gate: number): Float32Array => p.data.subarray(at + gate * units, at + (gate + 1) * units);
    const data = new Float32Array(3 * units);
    [part(0), part(2), part(1)].forEach((one, index) => {
      data.set(one, index * units);
    });
    tensors.peephole = tensor('peephole', [3 * units], data, p.from, 'gates i o f reordered to i f o');
  }
  return tensors;
}

/** One row of a constant initial state, the same for all rows of the batch; undefined for zeros. */
function constantState(op: Op, item: Item, direction: number, units: number, layout: number): Float32Array | undefined {
  if (item.kind === 'filled')
    return item.value === 0
      ? undefined
      : numbers(op.where, constant([units], Array(units).fill(item.value), item.type));
  const x = known(op.where, item, 'the initial state');
  const [directions, batch, n] = (layout === 0 ? x.dims : [x.dims[1], x.dims[0], x.dims[2]]) as [
    number,
    number,
    number,
  ];
  if (n !== units) refuse(op.where, 'an initial state of another size', `${units}`, `[${x.dims}]`);
  const data = numbers(op.where, x);
  const row = (b: number): Float32Array => {
    const at = (layout === 0 ? direction * batch + b : b * directions + direction) * units;
    return data.subarray(at, at + units);
  };
  for (let b = 1; b < batch; b++) {
    if (row(b).some((one, i) => one !== row(0)[i]))
      refuse(op.where, 'initial states that differ from row to row', 'one for all, or an input');
  }
  return row(0).every((one) => one === 0) ? undefined : Float32Array.from(row(0));
}

/** Checks that per-row lengths are given by the caller, or say nothing. */
function checkLengths(op: Op, x: Value): void {
  const lengths = op.inputs[4];
  if (lengths === undefined) return;
  const time = totalSize(x.time);
  if (lengths.kind === 'value') {
    if (!lengths.ids) refuse(op.where, 'sequence_lens worked out at run time', 'an input of the model');
    return;
  }
  const all = lengths.kind === 'filled' ? [lengths.value] : Array.from(lengths.data);
  if (all.some((n) => !sameNum(n, time))) {
    refuse(
      op.where,
      'constant sequence_lens',
      `the whole time, ${showSize(time)}, for every row; or an input, then options.lengths of a run`,
      all.map(showSize).join(', '),
    );
  }
}

const recurrent =
  (kind: Kind): Run =>
  (op, ctx) => {
    const { where, attributes, inputs, outputs } = op;
    const layout = attributes.int('layout', 0);
    const direction = attributes.string('direction', 'forward');
    if (!['forward', 'reverse', 'bidirectional'].includes(direction))
      refuse(where, 'an unknown direction', 'forward, reverse or bidirectional', direction);
    const directions = direction === 'bidirectional' ? 2 : 1;
    attributes.ignore('output_sequence');
    const w = known(where, inputs[1], 'W');
    const gates = ORDER[kind].length;
    const units = (w.dims[1] ?? 0) / gates;
    const hidden = attributes.int('hidden_size', undefined);
    if (!Number.isInteger(units) || units < 1 || (hidden !== undefined && hidden !== units) || w.dims.length !== 3) {
      refuse(where, 'W does not fit hidden_size', `[${directions}, ${gates}·${hidden}, inputs]`, `[${w.dims}]`);
    }
    const functions = activations(op, kind, directions);
    const clip = attributes.float('clip', undefined);
    const coupled = kind === 'lstm' && attributes.int('input_forget', 0) !== 0;
    const after = kind === 'gru' && attributes.int('linear_before_reset', 0) !== 0;

    const given = value(ctx, where, inputs[0], 'X');
    if (given.axes.length !== 3)
      refuse(
        where,
        'X has the wrong rank',
        layout === 0 ? '[time, batch, inputs]' : '[batch, time, inputs]',
        `${given.axes.length} axes`,
      );
    const [timeAxis, batchAxis] = layout === 0 ? [0, 1] : [1, 0];
    const batch = given.axes[batchAxis] as readonly Atom[];
    if (withoutBatch(batch).length > 0 || hasBatch(given.axes[timeAxis])) {
      refuse(
        where,
        'X with its axes in another order',
        layout === 0 ? '[time, batch, inputs]' : '[batch, time, inputs]',
        'timesteps where the batch must be; options.axes says what the axes of inputs are',
      );
    }
    let x = arranged(ctx, where, given, given.axes[timeAxis] as readonly Atom[], given.axes[2] as readonly Atom[]);
    if (x.time.length === 0)
      x = {
        ...x,
        name: ctx.add({ type: 'reshape', inputs: [x.name], shape: [1, count(x.features)] }, given.name),
        time: [{ kind: 'block', size: 1 }],
      };
    const input = count(x.features);
    checkLengths(op, x);

    const states = [inputs[5], kind === 'lstm' ? inputs[6] : undefined].slice(0, kind === 'lstm' ? 2 : 1);
    const asValues = states.some((one) => one?.kind === 'value');
    const config = (at: number): CellConfig => {
      const tensors = cellTensors(op, ctx, kind, at, directions, units, input);
      if (!asValues) {
        states.forEach((one, index) => {
          const row = one && constantState(op, one, at, units, layout);
          const from = one?.kind === 'constant' ? one : constant([], [], 1);
          const field = index === 0 ? 'initialH' : 'initialC';
          if (row)
            tensors[field] = ctx.tensor(`${op.name}.${field}`, [units], row, {
              constant: from,
              becomes: `${op.name}.${field}`,
              how: 'one row for the whole batch',
            });
        });
      }
      const f = functions.slice(at * DEFAULTS[kind].length);
      const [one, two, three] = f as [ActivationSpec, ActivationSpec, ActivationSpec];
      const common = { units, tensors, ...(clip !== undefined && clip > 0 && { clip }) };
      if (kind === 'gru')
        return {
          type: 'gru',
          resetAfter: after,
          activations: { r: one, z: one, n: two },
          ...common,
        } as unknown as CellConfig;
      if (kind === 'rnn') return { type: 'rnn', activation: one, ...common } as unknown as CellConfig;
      return {
        type: 'lstm',
        activations: { i: one, f: one, g: two, o: one, output: three },
        ...(coupled && { coupled }),
        ...common,
      } as unknown as CellConfig;
    };
    if (clip === undefined) ctx.reporter.defaulted(op.name, 'clip', 'none', 'ONNX: no bound unless given');

    const d: Atom[] = directions === 2 ? [{ kind: 'block', size: 2 }] : [];
    const h: Atom = { kind: 'block', size: units };
    const hAxis = units === 1 ? [] : [h];
    const time = x.time;
    const flow = runTime(x);
    const inTime = flow ? [flow] : (given.axes[timeAxis] as readonly Atom[]);
    const sequence = (name: string): Value => ({
      kind: 'value',
      name,
      time,
      features: [...d, h],
      axes: layout === 0 ? [inTime, d, batch, hAxis] : [batch, inTime, d, hAxis],
      type: given.type,
    });
    const state = (name: string): Value => ({
      kind: 'value',
      name,
      time: [],
      features: [...d, h],
      axes: layout === 0 ? [d, batch, hAxis] : [batch, d, hAxis],
      type: given.type,
    });
    const label = op.name;
    if (directions === 2 && !asValues && !op.used[1] && !op.used[2]) {
      const [forward, backward] = [config(0), config(1)];
      const name = ctx.add({ type: 'bidirectional', inputs: [x.name], merge: 'concat', forward, backward }, label);
      return [sequence(name)];
    }
    const halves = Array.from({ length: directions }, (_, at) => {
      const backwards = direction === 'reverse' || at === 1;
      const name = directions === 1 ? label : `${label}.${at === 0 ? 'forward' : 'backward'}`;
      const initial = asValues ? states.map((one) => initialState(op, ctx, one, at, directions, units, layout)) : [];
      const made =
        outputs.length > 1 && (op.used[1] || op.used[2])
          ? [`${name}.y`, `${name}.h`, `${name}.c`].slice(0, kind === 'lstm' ? 3 : 2).map((one) => ctx.unique(one))
          : undefined;
      const first = ctx.add(
        {
          ...config(at),
          inputs: [x.name, ...initial],
          ...(backwards && { goBackwards: true, outputOrder: 'input' as const }),
          ...(made && { outputs: made }),
        },
        name,
      );
      return [first, ...(made?.slice(1) ?? [])];
    });
    const join = (index: number): string | undefined => {
      const names = halves.map((half) => half[index]);
      if (names[0] === undefined) return undefined;
      return names.length === 1
        ? names[0]
        : ctx.add({ type: 'concatenate', inputs: names as string[] }, `${label}.${['y', 'h', 'c'][index]}`);
    };
    const [y, hn, cn] = [
      op.used[0] ? join(0) : undefined,
      op.used[1] ? join(1) : undefined,
      op.used[2] ? join(2) : undefined,
    ];
    return [
      y === undefined ? undefined : sequence(y),
      hn === undefined ? undefined : state(hn),
      cn === undefined ? undefined : state(cn),
    ];
  };

/** The value of one direction's initial h or c; zeros where only the other one is given. */
function initialState(
  op: Op,
  ctx: Context,
  item: Item | undefined,
  direction: number,
  directions: number,
  units: number,
  layout: number,
): string {
  if (item?.kind !== 'value') {
    const row = (item && constantState(op, item, direction, units, layout)) ?? new Float32Array(units);
    const tensor = ctx.tensor(`${op.name}.start`, [units], row);
    return ctx.add({ type: 'constant', inputs: [], tensors: { value: tensor } }, `${op.name}.start`);
  }
  const dims = dimsOf(item);
  const [d, batch] = layout === 0 ? [0, 1] : [1, 0];
  if (
    item.axes.length !== 3 ||
    runTime(item) ||
    !sameNum(dims[d], directions) ||
    !sameNum(dims[2], units) ||
    withoutBatch(item.axes[batch] ?? []).length > 0 ||
    isSym(dims[2])
  ) {
    refuse(
      op.where,
      'an initial state of the wrong shape',
      `[${directions}, batch, ${units}]`,
      `[${dims.map(showSize).join(', ')}]`,
    );
  }
  const name = arrange(
    ctx,
    op.where,
    item,
    [],
    [...(item.axes[d] as readonly Atom[]), ...(item.axes[2] as readonly Atom[])],
  );
  if (directions === 1) return name;
  return ctx.add(
    { type: 'slice', inputs: [name], axis: 'features', start: direction * units, count: units },
    `${item.name}.${direction}`,
  );
}

/** `com.microsoft.DynamicQuantizeLSTM`: W and R transposed and quantised, each with a scale and a zero point per direction or output. */
function dynamicQuantizeLstm(op: Op, ctx: Context): (Item | undefined)[] {
  const { where, inputs } = op;
  const restore = (index: number, scaleAt: number, what: string): Constant => {
    const q = known(where, inputs[index], what);
    const [scale, zero] = [
      known(where, inputs[scaleAt], `the scale of ${what}`),
      known(where, inputs[scaleAt + 1], `the zero point of ${what}`),
    ];
    const [directions, rows, columns] = q.dims as [number, number, number];
    const per = scale.data.length / directions;
    if ((per !== 1 && per !== columns) || zero.data.length !== scale.data.length)
      refuse(
        where,
        `scales of ${what} that do not fit`,
        `${directions} or ${directions}·${columns}`,
        `${scale.data.length}`,
      );
    const data = new Float32Array(directions * rows * columns);
    for (let d = 0; d < directions; d++) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const at = d * per + (per === 1 ? 0 : c);
          const raw = (q.data[(d * rows + r) * columns + c] as number) - (zero.data[at] as number);
          data[(d * columns + c) * rows + r] = raw * (scale.data[at] as number);
        }
      }
    }
    return { ...constant([directions, columns, rows], data, 1), tensor: q.tensor };
  };
  const plain = [...inputs.slice(0, 8)];
  plain[1] = restore(1, 8, 'W');
  plain[2] = restore(2, 10, 'R');
  ctx.reporter.note(`${where}: weights dequantised to float32; the activations are not quantised`);
  return recurrent('lstm')({ ...op, inputs: plain }, ctx);
}

export const RECURRENT: Readonly<Record<string, Run>> = {
  LSTM: recurrent('lstm'),
  GRU: recurrent('gru'),
  RNN: recurrent('rnn'),
};

/** Of the domain com.microsoft. */
export const QUANTISED_LSTM: Readonly<Record<string, Run>> = { DynamicQuantizeLSTM: dynamicQuantizeLstm };
