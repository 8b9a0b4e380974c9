import { elementsOf } from '../formats/elements.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import type { Type, WeightArray } from './records.js';
import { relative } from './relatives.js';

const DTYPES = { float: 'F32', int: 'I32', int8: 'I8' } as const;
const BYTES = { float: 4, int: 4, int8: 1 } as const;
interface Elements {
  readonly float: Float32Array;
  readonly int: Int32Array;
  readonly int8: Int8Array;
}

/** The arrays of a blob, each asked for by its name; those that nobody asked for are refused. */
export class Arrays {
  readonly #asked = new Set<string>();

  constructor(
    readonly records: ReadonlyMap<string, WeightArray>,
    readonly budget: Budget,
  ) {}

  /**
   * @param count elements that it must have, where that is known.
   * @returns a copy of its numbers, or undefined if the blob has none of the name.
   * @throws {ImportError} of another type or length.
   */
  find<T extends keyof Elements>(name: string, type: T, count?: number): Elements[T] | undefined {
    const record = this.records.get(name);
    if (!record) return undefined;
    this.#asked.add(name);
    const stored: Type = record.type;
    if (stored !== type) refuse(name, 'of another type', type, stored);
    const bytes = BYTES[type] * (count ?? Math.max(1, Math.floor(record.bytes.length / BYTES[type])));
    if (record.bytes.length !== bytes) refuse(name, 'of another length', `${bytes} bytes`, `${record.bytes.length}`);
    return elementsOf(record.bytes, DTYPES[type], name, this.budget) as Elements[T];
  }

  /** As `find`. @throws {ImportError} as well if there is none; of a network that is a relative of RNNoise's it says which. */
  take<T extends keyof Elements>(name: string, type: T, count?: number): Elements[T] {
    const found = this.find(name, type, count);
    if (found) return found;
    this.#refuseRelatives();
    return refuse(name, 'missing', 'an array of this name', `${[...this.records.keys()].slice(0, 5).join(', ')}, …`);
  }

  /** @throws {ImportError} arrays that nobody asked for. */
  end(): void {
    const [name] = this.#left();
    if (name === undefined) return;
    this.#refuseRelatives();
    refuse(name, 'an array that RNNoise has not', 'conv1, conv2, gru1 to gru3, dense_out, vad_dense', name);
  }

  #left(): string[] {
    return [...this.records.keys()].filter((name) => !this.#asked.has(name));
  }

  #refuseRelatives(): void {
    for (const name of this.#left()) {
      const what = relative(name);
      if (what)
        refuse('file', `weights of ${what}`, "RNNoise's alone: conv1, conv2, gru1 to gru3, dense_out, vad_dense", name);
    }
  }
}
