import type { Model, ModelValue } from '../index.js';
import type { NodeSpec } from '../spec.js';
import type { Facts, Sharing } from './messages.js';

/**
 * Types of layers that take each timestep by itself, or carry a state over masked ones: where the end of a row is padding and masked,
 * what stands before it has the bits that it has without. Convolutions, pooling and whatever else looks along time would look into the padding.
 */
const BY_TIMESTEP = new Set([
  ...['lstm', 'gru', 'rnn', 'bidirectional', 'linear_attention'],
  ...['fast_grnn', 'min_gru', 'min_lstm', 'sru', 'ssru', 'qrnn', 'layer_norm_lstm', 'cfc', 'cfc_pure', 'slstm', 'ltc'],
  ...['dense', 'embedding', 'activation', 'softmax', 'log_softmax', 'layer_norm', 'batch_norm', 'scale_shift', 'prelu'],
  ...['dropout', 'masking', 'rearrange', 'integer_lstm', 'rounded_lstm', 'round_rows', 'rescale'],
  ...['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'average'],
]);

/** What the pool must know of a model. */
export function factsOf(model: Model): Facts {
  const { inputs, outputs } = model;
  const [only] = inputs;
  const features = inputs.length === 1 && only?.kind === 'sequence' && only.time === 'time' ? only.features : undefined;
  return {
    sharing: sharingOf(model, features !== undefined),
    features,
    outputs: outputs.reduce((sum, output) => sum + output.features, 0),
    weightBytes: model.memory.used,
  };
}

function sharingOf({ graph, inputs, outputs }: Model, isOpen: boolean): Sharing {
  // Of a file that fixes its batch, results cannot be told apart by their axes.
  if ([...inputs, ...outputs].some(({ axes, batch }) => batch !== undefined || !axes.includes('batch'))) return 'none';
  const plain = isOpen && graph.carries.length === 0 && outputs.every(isOnRunTime);
  return plain && graph.nodes.every(takesPadding) ? 'padded' : 'equal';
}

const isOnRunTime = ({ kind, time }: ModelValue): boolean => kind === 'vector' || time === 'time';

/** Backwards, a row begins with its padding; lengths of the model's own are none of ours. */
function takesPadding(node: NodeSpec): boolean {
  const { type, goBackwards, lengths } = node as { type: string; goBackwards?: boolean; lengths?: boolean };
  return BY_TIMESTEP.has(type) && !goBackwards && !lengths;
}
