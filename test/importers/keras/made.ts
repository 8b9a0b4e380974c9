import { strToU8 } from 'fflate';
import { fromTfjs } from '../../../src/importers/tfjs/index.js';
import { refusal } from '../support.js';
import type { Json } from './cases.js';

// Models as small `model.json`s: Keras and TensorFlow.js share one mapping of layers, so these stand for both.

export type Shapes = readonly (readonly number[])[];
export interface Made {
  readonly layer: Json;
  readonly weights: Shapes;
}

/** A layer of a `model.json`, and the shapes of its weights. */
export const layer = (name: string, className: string, config: Json = {}, weights: Shapes = []): Made => ({
  layer: { class_name: className, name, config: { name, ...config } },
  weights,
});
export const called = ({ layer, weights }: Made, inboundNodes: unknown): Made => ({
  layer: { ...layer, inbound_nodes: inboundNodes },
  weights,
});
/** Called with these layers' outputs, in the words of Keras 2. */
export const with2 = (made: Made, ...names: string[]): Made => called(made, [names.map((name) => [name, 0, 0, {}])]);
export const input = (name: string, ...shape: (number | null)[]): Made =>
  called(layer(name, 'InputLayer', { batch_input_shape: [null, ...shape] }), []);

/** What reading a model says, all its weights zeros. */
export function said(
  config: Json,
  layers: readonly Made[],
  { className = 'Sequential', version = '3.9.0' } = {},
): string {
  const weights = layers.flatMap(({ layer, weights }) =>
    weights.map((shape, index) => ({ name: `${layer.name}/${index}`, shape, dtype: 'float32' })),
  );
  const bytes = 4 * weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const modelConfig = {
    class_name: className,
    config: { name: 'm', ...config, layers: layers.map((one) => one.layer) },
  };
  const file = {
    format: 'layers-model',
    modelTopology: { keras_version: version, model_config: modelConfig },
    weightsManifest: [{ paths: ['a'], weights }],
  };
  return refusal(() => fromTfjs(strToU8(JSON.stringify(file)), [new Uint8Array(bytes)]));
}
export const ROWS = [6, 4];
export const sequential = (shape: (number | null)[], ...layers: Made[]): string =>
  said({}, [layer('x', 'InputLayer', { batch_input_shape: [null, ...shape] }), ...layers]);
/** The last layer's output is the model's. */
export function functional(layers: readonly Made[], config: Json = {}, version = '3.9.0'): string {
  const inputs = layers.filter(({ layer }) => layer.class_name === 'InputLayer').map(({ layer }) => [layer.name, 0, 0]);
  const last = layers.at(-1) as Made;
  const own = { input_layers: inputs, output_layers: [[last.layer.name, 0, 0]], ...config };
  return said(own, layers, { className: 'Functional', version });
}
export const x = input('x', ...ROWS);
export const lstm = (name: string, config: Json = {}, features = 4, units = 2): Made =>
  layer(name, 'LSTM', { units, ...config }, [[features, 4 * units], [units, 4 * units], [4 * units]]);
export const gru = (name: string, config: Json = {}): Made =>
  layer(name, 'GRU', { units: 2, reset_after: false, ...config }, [[4, 6], [2, 6], [6]]);
export const dense = (name: string, features = 4, units = 3): Made =>
  layer(name, 'Dense', { units }, [[features, units], [units]]);
export const plain = ({ layer }: Made): Json => layer;

export const tensor = (name: string, index = 0): Json => ({
  class_name: '__keras_tensor__',
  config: { keras_history: [name, 0, index] },
});
/** Called in the words of Keras 3. */
export const with3 = (made: Made, args: unknown[], kwargs: Json = {}): Made => called(made, [{ args, kwargs }]);
