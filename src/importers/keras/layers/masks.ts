import { isObject, show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow } from '../build.js';
import type { LayerEntry } from '../files/weights.js';

// Functional models of Keras 3.4 and newer say how masks are made: `Any(NotEqual(x, mask_value))` beside a Masking of x,
// `NotEqual(ids, 0)` beside an Embedding, `LogicalOr` of the masks beside a merge (with a detour over one mask per feature beside
// a Concatenate), and hand the result to each layer that minds it as its argument `mask`. Here masks travel with their values
// anyhow, so such an argument is honoured exactly when it is the mask that the value carries.

/** A mask on its way through these operations. */
export interface Mask {
  /** Where it is true, as `any of x != 0`; several conditions, of which one must hold, in one order. */
  readonly of: string;
  /** Whether it still is one per feature. */
  readonly wide: boolean;
}

const OPERATIONS = ['NotEqual', 'Any', 'LogicalOr', 'ExpandDims', 'ZerosLike'];

/** The layers that are operations on masks: by their class, and Concatenate by what it joins. */
export function maskMakers(layers: readonly LayerEntry[], reads: (layer: number) => readonly string[]): Set<string> {
  const makers = new Set(layers.filter(({ className }) => OPERATIONS.includes(className)).map(({ name }) => name));
  layers.forEach(({ className, name }, index) => {
    if (className !== 'Concatenate') return;
    const from = reads(index);
    if (from.length > 0 && from.every((one) => makers.has(one))) makers.add(name);
  });
  return makers;
}

/** Masked where all of several values are: where none of the conditions holds. */
export const either = (all: readonly string[]): string =>
  [...new Set(all.flatMap((one) => one.split(' or ')))]
    .filter((one) => one !== '')
    .sort()
    .join(' or '); // prettier-ignore

export const unequalTo = ({ name, ids }: Flow, value: number): string => `${ids ? '' : 'any of '}${name} != ${value}`;

/** One call of such an operation: what it reads, values or masks, and what it makes of them. */
export interface MaskCall {
  readonly args: readonly unknown[];
  readonly ofValues: boolean;
  readonly make: (values: readonly Flow[], masks: readonly Mask[]) => Mask;
}

export function maskCall(layer: LayerEntry, node: unknown): MaskCall {
  const where = `layer ${JSON.stringify(layer.name)} (${layer.className})`;
  const args: unknown[] = isObject(node) && Array.isArray(node.args) ? node.args : [];
  const { axis, keepdims = false } = layer.config;
  const no = (): never =>
    refuse(where, 'an operation that is not honoured', 'one that makes masks of masks', show(args));
  if (isObject(node) && isObject(node.kwargs) && Object.keys(node.kwargs).length > 0) no();
  const joined = (masks: readonly Mask[], wide: boolean): Mask =>
    masks.length > 0 && masks.every((mask) => mask.wide === wide)
      ? { of: either(masks.map(({ of }) => of)), wide }
      : no();
  switch (layer.className) {
    case 'NotEqual': {
      const [value, unequal] = args;
      if (args.length !== 2 || typeof unequal !== 'number') return no();
      return {
        args: [value],
        ofValues: true,
        make: ([x]) => (x ? { of: unequalTo(x, unequal), wide: !x.ids } : no()),
      };
    }
    case 'ZerosLike':
      return { args, ofValues: true, make: () => ({ of: '', wide: true }) };
    case 'LogicalOr':
      return { args, ofValues: false, make: (_, masks) => joined(masks, masks[0]?.wide === true) };
    case 'Concatenate':
      return { args, ofValues: false, make: (_, masks) => joined(masks, true) };
    case 'ExpandDims':
      if (axis !== -1) return no();
      return { args, ofValues: false, make: (_, masks) => ({ ...joined(masks, false), wide: true }) };
    default:
      if (axis !== -1 || keepdims !== false) return no();
      return { args, ofValues: false, make: (_, masks) => ({ ...joined(masks, true), wide: false }) };
  }
}

/** @throws {ImportError} a layer is given a mask that is not its input's. */
export function checkMask(where: string, own: string | undefined, given: Mask): void {
  const got = given.wide ? `for each feature, ${given.of}` : given.of;
  if (own !== got) refuse(where, 'called with a mask that its input does not carry', own ?? 'no mask', got);
}
