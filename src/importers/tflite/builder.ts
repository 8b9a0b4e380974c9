import type { Graph } from '../onnx/proto/messages.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import type { AttributeRow } from '../shared/report.js';
import { GraphBuilder } from '../translated/graph-builder.js';
import { tensor, valueInfo } from '../translated/messages.js';
import type { TfGraph, TfModel, TfTensor } from './model.js';
import { TYPES } from './operators.js';

/** The domain of operators that are computed in one piece here and have no like in ONNX. */
export const DOMAIN = 'tflite';

/** What the translation of a file draws on and tells, whichever of its subgraphs it is at. */
export interface Translation {
  readonly model: TfModel;
  readonly budget: Budget;
  readonly attributes: AttributeRow[];
  readonly notes: Set<string>;
  /** How many operators loops may still come to: a loop that holds another twice, which holds another twice, doubles each time. */
  readonly inner: { left: number };
}

/** Of all loops; those that Keras' layers become have a few dozen each. */
export const MOST_INNER = 10_000;

/** ONNX' numbers of types; 0 is none. */
const [ANY, FLOAT] = [0, 1];

const onnxType = ({ type }: TfTensor): number => TYPES.find(([name]) => name === type)?.[1] ?? 0;

/** Whole numbers that stand for others. */
export const isQuantised = ({ scales, type }: TfTensor): boolean => scales.length > 0 && type.includes('INT');

/**
 * A subgraph being translated to ONNX' operators. A tensor goes by its name in the file, or with its number behind it where the file has the name twice; whole
 * numbers that stand for others are kept as they are, and what an operator takes or makes of them stands behind DequantizeLinear and
 * before QuantizeLinear.
 */
export class Builder extends GraphBuilder {
  readonly #names: readonly string[];
  readonly #floats = new Map<number, string>();

  /** Whether it is a loop's, whose formulas are looked at. */
  readonly inLoop: boolean;
  /** Those that it stands in, as a loop's body or condition, and itself. */
  readonly path: readonly TfGraph[];

  /** @param prefix of names, so that those of one subgraph are none of another. @throws {ImportError} a subgraph within itself. */
  constructor(
    readonly file: Translation,
    readonly graph: TfGraph,
    where: string,
    prefix: string,
    outer: readonly TfGraph[] = [],
  ) {
    if (outer.includes(graph)) refuse(where, 'a subgraph within itself', 'subgraphs that end', 'a circle');
    if (outer.length > 0) file.inner.left -= graph.operators.length + 1;
    if (file.inner.left < 0) refuse(where, 'loops within one another', `at most ${MOST_INNER} operators`, 'more');
    const counts = new Map<string, number>();
    for (const { name } of graph.tensors) counts.set(name, (counts.get(name) ?? 0) + 1);
    const names = graph.tensors.map(({ name, index }) => {
      let own = name;
      if (name === '' || (counts.get(name) as number) > 1) {
        own = `${name || 'tensor'}#${index}`;
        // The file may have that name itself.
        while (counts.has(own)) own += '#';
        counts.set(own, 1);
      }
      file.budget.characters(prefix.length + own.length, where);
      return prefix + own;
    });
    super(file.budget, where, new Set(names));
    this.#names = names;
    this.inLoop = prefix !== '';
    this.path = [...outer, graph];
  }

  /** @throws {ImportError} no such tensor, or one with fields that are not honoured. */
  tensor(index: number, where = this.where): TfTensor {
    const found = this.graph.tensors[index] ?? refuse(where, 'an input or output is missing', 'a tensor', `${index}`);
    if (found.foreign.length > 0)
      refuse(where, 'a tensor with fields that are not honoured', 'a dense tensor', found.foreign.join(', '));
    return found;
  }

  /** The name of a tensor as the file has it. */
  name(index: number, where = this.where): string {
    const found = this.tensor(index, where);
    const name = this.#names[index] as string;
    const { data, shape } = found;
    if (data) this.initialise(name, () => tensor(name, this.type(index), shape, data));
    return name;
  }

