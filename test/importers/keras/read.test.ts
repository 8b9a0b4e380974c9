import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromKeras, readKeras } from '../../../src/importers/keras/index.js';
import { ImportError } from '../../../src/index.js';

const folder = new URL('../../golden/keras-files/', import.meta.url);

function golden(version: string, name: string): Uint8Array {
  const cases: { name: string; at: number; bytes: number }[] = JSON.parse(
    readFileSync(new URL(`${version}.json`, folder), 'utf8'),
  );
  const { at, bytes } = cases.find((one) => one.name === name) as (typeof cases)[0];
  return gunzipSync(readFileSync(new URL(`${version}.bin`, folder)).subarray(at, at + bytes));
}

type Json = Record<string, unknown>;
interface LayerJson {
  class_name: string;
  config: Json;
  module?: string;
  registered_name?: string | null;
}

/** A `.keras` file with its config changed. */
function changed(name: string, change: (layers: LayerJson[], config: { config: Json }) => void): Uint8Array {
  const entries = unzipSync(golden('keras3', name));
  const config = JSON.parse(strFromU8(entries['config.json'] as Uint8Array));
  change(config.config.layers, config);
  return zipSync({ ...entries, 'config.json': strToU8(JSON.stringify(config)) });
}

function message(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError);
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

const layer = (layers: LayerJson[], className: string): LayerJson =>
  layers.find((one) => one.class_name === className) as LayerJson;

describe('what is refused, by name', () => {
  // `lstm_return_state` is a .keras file: Functional, x → LSTM.
  const lstm = (change: (config: Json, layer: LayerJson) => void) =>
    changed('lstm_go_backwards', (layers) => {
      const one = layer(layers, 'LSTM');
      change(one.config, one);
    });
  const name = () => golden('keras3', 'lstm_go_backwards');

  it('the file that is changed is a good one', () => {
    expect(message(() => fromKeras(name()))).toBe('nothing was thrown');
    expect(message(() => fromKeras(lstm(() => {})))).toBe('nothing was thrown');
  });

  it.each<[string, (config: Json, layer: LayerJson) => void, RegExp]>([
    [
      'a Lambda layer',
      (_, one) => Object.assign(one, { class_name: 'Lambda' }),
      /layer "lstm\w*" \(Lambda\): a layer that is not honoured; expected LSTM, .*got Lambda/,
    ],
    [
      'a custom object',
      (_, one) => Object.assign(one, { class_name: 'MyLayer', module: 'mine', registered_name: 'mine>MyLayer' }),
      /a custom object; expected layers of Keras itself, got mine>MyLayer \(MyLayer\)/,
    ],
    [
      'an unknown setting',
      (config) => Object.assign(config, { wobble: 3 }),
      /a setting that is not honoured: wobble; .*got wobble = 3/,
    ],
    [
      'an unknown activation',
      (config) => Object.assign(config, { activation: 'wobble' }),
      /activation is not honoured; expected linear, .*got "wobble"/,
    ],
    [
      'a custom activation',
      (config) =>
        Object.assign(config, { activation: { class_name: 'function', config: { x: 1 }, registered_name: 'mine>f' } }),
      /activation is not honoured; expected the name of a Keras function, got "mine>f"/,
    ],
    [
      'softmax in a cell',
      (config) => Object.assign(config, { recurrent_activation: 'softmax' }),
      /recurrent_activation is not honoured in a cell/,
    ],
    [
      'another number type',
      (config) => Object.assign(config, { dtype: { class_name: 'DTypePolicy', config: { name: 'mixed_float16' } } }),
      /dtype is not honoured; expected float32, got "mixed_float16"/,
    ],
    [
      'time-major sequences',
      (config) => Object.assign(config, { time_major: true }),
      /time_major is not honoured; expected off, got true/,
    ],
    [
      'units that do not fit the weights',
      (config) => Object.assign(config, { units: 6 }),
      /has the wrong shape; expected \(4, 24\), got \(4, 20\)/,
    ],
    [
      'units that are no number',
      (config) => Object.assign(config, { units: 'many' }),
      /units is not honoured; expected a whole number of at least 1, got "many"/,
    ],
    [
      'a bias that is not there',
      (_, one) => Object.assign(one, { class_name: 'Dense', config: { name: 'd', units: 5 } }),
      /^model.weights.h5, "layers\/dense\/vars\/0": no such dataset; expected an array of weights, got nothing$/,
    ],
  ])('%s', (_, change, expected) => {
    expect(message(() => fromKeras(lstm(change)))).toMatch(expected);
  });

  it('another order of axes', () => {
    const bytes = changed('conv1d_valid_dilated', (layers) =>
      Object.assign(layer(layers, 'Conv1D').config, { data_format: 'NCW' }),
    );
    expect(message(() => fromKeras(bytes))).toMatch(/data_format is not honoured; expected channels_last, got "NCW"/);
  });

  it('a circle of layers', () => {
    const bytes = changed('concatenate_time', (layers) => {
      const dense = layer(layers, 'Dense') as LayerJson & { inbound_nodes: unknown; name: string };
      dense.inbound_nodes = [
        { args: [{ class_name: '__keras_tensor__', config: { keras_history: [dense.name, 0, 0] } }], kwargs: {} },
      ];
    });
    expect(message(() => fromKeras(bytes))).toMatch(
      /layers that wait for one another, or for a layer that is not there/,
    );
  });

  it('weights alone', () => {
    const entries = unzipSync(name());
    expect(message(() => fromKeras(entries['model.weights.h5'] as Uint8Array))).toMatch(
      /weights without a model; expected options.architecture, .*"inputShape":\[null,4\],"layers":\[\{"type":"lstm","units":5,/,
    );
  });

  it('an archive without its parts, and bytes that are no file of Keras', () => {
    const { 'model.weights.h5': _, ...rest } = unzipSync(name());
    expect(message(() => fromKeras(zipSync(rest)))).toMatch(
      /no model.weights.h5; expected config.json, .*got metadata.json, config.json/,
    );
    expect(message(() => fromKeras(zipSync({ a: strToU8('b') })))).toMatch(
      /^file: no metadata.json; expected config.json, metadata.json, /,
    );
    expect(message(() => fromKeras(strToU8('not a model')))).toMatch(/not an HDF5 file/);
    expect(message(() => fromKeras(new Uint8Array(0)))).toMatch(/not an HDF5 file/);
  });
});

describe('the report', () => {
  it('says what became what, what was read, and what was defaulted by which rule', () => {
    const { report, spec } = readKeras(golden('keras3', 'gru'));
    expect(report.format).toMatch(/^Keras 3\.\d+\.\d+, \.(keras|h5)$/);
    const kernel = report.tensors.find(({ becomes }) => becomes.endsWith('.weightIh'));
    expect(kernel).toMatchObject({ shape: [4, 15], how: 'columns z r h transposed to rows r z n' });
    expect(report.attributes).toContainEqual(
      expect.objectContaining({ attribute: 'reset_after', value: 'true', source: 'file' }),
    );
    expect(spec.nodes.map(({ type }) => type)).toEqual(['gru', 'dense']);
  });
});

it('options are refused, of which there are none', () => {
  for (const read of [fromKeras, readKeras] as ((...all: unknown[]) => unknown)[])
    expect(message(() => read(golden('keras3', 'gru'), { initialStates: {} }))).toMatch(/"initialStates"/);
});
