import { InputError } from '../../errors.js';
import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { openSafetensors } from '../formats/safetensors.js';
import { writeSafetensors } from '../formats/safetensors-writer.js';
import { Budget } from '../shared/budget.js';
import { refuseOptions } from '../shared/fields.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { packInt8, type ScaleNames, unpackInt8 } from './int8.js';
import { floatsOf } from './reader.js';

/** The metadata entry that holds the spec, and the version of its form. */
const KEY = 'gatewise';
const VERSION = 1;
/** What a spec has beside its tensors, and what each must be, for `createModel` to check it. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  __proto__: null as never,
  name: (value) => typeof value === 'string',
  inputs: Array.isArray,
  nodes: Array.isArray,
  outputs: Array.isArray,
  carries: Array.isArray,
  layouts: isObject,
  int8: isObject,
};

/**
 * A model as one safetensors file: its tensors as F32, int8 weights as I8 with their scales as F32, and everything else of the spec as JSON in the metadata. What any
 * importer made can be kept so, and comes back bit for bit.
 * @throws {InputError} a tensor whose name or data cannot be written; what JSON has no word for (NaN, infinities, BigInts, cycles).
 */
export function toSafetensors(spec: ModelSpec): Uint8Array;
export function toSafetensors(spec: ModelSpec, options?: unknown): Uint8Array {
  refuseOptions(options);
  if (!isObject(spec)) throw new InputError('not a model', { where: 'spec', expected: 'a ModelSpec', got: show(spec) });
  const { tensors, int8, ...rest } = spec as ModelSpec;
  const packed = int8 && packInt8(tensors, int8);
  const described = { version: VERSION, ...rest, ...(packed && { int8: packed.scaleNames }) };
  return writeSafetensors(packed?.tensors ?? tensors, { [KEY]: textOf(described) });
}

/** JSON that comes back as it was: what `JSON.stringify` turns into something else is refused. */
function textOf(spec: object): string {
  const cannot = (where: string, got: string, cause?: unknown): never => {
    throw new InputError('cannot be written', { where, expected: 'what JSON has a word for', got, cause });
  };
  try {
    return JSON.stringify(spec, (key, value: unknown) => {
      const odd = typeof value === 'number' ? !Number.isFinite(value) : /bigint|function|symbol/.test(typeof value);
      return odd ? cannot(`spec, ${show(key)}`, String(value)) : value;
    });
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    return cannot('spec', (cause as Error).message, cause);
  }
}

/**
 * The spec in a file of `toSafetensors`. Its fields are checked by `createModel`, as those of any spec.
 * @throws {ImportError} malformed bytes, a file without a spec in it, or of a newer version; more than `limits` allow.
 */
export function fromSafetensors(bytes: FileBytes): ModelSpec;
export function fromSafetensors(bytes: FileBytes, options: ImportOptions): ModelSpec;
export function fromSafetensors(bytes: FileBytes, options: ImportOptions = {}): ModelSpec {
  const limits = limitsOf(options) ?? {};
  const file = viewModel(bytes);
  const { tensors, metadata } = openSafetensors(file, new Budget(file.length, limits));
  const text = metadata[KEY];
  const where = `metadata, ${KEY}`;
  if (text === undefined) {
    const expected = 'a file of toSafetensors; for weights alone, fromPyTorch';
    refuse(where, 'no model in the metadata', expected, Object.keys(metadata).join(', ') || 'none');
  }
  const spec = parseJson(new TextEncoder().encode(text), where, new Budget(text.length, limits));
  if (!isObject(spec)) refuse(where, 'not a model', 'an object', show(spec));
  const { version, ...rest } = spec;
  if (version !== VERSION) refuse(where, 'a version that is not read', `${VERSION}`, show(version));
  for (const [key, value] of Object.entries(rest)) {
    if (!FIELDS[key]?.(value))
      refuse(where, 'not a field of a model', Object.keys(FIELDS).join(', '), `${key}: ${show(value)}`);
  }
  const { int8: names, ...fields } = rest;
  const int8 = names === undefined ? undefined : unpackInt8(tensors, names as ScaleNames, where);
  return { ...fields, tensors: floatsOf(tensors, false), ...(int8 && { int8 }) } as unknown as ModelSpec;
}
