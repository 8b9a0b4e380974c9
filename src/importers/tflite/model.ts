import { FlatBuffer, type Table } from '../formats/flatbuffers.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { OPERATORS, OPTIONS, TYPES } from './operators.js';

/** A tensor of a subgraph. */
export interface TfTensor {
  readonly index: number;
  readonly name: string;
  readonly shape: readonly number[];
  /** As `shape`, with -1 for sizes that are open; undefined if the file does not say. */
  readonly signature: readonly number[] | undefined;
  /** TensorType, as the schema has it: `FLOAT32`, `INT8`, … */
  readonly type: string;
  /** Its numbers; undefined if it is made at run time. */
  readonly data: Uint8Array | undefined;
  /** Keeps its numbers from call to call. */
  readonly variable: boolean;
  /** Scales of whole numbers, one for all or one for each place along `axis`; none if it is not quantised. */
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
  readonly axis: number;
  /** Fields that are not honoured: whoever uses the tensor refuses them. */
  readonly foreign: readonly string[];
}

export interface TfOperator {
  readonly type: string;
  readonly version: number;
  /** Of the subgraph's tensors; -1 for one that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly intermediates: readonly number[];
  /** The name of its options' table without `Options`, and the table. */
  readonly optionsType: string;
  readonly options: Table | undefined;
  readonly foreign: readonly string[];
}

