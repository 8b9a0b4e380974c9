import { checkEveryField, checkedWithNode, size } from '../../graph/field-checks.js';
import type { AnyNode } from '../../graph/kind.js';
import { type NodeContext, sequence, wrongInputs } from '../../graph/node-context.js';
import type { Shape, ValueInfo } from '../../graph/value.js';
import { badSpec, choose } from '../../refuse.js';
import type { InnerRecurrent } from '../../spec.js';
import type { LayerKind, LayerKinds } from '../layer.js';
import { bidirectional } from '../recurrent/bidirectional.js';
import { CELLS } from '../recurrent/cells.js';
import { recurrent } from '../recurrent/recurrent.js';
import { frequenciesOf } from './plane.js';

/** What may run over or at the frequencies. */
const INNER: LayerKinds = {
  __proto__: null as never,
  lstm: recurrent(CELLS.lstm),
  gru: recurrent(CELLS.gru),
  rnn: recurrent(CELLS.rnn),
  bidirectional,
};

/** A node with a recurrent layer inside. */
export interface OuterNode extends AnyNode {
  readonly channels: number;
  readonly layer: InnerRecurrent;
}

export const OUTER_FIELDS = { channels: size, layer: checkedWithNode };

export const innerKind = ({ layer }: OuterNode): LayerKind<never> => INNER[layer.type] as LayerKind<never>;

/** The layer inside as a node: of the same name and inputs. */
export const innerNode = ({ name, inputs, outputs, layer }: OuterNode) =>
  ({ ...layer, name, inputs, ...(outputs && { outputs }) }) as never;

/** The parts of the layer inside that name tensors. */
export const innerParts = (node: OuterNode) =>
  innerKind(node).parts?.(innerNode(node)) ?? [node.layer as unknown as { readonly tensors: object }];

/**
 * Checks the layer inside.
 * @param time of the sequences that it is given.
 * @param initial features of the states that it is given, by the number of frequencies; undefined: it takes none.
 * @returns what it makes of one sequence, and how many frequencies there are.
 * @throws {SpecError}
 */
export function checkInner(
  node: OuterNode,
  context: NodeContext,
  time: (x: ValueInfo, frequency: number) => ValueInfo['time'],
  givesState: boolean,
): { readonly shapes: readonly Shape[]; readonly x: ValueInfo; readonly frequency: number } {
  const [x, ...states] = context.inputs;
  if (!x || (states.length > 0 && !givesState)) wrongInputs(context, 'wrong number of inputs', '1');
  const frequency = frequenciesOf(context, sequence(context, x), node.channels);
  const where = `${context.where}, layer`;
  const kind = choose(INNER, node.layer?.type, where, 'layer type') as LayerKind<never>;
  if ((node.layer as { readonly merge?: string }).merge === 'none')
    badSpec(where, 'halves kept apart', 'another merge', 'none');
  checkEveryField(node.layer, ['type'], kind.fields, where);
  const inner: ValueInfo = {
    name: x.name,
    kind: 'sequence',
    dtype: 'float32',
    features: node.channels,
    time: time(x, frequency),
  };
  const initial = states.map((state) => {
    if (state.features % frequency !== 0) {
      badSpec(
        where,
        'an initial state that frequencies do not divide',
        `a multiple of ${frequency}`,
        `${state.features}`,
      );
    }
    return { ...state, features: state.features / frequency };
  });
  const shapes = kind.check(innerNode(node), { ...context, where, inputs: [inner, ...initial] });
  return { shapes, x, frequency };
}
