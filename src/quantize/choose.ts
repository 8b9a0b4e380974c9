import { InputError } from '../errors.js';
import type { Model } from '../index.js';
import { INT8_FIELDS } from '../layers/int8/index.js';
import type { ModelSpec, NodeSpec, TensorSpec } from '../spec.js';
import { isExact } from './integers.js';
import { shiftOf } from './shift.js';

/**
 * Multiply-adds of a timestep below which int8 is slower, since rounding and further calls take more than the product saves: of a
 * cell, which makes two sums or three, of each group of a convolution, and of other layers. Measured on both builds; the table is in
 * docs/int8.md.
 */
const LEAST_OF_CELL = 8_000;
const LEAST_OF_GROUP = 4_000;
const LEAST = 3_000;

/** Outputs of a product below which rounding what they all multiply takes more than they save, however long the sums. */
const FEWEST = 16;

/** What becomes of a layer that could have int8 weights. */
export interface Choice {
  readonly node: NodeSpec;
  /** Names of its matrices. */
  readonly tensors: readonly string[];
  /** Why they stay float32; undefined where they become int8. */
  readonly why: string | undefined;
}

/** Which layers: those that int8 makes faster, all, or those whose weights it leaves as they are. */
export const CHOICES = ['faster', 'all', 'exact'] as const;

/**
 * Which layers get int8 weights: all that can, but those in `keep`, those that are not of the choice, and those that share a matrix with
 * one that stays float32.
 * @throws {InputError} a name in `keep` that no layer has.
 */
export function chooseLayers(
  spec: ModelSpec,
  model: Model,
  keep: readonly string[],
  layers: (typeof CHOICES)[number],
): Choice[] {
  const names = new Set(spec.nodes.map(({ name }) => name));
  for (const name of keep) {
    if (names.has(name)) continue;
    const expected = [...names].join(', ');
    throw new InputError('no such layer', { where: 'quantize, keep', expected, got: JSON.stringify(name) });
  }
  const choices = spec.nodes.flatMap((node): Choice[] => {
    const tensors = matricesOf(node).filter((name) => Object.hasOwn(spec.tensors, name));
    if (tensors.length === 0) return [];
    const why = keep.includes(node.name) ? 'kept' : whyNot(spec, model, node, tensors, layers);
    return [{ node, tensors, why }];
  });
  return withoutShared(spec, choices);
}

function whyNot(
  spec: ModelSpec,
  model: Model,
  node: NodeSpec,
  tensors: readonly string[],
  layers: (typeof CHOICES)[number],
): string | undefined {
  if (layers === 'exact') {
    const exact = (tensor: TensorSpec): boolean =>
      isExact(tensor) || (node.type === 'embedding' && shiftOf(tensor) !== undefined);
    const rounded = tensors.find((tensor) => !exact(spec.tensors[tensor] as TensorSpec));
    return rounded && `${JSON.stringify(rounded)} would be rounded`;
  }
  return layers === 'faster' && node.type !== 'embedding' && isSlower(model, node) ? 'too small to gain' : undefined;
}

/** Names of the tensors of a node that may be int8. */
function matricesOf(node: NodeSpec): string[] {
  const parts = node.type === 'bidirectional' ? [node.forward, node.backward] : [node];
  return parts.flatMap((part) => {
    const fields = INT8_FIELDS[part.type] ?? [];
    const tensors = 'tensors' in part ? (part.tensors as Readonly<Record<string, string | undefined>>) : {};
    return fields.map((field) => tensors[field]).filter((name) => name !== undefined);
  });
}

function isSlower(model: Model, node: NodeSpec): boolean {
  const { cells = [], multiplyAdds = 0 } = model.layers.find((layer) => layer.node.name === node.name) ?? {};
  const [cell] = cells;
  if (cell) return cell.multiplyAdds < LEAST_OF_CELL;
  if (node.type === 'dense') return multiplyAdds < LEAST || node.units < FEWEST;
  const { groups = 1, filters = 0 } = node as { groups?: number; filters?: number };
  return multiplyAdds / groups < (groups > 1 ? LEAST_OF_GROUP : LEAST) || filters / groups < FEWEST;
}

/** A tensor is of one type for all that name it, so what shares one with a float32 layer is float32 too. */
function withoutShared(spec: ModelSpec, choices: readonly Choice[]): Choice[] {
  const text = (value: object): string => JSON.stringify(value);
  const elsewhere = new Map<string, string>();
  for (const node of spec.nodes) {
    const own = choices.find((choice) => choice.node === node);
    const free = own === undefined || own.why !== undefined ? [] : own.tensors;
    for (const [, name] of text(node).matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
      const tensor = JSON.parse(`"${name}"`) as string;
      if (Object.hasOwn(spec.tensors, tensor) && !free.includes(tensor)) elsewhere.set(tensor, node.name);
    }
  }
  for (const { initial } of spec.carries ?? []) if (initial !== undefined) elsewhere.set(initial, 'carries');
  let changed = false;
  const next = choices.map((choice) => {
    const shared = choice.tensors.find((tensor) => elsewhere.has(tensor));
    if (choice.why !== undefined || shared === undefined) return choice;
    changed = true;
    return { ...choice, why: `shares ${JSON.stringify(shared)} with ${elsewhere.get(shared)}` };
  });
  return changed ? withoutShared(spec, next) : next;
}

/** What is to be taken from the tables of embeddings, by name: of those that nothing else multiplies. */
export function chooseShifts(spec: ModelSpec, choices: readonly Choice[]): Map<string, number> {
  const chosen = choices.filter(({ why }) => why === undefined);
  const others = new Set(chosen.flatMap(({ node, tensors }) => (node.type === 'embedding' ? [] : tensors)));
  const tables = chosen.flatMap(({ tensors }) => tensors.filter((name) => !others.has(name)));
  const shifts = tables.map((name) => [name, shiftOf(spec.tensors[name] as TensorSpec)] as const);
  return new Map(shifts.filter((one): one is [string, number] => one[1] !== undefined));
}