export interface TfGraph {
  readonly name: string;
  readonly tensors: readonly TfTensor[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly TfOperator[];
}

interface TfSignature {
  readonly key: string;
  readonly graph: number;
}

export interface TfModel {
  readonly version: number;
  readonly description: string;
  readonly graphs: readonly TfGraph[];
  readonly signatures: readonly TfSignature[];
}

/** What a model, a tensor and an operator take of the budget as objects, roughly. */
const BYTES_PER_TENSOR = 512;

/** @throws {ImportError} no FlatBuffer of TensorFlow Lite, damaged, or of another version of its schema. */
export function readModel(bytes: Uint8Array, budget: Budget): TfModel {
  const identifier = String.fromCharCode(...bytes.subarray(4, 8));
  if (identifier !== 'TFL3')
    refuse('file', 'not a TensorFlow Lite model', 'TFL3 from byte 4 on', JSON.stringify(identifier));
  const file = new FlatBuffer(bytes, budget);
  const model = file.root('model');
  const version = model.u32(0);
  if (version !== 3) refuse('model', 'a version of the schema that is not read', '3', `${version}`);
  refuseUnknown(model, 8);
  const buffers = model.tables(4, (i) => `buffer ${i}`).map(bufferOf(bytes, file));
  const codes = model.tables(1, (i) => `operator code ${i}`).map(codeOf);
  const graphs = model.tables(2, (i) => `subgraph ${i}`).map((graph) => graphOf(graph, buffers, codes, budget));
  const signatures = model.tables(7, (i) => `signature ${i}`).map((own) => ({ key: own.text(2), graph: own.u32(4) }));
  return { version, description: model.text(3), graphs, signatures };
}

/** @throws {ImportError} fields of a newer schema. */
function refuseUnknown(table: Table, known: number): void {
  for (let field = known; field < table.fields; field++)
    if (table.has(field)) refuse(table.where, 'a field that is not known', `${known} fields`, `field ${field}`);
}

/** The bytes of a buffer: in the table, or of large files behind the FlatBuffer. */
const bufferOf =
  (bytes: Uint8Array, file: FlatBuffer) =>
  (table: Table): Uint8Array | undefined => {
    refuseUnknown(table, 3);
    const [offset, size] = [table.u64(1), table.u64(2)];
    if (offset > 1) {
      file.check(offset, size, table.where);
      return bytes.subarray(offset, offset + size);
    }
    const data = table.bytes(0);
    return data.length > 0 ? data : undefined;
  };

/** Below this number the old field of a byte says which operator it is. */
const OLD_CODES = 127;

function codeOf(table: Table): { readonly type: string; readonly version: number } {
  refuseUnknown(table, 4);
  const code = Math.max(table.i8(0), table.i32(3));
  const type = code === OLD_CODES ? undefined : OPERATORS[code];
  const custom = type === 'CUSTOM' ? ` ${table.text(1)}` : '';
  return { type: type === undefined ? `operator ${code}` : `${type}${custom}`, version: table.i32(2, 1) };
}

function graphOf(
  table: Table,
  buffers: readonly (Uint8Array | undefined)[],
  codes: readonly ReturnType<typeof codeOf>[],
  budget: Budget,
): TfGraph {
  const { where } = table;
  refuseUnknown(table, 5);
  const tensors = table
    .tables(0, (i) => `${where}, tensor ${i}`)
    .map((tensor, index) => tensorOf(tensor, index, buffers, budget));
  const operators = table
    .tables(3, (i) => `${where}, operator ${i}`)
    .map((operator) => operatorOf(operator, codes, budget));
  const [inputs, outputs] = [table.i32s(1), table.i32s(2)];
  const numbers = [inputs, outputs, ...operators.flatMap((own) => [own.inputs, own.outputs, own.intermediates])];
  for (const number of numbers.flat())
    if (number < -1 || number >= tensors.length)
      refuse(where, 'a tensor that is not there', `0 to ${tensors.length - 1}`, `${number}`);
  return { name: table.text(4), tensors, inputs, outputs, operators };
}

/** Where a zero point may lie, by the type that it is a number of. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  __proto__: null as never,
  INT4: [-8, 7],
  INT8: [-128, 127],
  UINT8: [0, 255],
  INT16: [-32768, 32767],
};
const ANY_ZERO = [-(2 ** 31), 2 ** 31 - 1] as const;

function tensorOf(table: Table, index: number, buffers: readonly (Uint8Array | undefined)[], budget: Budget): TfTensor {
  budget.bytes(BYTES_PER_TENSOR, table.where);
  budget.nodes(1, table.where);
  const number = table.u32(2);
  if (number >= buffers.length)
    refuse(table.where, 'a buffer that is not there', `0 to ${buffers.length - 1}`, `${number}`);
  const code = table.i8(1);
  const [type] = TYPES[code] ?? refuse(table.where, 'a type that is not known', '0 to 18', `${code}`);
  const quantization = table.table(4);
  const [scales, zeros] = [quantization?.f32s(2) ?? [], quantization?.i64s(3) ?? []];
  const [least, most] = RANGES[type] ?? ANY_ZERO;
  const foreign = [
    ...(table.has(6) ? ['sparsity'] : []),
    ...(table.has(9) ? ['variant_tensors'] : []),
    ...Array.from({ length: Math.max(0, table.fields - 10) }, (_, i) => i + 10).flatMap((field) =>
      table.has(field) ? [`field ${field}`] : [],
    ),
    ...(scales.every((scale) => scale >= 0 && scale < Number.POSITIVE_INFINITY) ? [] : ['quantization.scale']),
    ...(zeros.every((zero) => zero >= least && zero <= most) ? [] : ['quantization.zero_point']),
    ...(quantization && (quantization.u8(4) !== 0 || quantization.has(5)) ? ['quantization.details'] : []),
  ];
  return {
    index,
    name: table.text(3),
    shape: table.i32s(0),
    signature: table.has(7) ? table.i32s(7) : undefined,
    type,
    data: buffers[number],
    variable: table.u8(5) !== 0,
    scales,
    zeros,
    axis: quantization?.i32(6) ?? 0,
    foreign,
  };
}

function operatorOf(table: Table, codes: readonly ReturnType<typeof codeOf>[], budget: Budget): TfOperator {
  budget.bytes(BYTES_PER_TENSOR, table.where);
  budget.nodes(1, table.where);
  const index = table.u32(0);
  const code =
    codes[index] ?? refuse(table.where, 'an operator code that is not there', `0 to ${codes.length - 1}`, `${index}`);
  const union = table.u8(3);
  const foreign = [
    ...(table.has(5) && table.bytes(5).length > 0 ? ['custom_options'] : []),
    ...(table.u64(9) > 1 ? ['large_custom_options_offset'] : []),
    ...(table.u8(11) !== 0 ? ['builtin_options_2'] : []),
    ...Array.from({ length: Math.max(0, table.fields - 13) }, (_, i) => i + 13).flatMap((field) =>
      table.has(field) ? [`field ${field}`] : [],
    ),
  ];
  return {
    ...code,
    inputs: table.i32s(1),
    outputs: table.i32s(2),
    intermediates: table.i32s(8),
    optionsType: OPTIONS[union] ?? `table ${union}`,
    options: union === 0 ? undefined : table.table(4),
    foreign,
  };
}
