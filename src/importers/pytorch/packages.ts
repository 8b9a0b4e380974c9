import { type Field, finiteNumber, flag, oneOf, required, text, wholeNumber, withDefault } from '../shared/fields.js';
import { cfc, wiredCfc } from './cfc.js';
import type { EdgeMlNonlinearity, PyTorchPackageLayer } from './config-packages.js';
import { fastGrnn } from './fast-grnn.js';
import type { Filled } from './filled.js';
import { layerNormLstm } from './layer-norm-lstm.js';
import { ltc } from './ltc.js';
import type { Site } from './site.js';
import { slstm } from './xlstm.js';

type OfType<T> = Extract<PyTorchPackageLayer, { type: T }>;

const yes = withDefault(true, flag);
const no = withDefault(false, flag);
const size = wholeNumber(1);
const positive: Field = ['a finite number of at least 0', (v) => Number.isFinite(v) && (v as number) >= 0];
const share: Field = [
  'a number from 0 to 1',
  (v) => (finiteNumber[1](v) as boolean) && (v as number) >= 0 && (v as number) <= 1,
];
const recurrent = { prefix: text, returnSequences: yes };
const mode = withDefault('default', oneOf('default', 'pure', 'no_gate'));
const mapping = withDefault('affine', oneOf('affine', 'linear', null));
const nonlinearities: readonly EdgeMlNonlinearity[] = ['tanh', 'sigmoid', 'quantTanh', 'quantSigm', 'quantSigm4'];
const nonlinearity = oneOf(...nonlinearities);

/** Rows of `LAYERS` for recurrent layers of other packages: the class, the fields with its defaults, and what the layer becomes. */
export const PACKAGE_LAYERS: {
  readonly [T in PyTorchPackageLayer['type']]: readonly [
    module: string,
    fields: { readonly [K in Exclude<keyof OfType<T>, 'type' | 'name'>]-?: Field },
    build: (layer: Filled<OfType<T>>, site: Site) => void,
  ];
} = {
  layer_norm_lstm: [
    'custom_lstms.LayerNormLSTMCell',
    { ...recurrent, hiddenSize: required(size), eps: withDefault(1e-5, positive) },
    layerNormLstm,
  ],
  cfc: [
    'ncps.torch.CfC',
    {
      ...recurrent,
      hiddenSize: size,
      mode,
      activation: withDefault('lecun_tanh', oneOf('silu', 'relu', 'tanh', 'gelu', 'lecun_tanh')),
      backboneUnits: size,
      backboneLayers: withDefault(1, wholeNumber(0)),
      backboneDropout: withDefault(0, share),
      projSize: size,
      mixedMemory: no,
    },
    cfc,
  ],
  wired_cfc: ['ncps.torch.CfC', { ...recurrent, mode, projSize: size }, wiredCfc],
  ltc: [
    'ncps.torch.LTC',
    {
      ...recurrent,
      hiddenSize: size,
      outputSize: size,
      inputMapping: mapping,
      outputMapping: mapping,
      odeUnfolds: withDefault(6, size),
      epsilon: withDefault(1e-8, positive),
      implicitParamConstraints: yes,
    },
    ltc,
  ],
  slstm: [
    'xlstm.sLSTMLayer',
    {
      prefix: text,
      numHeads: withDefault(4, size),
      conv1dKernelSize: withDefault(4, ['0, or a whole number of at least 2', (v) => v === 0 || wholeNumber(2)[1](v)]),
      groupNormWeight: yes,
    },
    slstm,
  ],
  fast_grnn: [
    'edgeml_pytorch.FastGRNN',
    {
      ...recurrent,
      hiddenSize: required(size),
      gateNonlinearity: withDefault('sigmoid', nonlinearity),
      updateNonlinearity: withDefault('tanh', nonlinearity),
      wRank: size,
      uRank: size,
    },
    fastGrnn,
  ],
};
