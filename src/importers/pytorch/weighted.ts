import type { PyTorchBatchNorm, PyTorchEmbedding, PyTorchLayerNorm, PyTorchLinear } from './config.js';
import type { Full } from './fields.js';
import { refuse } from './refuse.js';
import { type Made, made, type Site, takeAs } from './site.js';

/** `nn.Linear`: y = x·Aᵀ + b with A stored (out, in), one row per output as in the model. */
export function linear({ outFeatures, bias, activation }: Full<PyTorchLinear>, site: Site): Made {
  const { name, prefix, from, taker } = site;
  const weight = `${prefix}weight`;
  const [units = 0] = taker.take(weight, [outFeatures, from.features], `${name}.weight`, 'one row per output');
  const tensors = { weight, ...(bias && { bias: takeAs(site, 'bias', units, 'bias') }) };
  return made(
    site,
    { type: 'dense', units, tensors, ...(activation !== undefined && { activation }) },
    { features: units },
  );
}

export function embedding({ numEmbeddings, embeddingDim }: Full<PyTorchEmbedding>, site: Site): Made {
  const { name, prefix, from, where, taker } = site;
  if (from.value !== 'input')
    refuse(where, 'an embedding reads token ids', 'the first layer', `the output of ${from.value}`);
  const weight = `${prefix}weight`;
  const [, features = 0] = taker.take(weight, [numEmbeddings, embeddingDim], `${name}.weight`, 'one row per token id');
  return made(site, { type: 'embedding', tensors: { weight } }, { features });
}

/** `nn.LayerNorm`: its weight is gamma, its bias beta, its variance the biased one. */
export function layerNorm({ eps: epsilon, elementwiseAffine, bias }: Full<PyTorchLayerNorm>, site: Site): Made {
  const take = (tensor: string, field: string) => takeAs(site, tensor, site.from.features, field, `epsilon ${epsilon}`);
  const tensors = {
    ...(elementwiseAffine && { gamma: take('weight', 'gamma') }),
    ...(elementwiseAffine && bias && { beta: take('bias', 'beta') }),
  };
  return made(site, { type: 'layer_norm', epsilon, tensors });
}

export function batchNorm({ eps: epsilon, affine }: Full<PyTorchBatchNorm>, site: Site): Made {
  const take = (tensor: string, field: string) => takeAs(site, tensor, site.from.features, field, `epsilon ${epsilon}`);
  const tensors = {
    ...(affine && { gamma: take('weight', 'gamma'), beta: take('bias', 'beta') }),
    mean: take('running_mean', 'mean'),
    variance: take('running_var', 'variance'),
  };
  return made(site, { type: 'batch_norm', epsilon, tensors });
}

/** One slope for all features, or one each. */
export function prelu(site: Site): Made {
  const [size] = site.taker.peek(`${site.prefix}weight`) ?? [];
  const slopes = size === 1 ? 1 : site.from.features;
  return made(site, { type: 'prelu', tensors: { alpha: takeAs(site, 'weight', slopes, 'alpha') } });
}
