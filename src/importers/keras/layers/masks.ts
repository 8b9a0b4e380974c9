import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow } from '../build.js';
import { Operand, type OperationCall } from '../calls/operands.js';
import type { LayerEntry } from '../entries.js';

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

export const isMask = (value: Flow | Mask): value is Mask => 'of' in value;

/** Whether a call is an operation on masks: by its class, or by what it reads. */
export const makesMask = ({ className }: LayerEntry, values: readonly (Flow | Mask)[]): boolean =>
  ['NotEqual', 'Any', 'LogicalOr', 'ZerosLike', 'OnesLike'].includes(className) ||
  (['ExpandDims', 'Concatenate', 'ConvertToTensor'].includes(className) && values.length > 0 && values.every(isMask));

/** Of a mask that masks nothing, as a value without one is given beside others. */
const ALWAYS = 'always';

/** Masked where all of several values are: where none of the conditions holds. */
export const either = (all: readonly string[]): string =>
  all.includes(ALWAYS)
    ? ALWAYS
    : [...new Set(all.flatMap((conditions) => conditions.split(' or ')))]
        .filter((condition) => condition !== '')
        .sort()
        .join(' or ');

export const unequalTo = ({ name, ids }: Flow, value: number): string => `${ids ? '' : 'any of '}${name} != ${value}`;

/** What such an operation makes. @param values what it reads: values of the model, or masks. */
export function makeMask(
  where: string,
  { className, config }: LayerEntry,
  { args, kwargs }: OperationCall,
  values: readonly (Flow | Mask)[],
): Mask {
  const { axis, keepdims = false } = config;
  const unfit = (): never =>
    refuse(
      where,
      'an operation that is not honoured',
      'one that makes masks of masks',
      show(args.map((argument) => (argument instanceof Operand ? 'a value' : argument))),
    );
  if (Object.keys(kwargs).length > 0) unfit();
  const joined = (wide: boolean): Mask => {
    const masks = values.filter(isMask);
    return masks.length > 0 && masks.length === values.length && masks.every((mask) => mask.wide === wide)
      ? { of: either(masks.map(({ of }) => of)), wide }
      : unfit();
  };
  const [first] = values;
  switch (className) {
    case 'NotEqual': {
      const number = args[1];
      if (args.length !== 2 || typeof number !== 'number' || !first || isMask(first)) return unfit();
      return { of: unequalTo(first, number), wide: !first.ids };
    }
    case 'ZerosLike':
      return { of: '', wide: true };
    case 'OnesLike':
      return { of: ALWAYS, wide: true };
    case 'ConvertToTensor': // of one, beside layers of attention
    case 'LogicalOr':
      return joined(first !== undefined && isMask(first) && first.wide);
    case 'Concatenate':
      return joined(true);
    case 'ExpandDims':
      if (axis !== -1) return unfit();
      return { ...joined(false), wide: true };
    default:
      if (axis !== -1 || keepdims !== false) return unfit();
      return { ...joined(true), wide: false };
  }
}

/** @throws {ImportError} a layer is given a mask that is not its input's. */
export function checkMask(where: string, own: string | undefined, given: Mask | null): void {
  if (own === undefined && (given === null || given.of === ALWAYS)) return;
  const got = given === null ? 'no mask' : given.wide ? `for each feature, ${given.of}` : given.of;
  if (own !== got) refuse(where, 'called with a mask that its input does not carry', own ?? 'no mask', got);
}
