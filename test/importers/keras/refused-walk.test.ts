import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { fromTfjs } from '../../../src/importers/tfjs/index.js';
import { refusal } from '../support.js';
import type { Json } from './cases.js';

// Configs that no Keras writes: their words.

const said = (className: string, config: Json): string =>
  refusal(() =>
    fromTfjs(
      strToU8(
        JSON.stringify({
          format: 'layers-model',
          modelTopology: {
            keras_version: '3.9.0',
            model_config: { class_name: className, config: { name: 'm', ...config } },
          },
          weightsManifest: [{ paths: ['a'], weights: [] }],
        }),
      ),
      [new Uint8Array(0)],
    ),
  );
const layer = (className: string, name: string, config: Json = {}, more: Json = {}): Json => ({
  class_name: className,
  name,
  config: { name, ...config },
  ...more,
});
const input = (shape: unknown[], config: Json = {}): Json =>
  layer('InputLayer', 'x', { batch_shape: shape, ...config }, { inbound_nodes: [] });
const functional = (layers: Json[], output: string): string =>
  said('Functional', { layers, input_layers: [['x', 0, 0]], output_layers: [[output, 0, 0]] });
const x = { class_name: '__keras_tensor__', config: { keras_history: ['x', 0, 0] } };

it.each<[string, () => string, RegExp]>([
  ['a model of no layers', () => said('Sequential', { layers: [] }), /no layers; expected at least one/],
  [
    'a model of no layers in a model',
    () => said('Sequential', { layers: [input([null, 6, 4]), layer('Sequential', 'inner', { layers: [] })] }),
    /"inner".*no layers; expected at least one/,
  ],
  [
    'a model called with nothing',
    () =>
      functional(
        [
          input([null, 6, 4]),
          layer(
            'Sequential',
            'inner',
            { layers: [layer('Activation', 'a', { activation: 'tanh' })] },
            {
              inbound_nodes: [{ args: [], kwargs: {} }],
            },
          ),
        ],
        'inner',
      ),
    /"inner".*wrong number of inputs; expected at least 1, got 0/,
  ],
  [
    'token ids of two features',
    () =>
      said('Sequential', {
        layers: [input([null, 6, 2], { dtype: 'int32' }), layer('Embedding', 'e', { input_dim: 4, output_dim: 2 })],
      }),
    /^input "x": a shape that is not honoured; expected \(batch, features\), .* or \(batch, time\) of token ids, got \[null, 6, 2\]$/,
  ],
  [
    'a mask made with settings',
    () =>
      functional(
        [
          input([null, 6, 4]),
          layer('NotEqual', 'ne', {}, { inbound_nodes: [{ args: [x, 0], kwargs: { loud: true } }] }),
          layer(
            'Any',
            'any',
            { axis: -1, keepdims: false },
            {
              inbound_nodes: [
                { args: [{ class_name: '__keras_tensor__', config: { keras_history: ['ne', 0, 0] } }], kwargs: {} },
              ],
            },
          ),
        ],
        'any',
      ),
    /an operation that is not honoured; expected one that makes masks of masks/,
  ],
])('%s', (_, message, words) => {
  expect(message()).toMatch(words);
});
