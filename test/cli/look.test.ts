import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { byLayers, weightCases, filesOf as weightFiles } from '../importers/keras/weight-files.js';
import { filesOf as manifestFiles, manifests } from '../importers/tensorflow/manifests.js';
import { stack } from '../support/random.js';
import { gatewise, put, putModel, WEATHER } from './here.js';

const state = (name: string): string => new URL(`../golden/pytorch-files/${name}`, import.meta.url).pathname;
const config = put(
  'weather.json',
  '{"inputSize":4,"layers":[{"type":"lstm","prefix":"lstm","hiddenSize":64,"numLayers":2},{"type":"linear","prefix":"head"}]}',
);

describe('inspect', () => {
  it('shows what goes in and out, the layers, bytes', async () => {
    const { code, out } = await gatewise(['inspect', WEATHER, '--config', config]);
    expect(code).toBe(0);
    expect(out).toMatch(/safetensors, 207,444 bytes/);
    expect(out).toMatch(/inputs\n {2}input {2}\[batch, time, 4\] {2}float32/);
    expect(out).toMatch(/outputs\n {2}head {2}\[batch, time, 7\]/);
    expect(out).toMatch(/lstm_l1 +lstm +\[time, 64\] +64 +33,280 +32,768/);
    expect(out).toMatch(/weights 205,120 bytes packed/);
    expect(out).not.toContain('weight_ih_l0');
    expect((await gatewise(['inspect', WEATHER, '--config', config, '--report'])).out).toMatch(
      /lstm.weight_ih_l0 +\(256, 4\)/,
    );
  });

  it('says the same as JSON', async () => {
    const { out } = await gatewise(['inspect', WEATHER, '--assume', 'chain', '--json']);
    const seen = JSON.parse(out);
    expect(seen).toMatchObject({
      format: 'safetensors',
      bytes: 207444,
      parameters: 51655,
      multiplyAddsPerTimestep: 50624,
    });
    expect(seen.inputs).toEqual([
      { name: 'input', kind: 'sequence', features: 4, dtype: 'float32', time: 'time', axes: ['batch', 'time', 4] },
    ]);
    expect(seen.layers.map(({ units }: { units?: number }) => units)).toEqual([64, 64, undefined]);
    expect(seen.report.tensors).toHaveLength(10);
    expect(seen.config).toEqual(JSON.parse(readFileSync(config, 'utf8')));
  });

  it('drafts the config of a state dict that leaves its topology open', async () => {
    const { code, out } = await gatewise(['inspect', WEATHER]);
    expect(code).toBe(0);
    expect(out).toMatch(/head.weight +\(7, 64\) +F32/);
    expect(out).toMatch(/several modules, and nothing says what happens between them/);
    const draft = out.slice(out.indexOf('\n{'));
    expect(JSON.parse(draft)).toEqual(JSON.parse(readFileSync(config, 'utf8')));
    expect(JSON.parse((await gatewise(['inspect', WEATHER, '--json'])).out)).toMatchObject({
      config: JSON.parse(draft),
    });
    // And takes it.
    const drafted = put('draft.json', draft);
    expect((await gatewise(['inspect', WEATHER, '--config', drafted])).code).toBe(0);
    expect((await gatewise(['inspect', state('alike-last.safetensors')])).out).toMatch(/draft of a config/);
  });

  it('weights without a topology by their config, a checkpoint of Keras by one in its terms', async () => {
    const manifest = manifests.find(({ name }) => name === 'magenta') as (typeof manifests)[number];
    const { manifest: text, shards } = manifestFiles(manifest);
    const main = put('weights_manifest.json', text);
    for (const [name, bytes] of Object.entries(shards)) put(name, bytes);
    const own = put('magenta.config', JSON.stringify(manifest.config));
    expect((await gatewise(['inspect', main, '--config', own])).out).toMatch(/fully_connected +dense/);
    expect((await gatewise(['inspect', main])).err).toMatch(/weights without a topology; expected a config; draft: \{/);
    const keras = weightCases.find(({ name }) => name === 'tokens_checkpoint') as (typeof weightCases)[number];
    const [index, data] = weightFiles(keras) as [Uint8Array, Uint8Array];
    const checkpoint = put('w.index', index);
    put('w.data-00000-of-00001', data);
    const options = put('keras.config', JSON.stringify(byLayers(keras)));
    expect((await gatewise(['inspect', checkpoint, '--config', options])).out).toMatch(/Keras 2\.\d+\.\d+, checkpoint/);
  });

  it('reads a model from the standard input', async () => {
    const model = putModel('gru.gatewise', stack('gru', 2, 5));
    const { out } = await gatewise(['inspect', '-', '--json'], readFileSync(model));
    expect(JSON.parse(out)).toMatchObject({ format: 'Gatewise container', bytes: readFileSync(model).length });
  });
});

describe('explain', () => {
  it('says of every layer, or of one, what it is', async () => {
    const spec = stack('gru', 2, 5);
    const file = putModel('explained.gatewise', spec);
    const model = await createModel(spec);
    const words = ['gru0', 'head'].map((name) => explain(model, name));
    expect((await gatewise(['explain', file])).out).toBe(`${words.join('\n\n')}\n`);
    expect((await gatewise(['explain', file, 'head'])).out).toBe(`${words[1]}\n`);
    expect(JSON.parse((await gatewise(['explain', file, 'gru0', '--json'])).out)).toEqual([
      { name: 'gru0', words: words[0] },
    ]);
  });
});

it('names of a file do nothing to the screen', async () => {
  const odd = stack('gru', 2, 3);
  const text = JSON.stringify({ ...odd, tensors: {} }).replaceAll('gru0', '\\u001b[2J\\u009b1mred');
  const evil = putModel('evil.gatewise', { ...JSON.parse(text), tensors: odd.tensors });
  for (const args of [
    ['inspect', evil],
    ['explain', evil],
    ['explain', evil, '\u001b[2J'],
    ['run', evil, '-i', 'no\u001b.csv'],
  ]) {
    const { out, err } = await gatewise(args);
    expect(out + err).not.toMatch(/[^\P{Cc}\n]/u);
    expect(out + err).not.toBe('');
  }
});

describe('what cannot be looked at', () => {
  const broken = put('short.gatewise', readFileSync(putModel('long.gatewise', stack('lstm', 2, 3))).subarray(0, 400));
  const text = put('notes.txt', 'hello');
  it.each([
    [['inspect', 'none.onnx'], /^gatewise: file "none.onnx": cannot be opened; expected a file, got ENOENT/],
    [['inspect', text], /^gatewise: file: of no known format; expected ONNX, Keras/],
    [['inspect', broken], /^gatewise: /],
    [['inspect', WEATHER, '--config', 'none.json'], /^gatewise: ENOENT: no such file or directory, open 'none.json'/],
    [['inspect', WEATHER, '--config', text], /^gatewise: config ".*notes.txt": not JSON; expected options/],
    [['inspect', WEATHER, '--config', put('list.json', '[]')], /not an object; expected options/],
    [['inspect', WEATHER, '--config', put('odd.json', '{"layer":1}')], /^gatewise: config: /],
    [['explain', WEATHER], /^gatewise: file: the topology is left open; expected a config/],
    [
      ['explain', putModel('one.gatewise', stack('rnn', 1, 2)), 'nope'],
      /^gatewise: explain: no such layer; expected rnn0, head, got "nope"/,
    ],
  ])('%j', async (args, words) => {
    const { code, out, err } = await gatewise(args);
    expect(err).toMatch(words);
    expect(err.match(/\n/g)).toHaveLength(1);
    expect(out).toBe('');
    expect(code).toBe(1);
  });
});
