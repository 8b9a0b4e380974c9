import type { LOOKS } from './compose.js';

type Look = (typeof LOOKS)[number];

/** Declarations of what a built file shows of its inside, and the methods that do: those of this package, written out. */
export const LOOK_TYPES: readonly (readonly [methods: readonly Look[], text: string])[] = [
  [
    ['trace'],
    `/** What one recurrent layer did, \`[batch, time, n]\` flat: gates after their activation, NaN at masked timesteps; states after the timestep. */
export interface LayerTrace {
  readonly layer: string;
  readonly type: string;
  readonly gates: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
  readonly c?: Float32Array<ArrayBuffer>;
  readonly h: Float32Array<ArrayBuffer>;
}

export interface Trace {
  readonly outputs: Outputs;
  readonly layers: readonly LayerTrace[];
}
`,
  ],
  [
    ['summary'],
    `export interface LayerSummary {
  readonly name: string;
  readonly type: string;
  readonly features: number;
  readonly output: 'sequence' | 'vector';
  readonly time?: number | string;
  readonly units: number | undefined;
  readonly parameters: number;
  /** Of its matrix products, for one timestep of one sequence. */
  readonly multiplyAdds: number;
}

/** \`toString()\` is a table. */
export interface ModelSummary {
  readonly name: string | undefined;
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly weightBytes: number;
  readonly stateBytes: number;
  readonly multiplyAddsPerTimestep: number;
  toString(): string;
}
`,
  ],
  [
    ['graph', 'layers'],
    `/** A layer with all fields of its type, as specs have them. */
export interface GraphNode {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly [field: string]: unknown;
}
`,
  ],
  [
    ['graph'],
    `/** A value: its numbers per timestep, or per row of a vector. Without a time, a sequence has as many timesteps as the run. */
export interface ValueInfo {
  readonly name: string;
  readonly features: number;
  readonly kind: 'sequence' | 'vector';
  readonly dtype: 'float32' | 'int32';
  readonly time?: readonly { readonly mul: number; readonly add: number; readonly div: number; readonly exact?: true; readonly open?: string }[];
}

export interface Graph {
  readonly name: string | undefined;
  readonly inputs: readonly (ValueInfo & { readonly vocabulary: number })[];
  readonly carries: readonly { readonly input: ValueInfo; readonly output: ValueInfo; readonly initial?: string }[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly ValueInfo[];
  readonly values: ReadonlyMap<string, ValueInfo>;
  readonly layouts: ReadonlyMap<string, { readonly axes: readonly ('batch' | 'time' | number)[]; readonly batch?: number }>;
}
`,
  ],
  [
    ['layers'],
    `export interface CellInfo {
  readonly name: string;
  readonly type: string;
  readonly inputs: number;
  readonly units: number;
  readonly gates: readonly string[];
  readonly words: {
    readonly title: string;
    readonly gates: Readonly<Record<string, string>>;
    readonly extras: Readonly<Record<string, string>>;
  };
  /** How many numbers each of its tensors has. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly multiplyAdds: number;
}

export interface LayerInfo {
  readonly node: GraphNode;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly cells: readonly CellInfo[];
  readonly words?: { readonly opening?: string; readonly closing?: string };
}
`,
  ],
];
