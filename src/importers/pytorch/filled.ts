import type { PyTorchLayer } from './config.js';

export type OfType<T, L = PyTorchLayer> = L extends { type: infer U } ? (T extends U ? L : never) : never;

/** Fields without a default of PyTorch's own: PyTorch requires them, or the file says it. */
type Open = 'name' | 'prefix' | 'projSize' | 'outFeatures' | 'numEmbeddings' | 'embeddingDim' | OfPackages;
/** The same of other packages. */
type OfPackages = 'backboneUnits' | 'outputSize' | 'wRank' | 'uRank';
type OpenOf<L> = Extract<
  keyof L,
  | Open
  | (L extends { type: 'linear' } ? 'activation' : never)
  | (L extends { type: 'cfc' | 'ltc' } ? 'hiddenSize' : never)
  | (L extends { type: 'conv1d' }
      ? 'kernelSize' | 'outChannels'
      : L extends { kernelSize: unknown; outChannels: unknown }
        ? never
        : 'stride')
>;

/** A layer of a config with PyTorch's defaults filled in. */
export type Filled<L> = L extends unknown ? Required<Omit<L, OpenOf<L>>> & Pick<L, OpenOf<L>> : never;
