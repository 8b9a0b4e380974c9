import type { Check } from '../../graph/field-checks.js';
import { choose } from '../../refuse.js';
import type { LstmConfig, RoundedLstmConfig } from '../../spec.js';
import type { CellKernel } from '../../wasm/abi.js';
import { newerFields } from '../newer/composed.js';
import type { CellKind } from '../recurrent/cell.js';
import { CELLS } from '../recurrent/cells.js';
import { RULES } from './rules.js';

const lstm = CELLS.lstm as CellKind<LstmConfig>;

/** An LSTM in whose sums h is rounded to 8 bits, as TensorFlow Lite does where its weights are of 8 bits. */
export const roundedLstm: CellKind<RoundedLstmConfig> = {
  ...(lstm as CellKind<never>),
  title: 'an LSTM with h rounded in its sums',
  fields: newerFields({
    activations: lstm.fields.activations as Check,
    coupled: lstm.fields.coupled as Check,
    cellClip: lstm.fields.cellClip as Check,
    rule: (value, where) => choose(RULES, value, where, 'rule'),
  }),
  pack(name, config, inputs, context) {
    const { arena } = context;
    const { rule, ...rest } = config;
    const { units } = rest;
    const round = RULES[rule];
    const {
      kernel: step,
      withinOne: _,
      ...parts
    } = lstm.pack(name, { ...rest, type: 'lstm' } as LstmConfig, inputs, context);
    // h is given out when it is made, and replaced by whoever reads it, so it is rounded where it stands.
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
      const { f32, u8 } = arena;
      for (let row = 0; row < rows; row++) {
        const at = (h + row * slot) >> 2;
        if (mask === 0 || u8[mask + row * maskStride] !== 0) round(f32, at, at, units);
      }
      step(layer, x, xStride, raw, rawStride, scratch, h, slot, rows, mask, maskStride, out, outStride);
    };
    return { ...parts, kernel };
  },
};
