import type { InputSpec, ModelSpec, NodeSpec, ValueLayout } from '../../spec.js';
import { recordOf } from '../formats/record.js';
import { BYTES_PER_MAP } from '../shared/budget.js';
import { foldPadding } from '../shared/fold-padding.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { type Mutable, SpecBuilder } from '../shared/spec-builder.js';
import type { Stored } from './files/stored.js';
import type { Activation } from './layers/activations.js';
import type { Rules } from './rules.js';
import { type Time, Times } from './times.js';

/** A value on its way through the layers. */
export interface Flow {
  readonly name: string;
  readonly kind: 'sequence' | 'vector';
  readonly features: number;
  /** Sequences: how many timesteps. */
  readonly time?: Time | undefined;
  /** Which mask it carries: values with one name have the same mask. */
  readonly mask?: string | undefined;
  /** Whether its mask is the file's alone: a layer before forgot it, and the spec's value has none. */
  readonly forgotten?: boolean;
  /** Whether it has no axis for its one feature in the file: `(batch, time)`, `(batch)`. */
  readonly bare?: boolean;
  /** Whether it holds token ids. */
  readonly ids?: boolean;
  /** How many frequencies its rows are of, each with as many channels, where the file has an axis for them. */
  readonly frequencies?: number | undefined;
  /** Of these, where the file has an axis for rows and one for columns: how many rows there are. */
  readonly rows?: number | undefined;
}

/** The spec being made. */
export class Build extends SpecBuilder {
  /** Where the masks that values carry are true, by their names. */
  readonly masks = new Map<string, string>();
  readonly #inputs = new Map<string, InputSpec>();
  /** Inputs whose axes in the file are not ours. */
  readonly #ownAxes: Flow[] = [];
  readonly times = new Times();
  /** What a value is that was only put into another order of axes, by that value's name. */
  readonly turned = new Map<string, Flow>();
  /** Nodes that put it there, which nobody may need. */
  readonly turning = new Set<string>();
  /** What the tensor is called that an array of the file became, by what it was to become. */
  readonly #made = new WeakMap<Stored, Map<string, string>>();
  /** How many tensors were to have a name. */
  readonly #tensorsOf = new Map<string, number>();
  /** Values without their masks, by those with them. */
  readonly #unmasked = new Map<string, string>();

  constructor(
    readonly rules: Rules,
    reporter: Reporter,
    /** Inputs that hold token ids. */
    readonly ids: ReadonlySet<string>,
  ) {
    super(reporter);
  }

  /**
   * @param time timesteps that the file states. @param bare whether the file has no axis for its one feature.
   * @param places of each timestep, where the file has an axis for them, or two.
   */
  addInput(input: InputSpec, time?: number, bare = false, places?: Pick<Flow, 'frequencies' | 'rows'>): Flow {
    const { name, features, kind = 'sequence', dtype } = input;
    this.#inputs.set(name, input);
    const value: Flow = {
      name,
      kind,
      features,
      ...(bare && { bare }),
      ...(kind === 'sequence' && { time: this.times.input(name, time) }),
      ...(dtype === 'int32' && { ids: true }),
      ...places,
    };
    if (bare || places) this.#ownAxes.push(value);
    return value;
  }

  isInput(name: string): boolean {
    return this.#inputs.has(name);
  }

  /**
   * A tensor of the spec, made once however often its layer is called: the file's array is the same one then. Layers of several
   * models may have one name, and arrays of their own.
   */
  tensor(
    stored: Stored,
    becomes: string,
    shape: readonly number[],
    how: string,
    make: (data: Float32Array) => Float32Array = (data) => data,
  ): string {
    const made = this.#made.get(stored) ?? new Map<string, string>();
    const known = made.get(becomes);
    if (known !== undefined) return known;
    const before = this.#tensorsOf.get(becomes) ?? 0;
    this.#tensorsOf.set(becomes, before + 1);
    const name = before === 0 ? becomes : `${becomes}:${before}`;
    this.#made.set(stored, made.set(becomes, name));
    const { budget } = this.reporter;
    budget.bytes(BYTES_PER_MAP + stored.data.byteLength, name.slice(0, 80));
    return this.keep(name, { shape, data: make(stored.data) }, { tensor: stored.name, shape: stored.shape, how });
  }

  /** The value without its mask, for what hands none on. */
  unmasked({ mask, forgotten, ...x }: Flow): Flow {
    if (mask === undefined || forgotten) return x;
    const name = this.#unmasked.get(x.name) ?? this.add({ type: 'unmask', inputs: [x.name] }, `${x.name}.unmasked`);
    this.#unmasked.set(x.name, name);
    return { ...x, name };
  }

