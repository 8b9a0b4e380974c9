import type { Graph, InputInfo, ValueInfo } from '../graph/value.js';
import { type ModelValue, modelValues } from '../inspect/values.js';
import { COMMON_TYPES } from './common-types.js';
import type { Method } from './compose.js';
import { LOOK_TYPES } from './look-types.js';

/** What the types of a built file are made of. */
interface Typed {
  readonly graph: Graph;
  /** Why it cannot be streamed. */
  readonly obstacle: string | undefined;
  readonly weights: 'module' | 'split' | 'wasm';
  /** What models and streams can do. */
  readonly methods: readonly Method[];
}

/** Text of a file for a comment, which it is not to end. */
const said = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').replaceAll('*/', '*\u200b/');

/** The declarations of a built file: of this model, by the names and sizes that it has. */
export function typesText({ graph, obstacle, weights, methods }: Typed): string {
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
    ...LOOK_TYPES.flatMap(([looks, text]) => (looks.some((look) => methods.includes(look)) ? [text] : [])),
    modelType(name, one, obstacle, methods),
    ...(obstacle === undefined && methods.includes('createStream') ? [streamType(one, methods)] : []),
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

/** A declaration of a class's: those with a name only where the file has that method. */
type Member = readonly [method: Method | undefined, text: string];

const membersText = (members: readonly Member[], methods: readonly Method[]): string =>
  members.flatMap(([method, text]) => (method && !methods.includes(method) ? [] : [text])).join('');

function modelType(name: string, one: One, obstacle: string | undefined, methods: readonly Method[]): string {
  const members: Member[] = [
    [undefined, "  readonly build: 'simd' | 'relaxed';\n"],
    ['inputs', '  readonly inputs: readonly ModelValue[];\n'],
    ['outputs', '  readonly outputs: readonly ModelValue[];\n'],
    ['memory', '  readonly memory: { readonly byteLength: number; readonly used: number };\n'],
    [
      'graph',
      '  /** Its structure: inputs, layers, outputs and the shapes of all values. */\n  readonly graph: Graph;\n',
    ],
    ['layers', '  readonly layers: readonly LayerInfo[];\n'],
    ['summary', '  summary(): ModelSummary;\n'],
  ];
  if (one) {
    members.push([
      'run',
      `  /** A whole sequence from a fresh state: \`[time, features]\`, or \`[batch, time, features]\`. */
  run(x: Input, options?: RunOptions): Float32Array<ArrayBuffer>;
`,
    ]);
  }
  members.push(
    ['runNamed', '  runNamed(inputs: Inputs, options?: NamedRunOptions): Outputs;\n'],
    [
      'trace',
      `  /** Like \`runNamed\`, and what every recurrent layer does. */\n  trace(${one ? 'x: Input | Inputs' : 'inputs: Inputs'}, options?: NamedRunOptions): Trace;\n`,
    ],
  );
  if (obstacle === undefined) {
    members.push(['createStream', '  createStream(options?: { readonly batch?: number }): Stream;\n']);
    if (one) {
      members.push([
        'stepMany',
        `  /** One timestep of many streams of this model; frames are \`[streams, ${one.input.features}]\` flat. */
  stepMany(streams: Iterable<Stream>, frames: ArrayLike<number>, out?: Float32Array): Float32Array;
`,
      ]);
    }
  } else members.push([undefined, `  // No streams: ${said(obstacle)}.\n`]);
  return `/** ${said(name)}. */
export interface Model {
${membersText(members, methods)}  dispose(): void;
}
`;
}

function streamType(one: One, methods: readonly Method[]): string {
  const members: Member[] = one
    ? [
        [
          'step',
          `  /** One timestep, of each sequence of the batch. */
  step(frame: ${one.input.dtype === 'int32' ? 'Int32Array' : 'Float32Array'} /* ${one.input.features} */ | readonly number[], out?: Float32Array /* ${one.output.features} */, mask?: ArrayLike<number | boolean>): Float32Array /* ${one.output.features} */;
`,
        ],
        ['run', '  run(x: Input, options?: StreamRunOptions): Float32Array<ArrayBuffer>;\n'],
        [
          'frames',
          '  frames(source: AsyncIterable<Input> | Iterable<Input | PromiseLike<Input>>): AsyncGenerator<Float32Array, void>;\n',
        ],
        [
          'transform',
          '  /** A web TransformStream. */\n  transform(): { readonly readable: object; readonly writable: object };\n',
        ],
      ]
    : [];
  members.push(
    ['runNamed', '  runNamed(inputs: Inputs, options?: MaskOptions): Outputs;\n'],
    [
      'trace',
      `  /** Like \`runNamed\`, and what every recurrent layer does at these timesteps. */\n  trace(${one ? 'x: Input | Inputs' : 'inputs: Inputs'}, options?: MaskOptions): Trace;\n`,
    ],
    ['getState', '  getState(row?: number): LayerState[];\n'],
    ['setState', '  setState(state: readonly LayerStateInput[], row?: number): void;\n'],
    [
      'save',
      '  /** Bytes that `restore` takes, and that of this model made by `createModel` of gatewise. */\n  save(row?: number): Uint8Array;\n',
    ],
    ['restore', '  restore(bytes: Uint8Array | ArrayBuffer, row?: number): void;\n'],
    ['fork', '  fork(row?: number): Stream;\n'],
  );
  return `/** The model with a memory of what it has seen. */
export interface Stream {
  readonly batch: number;
${membersText(members, methods)}  reset(row?: number): void;
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
