import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromKeras, type KerasLayer, type KerasOptions, readKeras } from '../../../src/importers/keras/index.js';
import { load } from '../../../src/importers/load/index.js';
import { createModel } from '../../../src/index.js';
import { below } from '../../golden/prng.js';
import { drawn, expectClose, floats, refusal } from '../support.js';
import { hdf5 } from './hdf5-writer.js';
import { byArchitecture, byLayers, filesOf, sourceOf, type WeightCase, weightCases } from './weight-files.js';

// Weights without a model: `.weights.h5`, `.h5` and checkpoints, with the model in the options.

const named = (name: string, version = '2'): WeightCase =>
  weightCases.find((one) => one.name === name && one.version.startsWith(version)) as WeightCase;
const given = (one: WeightCase) =>
  one.tokens === undefined
    ? drawn(one)
    : {
        data: below(
          one.seed,
          one.shape.reduce((product, n) => product * n, 1),
          one.tokens,
        ),
        shape: one.shape,
      };

describe('what Keras computes', () => {
  it.each(weightCases.map((one) => [`${one.name}, Keras ${one.version}`, one] as const))('%s', async (_, one) => {
    const source = sourceOf(one);
    const { spec, report } = readKeras(source, byArchitecture(one));
    expect(report.format).toMatch(new RegExp(`^Keras ${one.version}, `));
    const model = await createModel(spec);
    const [y] = Object.values(model.runNamed({ [spec.inputs[0]?.name as string]: given(one) }));
    expect(y?.shape).toEqual(one.output.shape);
    expectClose(y?.data as Float32Array, floats(one.output.data));
    model.dispose();
    if (!one.layers) return;
    // The layers in our own words are the same model, but for names.
    const { spec: told } = readKeras(source, byLayers(one));
    const again = await createModel(told);
    expect(Object.values(again.runNamed({ input: given(one) }))[0]?.data).toEqual(y?.data);
    again.dispose();
  });

  it('in every form', () => {
    expect(new Set(weightCases.map(({ form, version }) => `${version[0]} ${form}`))).toEqual(
      new Set(['3 weights.h5', '2 weights.h5', '2 h5', '2 checkpoint']),
    );
  });

  it('the JSON as a text; its version where the weights state none', () => {
    const one = named('stack_weights.h5');
    const spec = fromKeras(sourceOf(one), byArchitecture(one));
    expect(fromKeras(sourceOf(one), { architecture: JSON.stringify(one.architecture) })).toEqual(spec);
  });

  it('the report says that the options stated it', () => {
    const one = named('stack_h5');
    const { report } = readKeras(sourceOf(one), byLayers(one));
    expect(report.format).toBe(`Keras ${one.version}, .h5 of weights`);
    expect(report.attributes).toContainEqual({ layer: 'dense', attribute: 'units', value: '2', source: 'config' });
    expect(report.attributes).toContainEqual({
      layer: 'lstm',
      attribute: 'use_bias',
      value: 'true',
      source: 'default',
      rule: 'Keras default',
    });
    expect(report.attributes.some(({ source }) => source === 'file')).toBe(false);
  });

  it('the version decides what hard_sigmoid is', async () => {
    const one = named('options_weights.h5');
    const outputs = await Promise.all(
      ['2.15.0', '3.5.0'].map(async (kerasVersion) => {
        const model = await createModel(fromKeras(sourceOf(one), { ...byLayers(one), kerasVersion }));
        const [y] = Object.values(model.runNamed({ input: given(one) }));
        model.dispose();
        return y?.data as Float32Array;
      }),
    );
    expectClose(outputs[0] as Float32Array, floats(one.output.data));
    expect(outputs[1]).not.toEqual(outputs[0]);
  });
});

