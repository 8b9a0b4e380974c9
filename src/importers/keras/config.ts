import { isObject, show } from '../formats/json.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';

/** Settings that change nothing about what a trained model computes. */
const HARMLESS = new Set([
  'name',
  'trainable',
  'seed',
  'implementation',
  'unroll',
  'unit_forget_bias',
  'dropout',
  'recurrent_dropout',
  'batch_input_shape',
  'batch_shape',
  'input_dtype',
  'sparse',
  'ragged',
  'optional',
  'noise_shape',
  'rate',
  'stddev',
  'momentum',
  'renorm_clipping',
  'renorm_momentum',
  'fused',
  'virtual_batch_size',
  'synchronized',
  'input_length',
  'input_dim',
  'build_input_shape',
  'autocast',
]);
/** So is all that steers training by its name. */
const OF_TRAINING = /_(initializer|regularizer|constraint)$/;

/** Settings that must be absent, null or false to be honoured. */
const MUST_BE_OFF = ['time_major', 'quantization_config', 'lora_rank', 'renorm', 'normalize', 'weights', 'sparse'];

/** A layer's config: each setting is asked for by name, and what nobody asked for is refused. */
export class Config {
  readonly #asked = new Set<string>();

  constructor(
    readonly where: string,
    readonly layer: string,
    /** As the file has them; what is read of them here has not been asked for. */
    readonly values: Readonly<Record<string, unknown>>,
    private readonly reporter: Reporter,
  ) {}

  has(key: string): boolean {
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  raw(key: string): unknown {
    this.#asked.add(key);
    return this.values[key];
  }

  #get<Kind>(
    key: string,
    fits: (value: unknown) => value is Kind,
    expected: string,
    otherwise: Kind | undefined,
    rule: string,
  ): Kind {
    this.#asked.add(key);
    const value = this.values[key];
    if (value === undefined || value === null) {
      if (otherwise === undefined) refuse(this.where, `no ${key}`, expected, show(value));
      this.reporter.defaulted(this.layer, key, otherwise, rule);
      return otherwise;
    }
    if (!fits(value)) refuse(this.where, `${key} is not honoured`, expected, show(value));
    this.reporter.read(this.layer, key, value);
    return value;
  }

  size(key: string, otherwise?: number, rule = 'Keras default'): number {
    return this.#get(
      key,
      (v): v is number => Number.isSafeInteger(v) && (v as number) >= 1,
      'a whole number of at least 1',
      otherwise,
      rule,
    );
  }

  number(key: string, otherwise?: number, rule = 'Keras default'): number {
    return this.#get(key, (v): v is number => typeof v === 'number' && Number.isFinite(v), 'a number', otherwise, rule);
  }

  flag(key: string, otherwise: boolean, rule = 'Keras default'): boolean {
    return this.#get(key, (v): v is boolean => typeof v === 'boolean', 'true or false', otherwise, rule);
  }

  choice<Name extends string>(key: string, names: readonly Name[], otherwise?: Name): Name {
    return this.#get(key, (v): v is Name => names.includes(v as Name), names.join(', '), otherwise, 'Keras default');
  }

  /** A size that may be written as a list of one. */
  single(key: string, otherwise?: number): number {
    const value = this.values[key];
    if (!Array.isArray(value)) return this.size(key, otherwise);
    this.#asked.add(key);
    if (value.length !== 1 || !Number.isSafeInteger(value[0]) || value[0] < 1)
      refuse(this.where, `${key} is not honoured`, 'one size', show(value));
    this.reporter.read(this.layer, key, value);
    return value[0];
  }

  /** A size, or two: along time and along frequency. */
  two(key: string, otherwise?: number): [time: number, frequency: number] {
    const value = this.values[key];
    if (!Array.isArray(value)) {
      const one = this.size(key, otherwise);
      return [one, one];
    }
    this.#asked.add(key);
    if (value.length !== 2 || !value.every((n) => Number.isSafeInteger(n) && n >= 1))
      refuse(this.where, `${key} is not honoured`, 'a size, or two', show(value));
    this.reporter.read(this.layer, key, value);
    return [value[0], value[1]];
  }

  /** An axis that must be the last: -1, its number, or a list of it. */
  lastAxis(key: string, rank: number): void {
    const value = this.raw(key);
    const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (axis !== undefined && axis !== -1 && axis !== rank - 1)
      refuse(this.where, `${key} is not honoured`, `-1 or ${rank - 1}, the features`, show(value));
  }

  ignore(...keys: string[]): void {
    for (const key of keys) this.#asked.add(key);
  }

  /** @throws {ImportError} a setting is left that the layer does not know. */
  finish(): void {
    const { dtype, data_format: format } = this.values;
    const policy = isObject(dtype) ? (isObject(dtype.config) ? dtype.config.name : undefined) : dtype;
    if (
      dtype !== undefined &&
      dtype !== null &&
      !['float32', 'int32', 'int64', 'int8', 'uint8', 'int16', 'float64'].includes(policy as string)
    ) {
      refuse(this.where, 'dtype is not honoured', 'float32', show(isObject(dtype) ? (policy ?? dtype) : dtype));
    }
    if (format !== undefined && format !== null && format !== 'channels_last' && !this.#asked.has('data_format'))
      refuse(this.where, 'data_format is not honoured', 'channels_last', show(format));
    for (const key of MUST_BE_OFF) {
      const value = this.values[key];
      if (value !== undefined && value !== null && value !== false && !this.#asked.has(key))
        refuse(this.where, `${key} is not honoured`, 'off', show(value));
    }
    for (const [key, value] of Object.entries(this.values)) {
      if (
        this.#asked.has(key) ||
        HARMLESS.has(key) ||
        OF_TRAINING.test(key) ||
        MUST_BE_OFF.includes(key) ||
        key === 'dtype' ||
        key === 'data_format'
      )
        continue;
      refuse(
        this.where,
        `a setting that is not honoured: ${key}`,
        'one of those of this layer',
        `${key} = ${show(value)}`,
      );
    }
  }
}
