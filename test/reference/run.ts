import type { BidirectionalNode, ModelSpec, NodeSpec, RecurrentNode } from '../../src/spec.js';
import { activate } from './activation.js';
import { around } from './around.js';
import { attention, linearAttention } from './attention.js';
import { mergeHalves } from './bidirectional.js';
import { dense } from './dense.js';
import { embedding } from './embedding.js';
import {
  conv2d,
  convLstm,
  convTranspose2d,
  eachFrame,
  eachFrame2d,
  eachFrequency,
  groupNorm,
  pool2d,
  upsampleFrequency,
} from './frequency.js';
import { layerNorm } from './layer_norm.js';
import { masking } from './masking.js';
import { merge } from './merge.js';
import { type BatchState, type CellRun, type CellTrace, runCell } from './recurrent.js';
import { softmax } from './softmax.js';
import { Tensors } from './tensors.js';
import { both, type Mask, mapRows, row, type Value, vector } from './value.js';

export interface ReferenceInput {
  /** `[batch][time][features]`, or `[batch][features]` without a time. Token ids: features 1. */
  readonly data: Float32Array | Int32Array | Float64Array;
  readonly batch: number;
  readonly time?: number | undefined;
}

/** One entry per recurrent layer in node order; a bidirectional one has two, `<name>.forward` and `<name>.backward`. */
export interface ReferenceState {
  readonly layer: string;
  /** `[batch][units or projection]` */
  readonly h: Float64Array;
  /** `[batch][units]`; LSTM only. */
  readonly c?: Float64Array;
}

export interface ReferenceOptions {
  /** `[batch][time]`, 0 or false at masked timesteps. All sequence inputs carry it; a mask that a layer makes holds beside it. */
  readonly mask?: ArrayLike<number | boolean> | undefined;
  /** `[batch]`: valid timesteps of each row. Those behind are masked, and recurrent layers' outputs there are zeros. */
  readonly lengths?: ArrayLike<number> | undefined;
  /** One entry per recurrent layer, as in the result; layers are matched by order. */
  readonly initialState?:
    | readonly { readonly h: ArrayLike<number>; readonly c?: ArrayLike<number> | undefined }[]
    | undefined;
}

export interface ReferenceOutput {
  readonly data: Float64Array;
  /** `[batch, time, features]` or `[batch, features]` */
  readonly dims: readonly number[];
}

export interface ReferenceResult {
  /** By name, in the order of the spec's outputs. */
  readonly outputs: Readonly<Record<string, ReferenceOutput>>;
  readonly states: readonly ReferenceState[];
  /** Gates and states of every timestep, one entry per recurrent layer as in `states`. */
  readonly trace: readonly CellTrace[];
}

/**
 * Evaluates a whole model in float64, node by node as the spec lists them. The weights are the spec's float32
 * values. Independent of the engine; a spec that the engine would refuse is not looked for here.
 */
export function runReference(
  spec: ModelSpec,
  inputs: Readonly<Record<string, ReferenceInput>>,
  options: ReferenceOptions = {},
): ReferenceResult {
  return new ReferenceRun(spec, inputs, options).run();
}

class ReferenceRun {
  readonly #tensors: Tensors;
  readonly #values = new Map<string, Value>();
  readonly #states: ReferenceState[] = [];
  readonly #trace: CellTrace[] = [];
  readonly #runMask: Mask | undefined;

  constructor(
    private readonly spec: ModelSpec,
    inputs: Readonly<Record<string, ReferenceInput>>,
    private readonly options: ReferenceOptions,
  ) {
    this.#tensors = new Tensors(spec.tensors);
    for (const { name, features, kind = 'sequence', time: fixed } of spec.inputs) {
      const input = inputs[name];
      if (!input) throw new RangeError(`expected an input ${JSON.stringify(name)}`);
      const time = input.time ?? 1;
      if (input.data.length !== input.batch * time * features) throw new RangeError(`input ${name}: wrong length`);
      if (kind === 'sequence' && fixed === undefined) this.#runMask ??= runMask(options, input.batch, time);
      const mask = kind === 'sequence' && fixed === undefined ? this.#runMask : undefined;
      this.#values.set(name, { data: Float64Array.from(input.data), batch: input.batch, time, features, kind, mask });
    }
  }