describe('without a model the error drafts it', () => {
  const draftOf = (one: WeightCase) => {
    const message = refusal(() => fromKeras(sourceOf(one)));
    const [, draft, open] =
      /^file: weights without a model; expected options.architecture, the model's own JSON, or its layers; draft: (\{.*\}), got arrays alone, (.*)$/.exec(
        message,
      ) ?? [];
    return { draft: JSON.parse(draft ?? 'null') as KerasOptions & { layers: KerasLayer[] }, open };
  };
  /** Of the options' layers what arrays tell. */
  const known = (layers: readonly KerasLayer[] | null) =>
    (layers ?? [])
      .filter(({ type }) => !['dropout', 'masking', 'activation'].includes(type))
      .map((layer) => without(layer, 'activation', 'maskZero'));
  const without = (layer: KerasLayer, ...keys: string[]) =>
    Object.fromEntries(Object.entries(layer).filter(([key]) => !keys.includes(key))) as unknown as KerasLayer;

  it.each(
    weightCases
      .filter(({ name }) => /^(stack|tokens)/.test(name))
      .map((one) => [`${one.name}, Keras ${one.version}`, one] as const),
  )('%s', (_, one) => {
    const { draft, open } = draftOf(one);
    const states = one.form === 'h5';
    expect(draft.kerasVersion).toBe(states ? one.version : '?');
    expect(draft.inputShape).toEqual(one.tokens === undefined ? [null, 3] : [null]);
    const layers = draft.layers.map(({ name: _, ...layer }) => layer);
    const wanted = known(one.layers);
    if (one.form !== 'weights.h5') expect(layers).toEqual(wanted);
    else {
      expect(layers).toHaveLength(wanted.length);
      expect(layers).toEqual(expect.arrayContaining(wanted));
    }
    expect(open).toBe(
      `which hold no activations, no layers without weights, ${one.form === 'weights.h5' ? 'no order of layers, ' : ''}${
        states ? 'nor what' : 'no version of Keras, nor what'
      } returns sequences`,
    );
  });

  it('opens the file, where nothing else is to be said', () => {
    const one = named('tokens_checkpoint');
    const { draft } = draftOf(one);
    const kerasVersion = one.version;
    const options = { ...byLayers(one), layers: known(one.layers) };
    expect(fromKeras(sourceOf(one), { ...draft, kerasVersion })).toEqual(fromKeras(sourceOf(one), options));
  });

  it('says what the arrays tell of each kind of layer', () => {
    const { draft } = draftOf(named('options_checkpoint'));
    expect(draft.layers).toEqual([
      { type: 'gru', units: 4, recurrentActivation: 'sigmoid', resetAfter: false, returnSequences: true },
      { type: 'simple_rnn', units: 3, useBias: false, returnSequences: true },
      { type: 'layer_normalization' },
      { type: 'bidirectional', layer: { type: 'lstm', units: 2, recurrentActivation: 'sigmoid' } },
      { type: 'time_distributed', layer: { type: 'dense', units: 2, useBias: false } },
    ]);
    expect(draftOf(named('functional_weights.h5')).draft.layers.map(({ type }) => type)).toContain('?');
  });
});

describe('load', () => {
  it('each form, by options.keras', async () => {
    for (const name of ['stack_weights.h5', 'stack_h5', 'stack_checkpoint']) {
      const one = named(name);
      const [first, ...data] = filesOf(one) as [Uint8Array, ...Uint8Array[]];
      const files =
        one.form === 'checkpoint' ? { 'w.index': first, 'w.data-00000-of-00001': data[0] as Uint8Array } : first;
      const { spec } = await load(files, { keras: byLayers(one) });
      expect(spec).toEqual(fromKeras(sourceOf(one), byLayers(one)));
    }
  });

  it('a checkpoint of Keras that is taken for one of cells', async () => {
    const [index, data] = filesOf(named('stack_checkpoint')) as [Uint8Array, Uint8Array];
    await expect(load({ 'w.index': index, 'w.data-00000-of-00001': data })).rejects.toThrow(
      'file: weights of a Keras model; expected fromKeras(readBundle(index, data), options), or options.keras of load, got layer_with_weights-0/cell/bias',
    );
  });

  it('options of Keras for another format', async () => {
    await expect(load(strToU8('{"architecture":"LSTM","weights":[]}'), { keras: {} })).rejects.toThrow(
      'options.keras: not for this file; expected nam, or no options, got keras',
    );
  });
});

