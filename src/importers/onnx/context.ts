import type { NodeSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { type Mutable, type NewNode, SpecBuilder } from '../shared/spec-builder.js';
import type { Attributes } from './attributes.js';
import { showSize } from './num.js';
import { type Atom, type Constant, type Item, runTime, type Value } from './value.js';

/** An operator with its inputs worked out. */
export interface Op {
  readonly type: string;
  /** For errors and reports: `node "/lstm/LSTM" (LSTM)`. */
  readonly where: string;
  readonly name: string;
  readonly inputs: readonly (Item | undefined)[];
  readonly attributes: Attributes;
  readonly inputNames: readonly string[];
  readonly outputs: readonly string[];
  /** Whether anything reads the output. */
  readonly used: readonly boolean[];
  /** Version of the operator set. */
  readonly opset: number;
}

const MOVES = new Set(['reshape', 'rearrange', 'regroup', 'slice']);

/** The spec being made. */
export class Context extends SpecBuilder {
  readonly #moves = new Map<string, string>();

  constructor(
    reporter: Reporter,
    /** The atom of the batch; undefined if there is none, or a batch of 1 that the file squeezes. */
    readonly batch: Atom | undefined,
    /** How many operators read each tensor of the file. */
    readonly readers: ReadonlyMap<string, number> = new Map(),
    /** For the body of a loop: no name of it is one of the graph around. */
    outer?: Context,
  ) {
    super(reporter, outer);
  }

  /** A sequence of each time that depends on the run, by that time. */
  readonly sequences = new Map<string, Value>();

  /** In a loop's body: the sequences whose timestep is taken, by the name of what was taken. */
  steps?: Map<string, { readonly x: Value; readonly axis: number }>;

  /** Takes note of a value that was made. */
  saw(item: Item): void {
    const flow = item.kind === 'value' && !item.ids ? runTime(item) : undefined;
    if (flow && !this.sequences.has(showSize(flow.size)) && (item as Value).time.length === 1)
      this.sequences.set(showSize(flow.size), item as Value);
  }

  /** Products without a bias, by the tensor they make, which only one operator reads. */
  readonly biasless = new Map<string, Mutable<Extract<NodeSpec, { type: 'dense' }>>>();

  /** Inputs that hold token ids. */
  readonly ids = new Set<string>();

  /** Adds a node. @returns its first output's name. @throws {ImportError} it would compute with token ids. */
  override add(node: NewNode, wanted: string): string {
    if (node.type !== 'embedding' && node.inputs.some((name) => this.ids.has(name)))
      refuse(`node ${JSON.stringify(wanted)}`, 'token ids as numbers', 'ids for an embedding');
    // Moves of numbers that are asked for twice are done once.
    const key = MOVES.has(node.type) ? JSON.stringify(node) : undefined;
    const made = key === undefined ? undefined : this.#moves.get(key);
    if (made !== undefined) return made;
    const name = super.add(node, wanted);
    if (key !== undefined) this.#moves.set(key, name);
    return name;
  }

  /** A tensor of the spec. @param from what it was in the file, for the report. */
  tensor(
    name: string,
    shape: readonly number[],
    data: Float32Array,
    from?: { constant: Constant; becomes: string; how: string },
  ): string {
    const { tensor, dims } = from?.constant ?? {};
    const origin = from && tensor && dims ? { tensor, shape: dims, becomes: from.becomes, how: from.how } : undefined;
    return this.keep(this.unique(name), { shape, data }, origin);
  }
}

/** Plain float32 numbers of a constant. @throws {ImportError} one depends on batch or time. */
export function numbers(where: string, { data }: Constant): Float32Array {
  if (data instanceof Float32Array) return data;
  return Float32Array.from(data as ArrayLike<number>, (n) => {
    if (typeof n !== 'number') refuse(where, 'depends on the size of the input', 'a number; give options.shapes');
    return n;
  });
}

/** Whole numbers of a constant input: axes, pads, … @throws {ImportError} not constant, or dependent on batch or time. */
export function integers(where: string, item: Item | undefined, what: string): readonly number[] | undefined {
  if (item === undefined) return undefined;
  if (item.kind !== 'constant') refuse(where, `${what} are worked out at run time`, 'a constant');
  return Array.from(item.data, (n) => {
    if (typeof n !== 'number') refuse(where, `${what} depend on the size of the input`, 'numbers; give options.shapes');
    return n;
  });
}

export function known(where: string, item: Item | undefined, what: string): Constant {
  if (item?.kind === 'constant') return item;
  return refuse(
    where,
    `${what} is not constant`,
    'weights in the file',
    item === undefined ? 'nothing' : 'a value made at run time',
  );
}

/** An axis counted from the end if negative. */
export function axisAt(where: string, axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(counted) || counted < 0 || counted >= rank)
    refuse(where, 'no such axis', `-${rank} to ${rank - 1}`, `${axis}`);
  return counted;
}

/** All inputs of an operator that may leave none out. @throws {ImportError} one is missing. */
export function everyInput({ where, inputs }: Op, least: number): [Item, ...Item[]] {
  const given = inputs.filter((input) => input !== undefined);
  if (given.length < Math.max(least, inputs.length))
    refuse(where, 'an input is missing', `${Math.max(least, inputs.length)}`, `${given.length}`);
  return given as [Item, ...Item[]];
}
