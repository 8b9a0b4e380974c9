import { size } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { onlyInput } from '../../graph/node-context.js';
import type { UpsampleFrequencyNode } from '../../spec.js';
import { gatherFeatures } from '../around/gather.js';
import { moves } from '../around/views.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { frequenciesOf } from './plane.js';

/** Each frequency several times over. */
export const upsampleFrequency: LayerKind<UpsampleFrequencyNode> = moves(
  {
    fields: { channels: size, factor: size },
    check({ channels, factor }, context) {
      const x = onlyInput(context);
      frequenciesOf(context, x, channels);
      return [{ ...x, features: x.features * factor }];
    },
    make: (node) => ({
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        return [gatherFeatures(plan, x, y, sourcesOf(node, y.features))];
      },
    }),
    obstacle: eachTimestep,
  },
  { alongFeatures: () => true, sources: (node, _, y) => sourcesOf(node, y.features) },
);

const sourcesOf = ({ channels, factor }: UpsampleFrequencyNode, features: number): Int32Array =>
  Int32Array.from({ length: features }, (_, j) => {
    const channel = j % channels;
    return Math.floor(j / channels / factor) * channels + channel;
  });