describe('refused', () => {
  const one = named('stack_checkpoint');
  const tree = named('stack_weights.h5');
  const list = named('stack_h5');
  const read = (file: WeightCase, change: object) =>
    refusal(() => fromKeras(sourceOf(file), { ...byLayers(file), ...change } as KerasOptions));
  const withLayer = (file: WeightCase, at: number, change: object) =>
    read(file, { layers: byLayers(file).layers?.map((layer, k) => (k === at ? { ...layer, ...change } : layer)) });

  it.each<[string, () => string, string | RegExp]>([
    [
      'no version',
      () => read(tree, { kerasVersion: undefined }),
      'options.kerasVersion: not said; expected the version of Keras that wrote the weights, got nothing',
    ],
    [
      'another version than the weights state',
      () => read(list, { kerasVersion: '2.2.4' }),
      'options: two versions of Keras; expected 2.21.0, stated by the weights, got 2.2.4',
    ],
    [
      'another version than the architecture states',
      () => refusal(() => fromKeras(sourceOf(tree), { ...byArchitecture(tree), kerasVersion: '3.0.0' })),
      'options: two versions of Keras; expected 2.21.0, stated by the architecture, got 3.0.0',
    ],
    [
      'a version that is none',
      () => read(tree, { kerasVersion: 'newest' }),
      `options.kerasVersion: not usable; expected a version, '2.15.0' or '3.12.0', got "newest"`,
    ],
    [
      'no shape of the input',
      () => read(tree, { inputShape: undefined }),
      "options.inputShape: not said; expected the input's shape without the batch, [null, features], got nothing",
    ],
    [
      'a shape that is none',
      () => read(tree, { inputShape: [null, 0] }),
      'options.inputShape: not usable; expected sizes without the batch, null where any, got [null, 0]',
    ],
    [
      'two models',
      () => refusal(() => fromKeras(sourceOf(tree), { ...byArchitecture(tree), ...byLayers(tree) })),
      /^options\.layers: not usable; expected nothing beside architecture, got \[/,
    ],
    [
      'no layers',
      () => read(tree, { layers: [] }),
      'options.layers: not usable; expected a list of at least one layer, got []',
    ],
    [
      'an architecture that is none',
      () => refusal(() => fromKeras(sourceOf(tree), { architecture: { layers: [] } })),
      "options.architecture: not usable; expected the model's own JSON, got {layers}",
    ],
    [
      'an unknown option',
      () => read(tree, { keras_version: '3' }),
      /^options: unknown field; expected architecture, layers, inputShape, kerasVersion, name, limits, got "keras_version"$/,
    ],
    [
      'a layer that is none of ours',
      () => withLayer(tree, 1, { type: 'lambda' }),
      /^config\.layers\[1\]\.type: a layer that is not honoured; expected lstm, gru, .*got "lambda"$/,
    ],
    [
      'a layer that cannot be held',
      () => withLayer(tree, 4, { layer: { type: 'dense', units: 2 } }),
      'config.layers[4].layer.type: a layer that is not honoured there; expected lstm, gru, simple_rnn, got "dense"',
    ],
    [
      'a setting of a layer that is held',
      () => withLayer(tree, 4, { layer: { type: 'gru', units: 3, recurrentActivation: 'sigmoid' } }),
      'config.layers[4].layer.resetAfter: not usable; expected true or false, got nothing',
    ],
    [
      'a setting that versions take otherwise',
      () => withLayer(tree, 0, { recurrentActivation: undefined }),
      'config.layers[0].recurrentActivation: not usable; expected a text, not empty, got nothing',
    ],
    [
      'another number of units',
      () => withLayer(one, 0, { units: 5 }),
      /^layer "lstm": .*layer_with_weights-0\/cell\/kernel.*|wrong shape/,
    ],
    [
      'a layer too few: .weights.h5',
      () => read(tree, { layers: byLayers(tree).layers?.slice(0, 5) }),
      'file: weights of a layer that the model does not have; expected input_layer, lstm, dropout, batch_normalization, lstm_1, bidirectional, got dense',
    ],
    [
      'a layer too few: checkpoint',
      () => read(one, { layers: byLayers(one).layers?.slice(0, 5) }),
      'file: variables that the model does not have; expected every variable used, got layer_with_weights-4/bias, layer_with_weights-4/kernel',
    ],
    [
      'a layer too many: checkpoint',
      () => read(one, { layers: [...(byLayers(one).layers ?? []), { type: 'dense', units: 2 }] }),
      /^layer "dense_1": no such variable; expected layer_with_weights-5\/kernel, got left: $/,
    ],
    [
      'a layer too few: .h5',
      () => read(list, { layers: byLayers(list).layers?.slice(0, 5) }),
      /^file: layer_names in another order than the layers; expected lstm/,
    ],
    [
      'a model beside the model of the file',
      () => refusal(() => fromKeras(strToU8('PK\x03\x04'), { kerasVersion: '3.5.0' })),
      'options.kerasVersion: not usable; expected nothing: the file has its model, got "3.5.0"',
    ],
  ])('%s', (_, message, expected) => {
    if (typeof expected === 'string') expect(message()).toBe(expected);
    else expect(message()).toMatch(expected);
  });

  const dense = { vars: { 0: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) } } };
  const made: KerasOptions = {
    layers: [{ type: 'dense', units: 2, useBias: false }],
    inputShape: [null, 3],
    kerasVersion: '3.5.0',
  };

  it('an HDF5 file of something else', () => {
    expect(refusal(() => fromKeras(hdf5({ layers: { dense } }), made))).toBe('nothing was thrown');
    expect(refusal(() => fromKeras(hdf5({ results: { dense } }), made))).toBe(
      'file: weights without a model; expected a file of model.save(), with model_config, got undefined',
    );
  });

  it('variables of the model itself', () => {
    expect(refusal(() => fromKeras(hdf5({ layers: { dense }, ...dense }), made))).toBe(
      'file: variables of the model itself; expected those of layers, got vars/0',
    );
  });

  it('a layer that the model does not have, at any depth', () => {
    const inner = { class_name: 'Dense', config: { name: 'd', units: 2, use_bias: false } };
    const input = { class_name: 'InputLayer', config: { name: 'i', batch_shape: [null, null, 3] } };
    const nested = { class_name: 'Sequential', config: { name: 'inner', layers: [input, inner] } };
    const read = (layers: object, more: object, wrapped: boolean) =>
      refusal(() =>
        fromKeras(hdf5({ layers } as never), {
          kerasVersion: '3.5.0',
          architecture: {
            class_name: 'Sequential',
            config: {
              name: 'm',
              layers: [
                { ...input, config: { ...input.config, batch_shape: wrapped ? [null, null, 4, 3] : [null, null, 3] } },
                wrapped ? { class_name: 'TimeDistributed', config: { name: 't', layer: nested } } : nested,
              ],
            },
          },
          ...more,
        }),
      );
    const message = 'file: weights of a layer that the model does not have; expected input_layer, dense, got dense_1';
    expect(read({ sequential: { layers: { dense } } }, {}, false)).toBe('nothing was thrown');
    expect(read({ sequential: { layers: { dense, dense_1: dense } } }, {}, false)).toBe(message);
    expect(read({ time_distributed: { layer: { layers: { dense, dense_1: dense } } } }, {}, true)).toBe(message);
  });

  it('more than the limits', () => {
    for (const file of [one, tree, list]) expect(read(file, { limits: { bytes: 3000 } })).toContain('too many bytes');
  });
});
