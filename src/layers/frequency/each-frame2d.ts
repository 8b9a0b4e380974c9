import { fixed, fixedTime, timesteps } from '../../graph/clock.js';
import { checkEveryField, checkedWithNode, size } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import type { ValueInfo } from '../../graph/value.js';
import { badSpec, choose } from '../../refuse.js';
import type { EachFrame2dNode } from '../../spec.js';
import { rowBytes } from '../../wasm/abi.js';
import { pad } from '../around/pad.js';
import { slice } from '../around/time.js';
import type { LayerKind, LayerKinds, PlanContext, ValueBuffer } from '../layer.js';
import { SlotLayout } from '../recurrent/slot.js';
import { convTranspose2d, transposedTimeStep } from './conv-transpose2d.js';
import { conv2d, conv2dTimeStep } from './conv2d.js';
import { pool2d, pool2dTimeStep } from './pool2d.js';

/** What may run within a frame. */
const INNER: LayerKinds = {
  __proto__: null as never,
  conv2d,
  conv_transpose2d: convTranspose2d,
  max_pool2d: pool2d,
  average_pool2d: pool2d,
  pad,
  slice,
};

const innerKind = ({ layer }: EachFrame2dNode): LayerKind<never> => INNER[layer.type] as LayerKind<never>;

/** The layer inside as a node: of the same name and inputs. */
const innerNode = ({ name, inputs, layer }: EachFrame2dNode) => ({ ...layer, name, inputs }) as never;

/** How many rows a frame has after the layer. */
function rowsAfter({ layer, rows, name, inputs }: EachFrame2dNode): number {
  const node = { ...layer, name, inputs };
  switch (node.type) {
    case 'conv2d':
      return timesteps([conv2dTimeStep(node)], { time: rows });
    case 'conv_transpose2d':
      return timesteps([transposedTimeStep(node)], { time: rows });
    case 'max_pool2d':
    case 'average_pool2d':
      return timesteps([pool2dTimeStep(node)], { time: rows });
    default:
      return rows;
  }
}

/** A layer over two axes of each frame: frames are the rows of its batch, the frame's rows its time, columns its frequencies. */
export const eachFrame2d: LayerKind<EachFrame2dNode> = {
  fields: { rows: size, layer: checkedWithNode },
  check(node, context) {
    const x = sequence(context, onlyInput(context));
    const { rows, layer } = node;
    if (x.features % rows !== 0)
      badSpec(context.where, 'rows must divide the features', `a divisor of ${x.features}`, `${rows}`);
    const where = `${context.where}, layer`;
    const kind = choose(INNER, layer?.type, where, 'layer type') as LayerKind<never>;
    checkEveryField(layer, ['type'], kind.fields, where);
    const features = x.features / rows;
    const inner: ValueInfo = { name: x.name, kind: 'sequence', dtype: 'float32', features, time: fixed(rows) };
    const { axis, padding, crop } = layer as { axis?: unknown; padding?: unknown; crop?: unknown };
    if (axis === 'time') badSpec(where, 'an axis that columns are not', "axis 'features'", "'time'");
    for (const ends of [padding, crop])
      if (Array.isArray(ends) && ends[0] === 'causal')
        badSpec(where, 'no row of a frame comes before the others', 'padding in sizes', "'causal'");
    const [y] = kind.check(innerNode(node), { ...context, where, inputs: [inner] }) as [ValueInfo];
    return [{ ...x, features: y.features * (fixedTime(y.time) as number) }];
  },
  parts: ({ layer }) => ('tensors' in layer ? [layer as { readonly tensors: object }] : []),
  make(node, context, inputs, outputs) {
    const { rows } = node;
    const after = rowsAfter(node);
    const [columns, made] = [inputs / rows, outputs / after];
    const slot = new SlotLayout();
    const work = innerKind(node).make(innerNode(node), { ...context, slot }, columns, made);
    return {
      multiplyAdds: (work.multiplyAdds ?? 0) * after,
      plan(plan) {
        const { kernels } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        const frames = x.rows;
        // Whole vectors are read and written: as they lie only where a row ends with one, else beside it.
        const [tight, stride] = [columns * 4, rowBytes(made)];
        const copy = columns % 4 === 0 ? 0 : plan.alloc(frames * rows * tight + 16);
        const direct = made % 4 === 0 || after === 1;
        const to = direct ? y.address : plan.alloc(frames * after * stride);
        const as = { kind: 'sequence', mask: 0 } as const;
        const from = {
          ...as,
          address: copy || x.address,
          stride: tight,
          rows: frames * rows,
          features: columns,
          time: rows,
        };
        const out = { ...as, address: to, stride, rows: frames * after, features: made, time: after };
        const inner: PlanContext = {
          ...plan,
          batch: frames,
          slotBytes: 0,
          zeroMasked: false,
          mask: 0,
          inputs: [from],
          output: ((index: number) => (index > 0 ? undefined : out)) as PlanContext['output'],
        };
        const ops = work.plan(inner);
        return [
          (state) => {
            if (copy !== 0) kernels.copyRows(x.address, x.stride, copy, inputs * 4, frames, inputs);
            for (let i = 0; i < ops.length; i++) (ops[i] as (state: number) => void)(state);
            for (let frame = 0; !direct && frame < frames; frame++) {
              const block = to + frame * after * stride;
              kernels.copyRows(block, stride, y.address + frame * y.stride, made * 4, after, made);
            }
          },
        ];
      },
    };
  },
  obstacle: eachTimestep,
  words: ({ layer, rows }, inputs) => ({
    opening:
      `takes each timestep for a frame of ${rows} rows with ${inputs / rows} numbers each, and runs a layer of type ${layer.type} over rows and columns: ` +
      'each frame by itself, so a stream has nothing of it to keep.',
  }),
};
