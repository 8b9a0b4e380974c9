import type { NamedOutput } from '../../index.js';

/** One of a model's outputs, or the next part of it. */
export interface Part extends NamedOutput {
  readonly name: string;
}

/** The axis along which parts follow one another; what has no such axis is replaced by its next part. */
export type Growth = 'time' | 'batch';

/** Takes the outputs of a run, part after part, and writes them. */
export interface Writer {
  /** @param parts one of each output, always the same ones. */
  add(parts: readonly Part[]): Promise<void>;
  end(): Promise<void>;
}

/** Outputs put together of their parts, in memory. */
export class Collected {
  readonly #parts = new Map<string, Part[]>();

  constructor(readonly growth: Growth) {}

  add(parts: readonly Part[]): void {
    for (const part of parts) {
      const known = this.#parts.get(part.name);
      if (known && part.axes.includes(this.growth)) known.push(part);
      else this.#parts.set(part.name, [part]);
    }
  }

  all(): Part[] {
    return [...this.#parts.values()].map((parts) => this.#joined(parts));
  }

  #joined(parts: readonly Part[]): Part {
    const [first] = parts as [Part];
    if (parts.length === 1) return first;
    const data = new Float32Array(parts.reduce((sum, { data }) => sum + data.length, 0));
    let at = 0;
    for (const part of parts) {
      data.set(part.data, at);
      at += part.data.length;
    }
    return { ...first, data, shape: this.#grown(first, parts) };
  }

  #grown({ shape, axes }: Part, parts: readonly Part[]): number[] {
    const axis = axes.indexOf(this.growth);
    return shape.map((size, index) =>
      index === axis ? parts.reduce((sum, { shape }) => sum + (shape[axis] as number), 0) : size,
    );
  }
}
