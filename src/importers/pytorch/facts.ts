import { show } from '../formats/json.js';
import { recordOf } from '../formats/record.js';
import { refuse } from '../shared/refuse.js';
import type { PyTorchLayer } from './config.js';
import { LAYERS } from './layers.js';
import type { ScriptModule } from './script.js';

/** What a file says of a module: the layer of a config that it is, and fields of that. */
export interface Facts {
  readonly type: PyTorchLayer['type'];
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Fields of a config, and what PyTorch calls each. */
type Names = readonly (readonly [field: string, attribute: string])[];

const CELL: Names = [
  ['hiddenSize', 'hidden_size'],
  ['bias', 'bias'],
];
const STACKED: Names = [...CELL, ['numLayers', 'num_layers'], ['bidirectional', 'bidirectional']];
const WINDOW: Names = [
  ['outChannels', 'out_channels'],
  ['kernelSize', 'kernel_size'],
  ['stride', 'stride'],
  ['padding', 'padding'],
  ['dilation', 'dilation'],
  ['groups', 'groups'],
];
const CONV: Names = [...WINDOW, ['paddingMode', 'padding_mode']];
const NORM: Names = [
  ['eps', 'eps'],
  ['affine', 'affine'],
  ['trackRunningStats', 'track_running_stats'],
];
const PLAIN = 'ReLU ReLU6 Sigmoid Tanh SiLU SELU Mish Softsign LogSigmoid Hardsigmoid Hardswish'.split(' ');

/** Classes of `torch.nn`, by the ends of their names from `modules` on. */
const CLASSES: ReadonlyMap<string, readonly [type: string, names: Names]> = new Map([
  ['rnn.LSTM', ['lstm', [...STACKED, ['projSize', 'proj_size']]]],
  ['rnn.GRU', ['gru', STACKED]],
  ['rnn.RNN', ['rnn', [...STACKED, ['nonlinearity', 'mode']]]],
  ['rnn.LSTMCell', ['lstm_cell', CELL]],
  ['rnn.GRUCell', ['gru_cell', CELL]],
  ['rnn.RNNCell', ['rnn_cell', [...CELL, ['nonlinearity', 'nonlinearity']]]],
  ['linear.Linear', ['linear', [['outFeatures', 'out_features']]]],
  [
    'sparse.Embedding',
    [
      'embedding',
      [
        ['numEmbeddings', 'num_embeddings'],
        ['embeddingDim', 'embedding_dim'],
      ],
    ],
  ],
  [
    'normalization.LayerNorm',
    [
      'layer_norm',
      [
        ['eps', 'eps'],
        ['elementwiseAffine', 'elementwise_affine'],
      ],
    ],
  ],
  ['batchnorm.BatchNorm1d', ['batch_norm', NORM]],
  ['batchnorm.BatchNorm2d', ['batch_norm2d', NORM]],
  ['conv.Conv1d', ['conv1d', CONV]],
  ['conv.Conv2d', ['conv2d', CONV]],
  ['conv.ConvTranspose2d', ['conv_transpose2d', [...WINDOW, ['outputPadding', 'output_padding']]]],
  ['activation.PReLU', ['prelu', []]],
  ['activation.LeakyReLU', ['leaky_relu', [['negativeSlope', 'negative_slope']]]],
  ['activation.ELU', ['elu', [['alpha', 'alpha']]]],
  ['activation.GELU', ['gelu', [['approximate', 'approximate']]]],
  [
    'activation.Hardtanh',
    [
      'hardtanh',
      [
        ['minVal', 'min_val'],
        ['maxVal', 'max_val'],
      ],
    ],
  ],
  ['dropout.Dropout', ['dropout', []]],
  ...PLAIN.map((name): readonly [string, readonly [string, Names]] => [`activation.${name}`, [name.toLowerCase(), []]]),
]);

/** `torch.nn.modules.` and those of dynamic quantisation; `torch.nn.utils` puts weight norm into modules of the same classes. */
const MODULES = /^torch\.(ao\.)?nn\.(quantized\.dynamic\.)?modules\.(\w+\.\w+)$/;

/**
 * The facts of a module, with its path, if its class is one of a config's layers.
 * @throws {ImportError} an embedding that shortens its rows, which it does whenever they are looked up.
 */
export function factsOf(path: string, { type, settings }: ScriptModule): [path: string, facts: Facts][] | undefined {
  const [, , , name = ''] = MODULES.exec(type) ?? [];
  const known = CLASSES.get(name);
  if (!known) return undefined;
  const maxNorm = settings.get('max_norm');
  if (known[0] === 'embedding' && typeof maxNorm === 'number')
    refuse(`module ${show(path)}`, 'rows that are shortened when they are looked up', 'no max_norm', `${maxNorm}`);
  const fields = known[1].flatMap(([field, attribute]) => {
    const value = plain(field, settings.get(attribute));
    return value === undefined ? [] : [[field, value] as const];
  });
  return [[path, { type: known[0] as PyTorchLayer['type'], fields: recordOf(fields) }]];
}

/** As a config has it: one size where all axes have the same; no projection is none of size 0. */
function plain(field: string, value: unknown): unknown {
  if (field === 'projSize' && value === 0) return undefined;
  if (field === 'nonlinearity' && typeof value === 'string') return value.replace(/^RNN_/, '').toLowerCase();
  return typeof value === 'object' ? one(value) : value;
}

/** One size, where those of all axes are the same. */
const one = (value: unknown): unknown =>
  Array.isArray(value) && value.length > 0 && value.every((size) => size === value[0]) ? value[0] : value;

/**
 * A layer of a config with what the file says of its module.
 * @throws {ImportError} a contradiction; a setting that is not honoured.
 */
export function withFacts<L extends PyTorchLayer>(
  layer: L,
  facts: Facts | undefined,
  where: string,
): { layer: L; read: ReadonlySet<string> } {
  if (!facts) return { layer, read: new Set() };
  if (layer.type !== facts.type) refuse(where, 'another module than the file has', facts.type, layer.type);
  const given = layer as L & Record<string, unknown>;
  const [, checks] = LAYERS[layer.type] as unknown as readonly [
    string,
    Readonly<Record<string, readonly [string, (value: unknown) => boolean]>>,
  ];
  for (const [field, value] of Object.entries(facts.fields)) {
    const [expected, isUsable] = checks[field] as readonly [string, (value: unknown) => boolean];
    const own = given[field];
    if (own !== undefined && show(one(own)) !== show(value))
      refuse(`${where}, ${field}`, 'not what the file has', show(value), show(own));
    if (!isUsable(value)) refuse(`${where}, ${field}`, 'the file has what is not honoured', expected, show(value));
  }
  return { layer: { ...facts.fields, ...layer }, read: new Set(Object.keys(facts.fields)) };
}
