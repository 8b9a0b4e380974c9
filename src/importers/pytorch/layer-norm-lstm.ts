import type { PyTorchLayerNormLstm } from './config-packages.js';
import type { Filled } from './filled.js';
import type { Site } from './site.js';

const ROWS = 'rows i f g o; same order';

/** `LayerNormLSTMCell`: its gates are stacked as the model's. The betas of both products are one sum. */
export function layerNormLstm({ hiddenSize: units, eps, returnSequences }: Filled<PyTorchLayerNormLstm>, site: Site) {
  site.needSequence();
  site.reporter.defaulted(site.name, 'h0, c0', 'zeros', 'the state that a sequence begins with');
  const rows = 4 * units;
  const weightIh = site.take('weight_ih', [rows, site.features], 'weightIh', ROWS);
  const weightHh = site.take('weight_hh', [rows, units], 'weightHh', ROWS);
  const gammaIh = site.take('layernorm_i.weight', [rows], 'gammaIh', ROWS);
  const gammaHh = site.take('layernorm_h.weight', [rows], 'gammaHh', ROWS);
  const betas = ['layernorm_i.bias', 'layernorm_h.bias'].map((tensor) => site.read(tensor, [rows], 'beta'));
  const beta = site.made('beta', [rows], betas, 'added to the other', (sum) => {
    for (const { data } of betas) for (let i = 0; i < rows; i++) (sum[i] as number) += data[i] as number;
  });
  const gammaC = site.take('layernorm_c.weight', [units], 'gammaC');
  const betaC = site.take('layernorm_c.bias', [units], 'betaC');
  site.layer({
    type: 'layer_norm_lstm',
    units,
    normalised: 'products',
    cellNorm: 'state',
    epsilon: eps,
    returnSequences,
    tensors: { weightIh, weightHh, gammaIh, gammaHh, beta, gammaC, betaC },
  });
  site.features = units;
  site.vector = !returnSequences;
}
