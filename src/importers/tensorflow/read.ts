import type { ModelSpec } from '../../spec.js';
import type { FileBytes } from '../formats/bytes.js';
import { blocks, turned } from '../formats/matrix.js';
import { flattenNested } from '../formats/nested.js';
import { type NamedArray, readNpz } from '../formats/npy.js';
import { Chain } from '../shared/chain.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import { readBundle } from './bundle.js';
import type { EmbeddingLayer, TensorFlowCell, TensorFlowConfig } from './config.js';
import { checkConfig, reportFields } from './fields.js';

/** A V2 checkpoint's files (also a SavedModel's `variables/`), an `.npz`, or arrays by name (nested lists, or numbers with a shape). */
export type TensorFlowSource =
  | { readonly index: FileBytes; readonly data: FileBytes | readonly FileBytes[] }
  | { readonly npz: FileBytes }
  | { readonly arrays: Readonly<Record<string, unknown>> };

/** Variables that a trainer keeps beside the model's. */
const TRAINING =
  /(^|\/)(global_step|beta[12]_power|save_counter|_CHECKPOINTABLE_OBJECT_GRAPH|Adam(_1)?|Momentum|RMSProp(_1)?|Adagrad|ExponentialMovingAverage)$|^optimizer|\.OPTIMIZER_SLOT/;

/**
 * A model from TensorFlow 1's recurrent cells.
 * @throws {ImportError} a damaged checkpoint; a variable that is missing, unused or of the wrong shape; a cell that is not honoured.
 */
export function fromTensorFlow(source: TensorFlowSource, config: TensorFlowConfig): ModelSpec {
  return readTensorFlow(source, config).spec;
}

/** As `fromTensorFlow`, with the account of which variable became what. */
export function readTensorFlow(source: TensorFlowSource, config: TensorFlowConfig): Imported {
  checkConfig(config);
  const reporter = new Reporter();
  for (const layer of config.layers) reportFields(layer, reporter);
  const arrays = arraysOf(source);
  for (const name of [...arrays.keys()]) {
    if (!TRAINING.test(name) && !config.ignore?.includes(name)) continue;
    arrays.delete(name);
    reporter.note(
      `variable ${JSON.stringify(name)} is not the model's: ${config.ignore?.includes(name) ? 'config.ignore' : 'a trainer keeps it'}`,
    );
  }
  const { inputSize, layers } = config;
  const tokens = layers[0]?.type === 'embedding';
  if (tokens && inputSize !== undefined)
    refuse('config.inputSize', 'not usable', 'none: an embedding reads token ids', `${inputSize}`);
  if (tokens) return withEmbedding(config, arrays, reporter);
  if (inputSize === undefined) refuse('config.inputSize', 'not usable', 'features per timestep', 'nothing');
  const chain = new Chain(reporter, inputSize);
  addLayers(chain, config, arrays, 0);
  return { spec: chain.spec(config.name), report: reporter.finish('TensorFlow variables') };
}

function withEmbedding(config: TensorFlowConfig, arrays: Map<string, NamedArray>, reporter: Reporter): Imported {
  const [{ prefix, name = prefix }] = config.layers as readonly [EmbeddingLayer];
  const table =
    arrays.get(prefix) ??
    refuse(`variable ${JSON.stringify(prefix)}`, 'missing', 'the embedding', [...arrays.keys()].join(', '));
  if (table.shape.length !== 2)
    refuse(
      `variable ${JSON.stringify(prefix)}`,
      'has the wrong shape',
      '(vocabulary, features)',
      `(${table.shape.join(', ')})`,
    );
  const chain = new Chain(reporter, 1);
  const weight = chain.tensor(`${name}.weight`, table.shape, table.data, prefix, table.shape, 'one row per token id');
  arrays.delete(prefix);
  chain.add(name, { type: 'embedding', tensors: { weight } }, table.shape[1]);
  addLayers(chain, config, arrays, 1);
  const spec = chain.spec(config.name);
  return {
    spec: { ...spec, inputs: [{ name: 'input', features: 1, dtype: 'int32' }] },
    report: reporter.finish('TensorFlow variables'),
  };
}

function arraysOf(source: TensorFlowSource): Map<string, NamedArray> {
  if ('index' in source)
    return readBundle(source.index, Array.isArray(source.data) ? source.data : [source.data as FileBytes]);
  if ('npz' in source) return readNpz(source.npz);
  if (!('arrays' in source) || typeof source.arrays !== 'object' || source.arrays === null)
    return refuse('source', 'no arrays', '{ index, data }, { npz } or { arrays }');
  return new Map(Object.entries(source.arrays).map(([name, value]) => [name, plainArray(value, name)]));
}

