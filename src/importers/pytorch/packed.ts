import { show } from '../formats/json.js';
import { type Stored, tensorAt } from '../formats/safetensors.js';
import { refuse } from '../shared/refuse.js';
import { type Derived, howOf } from './origin.js';
import { QuantisedTensor } from './qtensor.js';
import { Tensor } from './tensor.js';
import { ScriptObject } from './unpickle.js';

/** What `torch.classes` call a packed matrix with its bias, and those of one layer and direction. */
const LINEAR = '__torch__.torch.classes.quantized.LinearPackedParamsBase';
const CELL = '__torch__.torch.classes.rnn.CellParamsBase';
const PACKED = /(^|\.)_packed_params\._packed_params$/;
const EMBEDDED = /(^|\.)_packed_params\._packed_weight$/;
const DTYPE = /(^|\.)_packed_params\.dtype$/;
const STACKED = /(^|\.)_all_weight_values\.\d+\.param$/;
const OF_CELL = /(^|\.)_packed_weight_(ih|hh)$/;
/** `_version` of `torch.ao.nn.quantized.dynamic.Linear`; that of static quantisation has 3. */
const [DYNAMIC, STATIC] = [4, 3];
/** TorchScript has the numbers of types (c10's ScalarType). */
const TYPES: Readonly<Record<string, number>> = { __proto__: null as never, 'torch.qint8': 12, 'torch.float16': 5 };

/** What a class of TorchScript says of the version. */
export const versionOfClass = (type = ''): number | undefined =>
  type.includes('.quantized.dynamic.') ? DYNAMIC : type.includes('.quantized.') ? STATIC : undefined;

/** Whether a value of a state dict is none that it has of itself, but part of a quantised module. */
export const isPacked = (name: unknown, value: unknown): boolean =>
  value instanceof ScriptObject ||
  (typeof name === 'string' &&
    ((DTYPE.test(name) && typeof value === 'string') || (PACKED.test(name) && Array.isArray(value))));

/** A state dict's tensors, with those of quantised modules by the names that the modules before had for them. */
export interface Unpacked {
  readonly tensors: Map<string, Stored>;
  readonly notes: readonly string[];
}

/**
 * The tensors of a state dict. What `quantize_dynamic` packed is taken out: `weight` and `bias` of Linear, Embedding and cells; of LSTM and
 * GRU `_all_weight_values.<number>.weight_ih` and so on, whose layer and direction are still to be told.
 * @param versions of modules by their paths, as far as the file has them.
 * @throws {ImportError} static quantisation, which rounds what flows between modules; an object that is not known.
 */
export function unpack(
  dict: ReadonlyMap<string, unknown>,
  versions: (path: string) => unknown,
  ignore: readonly string[],
): Unpacked {
  const tensors = new Map<string, Stored>();
  const gone = new Set<string>(ignore);
  let rounds = false;
  const put = (name: string, from: string, tensor: Tensor | undefined) => {
    if (!tensor) return;
    if (dict.has(name) || tensors.has(name))
      refuse(tensorAt(name), 'stands beside what is packed', 'one of them', from);
    rounds ||= tensor instanceof QuantisedTensor;
    const { shape, dtype, read } = tensor;
    const how = tensor instanceof QuantisedTensor ? tensor.how : howOf(tensor);
    tensors.set(name, { shape, dtype, read, from, how } satisfies Derived as Stored);
  };
  for (const [name, value] of dict) {
    if (gone.has(name)) continue;
    const stem = name.replace(PACKED, '$1').replace(EMBEDDED, '$1');
    if (PACKED.test(name) && isPacked(name, value)) {
      const { weight, bias } = linearOf(name, value instanceof ScriptObject ? stateOf(name, value, LINEAR) : value);
      isDynamic(name, stem, dict, versions, weight instanceof QuantisedTensor ? 'torch.qint8' : 'torch.float16');
      put(`${stem}weight`, name, weight);
      put(`${stem}bias`, name, bias);
      for (const end of ['scale', 'zero_point', '_packed_params.dtype']) gone.add(stem + end);
    } else if (EMBEDDED.test(name) && value instanceof QuantisedTensor) {
      // Looked up, then dequantised: nothing is rounded.
      const { shape, dtype, read, how } = value;
      tensors.set(`${stem}weight`, { shape, dtype, read, from: name, how } satisfies Derived as Stored);
      gone.add(`${stem}_packed_params.dtype`);
    } else if (value instanceof ScriptObject && STACKED.test(name)) {
      const of = cellOf(name, value);
      const cell = name.slice(0, -'param'.length);
      for (const which of ['ih', 'hh'] as const) {
        put(`${cell}weight_${which}`, name, of[which].weight);
        put(`${cell}bias_${which}`, name, of[which].bias);
      }
    } else if (value instanceof ScriptObject && OF_CELL.test(name)) {
      const { weight, bias } = linearOf(name, stateOf(name, value, LINEAR));
      put(name.replace('_packed_weight_', 'weight_'), name, weight);
      put(name.replace('_packed_weight_', 'bias_'), name, bias);
    } else if (value instanceof ScriptObject) stateOf(name, value, LINEAR);
  }
  for (const [name, value] of dict) {
    if (gone.has(name)) continue;
    if (EMBEDDED.test(name)) continue;
    if (value instanceof QuantisedTensor) refuseStatic(name, 'a quantised tensor that quantize_dynamic has none of');
    if (value instanceof Tensor) tensors.set(name, value);
  }
  const notes = rounds
    ? [
        'dynamic quantisation: weights as the float32 numbers that they stand for; what PyTorch rounds to 8 bits as it runs is not rounded',
      ]
    : [];
  return { tensors, notes };
}