  run(): ReferenceResult {
    for (const node of this.spec.nodes) {
      const inputs = node.inputs.map((name) => this.#value(name));
      const outputs = this.#evaluate(node, inputs);
      (node.outputs ?? [node.name]).forEach((name, index) => {
        this.#values.set(name, outputs[index] as Value);
      });
    }
    const outputs = this.spec.outputs.map((name) => {
      const { data, batch, time, features, kind } = this.#value(name);
      return [name, { data, dims: kind === 'sequence' ? [batch, time, features] : [batch, features] }] as const;
    });
    return { outputs: Object.fromEntries(outputs), states: this.#states, trace: this.#trace };
  }

  #value(name: string): Value {
    const value = this.#values.get(name);
    if (!value) throw new RangeError(`expected a value of the model, got ${JSON.stringify(name)}`);
    return value;
  }

  #evaluate(node: NodeSpec, inputs: readonly Value[]): Value[] {
    const x = inputs[0] as Value;
    switch (node.type) {
      case 'lstm':
      case 'gru':
      case 'rnn':
      case 'fast_grnn':
      case 'min_gru':
      case 'min_lstm':
      case 'sru':
      case 'ssru':
      case 'qrnn':
      case 'layer_norm_lstm':
      case 'cfc':
      case 'cfc_pure':
      case 'slstm':
      case 'ltc':
        return this.#recurrent(node, x, node.lengths ? inputs.slice(1, -1) : inputs.slice(1), lengthsOf(node, inputs));
      case 'bidirectional':
        return this.#bidirectional(node, x, lengthsOf(node, inputs));
      case 'dense':
        return [dense(node, x, this.#tensors)];
      case 'embedding':
        return [embedding(node, x, this.#tensors)];
      case 'masking':
        return [masking(node, x, this.#runMask)];
      case 'layer_norm':
        return [layerNorm(node, x, this.#tensors)];
      case 'activation':
        return [mapRows(x, x.features, (row) => activate(node.activation, row))];
      case 'softmax':
        return [softmax(x)];
      case 'add':
      case 'multiply':
      case 'concatenate':
      case 'subtract':
      case 'average':
      case 'maximum':
      case 'minimum':
        if (('axis' in node && node.axis === 'time') || !ofOneShape(node.type, inputs)) break;
        return [merge(node.type, inputs)];
      case 'dropout':
        return [x];
      case 'unmask':
        return [{ ...x, mask: undefined }];
      case 'gather_time':
        return [gatherTime(x, inputs[1] as Value)];
      case 'attention':
        return [
          attention(
            node,
            x,
            inputs[1] as Value,
            inputs[2] as Value,
            this.spec.tensors[node.tensors?.weight ?? '']?.data as Float32Array | undefined,
          ),
        ];
      case 'linear_attention':
        return linearAttention(node, inputs);
      case 'conv2d':
        return conv2d(node, x, this.spec.tensors, inputs[1]);
      case 'conv_transpose2d':
        return [convTranspose2d(node, x, this.spec.tensors)];
      case 'max_pool2d':
      case 'average_pool2d':
        return [pool2d(node, x)];
      case 'group_norm':
        return [groupNorm(node, x, this.spec.tensors)];
      case 'upsample_frequency':
        return [upsampleFrequency(node, x)];
      case 'each_frame':
        return [eachFrame(node, x, this.#tensors)];
      case 'conv_lstm':
        return convLstm(node, inputs, this.spec.tensors, this.options.lengths !== undefined);
      case 'each_frame2d':
        return [
          eachFrame2d(
            node,
            x,
            (inner) => this.#evaluate({ ...node.layer, name: node.name, inputs: node.inputs }, [inner])[0] as Value,
          ),
        ];
      case 'each_frequency':
        return eachFrequency(
          node,
          inputs as readonly [Value, ...Value[]],
          this.#tensors,
          this.options.lengths !== undefined,
        );
    }
    const batch = Math.max(1, ...[...this.#values.values()].map((value) => value.batch));
    return [around(node, inputs, this.spec.tensors, batch)];
  }

  /** `[y, hn]` or `[y, hn, cn]`; the initial state from the node's own inputs if it has them. */
  #recurrent(node: RecurrentNode, x: Value, given: readonly Value[], lengths: Lengths): Value[] {
    const [h, c] = given;
    const run = this.#cell(node, node.name, x, {
      backwards: node.goBackwards ?? false,
      order: node.outputOrder ?? 'computed',
      lengths,
      initial: h && { h: h.data, ...(c && { c: c.data }) },
    });
    return [run.output, vector(run.final.h, x.batch), ...(run.final.c ? [vector(run.final.c, x.batch)] : [])];
  }

  #bidirectional(node: BidirectionalNode, x: Value, lengths: Lengths): Value[] {
    const forward = this.#cell(node.forward, `${node.name}.forward`, x, { backwards: false, order: 'input', lengths });
    const backward = this.#cell(node.backward, `${node.name}.backward`, x, {
      backwards: true,
      order: 'input',
      lengths,
    });
    return mergeHalves(node.merge, forward.output, backward.output);
  }

  #cell(
    config: BidirectionalNode['forward'],
    name: string,
    x: Value,
    how: { backwards: boolean; order: 'computed' | 'input'; lengths: Lengths; initial?: BatchState | undefined },
  ): CellRun {
    const { lengths } = how;
    const run = runCell(config, lengths ? cut(x, lengths) : x, this.#tensors, {
      name,
      backwards: how.backwards,
      order: how.order,
      zeroBehindLengths: lengths !== undefined || this.options.lengths !== undefined,
      initial: how.initial ?? this.#givenState(this.#states.length),
    });
    this.#states.push({ layer: name, ...run.final });
    this.#trace.push(run.trace);
    // Lengths of a layer are its own affair: the mask that goes on is the one that came.
    return { ...run, output: { ...run.output, mask: run.output.mask && x.mask } };
  }

  #givenState(index: number): BatchState | undefined {
    const given = this.options.initialState?.[index];
    if (!given) return undefined;
    const h = Float64Array.from(given.h);
    return given.c ? { h, c: Float64Array.from(given.c) } : { h };
  }
}

type Lengths = Float64Array | undefined;

const lengthsOf = ({ lengths }: { lengths?: true }, inputs: readonly Value[]): Lengths =>
  lengths ? (inputs.at(-1) as Value).data : undefined;

/** The value with every timestep behind a row's length masked. */
function cut(x: Value, lengths: Float64Array): Value {
  const valid = Uint8Array.from({ length: x.batch * x.time }, (_, i) =>
    i % x.time < (lengths[Math.floor(i / x.time)] as number) ? 1 : 0,
  );
  return { ...x, mask: both(x.mask, valid) };
}

function gatherTime(x: Value, index: Value): Value {
  const rows = Array.from({ length: x.batch }, (_, b) => {
    const t = index.data[b] as number;
    return Array.from(row(x, b, t < 0 ? t + x.time : t));
  });
  return vector(Float64Array.from(rows.flat()), x.batch);
}

const ofOneShape = (type: string, [first, ...rest]: readonly Value[]): boolean =>
  rest.every((x) => x.time === first?.time && (type === 'concatenate' || x.features === first.features));

function runMask({ mask, lengths }: ReferenceOptions, batch: number, time: number): Mask | undefined {
  if (mask) return Uint8Array.from(mask as ArrayLike<number>, (keep) => (keep ? 1 : 0));
  if (!lengths) return undefined;
  return Uint8Array.from({ length: batch * time }, (_, i) =>
    i % time < (lengths[Math.floor(i / time)] as number) ? 1 : 0,
  );
}
