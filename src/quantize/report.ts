import type { LayerTrace } from '../index.js';

/** How far numbers of the int8 model are from those of the float32 one. */
export interface ErrorOf {
  readonly max: number;
  /** Root of the mean square. */
  readonly rms: number;
}

export interface LayerReport {
  readonly name: string;
  readonly type: string;
  /** Whether its weights are int8 now. */
  readonly int8: boolean;
  /** Why they are not. */
  readonly why?: string;
  /**
   * Where they are: outputs whose weights are the same numbers as before, since they were integers of 8 bits times a scale already, of
   * all outputs of its matrices. The same to a rounding of float32, where the file's scales are doubles.
   */
  readonly exact?: readonly [outputs: number, of: number];
  /** Of its matrices, before and now, scales included. */
  readonly bytes: readonly [before: number, now: number];
  /**
   * With samples, by gate and by `h` and `c`, each half of a bidirectional layer with `forward.` or `backward.` before it; `y` for a layer
   * without a state. The errors of the layers before it are in it, so float32 layers behind int8 ones have some too.
   */
  readonly errors?: Readonly<Record<string, ErrorOf>>;
}

export interface QuantizeReport {
  /** Layers whose weights could be int8, in the order of the model. */
  readonly layers: readonly LayerReport[];
  /** With samples: of the model's outputs, by name. */
  readonly outputs?: Readonly<Record<string, ErrorOf>>;
  /** Of all matrices that could be int8, before and now. */
  readonly bytes: readonly [before: number, now: number];
  /** A table for a terminal. */
  toString(): string;
}

/** Errors that are gathered sample after sample. */
export class Errors {
  readonly #sums = new Map<string, { max: number; squares: number; count: number }>();

  /** NaN in both counts for nothing: masked timesteps have no gates. */
  add(key: string, got: ArrayLike<number>, expected: ArrayLike<number>): void {
    const sum = this.#sums.get(key) ?? { max: 0, squares: 0, count: 0 };
    this.#sums.set(key, sum);
    for (let i = 0; i < expected.length; i++) {
      const [a, b] = [got[i] as number, expected[i] as number];
      if (a === b || (Number.isNaN(a) && Number.isNaN(b))) {
        sum.count += Number.isNaN(a) ? 0 : 1;
        continue;
      }
      const error = Math.abs(a - b);
      sum.max = Math.max(sum.max, error);
      sum.squares += error * error;
      sum.count++;
    }
  }

  /** Gates, h and c of a layer, each by its name behind `prefix`. */
  addTrace(prefix: string, got: LayerTrace, expected: LayerTrace): void {
    for (const [gate, values] of Object.entries(expected.gates)) {
      this.add(prefix + gate, got.gates[gate] as Float32Array, values);
    }
    this.add(`${prefix}h`, got.h, expected.h);
    if (expected.c && got.c) this.add(`${prefix}c`, got.c, expected.c);
  }

  all(): Record<string, ErrorOf> {
    const all = [...this.#sums].map(
      ([key, { max, squares, count }]) => [key, { max, rms: Math.sqrt(squares / Math.max(1, count)) }] as const,
    );
    return { __proto__: null as never, ...Object.fromEntries(all) };
  }
}

/** Adds `toString()`, which is not enumerable, since functions cannot be cloned. */
export const withText = (report: Omit<QuantizeReport, 'toString'>): QuantizeReport =>
  Object.defineProperty(report, 'toString', { value: () => table(report), configurable: true }) as QuantizeReport;

function table({ layers, outputs, bytes }: Omit<QuantizeReport, 'toString'>): string {
  const small = (n: number): string => n.toExponential(1);
  const lines = [['layer', 'type', 'weights', 'bytes', 'error', 'max', 'rms']];
  const errors = (head: string[], all: Readonly<Record<string, ErrorOf>>): void => {
    const rows = Object.entries(all).map(([key, { max, rms }]) => [key, small(max), small(rms)]);
    (rows.length > 0 ? rows : [['', '', '']]).forEach((row, index) => {
      lines.push([...(index === 0 ? head : ['', '', '', '']), ...row]);
    });
  };
  for (const {
    name,
    type,
    int8,
    why,
    exact: [exact, of] = [0, 0],
    bytes: [before, now],
    errors: own = {},
  } of layers) {
    const how = exact === 0 ? '' : exact === of ? ', exact' : `, ${exact} of ${of} outputs exact`;
    errors([name, type, int8 ? `int8${how}` : `float32: ${why}`, int8 ? `${before} → ${now}` : `${now}`], own);
  }
  for (const [name, error] of Object.entries(outputs ?? {})) errors([name, 'output', '', ''], { '': error });
  const widths = (lines[0] as string[]).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const rows = lines.map((line) =>
    line
      .map((text, column) => text.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  );
  return [...rows, `weights ${bytes[0]} bytes, now ${bytes[1]}`].join('\n');
}
