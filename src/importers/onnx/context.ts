import type { NodeSpec } from '../../spec.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { type Mutable, type NewNode, SpecBuilder } from '../shared/spec-builder.js';
import type { Attributes } from './attributes.js';
import type { Site } from './fold/elements.js';
import { once } from './fold/once.js';
import { showSize } from './num.js';
import { nodeNamed, RowOrders } from './rows.js';
import { type Atom, type Constant, type Item, PAIRS, runTime, type Value } from './value.js';

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
  /** What numbers that are made are drawn on. */
  readonly budget: Budget;
  /** Version of the operator set. */
  readonly opset: number;
}

const MOVES = new Set(['reshape', 'rearrange', 'regroup', 'slice']);
const ELEMENTWISE = new Set(['activation', 'add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum']);

/** Most characters of a name that is made of others'. */
const LONGEST_NAME = 256;

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

  /** What numbered names were wanted as: the next of `x`, `x_1`, … is `x_2`, not `x_1_1`, or names would grow along a chain. */
  readonly #wanted = new Map<string, string>();

  /** Names of the file's inputs and outputs, which stay as they are however long. */
  readonly kept = new Set<string>();

  override unique(wanted: string): string {
    const short = wanted.length > LONGEST_NAME && !this.kept.has(wanted) ? wanted.slice(0, LONGEST_NAME) : wanted;
    const base = this.#wanted.get(short) ?? short;
    const name = super.unique(base);
    if (name !== base) this.#wanted.set(name, base);
    return name;
  }

  /** Where numbers are made. */
  site(where: string): Site {
    return { where, budget: this.reporter.budget };
  }

  /** A sequence of each time that depends on the run, by that time. */
  readonly sequences = new Map<string, Value>();

  /** Axes that inputs have as their timesteps, in the way in which they are read. */
  readonly timed = new Set<Atom>();

  /** All axes that inputs have. */
  readonly given = new Set<Atom>();

  /** An input that the file carries from call to call by hand, by its name in the spec. */
  carried?: string;

  /** In a loop's body: the sequences whose timestep is taken, by the name of what was taken. */
  steps?: Map<string, { readonly x: Value; readonly axis: number }>;

  /** Takes note of a value that was made. */
  saw(item: Item): void {
    const flow = item.kind === 'value' && !this.isIds(item) ? runTime(item) : undefined;
    if (flow && !this.sequences.has(showSize(flow.size)) && (item as Value).time.length === 1)
      this.sequences.set(showSize(flow.size), item as Value);
  }

  /** Products without a bias, by the tensor they make, which only one operator reads. */
  readonly biasless = new Map<string, Mutable<Extract<NodeSpec, { type: 'dense' }>>>();

  /** Inputs that hold token ids. */
  readonly ids = new Set<string>();

  /** Token ids as numbers, by the input's name: an identity until it is known what else the ids are for (`settle.ts`). */
  readonly idNumbers = new Map<string, string>();

  /** Those of which it was made use that ids are not below 0. */
  readonly notNegative = new Set<string>();

  /** Whether these are the token ids of an input as they are. */
  isIds({ name }: Value): boolean {
    return this.ids.has(this.rows.source(name));
  }

  /** Values whose rows stand in another order. */
  readonly rows = new RowOrders((wanted) => this.unique(wanted));

  /** Vectors of one number, by the name of the value that repeats them. */
  readonly #repeated = new Map<string, string>();

  /** Takes note of a value whose numbers are one for each row, and of where that stands by itself. */
  repeats(name: string, single: string): void {
    this.#repeated.set(this.rows.source(name), this.rows.source(single));
  }

  /** The one number for each row that a value repeats, as a vector; undefined for other values. */
  singleOf(name: string): string | undefined {
    const single = this.#repeated.get(this.rows.source(name));
    return single && this.rows.named(single, this.rows.orderOf(name));
  }

  /** Whole numbers of at least 0 and below a bound, by name. */
  readonly below = new Map<string, number>();

  /** Adds a node. @returns its first output's name. @throws {ImportError} its inputs' rows stand in different orders. */
  override add(node: NewNode, wanted: string): string {
    return this.addAll(node, wanted)[0] as string;
  }

  /** As `add`. @returns the names of all outputs. */
  addAll(node: NewNode, wanted: string): string[] {
    if (node.inputs.includes('')) refuse(nodeNamed(wanted), 'numbers of rows as numbers', 'rows picked by them');
    if (node.inputs.includes(PAIRS))
      refuse(nodeNamed(wanted), 'numbers of every timestep with every other as numbers', 'attention; options.shapes');
    const order = this.rows.common(wanted, node.inputs);
    const sources = node.inputs.map((name) => this.rows.source(name));
    const inputs = node.type === 'embedding' ? sources : sources.map((name) => this.#asNumbers(name));
    // Moves of numbers that are asked for twice are done once.
    const key = MOVES.has(node.type) ? JSON.stringify({ ...node, inputs }) : undefined;
    const own: Mutable<NewNode> = Object.assign({}, node);
    own.inputs = inputs;
    const first = (key !== undefined && this.#moves.get(key)) || super.add(own, wanted);
    if (key !== undefined) this.#moves.set(key, first);
    const names = [...(node.outputs ?? [first])];
    this.#repeatWith(own, first);
    if (inputs.every((input) => this.rows.isAlike(input))) for (const made of names) this.rows.alike(made);
    return names.map((made) => this.rows.named(made, order));
  }

  /** A number as a vector. */
  constant(n: number): string {
    const value = this.tensor('constant', [1], Float32Array.of(n));
    const name = this.add({ type: 'constant', inputs: [], tensors: { value } }, 'constant');
    this.repeats(name, name);
    return name;
  }

  /** What repeats one number still does so after an elementwise operation; the operation on the one is dropped if nothing asks for it. */
  #repeatWith(node: NewNode, made: string): void {
    if (!ELEMENTWISE.has(node.type)) return;
    const singles = node.inputs.flatMap((name) => this.#repeated.get(name) ?? []);
    if (singles.length < node.inputs.length) return;
    const single = super.add({ ...node, inputs: singles.map((name) => this.#asNumbers(name)) }, made);
    if (singles.every((input) => this.rows.isAlike(input))) this.rows.alike(single);
    this.#repeated.set(made, single);
  }

  #asNumbers(name: string): string {
    if (!this.ids.has(name)) return name;
    const known = this.idNumbers.get(name);
    if (known !== undefined) return known;
    const made = super.add({ type: 'dropout', inputs: [name] }, `${name}.numbers`);
    this.idNumbers.set(name, made);
    return made;
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
  if (!Array.isArray(data)) return once(data, 'float32', () => new Float32Array(data as ArrayLike<number>));
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
