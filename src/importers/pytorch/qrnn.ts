import type { PyTorchQrnn } from './config-scan.js';
import type { Filled } from './filled.js';
import type { Site } from './site.js';

/**
 * One node for each layer, and of a window of two a causal convolution before it. The package has candidate, update, output, with
 * `c' = u∘n + (1 - u)∘c`: the forget gate's weights are those of u, negated.
 */
export function qrnn(layer: Filled<PyTorchQrnn>, site: Site): void {
  const { hiddenSize: units, numLayers, window, outputGate, returnSequences } = layer;
  const { name } = site;
  const pooling = outputGate ? 'fo' : 'f';
  const rows = (outputGate ? 3 : 2) * units;
  site.needSequence();
  site.reporter.defaulted(name, 'hidden', 'zeros', "the package's default");
  const alone = site.left.has(`${site.prefix}linear.weight`);
  for (let index = 0; index < numLayers; index++) {
    const node = numLayers === 1 ? name : `${name}_l${index}`;
    const module = alone ? 'linear' : `layers.${index}.linear`;
    const inputs = site.features;
    const how = `rows 0-${units - 1} candidate n, ${units}-${2 * units - 1} update u, negated for the forget gate f`;
    const part = site.read(`${module}.weight`, [rows, window * inputs], 'weightIh', node);
    const weight = (columns: (data: Float32Array, row: number, sign: number) => void) => (data: Float32Array) => {
      for (let row = 0; row < rows; row++) columns(data, row, signOf(row, units));
    };
    const biases = site.read(`${module}.bias`, [rows], 'biasIh', node);
    const bias = (owner: string, field: string) =>
      site.made(
        field,
        [rows],
        [biases],
        how,
        (data) => {
          for (let row = 0; row < rows; row++) data[row] = signOf(row, units) * (biases.data[row] as number);
        },
        owner,
      );
    const cell = {
      type: 'qrnn' as const,
      units,
      pooling,
      returnSequences: returnSequences || index < numLayers - 1,
    } as const;
    if (window === 1) {
      const weightIh = site.made(
        'weightIh',
        [rows, inputs],
        [part],
        how,
        weight((data, row, sign) => {
          for (let k = 0; k < inputs; k++) data[row * inputs + k] = sign * (part.data[row * inputs + k] as number);
        }),
        node,
      );
      site.layer({ ...cell, tensors: { weightIh, biasIh: bias(node, 'biasIh') } }, node, units);
    } else {
      // [x of this timestep, of the one before] to (filters, timestep, input), the earlier first.
      const owner = `${node}_window`;
      const made = site.made(
        'weight',
        [rows, 2, inputs],
        [part],
        `${how}; columns 0-${inputs - 1} this timestep, the others the one before`,
        weight((data, row, sign) => {
          for (let k = 0; k < 2 * inputs; k++) {
            data[row * 2 * inputs + ((k + inputs) % (2 * inputs))] = sign * (part.data[row * 2 * inputs + k] as number);
          }
        }),
        owner,
      );
      site.layer(
        {
          type: 'conv1d',
          filters: rows,
          kernelSize: 2,
          padding: 'causal',
          tensors: { weight: made, bias: bias(owner, 'bias') },
        },
        owner,
        rows,
      );
      site.layer({ ...cell, tensors: {} }, node, units);
    }
  }
  site.vector = !returnSequences;
}

/** Rows of u are those of f, negated. */
const signOf = (row: number, units: number): number => (row >= units && row < 2 * units ? -1 : 1);
