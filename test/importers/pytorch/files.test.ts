import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromPyTorch, type PyTorchLayer } from '../../../src/importers/pytorch/index.js';
import { readSafetensors } from '../../../src/importers/safetensors/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';

interface Options {
  readonly input_size: number;
  readonly hidden_size: number;
  readonly num_layers?: number;
  readonly bidirectional?: boolean;
  readonly bias?: boolean;
  readonly proj_size?: number;
  readonly nonlinearity?: 'tanh' | 'relu';
}
interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Saved {
  readonly file: string;
  readonly module: 'LSTM' | 'GRU' | 'RNN';
  readonly options: Options;
  readonly prefix: string;
  readonly input: Values;
  readonly output: Values;
  readonly h_n: Values;
  readonly c_n?: Values;
}

const folder = new URL('../../golden/pytorch-files/', import.meta.url);
const { files }: { files: Saved[] } = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));

function layerOf({ module, options, prefix }: Saved): PyTorchLayer {
  const { hidden_size, num_layers, bidirectional, bias, proj_size, nonlinearity } = options;
  return {
    type: module.toLowerCase(),
    ...(prefix === '' ? {} : { prefix: prefix.replace(/\.$/, '') }),
    hiddenSize: hidden_size,
    ...(num_layers === undefined ? {} : { numLayers: num_layers }),
    ...(bidirectional === undefined ? {} : { bidirectional }),
    ...(bias === undefined ? {} : { bias }),
    ...(proj_size === undefined ? {} : { projSize: proj_size }),
    ...(nonlinearity === undefined ? {} : { nonlinearity }),
  } as PyTorchLayer;
}

describe.each(builds)('files that PyTorch wrote, %s', (build) => {
  it.each(files.map((saved) => [saved.file, saved] as const))('%s', async (_, saved) => {
    const bytes = readFileSync(new URL(saved.file, folder));
    const hasHead = 'head.weight' in readSafetensors(bytes).tensors;
    const head: PyTorchLayer[] = hasHead ? [{ type: 'linear', prefix: 'head' }] : [];
    const spec = fromPyTorch(bytes, { inputSize: saved.options.input_size, layers: [layerOf(saved), ...head] });
    const model = await createModel(spec, { build });
    expect(largestDifference(model.run(saved.input), saved.output.data)).toBeLessThan(1e-6);
    const { layers } = model.trace(saved.input);
    const [batch = 1, time = 1] = saved.input.shape;
    for (const [index, { layer, h, c }] of layers.entries()) {
      const last = layer.endsWith('.backward') ? 0 : time - 1;
      for (const [values, expected] of [
        [h, saved.h_n],
        ...(c && saved.c_n ? [[c, saved.c_n] as const] : []),
      ] as const) {
        const width = expected.shape[2] as number;
        for (let b = 0; b < batch; b++) {
          const row = values.subarray((b * time + last) * width, (b * time + last + 1) * width);
          const at = (index * batch + b) * width;
          expect(largestDifference(row, expected.data.slice(at, at + width))).toBeLessThan(1e-6);
        }
      }
    }
    model.dispose();
  });
});
