import { type Check, onlyKeys, optionalActivation, optionalTruth, size } from '../../graph/field-checks.js';
import { badSpec, choose } from '../../refuse.js';
import type { CfcBackbone, CfcConfig, CfcPureConfig } from '../../spec.js';
import { rowBytes, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import { type Linear, packLinear } from '../../wasm/linear.js';
import { packVector } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import type { BuildContext } from '../layer.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import type { CellParts } from '../recurrent/cell-parts.js';
import { tightColumns } from './columns.js';
import { type Composition, compose, gateBlocks, newerFields } from './composed.js';
import { memoryTensors, withMemory } from './memory.js';

type AnyCfc = CfcConfig | CfcPureConfig;

const MODES = { default: 0, no_gate: 0 } as const;

const backbone: Check = (value, where) => {
  if (value === undefined) return;
  onlyKeys(value as object, ['units', 'layers', 'activation'], where);
  const { units, layers, activation } = value as CfcBackbone;
  size(units, `${where}.units`);
  size(layers, `${where}.layers`);
  if (activation === undefined) badSpec(`${where}.activation`, 'no activation', 'an activation');
  optionalActivation(activation, `${where}.activation`);
};

const own = { backbone, mixedMemory: optionalTruth };

/** What both forms have in common. @param heads numbers that are made of a unit's sums. */
const shared = (heads: number) =>
  ({
    ownTensors: true,
    extras: {
      weightIh: 'weights from x',
      weightHh: 'weights from h',
      biasIh: 'biases',
      weightBackbone: 'for further layers of the backbone',
      biasBackbone: 'for their biases',
      weightHeads: 'for the heads',
      biasHeads: 'for the heads’ biases',
      weightMemoryIh: 'from x, for the LSTM before it',
      weightMemoryHh: 'from h, for that LSTM',
      biasMemory: 'for its biases',
      initialC: 'for the trained initial c',
      ...INITIAL_H,
    },
    stateLengths: ({ units, mixedMemory }: AnyCfc): [number, number?] => (mixedMemory ? [units, units] : [units]),
    extraTensors({ units, backbone, mixedMemory }: AnyCfc, _: string, inputs: number) {
      const first = backbone?.units ?? heads * units;
      const between = backbone && (backbone.layers - 1) * first;
      return {
        weightIh: [first, inputs],
        weightHh: [first, units],
        'biasIh?': [first],
        ...(between && { weightBackbone: [between, first], 'biasBackbone?': [between] }),
        ...(backbone && { weightHeads: [heads * units, first], 'biasHeads?': [heads * units] }),
        ...(mixedMemory && memoryTensors(units, inputs)),
      };
    },
  }) as const;

/** A closed-form continuous-time cell (Hasani et al. 2022); `CfcConfig` has the formulas. */
export const cfc: CellKind<CfcConfig> = {
  ...shared(3),
  title: 'a closed-form continuous-time cell',
  gates: { f: 'state that it comes from', g: 'state that it goes to', t: 'time gate' },
  fields: newerFields({ mode: (value, where) => void choose(MODES, value, where, 'mode'), ...own }),
  pack(name, config, inputs, context) {
    const { arena, kernels } = context;
    const { units, mode } = config;
    const vectors = vectorsFor(units);
    const bytes = rowBytes(units);
    const heads = makeHeads(name, config, inputs, 3, context);
    const [tanh, sigmoid] = (['tanh', 'sigmoid'] as const).map((each) => makeActivation(each, name, kernels));
    return finish(name, config, context, {
      ...heads,
      inputs,
      units,
      step(raw, scratch, h) {
        heads.apply(raw, scratch);
        tanh?.(raw, raw, 2 * vectors);
        sigmoid?.(raw + 2 * bytes, raw + 2 * bytes, vectors);
        const { f32 } = arena;
        const from = raw / 4;
        const to = from + bytes / 4;
        const gate = to + bytes / 4;
        for (let unit = 0; unit < units; unit++) {
          const f = f32[from + unit] as number;
          const t = f32[gate + unit] as number;
          f32[h / 4 + unit] = (mode === 'default' ? f * (1 - t) : f) + t * (f32[to + unit] as number);
        }
      },
    });
  },
};

const pure = shared(1);

/** The approximate solution itself, without gates (Hasani et al. 2022); `CfcPureConfig` has the formula. */
export const cfcPure: CellKind<CfcPureConfig> = {
  ...pure,
  title: 'a closed-form continuous-time cell of the pure form',
  gates: { f: 'what drives the state' },
  extras: { ...pure.extras, tau: 'for rates of decay', limit: 'for the states where it ends' },
  fields: newerFields(own),
  extraTensors: (config, where, inputs) => ({
    ...pure.extraTensors(config, where, inputs),
    tau: [config.units],
    limit: [config.units],
  }),
  pack(name, config, inputs, context) {
    const { arena, kernels } = context;
    const { units, tensors } = config;
    const vectors = vectorsFor(units);
    const tau = packVector(context, tensors.tau) / 4;
    const limit = packVector(context, tensors.limit) / 4;
    const heads = makeHeads(name, config, inputs, 1, context);
    const exp = makeActivation('exp', name, kernels);
    return finish(name, config, context, {
      ...heads,
      inputs,
      units,
      step(raw, scratch, h) {
        heads.apply(raw, scratch);
        const { f32 } = arena;
        for (let unit = 0; unit < units; unit++) {
          f32[scratch / 4 + unit] = -(Math.abs(f32[tau + unit] as number) + Math.abs(f32[raw / 4 + unit] as number));
        }
        exp?.(scratch, scratch, vectors);
        for (let unit = 0; unit < units; unit++) {
          const end = f32[limit + unit] as number;
          f32[h / 4 + unit] = end - end * (f32[scratch / 4 + unit] as number) * (f32[raw / 4 + unit] as number);
        }
      },
    });
  },
};

const finish = (name: string, { mixedMemory, tensors }: AnyCfc, context: BuildContext, cell: Composition): CellParts =>
  compose(context, mixedMemory ? withMemory(name, tensors, cell, context) : cell);

/** The sums of the heads, which `apply` leaves in `raw`, `[heads][pad4(units)]`. Scratch is of any content before and after. */
function makeHeads(name: string, config: AnyCfc, inputs: number, heads: number, context: BuildContext) {
  const { units, tensors, backbone } = config;
  const blocks = gateBlocks(
    Array.from({ length: heads }, (_, head) => head),
    units,
  );
  const width = backbone?.units ?? 0;
  const vectors = vectorsFor(width);
  const bytes = vectors * VECTOR_BYTES;
  const projection = packLinear(
    context,
    // A row of raw sums has the heads' in the end.
    backbone ? tightColumns(width, Math.max(vectors, blocks.length / 4)) : blocks,
    [
      [tensors.weightIh, inputs],
      [tensors.weightHh, units],
    ],
    [tensors.biasIh],
  );
  const activate = backbone && makeActivation(backbone.activation, name, context.kernels);
  const layers: Linear[] = Array.from({ length: (backbone?.layers ?? 1) - 1 }, (_, layer) =>
    packLinear(
      context,
      tightColumns(width, vectors).map((column) => (column < 0 ? column : column + layer * width)),
      [[tensors.weightBackbone as string, width]],
      [tensors.biasBackbone],
    ),
  );
  const last = backbone && packLinear(context, blocks, [[tensors.weightHeads as string, width]], [tensors.biasHeads]);
  const sums: Required<Composition>['sums'] = (raw, rawStride, _, __, state, stateStride, rows) =>
    projection.applyTerms(inputs, units, state, stateStride, rows, raw, rawStride, raw, rawStride);
  return {
    projection,
    scratchVectors: Math.max(2 * vectors, vectorsFor(units)),
    sums,
    apply(raw: number, scratch: number): void {
      if (!last) return;
      let from = scratch;
      if (activate) activate(raw, from, vectors);
      else context.kernels.copyRows(raw, 0, from, 0, 1, width);
      for (let layer = 0; layer < layers.length; layer++) {
        const to = from === scratch ? scratch + bytes : scratch;
        (layers[layer] as Linear).apply(from, 0, 1, to, 0);
        activate?.(to, to, vectors);
        from = to;
      }
      last.apply(from, 0, 1, raw, 0);
    },
  };
}
