import { isObject, show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { Build, Flow } from '../build.js';
import { Operand, type OperationCall } from '../calls/operands.js';

/** Numbers that the file has in the place of a value. */
export interface Constant {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export const isConstant = (value: Flow | Constant): value is Constant => 'data' in value;

/** An operation in the words of `keras.ops`: what it is given, and its settings, each asked for by name. */
export class Arguments {
  readonly #asked = new Set<string>();

  constructor(
    readonly build: Build,
    readonly where: string,
    /** Wanted for its node. */
    readonly name: string,
    /** Values that it is given, without their masks: operations hand none on. */
    private readonly values: readonly Flow[],
    private readonly call: OperationCall,
    private readonly settings: Readonly<Record<string, unknown>>,
  ) {}

  /** A value, or numbers. */
  operand(position: number, key?: string): Flow | Constant {
    const argument = this.#argument(position, key);
    return this.#valueOf(argument) ?? constantOf(argument) ?? this.#unfit(argument);
  }

  /** A value of the model. */
  value(position = 0): Flow {
    const argument = this.#argument(position);
    return this.#valueOf(argument) ?? this.#unfit(argument);
  }

  /** A list of values of the model. */
  list(): Flow[] {
    const list = this.call.args[0];
    if (!Array.isArray(list) || list.length === 0) return this.#unfit(list);
    return list.map((argument) => this.#valueOf(argument) ?? this.#unfit(argument));
  }

  /** A setting as the file has it; undefined if it has none, or null. */
  setting(key: string, position?: number): unknown {
    this.#asked.add(key);
    const value = this.settings[key] ?? this.call.kwargs[key];
    return value ?? (position === undefined ? undefined : this.#argument(position)) ?? undefined;
  }

  flag(key: string, otherwise = false): boolean {
    const value = this.setting(key);
    if (value === undefined) return otherwise;
    return typeof value === 'boolean'
      ? value
      : refuse(this.where, `${key} is not honoured`, 'true or false', show(value));
  }

  number(key: string, otherwise?: number, position?: number): number {
    const value = this.setting(key, position) ?? otherwise;
    return typeof value === 'number' && Number.isFinite(value)
      ? value
      : refuse(this.where, `${key} is not honoured`, 'a number', show(value));
  }

  /** @throws {ImportError} it is called with something that nobody asked for. */
  finish(positions: number): void {
    for (const [key, value] of [...Object.entries(this.settings), ...Object.entries(this.call.kwargs)]) {
      if (!this.#asked.has(key) && !HARMLESS.includes(key) && value !== null && value !== undefined)
        refuse(this.where, `${key} is not honoured`, 'nothing', show(value));
    }
    const more = this.call.args.slice(positions).find((argument) => argument !== null && argument !== undefined);
    if (more !== undefined) this.#unfit(more);
  }

  #argument(position: number, key?: string): unknown {
    if (key !== undefined) this.#asked.add(key);
    return this.call.args[position] ?? (key === undefined ? undefined : this.call.kwargs[key]);
  }

  #valueOf(argument: unknown): Flow | undefined {
    return argument instanceof Operand ? this.values[argument.position] : undefined;
  }

  #unfit(argument: unknown): never {
    return refuse(
      this.where,
      'an argument that is not honoured',
      'values of the model, or numbers',
      argument instanceof Operand ? 'a value of the model' : show(argument),
    );
  }
}

const HARMLESS = ['name', 'trainable', 'dtype', 'function'];

/** Numbers as Keras writes them: one, lists of them, or arrays of NumPy and tensors as lists. */
function constantOf(value: unknown): Constant | undefined {
  if (isObject(value) && ['__numpy__', '__tensor__'].includes(String(value.class_name)) && isObject(value.config))
    return constantOf(value.config.value);
  const shape: number[] = [];
  let level: unknown = value;
  for (; Array.isArray(level) && shape.length < 4; level = level[0]) shape.push(level.length);
  const flat = shape.length === 0 ? [value] : (value as unknown[]).flat(3);
  const whole = flat.length === shape.reduce((product, size) => product * size, 1);
  if (!whole || flat.length === 0 || !flat.every((item) => typeof item === 'number' && Number.isFinite(item)))
    return undefined;
  return { shape, data: Float32Array.from(flat as number[]) };
}
