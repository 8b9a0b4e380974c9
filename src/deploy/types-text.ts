import type { Graph, InputInfo, ValueInfo } from '../graph/value.js';
import { type ModelValue, modelValues } from '../inspect/values.js';
import { COMMON_TYPES } from './common-types.js';

/** What the types of a built file are made of. */
interface Typed {
  readonly graph: Graph;
  /** Why it cannot be streamed. */
  readonly obstacle: string | undefined;
  readonly weights: 'module' | 'split' | 'wasm';
}

/** Text of a file for a comment, which it is not to end. */
const said = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').replaceAll('*/', '*\u200b/');

/** The declarations of a built file: of this model, by the names and sizes that it has. */
export function typesText({ graph, obstacle, weights }: Typed): string {
  const [inputs, outputs] = [modelValues(graph, graph.inputs), modelValues(graph, graph.outputs)];
  const name = graph.name === undefined ? 'A model' : `Model ${JSON.stringify(graph.name)}`;
  const single = inputs.length === 1 && outputs.length === 1;
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  const one = single && input && output ? { input, output } : undefined;
  return [
    `// ${said(name)}, built by gatewise.\n`,
    COMMON_TYPES,
    record('Inputs', 'What it is given, by name.', inputs, 'Input'),
    record('Outputs', 'What it gives, by name.', outputs, 'NamedOutput'),
    modelType(name, one, obstacle),
    ...(obstacle === undefined ? [streamType(one)] : []),
    entries(weights),
  ].join('\n');
}

const shapeOf = ({ axes, dtype, time }: ModelValue): string =>
  `\`[${axes.map((axis) => (axis === 'time' ? (time ?? axis) : axis)).join(', ')}]\`, ${dtype}`;

function record(type: string, words: string, values: readonly ModelValue[], item: string): string {
  const fields = values.map(
    (value) => `  /** ${said(shapeOf(value))} */\n  readonly ${JSON.stringify(value.name)}: ${item};\n`,
  );
  return `/** ${words} */\nexport interface ${type} {\n${fields.join('')}}\n`;
}

/** Its one input and output, where it has no more. */
type One = { readonly input: InputInfo; readonly output: ValueInfo } | undefined;

function modelType(name: string, one: One, obstacle: string | undefined): string {
  const runs = one
    ? `  /** A whole sequence from a fresh state: \`[time, features]\`, or \`[batch, time, features]\`. */
  run(x: Input, options?: RunOptions): Float32Array<ArrayBuffer>;
`
    : '';
  const many =
    one && obstacle === undefined
      ? `  /** One timestep of many streams of this model; frames are \`[streams, ${one.input.features}]\` flat. */
  stepMany(streams: Iterable<Stream>, frames: ArrayLike<number>, out?: Float32Array): Float32Array;
`
      : '';
  const stream =
    obstacle === undefined
      ? '  createStream(options?: { readonly batch?: number }): Stream;\n'
      : `  // No streams: ${said(obstacle)}.\n`;
  return `/** ${said(name)}. */
export interface Model {
  readonly build: 'simd' | 'relaxed';
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly memory: { readonly byteLength: number; readonly used: number };
${runs}  runNamed(inputs: Inputs, options?: NamedRunOptions): Outputs;
${stream}${many}  dispose(): void;
}
`;
}

function streamType(one: One): string {
  const step = one
    ? `  /** One timestep, of each sequence of the batch. */
  step(frame: ${one.input.dtype === 'int32' ? 'Int32Array' : 'Float32Array'} /* ${one.input.features} */ | readonly number[], out?: Float32Array /* ${one.output.features} */, mask?: ArrayLike<number | boolean>): Float32Array /* ${one.output.features} */;
  run(x: Input, options?: StreamRunOptions): Float32Array<ArrayBuffer>;
  frames(source: AsyncIterable<Input> | Iterable<Input | PromiseLike<Input>>): AsyncGenerator<Float32Array, void>;
  /** A web TransformStream. */
  transform(): { readonly readable: object; readonly writable: object };
`
    : '';
  return `/** The model with a memory of what it has seen. */
export interface Stream {
  readonly batch: number;
${step}  runNamed(inputs: Inputs, options?: MaskOptions): Outputs;
  reset(row?: number): void;
  getState(row?: number): LayerState[];
  setState(state: readonly LayerStateInput[], row?: number): void;
  /** Bytes that \`restore\` takes, and that of this model made by \`createModel\` of gatewise. */
  save(row?: number): Uint8Array;
  restore(bytes: Uint8Array | ArrayBuffer, row?: number): void;
  fork(row?: number): Stream;
  dispose(): void;
}
`;
}

function entries(weights: Typed['weights']): string {
  const options = {
    module: '',
    split: `  /** The bytes of the file of weights beside this one. */
  readonly weights`,
    wasm: `  /** The .wasm beside this one: its bytes, or its module, as Workers import it. */
  readonly kernels`,
  }[weights];
  const type = weights === 'wasm' ? 'KernelSource' : 'ArrayBuffer | ArrayBufferView<ArrayBuffer>';
  const known = (needs: string): string => (options ? `${options}${needs}: ${type};\n` : '');
  const limit = `  /** Most bytes of WebAssembly memory the model and its streams may take. Default: 4 GiB. */
  readonly memoryLimit?: number;
`;
  const source =
    weights === 'wasm' ? 'export type KernelSource = object | ArrayBuffer | ArrayBufferView<ArrayBuffer>;\n\n' : '';
  const rest = options ? 'options: NowOptions' : 'options?: Options';
  const now = options
    ? `export interface NowOptions {
${limit}${known('')}}

`
    : '';
  return `${source}export interface Options {
${limit}${known('?')}}

${now}/** @throws {GatewiseError} this file, or the one beside it, is not as it was built (\`code\` IMPORT); the runtime has no WebAssembly SIMD (RUNTIME). */
export declare function createModel(options?: Options): Promise<Model>;
/** \`createModel\` without waiting. */
export declare function createModelSync(${rest}): Model;

export declare class GatewiseError extends Error {
  readonly code: string;
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;
}
`;
}