function plainArray(value: unknown, name: string): NamedArray {
  const where = `array ${JSON.stringify(name)}`;
  const { data, shape, dim } = (typeof value === 'object' && value !== null ? value : {}) as {
    data?: unknown;
    shape?: unknown;
    dim?: unknown;
  };
  const dims = (shape ?? dim) as number[] | undefined;
  if (data === undefined || !Array.isArray(dims)) return flattenNested(value, where);
  const numbers = ArrayBuffer.isView(data) ? Float32Array.from(data as Float32Array) : flattenNested(data, where).data;
  const count = dims.reduce((product, n) => product * n, 1);
  if (numbers.length !== count)
    refuse(where, 'wrong size', `${count} numbers for (${dims.join(', ')})`, `${numbers.length}`);
  return { shape: dims, data: numbers };
}

function addLayers(chain: Chain, { layers }: TensorFlowConfig, arrays: Map<string, NamedArray>, from: number): void {
  const take = (name: string, shape: readonly number[]): NamedArray => {
    const where = `variable ${JSON.stringify(name)}`;
    const found =
      arrays.get(name) ??
      refuse(
        where,
        'missing',
        `a variable of shape (${shape.join(', ')})`,
        `unused: ${[...arrays.keys()].slice(0, 12).join(', ') || 'none'}`,
      );
    if (`${found.shape}` !== `${shape}`)
      refuse(where, 'has the wrong shape', `(${shape.join(', ')})`, `(${found.shape.join(', ')})`);
    arrays.delete(name);
    return found;
  };
  layers.slice(from).forEach((layer, index) => {
    const where = `config.layers[${index + from}]`;
    if (layer.type === 'embedding')
      refuse(where, 'an embedding reads token ids', 'the first layer', `layer ${index + from}`);
    const name = layer.name ?? layer.prefix;
    if (layer.type === 'dense') {
      const { units, prefix, bias = true, activation } = layer;
      const kernel = take(`${prefix}/kernel`, [chain.features, units]);
      const weight = chain.tensor(
        `${name}.weight`,
        [units, chain.features],
        turned(kernel.data, chain.features, units),
        `${prefix}/kernel`,
        kernel.shape,
        'transposed: one row per output',
      );
      const tensors = {
        weight,
        ...(bias && {
          bias: chain.tensor(
            `${name}.bias`,
            [units],
            take(`${prefix}/bias`, [units]).data,
            `${prefix}/bias`,
            [units],
            'one per output',
          ),
        }),
      };
      chain.add(name, { type: 'dense', units, tensors, ...(activation !== undefined && { activation }) }, units);
    } else cell(chain, layer, name, take);
  });
  if (arrays.size > 0)
    refuse(
      'file',
      'variables that no layer of the config uses',
      'every variable used, or listed in config.ignore',
      [...arrays.keys()].slice(0, 12).join(', '),
    );
}

type Take = (name: string, shape: readonly number[]) => NamedArray;

/** A kernel `[inputs + h, gates·units]`: the rows of x, then those of h. */
function halves(
  chain: Chain,
  kernel: NamedArray,
  name: string,
  from: string,
  inputs: number,
  h: number,
  order: readonly number[],
  how: string,
) {
  const columns = kernel.shape[1] as number;
  const put = (field: string, first: number, rows: number, which: string): string =>
    chain.tensor(
      `${name}.${field}`,
      [columns, rows],
      turned(kernel.data.slice(first * columns, (first + rows) * columns), rows, columns, order),
      from,
      kernel.shape,
      `${which} rows; ${how}`,
    );
  return {
    weightIh: put('weightIh', 0, inputs, `the first ${inputs}`),
    weightHh: put('weightHh', inputs, h, `the last ${h}`),
  };
}

