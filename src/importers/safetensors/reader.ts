import type { TensorSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { DTYPE_NAMES, isFloatType } from '../formats/elements.js';
import { show } from '../formats/json.js';
import { openSafetensors, tensorAt } from '../formats/safetensors.js';
import { checkConfig, flag, texts } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  /** Stored type of each tensor, by name: `F32`, `BF16`, … */
  readonly dtypes: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface SafetensorsOptions {
  /** Convert integer and truth-value tensors as well, refusing values that float32 cannot hold. Default: they are refused. */
  readonly integers?: boolean;
  /** Names of tensors to leave out, whatever their type. Each must be in the file. */
  readonly skip?: readonly string[];
}

/**
 * Reads every tensor as float32. F64 is rounded, F16 and BF16 are exact.
 * @throws {ImportError} the file is malformed or truncated, or holds what float32 cannot.
 */
export function readSafetensors(bytes: FileBytes, options: SafetensorsOptions = {}): SafetensorsFile {
  checkConfig(options, 'options', { integers: flag, skip: texts });
  const { integers = false, skip = [] } = options;
  const { tensors, metadata } = openSafetensors(viewModel(bytes));
  for (const name of skip) {
    if (!tensors.delete(name)) refuse(tensorAt(name), 'to be left out, but not in the file', 'a tensor of the file');
  }
  const allowed = DTYPE_NAMES.filter((dtype) => integers || isFloatType(dtype));
  for (const [name, { dtype }] of tensors) {
    if (!allowed.includes(dtype))
      refuse(tensorAt(name), 'a type that is not for weights', `one of ${allowed.join(', ')}`, show(dtype));
  }
  const all = [...tensors];
  return {
    tensors: Object.fromEntries(all.map(([name, { shape, read }]) => [name, { shape, data: read() }])),
    dtypes: Object.fromEntries(all.map(([name, { dtype }]) => [name, dtype])),
    metadata,
  };
}