  /** ONNX' number of a tensor's type. */
  type(index: number): number {
    const found = this.tensor(index);
    return (
      onnxType(found) ||
      refuse(`tensor ${JSON.stringify(found.name)}`, 'a type that is not read', 'numbers', found.type)
    );
  }

  /** The name of a tensor as floats, or as the whole numbers that it is if they stand for nothing else. */
  float(index: number, source: string, where: string): string {
    const found = this.tensor(index, where);
    const name = this.name(index, where);
    const known = this.#floats.get(index);
    if (known !== undefined) return known;
    let made = name;
    if (isQuantised(found)) {
      made = this.fresh(`${name}.float`);
      const { scale, zero } = this.scaleOf(found, where);
      this.add('DequantizeLinear', source, [name, scale, zero], [made], { axis: { i: found.axis } });
    } else if (found.type === 'FLOAT16') {
      made = this.fresh(`${name}.float`);
      this.add('Cast', source, [name], [made], { to: { i: 1 } });
    }
    this.#floats.set(index, made);
    return made;
  }

  /** The name of whole numbers less their zero point. */
  centred(index: number, source: string, where: string): string {
    const found = this.tensor(index, where);
    const name = this.name(index, where);
    const { zero } = this.scaleOf(found, where);
    const one = this.number(`${name}.one`, 1);
    const made = this.fresh(`${name}.centred`);
    this.add('DequantizeLinear', source, [name, one, zero], [made]);
    return made;
  }

  /** Names of a tensor's scale and zero point as constants. */
  scaleOf(found: TfTensor, where: string): { readonly scale: string; readonly zero: string } {
    const { scales, zeros, shape, axis, index } = found;
    const each = scales.length === 1 || scales.length === shape[axis];
    if (!each || (zeros.length !== scales.length && zeros.length > 1))
      refuse(where, 'scales that do not fit', `1 or ${shape[axis]}`, `${scales.length}, ${zeros.length} zero points`);
    const dims = scales.length === 1 ? [] : [scales.length];
    const points = scales.map((_, i) => zeros[zeros.length === 1 ? 0 : i] ?? 0);
    return {
      scale: this.constant(`${this.#names[index]}.scale`, 1, dims, Float32Array.from(scales)),
      zero: this.constant(`${this.#names[index]}.zero`, onnxType(found), dims, wholes(found, points)),
    };
  }

  /** The sizes of a tensor: names for those that are open. */
  sizes(index: number): (number | string)[] {
    const { shape, signature } = this.tensor(index);
    const own = signature && signature.length === shape.length ? signature : shape;
    // The first axis is the batch wherever a size is left open: converters have no other use of it.
    return own.map((size, axis) =>
      size >= 0 ? size : axis === 0 && own.length > 1 ? 'batch' : `${this.#names[index]}.${axis}`,
    );
  }

  /** The graph with what was added to it. */
  finish(inputs: Graph['input'], outputs: Graph['output']): Graph {
    return this.graphOf(this.graph.name, inputs, outputs);
  }

  /** What ONNX says of an input. Whole numbers that stand for others are no token ids, which ONNX' whole numbers are. */
  input(index: number): Graph['input'][number] {
    return valueInfo(this.name(index), isQuantised(this.tensor(index)) ? FLOAT : this.type(index), this.sizes(index));
  }

  /** And of an output. */
  output(index: number): Graph['output'][number] {
    return valueInfo(this.name(index), isQuantised(this.tensor(index)) ? ANY : this.type(index), this.sizes(index));
  }
}

/** Zero points in the bytes of their type. */
function wholes({ type, name }: TfTensor, values: readonly number[]): ArrayBufferView {
  switch (type) {
    case 'INT8':
      return Int8Array.from(values);
    case 'UINT8':
      return Uint8Array.from(values);
    case 'INT16':
      return Int16Array.from(values);
    case 'INT32':
      return Int32Array.from(values);
  }
  return refuse(
    `tensor ${JSON.stringify(name)}`,
    'a quantised type that is not honoured',
    'INT8, UINT8, INT16 or INT32',
    type,
  );
}