/** What an object of `torch.classes` has, of that class. */
function stateOf(name: string, { type, state }: ScriptObject, expected: string): unknown {
  if (type !== expected) refuse(tensorAt(name), 'an object that is not read', expected, show(type));
  return state;
}

interface Packed {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** `(weight, bias or None)`: of qint8, or float32 that was rounded to float16. */
function linearOf(name: string, state: unknown): Packed {
  const [weight, bias = null, ...more] = Array.isArray(state) ? state : [];
  const isWeight =
    weight instanceof Tensor &&
    weight.shape.length === 2 &&
    weight.dtype === (weight instanceof QuantisedTensor ? 'I8' : 'F32');
  const isBias = bias === null || (bias instanceof Tensor && bias.dtype === 'F32');
  if (!isWeight || !isBias || more.length > 0)
    refuse(
      tensorAt(name),
      'not a packed matrix',
      '(a matrix of qint8 or float32, its bias)',
      more.length > 0 ? `${more.length + 2} values` : 'others',
    );
  return { weight, bias: bias ?? undefined };
}

/** `(type, biases, doubles, longs, packed matrices)`, as `QuantizedCellParams…` serialises (PyTorch's RNN.cpp). */
function cellOf(name: string, object: ScriptObject): { ih: Packed; hh: Packed } {
  const state = stateOf(name, object, CELL);
  const [type, biases, , , matrices, ...more] = Array.isArray(state) ? state : [];
  const known = type === 'quantized_dynamic' || type === 'quantized_fp16';
  const isWhole = Array.isArray(biases) && Array.isArray(matrices) && matrices.length === 2 && more.length === 0;
  if (!known || !isWhole)
    refuse(
      tensorAt(name),
      'parameters of a layer that are not read',
      'quantized_dynamic or quantized_fp16',
      show(type),
    );
  const [ih, hh] = matrices.map((one) =>
    linearOf(name, one instanceof ScriptObject ? stateOf(name, one, LINEAR) : one),
  ) as [Packed, Packed];
  // Once more beside the matrices, from which they are taken when it runs.
  const again = type === 'quantized_dynamic' ? [ih.bias, hh.bias] : [];
  if (biases.length !== again.length || !again.every((bias, k) => isSame(bias, biases[k])))
    refuse(tensorAt(name), 'biases that are not those of its matrices', 'the same ones');
  return { ih, hh };
}

function isSame(one: Tensor | undefined, other: unknown): boolean {
  if (!one || !(other instanceof Tensor)) return false;
  if (one === other || (one.storage === other.storage && one.id === other.id)) return true;
  if (`${one.shape}` !== `${other.shape}`) return false;
  const values = other.read();
  return one.read().every((value, k) => Object.is(value, values[k]));
}

/** Whether a Linear is one of dynamic quantisation: of static one, `scale` and `zero_point` are those of its outputs. */
function isDynamic(
  name: string,
  stem: string,
  dict: ReadonlyMap<string, unknown>,
  versions: (path: string) => unknown,
  expected: string,
): void {
  const version = versions(stem.replace(/\.$/, ''));
  const numberAt = (end: string) => {
    const tensor = dict.get(stem + end);
    if (typeof tensor === 'number') return tensor;
    return tensor instanceof Tensor && tensor.shape.every((size) => size === 1) ? tensor.read()[0] : undefined;
  };
  const [scale, zero] = [numberAt('scale'), numberAt('zero_point')];
  if (scale !== 1 || zero !== 0 || (version !== undefined && version !== DYNAMIC))
    refuseStatic(name, `outputs of scale ${scale}, zero point ${zero}, version ${version ?? 'unknown'} of the module`);
  const dtype = dict.get(`${stem}_packed_params.dtype`);
  if (dtype !== expected && dtype !== TYPES[expected])
    refuse(tensorAt(name), 'another type than its module has', expected, show(dtype));
}

function refuseStatic(name: string, got: string): never {
  return refuse(tensorAt(name), 'static quantisation', 'quantize_dynamic, or the model before it was quantised', got);
}