  /** What follows a layer that has an activation: a node, or nothing for `linear`. */
  activate(x: Flow, wanted: string, activation: Activation): Flow {
    if (activation === 'linear') return x;
    const inputs = [x.name];
    if (x.frequencies !== undefined && (activation === 'softmax' || activation === 'log_softmax'))
      refuse(
        `layer ${JSON.stringify(wanted)}`,
        `${activation} over the channels of each frequency`,
        'another activation',
      );
    if (activation === 'softmax' || activation === 'log_softmax')
      return { ...x, name: this.add({ type: activation, inputs }, wanted) };
    return { ...x, name: this.add({ type: 'activation', inputs, activation }, wanted) };
  }

  /** Gives values other names; an inner value that has one of these steps aside. Nodes keep theirs. */
  rename(names: ReadonlyMap<string, string>): void {
    const kept = new Set(names.values());
    const renamed = new Map(names);
    for (const { name, outputs = [name] } of this.nodes)
      for (const value of outputs)
        if (kept.has(value) && !names.has(value)) renamed.set(value, this.unique(`${value}.inner`));
    const nameOf = (value: string): string => renamed.get(value) ?? value;
    for (const node of this.nodes) {
      const { name, inputs, outputs = [name] } = node;
      if (inputs.some((value) => renamed.has(value))) node.inputs = inputs.map(nameOf);
      if (outputs.some((value) => nameOf(value) !== value)) node.outputs = outputs.map(nameOf);
    }
  }

  /** Takes out what put values into an order of axes that nobody wants of them. */
  #dropUnread(outputs: readonly string[]): void {
    const read = new Set(outputs);
    const kept: Mutable<NodeSpec>[] = [];
    for (const node of [...this.nodes].reverse()) {
      if (this.turning.has(node.name) && !(node.outputs ?? [node.name]).some((value) => read.has(value))) continue;
      for (const value of node.inputs) read.add(value);
      kept.push(node);
    }
    this.nodes.splice(0, this.nodes.length, ...kept.reverse());
  }

  /** The whole spec. */
  finish(name: string, outputs: readonly Flow[]): ModelSpec {
    const times = this.times.resolve();
    const inputs = [...this.#inputs.values()].map((input) => {
      const time = times.get(input.name);
      return { ...input, ...(time !== undefined && { time }) };
    });
    if (inputs.some(({ time }) => typeof time === 'number'))
      this.reporter.note('inputs have the number of timesteps that the file states: a layer needs to know it');
    for (const { name, time } of inputs)
      if (typeof time === 'string')
        this.reporter.note(
          `input ${JSON.stringify(name)} has a number of timesteps of its own: that of clock ${JSON.stringify(time)}`,
        );
    const own = [...this.#ownAxes, ...outputs.filter(({ bare, frequencies }) => bare || frequencies !== undefined)];
    const layouts = recordOf(own.map((value) => [value.name, { axes: axesOf(value) }]));
    const names = outputs.map((output) => output.name);
    this.#dropUnread(names);
    foldPadding(this.nodes, names, inputs);
    return this.spec({ ...(name && { name }), inputs, outputs: names, ...(own.length > 0 && { layouts }) });
  }
}

/** The axes of a value without features, or with frequencies, or rows and columns. */
const axesOf = ({ kind, rows, frequencies, features }: Flow): ValueLayout['axes'] => [
  'batch',
  ...(kind === 'sequence' ? ['time' as const] : []),
  ...(rows === undefined ? [] : [rows]),
  ...(frequencies === undefined ? [] : [frequencies / (rows ?? 1), features / frequencies]),
];

/** @throws {ImportError} another shape. */
export function shaped(where: string, { name, shape }: Stored, expected: readonly (number | undefined)[]): void {
  if (shape.length !== expected.length || expected.some((n, axis) => n !== undefined && n !== shape[axis])) {
    refuse(
      where,
      `weight ${JSON.stringify(name)} has the wrong shape`,
      `(${expected.map((n) => n ?? 'any').join(', ')})`,
      `(${shape.join(', ')})`,
    );
  }
}

/** The number of timesteps, for layers that need to know it. */
export function fixedSteps(where: string, x: Flow, build: Build): number {
  return x.time ? build.times.fix(where, x.time) : 1;
}

/** A value with timesteps. */
export type Sequence = Flow & { readonly kind: 'sequence'; readonly time: Time };

export const sequence = (where: string, x: Flow): Sequence =>
  x.kind === 'sequence'
    ? (x as Sequence)
    : refuse(where, 'its input has no timesteps', '(batch, time, features)', '(batch, features)');
