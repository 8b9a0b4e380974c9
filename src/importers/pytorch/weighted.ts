import type { TensorSpec } from '../../spec.js';
import { recordOf } from '../formats/record.js';
import { refuse } from '../shared/refuse.js';
import type { PyTorchBatchNorm, PyTorchEmbedding, PyTorchLayerNorm, PyTorchLinear } from './config.js';
import type { Filled } from './filled.js';
import type { Site } from './site.js';

/** `nn.Linear`: y = x·Aᵀ + b with A stored (out, in), one row per output as in the model. */
export function linear({ outFeatures, bias, activation }: Filled<PyTorchLinear>, site: Site): void {
  const weight = site.take('weight', [outFeatures, site.features], 'weight', 'one row per output');
  const [units] = (site.tensors[weight] as TensorSpec).shape as [number];
  const tensors = { weight, ...(bias && { bias: site.take('bias', [units], 'bias') }) };
  site.layer({ type: 'dense', units, tensors, ...(activation !== undefined && { activation }) });
  site.features = units;
}

export function embedding({ numEmbeddings, embeddingDim }: Filled<PyTorchEmbedding>, site: Site): void {
  if (site.nodes.length > 0)
    refuse(site.where, 'an embedding reads token ids', 'the first layer', `the output of ${site.value}`);
  const weight = site.take('weight', [numEmbeddings, embeddingDim], 'weight', 'one row per token id');
  site.layer({ type: 'embedding', tensors: { weight } });
  site.features = (site.tensors[weight] as TensorSpec).shape[1] as number;
}

/** `nn.LayerNorm`: its weight is gamma, its bias beta, its variance the biased one. */
export function layerNorm({ eps, elementwiseAffine, bias }: Filled<PyTorchLayerNorm>, site: Site): void {
  norm('layer_norm', eps, site, {
    ...(elementwiseAffine && { gamma: 'weight' }),
    ...(elementwiseAffine && bias && { beta: 'bias' }),
  });
}

export function batchNorm({ eps, affine }: Filled<PyTorchBatchNorm>, site: Site): void {
  norm('batch_norm', eps, site, {
    ...(affine && { gamma: 'weight', beta: 'bias' }),
    mean: 'running_mean',
    variance: 'running_var',
  });
}

/** @param of the module's tensor for each of the node's, one number per feature, or per channel where it has such. */
export function norm(
  type: 'layer_norm' | 'batch_norm',
  epsilon: number,
  site: Site,
  of: Record<string, string>,
  per: { readonly channels?: number } = {},
): void {
  const { channels = site.features } = per;
  const take = ([field, tensor]: [string, string]) =>
    [field, site.take(tensor, [channels], field, `epsilon ${epsilon}`)] as const;
  site.layer({ type, epsilon, tensors: recordOf(Object.entries(of).map(take)), ...per } as never);
}

/** One slope for all features, or one each; of values with frequencies one for each channel. */
export function prelu(_: unknown, site: Site): void {
  const channels = site.features / (site.frequencies ?? 1);
  const one = site.left.get(`${site.prefix}weight`)?.shape[0] === 1;
  const alpha = site.take('weight', [one ? 1 : channels], 'alpha');
  site.layer({ type: 'prelu', tensors: { alpha }, ...(site.frequencies !== undefined && { channels }) });
}
