import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { load } from '../../../src/importers/load/index.js';
import { draftPyTorch, fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { refusal } from '../support.js';
import { bytesOf, type Case, casesOf, difference } from './cases.js';

interface Scripted extends Case {
  /** What the file says of a layer beside its shapes. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const of = (version: string) => casesOf<Scripted>(`script-${version}.json`);
const named = (name: string, version = '2.15') => (of(version).find(([one]) => one === name) as [string, Scripted])[1];
type Layers = NonNullable<PyTorchConfig['layers']>;

describe.each(['1.3', '1.13', '2.15'])('TorchScript archives of PyTorch %s', (version) => {
  it.each(of(version).filter(([, { output }]) => output))('%s: weights by name', async (_, one) => {
    const { spec, report } = readPyTorch(bytesOf(one), one.config);
    expect(await difference(spec, one)).toBeLessThan(1e-6);
    expect(report.format).toMatch(/^TorchScript, version \d+$/);
    expect((await load(bytesOf(one), { pytorch: one.config })).spec).toEqual(spec);
  });

  it.each(of(version).filter(([, { settings }]) => settings))('%s: settings that only the file has', async (_, one) => {
    const layers = (one.config.layers ?? []).map((layer) =>
      Object.fromEntries(Object.entries(layer).filter(([key]) => !(key in (one.settings ?? {})))),
    ) as never as Layers;
    const { spec, report } = readPyTorch(bytesOf(one), { ...one.config, layers });
    expect(await difference(spec, one)).toBeLessThan(1e-6);
    for (const key of Object.keys(one.settings ?? {}))
      expect(report.attributes.filter(({ attribute, source }) => attribute === key && source === 'file')).not.toEqual(
        [],
      );
  });
});

describe('what a TorchScript archive says of its modules', () => {
  const around = named('around_script');
  const read = (change: object, index: number) =>
    refusal(() =>
      fromPyTorch(bytesOf(around), {
        ...around.config,
        layers: around.config.layers?.map((layer, at) => (at === index ? { ...layer, ...change } : layer)) as never,
      }),
    );

  it('must not be contradicted', () => {
    expect(read({ dilation: 1 }, 0)).toBe('config.layers[0], dilation: not what the file has; expected 2, got 1');
    expect(read({ eps: 1e-5 }, 1)).toBe('config.layers[1], eps: not what the file has; expected 0.01, got 0.00001');
    expect(read({ type: 'gru' }, 3)).toBe('config.layers[3]: another module than the file has; expected lstm, got gru');
  });

  it('must be honoured', () => {
    const files = unzipSync(bytesOf(around));
    const [name, code] = Object.entries(files).find(([name]) => name.endsWith('modules/conv.py')) as [
      string,
      Uint8Array,
    ];
    const text = new TextDecoder()
      .decode(code)
      .replace('padding_mode : Final[str] = "zeros"', 'padding_mode : Final[str] = "reflect"');
    const changed = zipSync({ ...files, [name]: strToU8(text) });
    expect(refusal(() => fromPyTorch(changed, around.config))).toBe(
      'config.layers[0], paddingMode: the file has what is not honoured; expected "zeros", got "reflect"',
    );
  });

  it('is in the draft', () => {
    const { config, open } = draftPyTorch(bytesOf(around));
    expect(config.layers).toMatchObject([
      { type: 'conv1d', prefix: 'conv', padding: 2, dilation: 2 },
      { type: 'batch_norm', prefix: 'norm', eps: 0.01 },
      { type: 'leaky_relu', name: 'act', negativeSlope: 0.2 },
      { type: 'lstm', prefix: 'rnn', hiddenSize: 3, numLayers: 1 },
      { type: 'layer_norm', prefix: 'last', eps: 0.001 },
    ]);
    expect(open).toBe('act: a module without tensors');
    expect(draftPyTorch(bytesOf(named('rnn_relu_script'))).config.layers?.[0]).toMatchObject({ nonlinearity: 'relu' });
  });

  it('tensors of two names are there by both', () => {
    const { tensors } = draftPyTorch(bytesOf(named('held_trace')));
    expect(tensors.map(({ name }) => name)).toEqual(expect.arrayContaining(['encoder.2.weight', 'again.weight']));
  });

  it('quantised: provenance, and no rounding', () => {
    const one = named('quantised_lstm');
    const { notes, tensors } = readPyTorch(bytesOf(one), one.config).report;
    expect(notes[0]).toMatch(/^dynamic quantisation: /);
    expect(tensors.map(({ tensor }) => tensor)).toContain('fc._packed_params._packed_params');
  });
});

describe('TorchScript archives that are refused', () => {
  const read = (one: Scripted, more: PyTorchConfig = {}) =>
    refusal(() => fromPyTorch(bytesOf(one), { ...one.config, ...more }));
  it('frozen, for mobile engines too', () => {
    for (const one of [named('frozen'), named('frozen', '1.13'), named('mobile', '1.13')])
      expect(read(one)).toMatch(
        /^file: a frozen module, whose weights have no names; expected the module before torch.jit.freeze, got \d+ constants$/,
      );
  });

  it('a parametrization that looks like weight norm', () => {
    expect(read(named('own_parametrization'))).toBe(
      'module parametrizations.weight.0: a parametrization that is not honoured; expected weight_norm or spectral_norm alone; else torch.nn.utils.parametrize.remove_parametrizations before saving, got Scaled',
    );
  });

  it('before 1.3', async () => {
    const one = named('first', '1.2');
    await expect(load(bytesOf(one))).rejects.toThrow('file: TorchScript of PyTorch before 1.3;');
    expect(read(one)).toBe(
      'file: TorchScript of PyTorch before 1.3; expected what torch.jit.save has written since, got model.json',
    );
  });

  it('tensors in lists', () => {
    expect(read(named('listed'))).toBe(
      'attribute "parts": tensors without names of their own; expected parameters and buffers of modules',
    );
    expect(read(named('listed'), { ignore: ['parts'] })).toMatch(/^tensor "weight": missing/);
  });

  it('a state dict of it', () => {
    expect(read(named('lstm_script'), { stateDict: 'model' })).toBe(
      'config.stateDict: TorchScript has no state dicts; expected no stateDict, got "model"',
    );
  });
});
