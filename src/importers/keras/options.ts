import type { NamedArray } from '../formats/npy.js';
import { checkConfig, type Field, type Fields, nonEmptyText } from '../shared/fields.js';
import { type ImportOptions, limitsField } from '../shared/limits.js';
import { checkKerasLayers, type KerasLayer } from './typed.js';

/**
 * Options of the Keras importer. Weights alone (`save_weights`) want the model: its own JSON, or its layers; and the version of Keras, which
 * decides what both mean.
 */
export interface KerasOptions extends ImportOptions {
  /** The model as Keras tells it: `model.to_json()`, as a text or parsed. */
  readonly architecture?: string | Readonly<Record<string, unknown>>;
  /** A Sequential model's layers, in the place of `architecture`. */
  readonly layers?: readonly KerasLayer[];
  /** Beside `layers`: the input's shape without the batch, `null` for any number of timesteps: `[null, 3]`; of token ids `[null]`. */
  readonly inputShape?: readonly (number | null)[];
  /** The version of Keras that wrote the weights, `2.15.0` or `3.12.0`: where neither they nor the architecture's JSON states it. */
  readonly kerasVersion?: string;
  /** The model's name. */
  readonly name?: string;
}

/** Variables by the paths that a checkpoint has them under, as `readBundle` gives them: what `save_weights('x')` wrote before Keras 3. */
export type KerasVariables = ReadonlyMap<string, NamedArray>;

const size = (n: unknown): boolean => n === null || (Number.isSafeInteger(n) && (n as number) > 0);
const FIELDS: { readonly [K in keyof KerasOptions]-?: Field } = {
  architecture: [
    "the model's own JSON",
    (value) => typeof value === 'string' || (typeof value === 'object' && value !== null && 'class_name' in value),
  ],
  layers: ['a list of at least one layer', (value) => Array.isArray(value) && value.length > 0],
  inputShape: ['sizes without the batch, null where any', (value) => Array.isArray(value) && value.every(size)],
  kerasVersion: ["a version, '2.15.0' or '3.12.0'", (value) => typeof value === 'string' && /^[23]\.\d+/.test(value)],
  name: nonEmptyText,
  limits: limitsField,
};

/** @throws {ImportError} an unknown or ill-typed option, a layer that is not one of `KerasLayer`. */
export function checkOptions(options: KerasOptions): void {
  checkConfig(options, 'options', FIELDS as Fields);
  checkKerasLayers(options.layers ?? []);
}

/** Those of weights without a model. */
export const MODEL_OPTIONS = ['architecture', 'layers', 'inputShape', 'kerasVersion', 'name'] as const;
