import { refuse } from '../shared/refuse.js';
import type { AttributeValue } from '../translated/messages.js';
import { type Builder, isQuantised } from './builder.js';
import { wholesOf } from './constants.js';
import type { TfOperator, TfTensor } from './model.js';
import { ACTIVATIONS } from './operators.js';
import { Options } from './options.js';

/** Fused activations that are operators of ONNX, and those that only bound. */
const FUNCTIONS: Readonly<Record<string, string>> = { __proto__: null as never, RELU: 'Relu', TANH: 'Tanh' };
const BOUNDS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  __proto__: null as never,
  RELU_N1_TO_1: [-1, 1],
  RELU6: [0, 6],
};

/** Writes what an operator is in ONNX' operators. */
export type Translate = (site: Site) => void;

/** An operator of the file, where it stands: what its translation asks of it, and where that goes. */
export class Site {
  readonly where: string;
  /** What errors call the nodes that it is translated to. */
  readonly source: string;
  readonly options: Options;

  constructor(
    readonly builder: Builder,
    readonly operator: TfOperator,
    index: number,
  ) {
    const { type, version, outputs, foreign } = operator;
    this.source = `${type}, operator ${index}`;
    const name = builder.graph.tensors[outputs[0] ?? -1]?.name ?? '';
    this.where = `node ${JSON.stringify(name)} (${this.source})`;
    if (foreign.length > 0)
      refuse(this.where, 'fields that are not honoured', 'those of the schema that are read', foreign.join(', '));
    const rows = builder.file.attributes;
    this.options = new Options(this.where, operator, (attribute, value, stated) => {
      const row = { layer: name, attribute, value: typeof value === 'string' ? value : JSON.stringify(value) };
      builder.file.budget.characters(name.length + row.value.length, this.where);
      const rule = `TensorFlow Lite ${type}, version ${version}: the schema's default`;
      rows.push(stated ? { ...row, source: 'file' } : { ...row, source: 'default', rule });
    });
  }

  get type(): string {
    return this.operator.type;
  }

  /** How many inputs are given. */
  get count(): number {
    return this.operator.inputs.length;
  }

  /** @throws {ImportError} more inputs or other outputs than the operator has. */
  arity(inputs: number, outputs = 1): this {
    const { length } = this.operator.inputs;
    if (length > inputs) refuse(this.where, 'more inputs than the operator has', `${inputs}`, `${length}`);
    if (this.operator.outputs.length !== outputs)
      refuse(this.where, 'another number of outputs', `${outputs}`, `${this.operator.outputs.length}`);
    return this;
  }

  has(input: number): boolean {
    return (this.operator.inputs[input] ?? -1) >= 0;
  }

  index(input: number): number {
    const index = this.operator.inputs[input] ?? -1;
    return index >= 0 ? index : refuse(this.where, 'an input is missing', `input ${input}`);
  }

  tensor(input: number): TfTensor {
    return this.builder.tensor(this.index(input), this.where);
  }

  output(output = 0): TfTensor {
    return this.builder.tensor(this.operator.outputs[output] ?? -1, this.where);
  }

  /** An input as floats; weights of whole numbers among floats are told of. */
  float(input: number): string {
    return this.builder.float(this.index(input), this.source, this.where);
  }

  /** An input as the file has it. */
  raw(input: number): string {
    return this.builder.name(this.index(input), this.where);
  }

  /** Whole numbers of a constant input. @throws {ImportError} it is made at run time. */
  integers(input: number, what: string): number[] {
    const found = this.tensor(input);
    this.builder.file.budget.operations(found.data?.length ?? 0, this.where);
    const got = found.data ? `${found.type}, ${found.data.length} bytes` : 'no numbers';
    return wholesOf(found) ?? refuse(this.where, `${what} are no constant`, `INT32 or INT64 [${found.shape}]`, got);
  }

  /** As `integers`, undefined if they are made at run time. */
  knownIntegers(input: number, what: string): number[] | undefined {
    return this.tensor(input).data ? this.integers(input, what) : undefined;
  }

  add(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): void {
    this.builder.add(type, this.source, inputs, outputs, attributes);
  }

  /** A node of one output. @returns its name. */
  emit(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    what = type,
  ): string {
    return this.builder.emit(type, this.source, inputs, `${this.outputName(0)}.${what}`, attributes);
  }

  outputName(output = 0): string {
    return this.builder.name(this.operator.outputs[output] ?? -1, this.where);
  }

  /**
   * The name under which an output is to be made as floats: where the file wants whole numbers of it, or an activation after it, that is added behind.
   * @param activation ActivationFunctionType.
   */
  target(output = 0, activation = 0): string {
    const found = this.output(output);
    const final = this.outputName(output);
    const before = isQuantised(found) ? this.#quantised(output, this.builder.scaleOf(found, this.where)) : final;
    if (activation === 0) return before;
    const inner = this.builder.fresh(`${final}.linear`);
    this.activate(activation, inner, before);
    return inner;
  }

  /** The name under which an output is to be made as whole numbers less their zero point. */
  centredTarget(output = 0): string {
    const { zero } = this.builder.scaleOf(this.output(output), this.where);
    return this.#quantised(output, { scale: this.builder.number(`${this.outputName(output)}.one`, 1), zero });
  }

  /** Rounds and bounds an output. @returns the name of what is rounded. */
  #quantised(output: number, { scale, zero }: { readonly scale: string; readonly zero: string }): string {
    const final = this.outputName(output);
    const before = this.builder.fresh(`${final}.float`);
    // What rounds goes by a name of its own, so that outputs of the file keep theirs.
    const whole = this.builder.fresh(`${final}.whole`);
    this.add('QuantizeLinear', [before, scale, zero], [whole], { axis: { i: this.output(output).axis } });
    this.add('Identity', [whole], [final]);
    return before;
  }

  /** Adds a fused activation. */
  activate(activation: number, from: string, to: string): void {
    const name = ACTIVATIONS[activation] ?? `${activation}`;
    const [type, bounds] = [FUNCTIONS[name], BOUNDS[name]];
    if (bounds) this.clip(from, to, ...bounds);
    else if (type) this.add(type, [from], [to]);
    else refuse(this.where, 'a fused activation that is not honoured', ACTIVATIONS.slice(0, 5).join(', '), name);
  }

  clip(from: string, to: string, low: number, high: number): void {
    const bounds = [low, high].map((n) => this.builder.number(`${to}.bound`, n));
    this.add('Clip', [from, ...bounds], [to]);
  }

  /** The `fused_activation_function` of the options. */
  fused(field = 0): number {
    return this.options.byte(field, 'fused_activation_function');
  }

  /** Whether input and output are the same whole numbers for the same values, so that what only moves them leaves them as they are. */
  movesWhole(input: number): boolean {
    const [from, to] = [this.tensor(input), this.output()];
    const same = (a: TfTensor, b: TfTensor): boolean =>
      a.type === b.type && `${a.scales}` === `${b.scales}` && `${a.zeros}` === `${b.zeros}` && a.scales.length < 2;
    return (
      this.operator.outputs.every((_, i) => same(from, this.output(i))) &&
      (from.scales.length > 0 || to.scales.length === 0)
    );
  }
}
