import type { TensorSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { DTYPE_NAMES, isFloatType } from '../formats/elements.js';
import { show } from '../formats/json.js';
import { recordOf } from '../formats/record.js';
import { openSafetensors, type Stored, tensorAt } from '../formats/safetensors.js';
import { Budget, type ImportLimits } from '../shared/budget.js';
import { checkConfig, flag, texts } from '../shared/fields.js';
import { limitsField } from '../shared/limits.js';
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
  /** Most that reading may take. Default: in proportion to the file. */
  readonly limits?: ImportLimits;
}

/**
 * Reads every tensor as float32. F64 is rounded, F16 and BF16 are exact.
 * @throws {ImportError} the file is malformed or truncated, or holds what float32 cannot; more than `limits` allow.
 */
export function readSafetensors(bytes: FileBytes, options: SafetensorsOptions = {}): SafetensorsFile {
  checkConfig(options, 'options', { integers: flag, skip: texts, limits: limitsField });
  const { integers = false, skip = [] } = options;
  const file = viewModel(bytes);
  const { tensors, metadata } = openSafetensors(file, new Budget(file.length, options.limits));
  for (const name of skip) {
    if (!tensors.delete(name)) refuse(tensorAt(name), 'to be left out, but not in the file', 'a tensor of the file');
  }
  return {
    tensors: floatsOf(tensors, integers),
    dtypes: recordOf([...tensors].map(([name, { dtype }]) => [name, dtype])),
    metadata,
  };
}

/**
 * All of them as float32. @param integers whether those of whole numbers may be, too.
 * @throws {ImportError}
 */
export function floatsOf(tensors: ReadonlyMap<string, Stored>, integers: boolean): Record<string, TensorSpec> {
  const allowed = DTYPE_NAMES.filter((dtype) => integers || isFloatType(dtype));
  for (const [name, { dtype }] of tensors) {
    if (!allowed.includes(dtype))
      refuse(tensorAt(name), 'a type that is not for weights', `one of ${allowed.join(', ')}`, show(dtype));
  }
  return recordOf([...tensors].map(([name, { shape, read }]) => [name, { shape, data: read() }]));
}
