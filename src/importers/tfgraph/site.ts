import { refuse } from '../shared/refuse.js';
import type { AttributeValue } from '../translated/messages.js';
import { Attributes } from './attributes.js';
import type { Builder } from './builder.js';
import { type Numbers, numbersOf, wholesOf } from './constants.js';
import { refuseForeign } from './foreign.js';
import { type Operator, plain, type Ref } from './resolve.js';
import { DOMAIN } from './rewrites.js';

/** Writes what a node is in ONNX' operators. */
export type Translate = (site: Site) => void;

/** Where a node stands, for errors. */
export const whereOf = ({ name, type }: Operator): string => `node ${JSON.stringify(name)} (${type})`;

/** A node of the file, where it stands: what its translation asks of it, and where that goes. */
export class Site {
  readonly where: string;
  readonly attributes: Attributes;

  constructor(
    readonly builder: Builder,
    readonly node: Operator,
  ) {
    this.where = whereOf(node);
    const { def, name, type } = node;
    refuseForeign(this.where, def);
    const { attributes: rows, budget } = builder.file;
    this.attributes = new Attributes(this.where, def, (attribute, value, stated) => {
      const row = { layer: name, attribute, value: typeof value === 'string' ? value : JSON.stringify(value) };
      budget.characters(name.length + row.value.length, this.where);
      const rule = `TensorFlow ${type}: the default of its definition`;
      rows.push(stated ? { ...row, source: 'file' } : { ...row, source: 'default', rule });
    });
  }

  get type(): string {
    return this.node.type;
  }

  /** How many values it reads. */
  get count(): number {
    return this.node.inputs.length;
  }

  /** @throws {ImportError} another number of inputs. */
  arity(least: number, most = least): this {
    if (this.count < least || this.count > most)
      refuse(
        this.where,
        'another number of inputs',
        least === most ? `${least}` : `${least} to ${most}`,
        `${this.count}`,
      );
    return this;
  }

  /** What an input is: `arity` has seen that it is there. */
  ref(input: number): Ref {
    return this.node.inputs[input] as Ref;
  }

  /** The name of an input. */
  input(input: number): string {
    return this.builder.need(this.ref(input));
  }

  /** The names of all inputs. */
  inputs(): string[] {
    return this.node.inputs.map((_, i) => this.input(i));
  }

  /** Numbers of the file that a value is; undefined for others. */
  known(ref: Ref): Numbers | undefined {
    const { node } = plain(ref);
    if (node.type !== 'Const') return undefined;
    const value = node.def.attr.find(({ key }) => key === 'value')?.value?.tensor;
    return value && numbersOf(value, whereOf(node), this.builder.file.budget);
  }

  /** Whole numbers of the file that a value is; undefined if it is made at run time. */
  wholesOf(ref: Ref): number[] | undefined {
    const found = this.known(ref);
    if (found) this.builder.file.budget.operations(found.bytes.length, this.where);
    return found && wholesOf(found);
  }

  /** As `wholesOf`, of an input. */
  knownIntegers(input: number): number[] | undefined {
    return this.wholesOf(this.ref(input));
  }

  /** @throws {ImportError} they are made at run time, or no whole numbers. */
  integers(input: number, what: string): number[] {
    const maker = plain(this.ref(input)).node;
    return (
      this.knownIntegers(input) ??
      refuse(this.where, `${what} are no constant`, 'whole numbers of the file', whereOf(maker))
    );
  }

  /** One of them. */
  integer(input: number, what: string): number {
    const [value, ...more] = this.integers(input, what);
    return value !== undefined && more.length === 0
      ? value
      : refuse(this.where, `${what} is no single number`, 'one', `${more.length + (value === undefined ? 0 : 1)}`);
  }

  /** The name of an output. */
  output(output = 0): string {
    return this.builder.need({ node: this.node, output });
  }

  /** The names of so many outputs. */
  outputs(count: number): string[] {
    return Array.from({ length: count }, (_, i) => this.output(i));
  }

  add(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[] = [this.output()],
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): void {
    this.builder.add(type, this.type, inputs, outputs, attributes, '', this.node.name);
  }

  /** A node that is decided on once it is known what its inputs are (`rewrites.ts`). */
  later(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[] = [this.output()],
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): void {
    this.builder.add(type, this.type, inputs, outputs, attributes, DOMAIN, this.node.name);
  }

  /** A node of one output. @returns its name. */
  emit(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    what = type,
  ): string {
    const name = this.builder.fresh(`${this.output()}.${what}`);
    this.add(type, inputs, [name], attributes);
    return name;
  }

  /** Whole numbers as a constant. */
  whole(what: string, values: readonly number[], dims?: readonly number[]): string {
    return this.builder.integers(`${this.output()}.${what}`, values, dims);
  }

  number(what: string, value: number): string {
    return this.builder.number(`${this.output()}.${what}`, value);
  }
}