function cell(chain: Chain, layer: TensorFlowCell, name: string, take: Take): void {
  const { prefix, numUnits: units } = layer;
  const inputs = chain.features;
  const { activation } = layer;
  if (layer.type === 'gru_cell') {
    gru(chain, layer, name, take);
    return;
  }
  if (layer.type === 'basic_rnn_cell') {
    const kernel = take(`${prefix}/kernel`, [inputs + units, units]);
    const weights = halves(chain, kernel, name, `${prefix}/kernel`, inputs, units, [0], 'transposed');
    const biasIh = chain.tensor(
      `${name}.biasIh`,
      [units],
      take(`${prefix}/bias`, [units]).data,
      `${prefix}/bias`,
      [units],
      '',
    );
    chain.add(
      name,
      { type: 'rnn', units, tensors: { ...weights, biasIh }, ...(activation !== undefined && { activation }) },
      units,
    );
    return;
  }
  const { forgetBias = 1 } = layer;
  const full = layer.type === 'lstm_cell' ? layer : undefined;
  const h = full?.numProj ?? units;
  // i j f o, j being g.
  const order = [0, 2, 1, 3];
  const kernel = take(`${prefix}/kernel`, [inputs + h, 4 * units]);
  const weights = halves(
    chain,
    kernel,
    name,
    `${prefix}/kernel`,
    inputs,
    h,
    order,
    'columns i j f o transposed to rows i f g o',
  );
  const bias = blocks(take(`${prefix}/bias`, [4 * units]).data, order).map((value, i) =>
    i >= units && i < 2 * units ? value + forgetBias : value,
  );
  const biasIh = chain.tensor(
    `${name}.biasIh`,
    [4 * units],
    bias,
    `${prefix}/bias`,
    [4 * units],
    `i j f o reordered to i f g o; forget_bias ${forgetBias} added to f`,
  );
  const more: Record<string, string> = {};
  if (full?.usePeepholes) {
    const data = new Float32Array(3 * units);
    ['w_i_diag', 'w_f_diag', 'w_o_diag'].forEach((part, index) => {
      data.set(take(`${prefix}/${part}`, [units]).data, index * units);
    });
    more.peephole = chain.tensor(
      `${name}.peephole`,
      [3 * units],
      data,
      `${prefix}/w_[ifo]_diag`,
      [units],
      'i, f and o joined',
    );
  }
  if (full?.numProj !== undefined) {
    const projection = take(`${prefix}/projection/kernel`, [units, h]);
    more.weightHr = chain.tensor(
      `${name}.weightHr`,
      [h, units],
      turned(projection.data, units, h),
      `${prefix}/projection/kernel`,
      projection.shape,
      'transposed: one row per output',
    );
  }
  const act = activation === undefined ? {} : { activations: { g: activation, output: activation } };
  const fields = {
    ...(full?.numProj !== undefined && { projection: h }),
    ...(full?.cellClip !== undefined && { cellClip: full.cellClip }),
    ...act,
  };
  chain.add(name, { type: 'lstm', units, tensors: { ...weights, biasIh, ...more }, ...fields }, h);
}

/** `[r u] = σ([x h]·Wg + bg);  c = tanh([x r∘h]·Wc + bc);  h' = u∘h + (1 - u)∘c` */
function gru(
  chain: Chain,
  { prefix, numUnits: units, activation }: Extract<TensorFlowCell, { type: 'gru_cell' }>,
  name: string,
  take: Take,
): void {
  const inputs = chain.features;
  const gates = take(`${prefix}/gates/kernel`, [inputs + units, 2 * units]);
  const candidate = take(`${prefix}/candidate/kernel`, [inputs + units, units]);
  const join = (field: string, first: number, rows: number): string => {
    const part = (array: NamedArray): Float32Array => {
      const columns = array.shape[1] as number;
      return turned(array.data.slice(first * columns, (first + rows) * columns), rows, columns);
    };
    const data = new Float32Array(3 * units * rows);
    data.set(part(gates));
    data.set(part(candidate), 2 * units * rows);
    return chain.tensor(
      `${name}.${field}`,
      [3 * units, rows],
      data,
      `${prefix}/{gates,candidate}/kernel`,
      gates.shape,
      `${rows} rows from ${first} on; r and u, then the candidate, transposed to rows r z n`,
    );
  };
  const bias = new Float32Array(3 * units);
  bias.set(take(`${prefix}/gates/bias`, [2 * units]).data);
  bias.set(take(`${prefix}/candidate/bias`, [units]).data, 2 * units);
  const tensors = {
    weightIh: join('weightIh', 0, inputs),
    weightHh: join('weightHh', inputs, units),
    biasIh: chain.tensor(
      `${name}.biasIh`,
      [3 * units],
      bias,
      `${prefix}/{gates,candidate}/bias`,
      [2 * units],
      'r and u, then the candidate',
    ),
  };
  chain.add(
    name,
    {
      type: 'gru',
      units,
      resetAfter: false,
      tensors,
      ...(activation !== undefined && { activations: { n: activation } }),
    },
    units,
  );
}
