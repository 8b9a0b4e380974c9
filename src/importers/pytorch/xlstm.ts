import { refuse } from '../shared/refuse.js';
import type { PyTorchSlstm } from './config-packages.js';
import type { Filled } from './filled.js';
import type { Site } from './site.js';

/** In the order of the cell's gates i f z o: the layer gives its first gate what its `fgate` makes, and the second what `igate` does. */
const PROJECTIONS = ['fgate', 'igate', 'zgate', 'ogate'] as const;

/** `sLSTMLayer` of xlstm. */
export function slstm(layer: Filled<PyTorchSlstm>, site: Site): void {
  const { numHeads: heads, conv1dKernelSize: kernelSize, groupNormWeight } = layer;
  const { name, where, features: units, value: x } = site;
  site.needSequence();
  if (units % heads !== 0) refuse(where, 'heads of unequal size', `a divisor of ${units}`, `${heads}`);
  const width = units / heads;
  site.reporter.defaulted(name, 'c0, n0, m0, h0', 'zeros', "xlstm's default");
  if (kernelSize > 0) {
    convolve(site, kernelSize, `${name}_conv1d`);
    // The first gates read the convolution, the others x itself.
    site.layer({ type: 'concatenate', inputs: [site.value, x] } as never, `${name}_inputs`, 2 * units);
  }
  const inputs = site.features;
  const projections = PROJECTIONS.map((gate) => site.read(`${gate}.weight`, [heads, width, width], 'weightIh'));
  const how = 'blocks of heads as rows i f z o; gates i and f are of fgate and igate, as the layer calls its cell';
  const weightIh = site.made('weightIh', [4 * units, inputs], projections, how, (data) => {
    projections.forEach(({ data: block }, gate) => {
      const first = gate > 1 ? inputs - units : 0;
      for (let unit = 0; unit < units; unit++) {
        const from = first + Math.floor(unit / width) * width;
        data.set(block.subarray(unit * width, (unit + 1) * width), (gate * units + unit) * inputs + from);
      }
    });
  });
  const kernel = recurrentKernel(site, heads, width);
  const stored = site.read('slstm_cell._bias_', [4 * units], 'bias');
  const bias = site.made('bias', [4 * units], [stored], 'rows i f z o', (data) => {
    for (let gate = 0; gate < 4; gate++) {
      for (let unit = 0; unit < units; unit++) {
        const head = Math.floor(unit / width);
        const from = kernel.fused ? (4 * head + gate) * width + (unit % width) : gate * units + unit;
        data[gate * units + unit] = stored.data[from] as number;
      }
    }
  });
  site.layer({ type: 'slstm', units, heads, tensors: { weightIh, weightHh: kernel.weightHh, bias } });
  site.features = units;
  const gamma = groupNormWeight && {
    gamma: site.take('group_norm.weight', [units], 'gamma', '1 added', `${name}_norm`, ({ shape, data }) => ({
      shape,
      data: data.map((value) => 1 + value),
    })),
  };
  site.layer(
    { type: 'group_norm', channels: units, groups: heads, axes: ['frequency'], epsilon: 1e-5, tensors: { ...gamma } },
    `${name}_norm`,
  );
}

/** A convolution of each feature over the timesteps so far, and SiLU. */
function convolve(site: Site, kernelSize: number, owner: string): void {
  const { features } = site;
  const how = '(out, in / groups, kernel) → (out, kernel, in / groups)';
  const weight = site.take('conv1d.conv.weight', [features, 1, kernelSize], 'weight', how, owner, ({ data }) => ({
    shape: [features, kernelSize, 1],
    data,
  }));
  const bias = site.take('conv1d.conv.bias', [features], 'bias', '', owner);
  const sizes = { filters: features, kernelSize, groups: features, padding: 'causal' } as const;
  site.layer({ type: 'conv1d', ...sizes, tensors: { weight, bias }, activation: 'silu' }, owner);
}

/**
 * The recurrent kernel as rows i f z o, of each unit those columns that its head has: `(heads, 4·width, width)` of the backend in PyTorch, `(heads, width,
 * 4·width)` of the one in CUDA.
 */
function recurrentKernel(site: Site, heads: number, width: number) {
  const field = 'slstm_cell._recurrent_kernel_';
  const [, second, third] = site.left.get(site.prefix + field)?.shape ?? [];
  const fused = second === width && third === 4 * width;
  const part = site.read(field, fused ? [heads, width, 4 * width] : [heads, 4 * width, width], 'weightHh');
  const units = heads * width;
  const how = `blocks of heads as rows i f z o${fused ? ', transposed' : ''}`;
  const weightHh = site.made('weightHh', [4 * units, width], [part], how, (data) => {
    for (let gate = 0; gate < 4; gate++) {
      for (let unit = 0; unit < units; unit++) {
        const head = Math.floor(unit / width);
        for (let k = 0; k < width; k++) {
          const row = gate * width + (unit % width);
          const from = fused ? (head * width + k) * 4 * width + row : (head * 4 * width + row) * width + k;
          data[(gate * units + unit) * width + k] = part.data[from] as number;
        }
      }
    }
  });
  return { fused, weightHh };
}
