import { checkedWithNode, optionalSize, optionalTruth } from '../../graph/field-checks.js';
import { badSpec } from '../../refuse.js';
import type { IntegerLstmConfig } from '../../spec.js';
import { type CellKernel, FLAG, rowBytes, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import { packLinear } from '../../wasm/linear.js';
import { gateColumns, packVector } from '../../wasm/pack.js';
import { newerFields } from '../newer/composed.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { integerStep } from './cell-step.js';
import { checkFactors } from './factors.js';
import { checkWholes } from './wholes.js';

const STACKED = [0, 1, 2, 3]; // i f g o

/** An LSTM of whole numbers: sums of products by the float32 kernels, which are exact below 2^24, gates and states in TypeScript. */
export const integerLstm: CellKind<IntegerLstmConfig> = {
  title: 'an LSTM of whole numbers',
  gates: { i: 'input gate', f: 'forget gate', g: 'candidate', o: 'output gate' },
  extras: {
    peephole: 'peepholes',
    weightHr: 'for the projection',
    ...INITIAL_H,
    initialC: 'for the trained initial c',
  },
  fields: newerFields({
    projection: optionalSize,
    coupled: optionalTruth,
    cellBits: checkedWithNode,
    cellClip: checkedWithNode,
    inputScales: checkedWithNode,
    recurrentScales: checkedWithNode,
    peepholeScales: checkedWithNode,
    hidden: checkedWithNode,
    projected: checkedWithNode,
  }),
  stateLengths: ({ units, projection }) => [projection ?? units, units],
  extraTensors(config, where) {
    const { units, projection, tensors } = config;
    checkFactors(config, where);
    if ((projection === undefined) !== (config.projected === undefined) || !tensors.peephole !== !config.peepholeScales)
      badSpec(where, 'fields that do not go together', 'projected with projection, peepholeScales with peephole');
    return {
      'initialC?': [units],
      'peephole?': [3 * units],
      ...(projection === undefined ? {} : { weightHr: [projection, units] }),
    };
  },
  pack(name, config, inputs, context) {
    const { units, projection, tensors } = config;
    const { arena } = context;
    const length = projection ?? units;
    checkWholes(config, inputs, context, name);
    const sum = packLinear(
      context,
      gateColumns(STACKED, units),
      [
        [tensors.weightIh, inputs],
        [tensors.weightHh, length],
      ],
      [tensors.biasIh, tensors.biasHh],
    );
    const project = tensors.weightHr
      ? packLinear(context, gateColumns([0], length), [[tensors.weightHr, units]], [])
      : undefined;
    const work = integerStep(config, arena, packVector(context, tensors.peephole) / 4);
    // Scratch of a row: the gates' sums over h, then those of the projection and what it is of.
    const [hidden, width] = [sum.vectors * VECTOR_BYTES, rowBytes(units)];
    const kernel: CellKernel = (
      layer,
      x,
      xStride,
      raw,
      rawStride,
      scratch,
      h,
      slot,
      rows,
      mask,
      maskStride,
      out,
      outStride,
    ) => {
      if (x !== 0) sum.applyTerms(0, inputs, x, xStride, rows, sum.bias, 0, raw, rawStride);
      const zero = ((arena.i32[layer >> 2] as number) & FLAG.zeroOutputForMask) !== 0;
      for (let row = 0; row < rows; row++) {
        const state = h + row * slot;
        const c = state + rowBytes(length);
        const last = (c + width) >> 2;
        const live = mask === 0 || arena.u8[mask + row * maskStride] !== 0;
        if (live) {
          sum.applyTerms(inputs, length, state, 0, 1, 0, 0, scratch, 0);
          const made = project ? scratch + hidden : state;
          work.step((raw + row * rawStride) >> 2, scratch >> 2, c >> 2, made >> 2);
          if (project) {
            const sums = made + width;
            project.apply(made, 0, 1, sums, 0);
            work.project(sums >> 2, state >> 2);
          }
          arena.f32.copyWithin(last, state >> 2, (state >> 2) + length);
        }
        if (out === 0) continue;
        const to = (out + row * outStride) >> 2;
        if (zero && !live) arena.f32.fill(0, to, to + length);
        else arena.f32.copyWithin(to, last, last + length);
      }
    };
    const address = arena.alloc(VECTOR_BYTES);
    return {
      kernel,
      descriptor: { address, flagsIndex: address / 4, flags: 0 },
      projection: sum,
      front: 0,
      scratchVectors: sum.vectors + (project ? vectorsFor(units) + vectorsFor(length) : 0),
    };
  },
};
