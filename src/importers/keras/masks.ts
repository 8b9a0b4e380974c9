import { isObject, show } from '../formats/json.js';
import { refuse } from './refuse.js';
import type { LayerEntry } from './weights.js';

// Functional models of Keras 3.4 and newer say how masks are made: `Any(NotEqual(x, mask_value))` beside a Masking of x,
// `NotEqual(ids, 0)` beside an Embedding, and hand the result to each layer that minds it as its argument `mask`. Here masks
// travel with their values anyhow, so such an argument is honoured exactly when it is the mask that the value carries.

/** Where a mask comes from: the timesteps where a value differs from a number; `any`: in any feature. */
export interface MaskOrigin {
  readonly of: string;
  readonly unequal: number;
  readonly any: boolean;
}

const OPERATIONS = ['NotEqual', 'Any'];

/** Whether a "layer" is one of the two operations that make masks. */
export const makesMask = ({ className }: LayerEntry): boolean => OPERATIONS.includes(className);

/** The arguments of such an operation. */
export function maskArguments(layer: LayerEntry, node: unknown): { args: unknown; unequal: number } {
  const where = `layer ${JSON.stringify(layer.name)} (${layer.className})`;
  const args = isObject(node) && Array.isArray(node.args) ? node.args : [];
  const [value, unequal = 0] = args as unknown[];
  const kwargs = isObject(node) && isObject(node.kwargs) ? Object.keys(node.kwargs) : [];
  const { axis, keepdims = false } = layer.config;
  const fits =
    args.length === (layer.className === 'Any' ? 1 : 2) &&
    typeof unequal === 'number' &&
    kwargs.length === 0 &&
    (layer.className !== 'Any' || (axis === -1 && keepdims === false));
  if (!fits)
    refuse(where, 'an operation that is not honoured', 'NotEqual(x, number) or Any(mask, axis -1)', show(args));
  return { args: [value], unequal: unequal as number };
}

/** @throws {ImportError} a layer is given a mask that is not its input's. */
export function checkMask(where: string, own: MaskOrigin | undefined, given: MaskOrigin): void {
  const same = own && own.of === given.of && own.unequal === given.unequal && own.any === given.any;
  const text = ({ of, unequal, any }: MaskOrigin): string => `${any ? 'any of ' : ''}${of} != ${unequal}`;
  if (!same)
    refuse(where, 'called with a mask that its input does not carry', own ? text(own) : 'no mask', text(given));
}
