import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { createModel, type ModelSpec } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';

interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Network {
  readonly files: readonly string[];
  readonly config: PyTorchConfig | null;
  readonly input: Values;
  readonly output: Values;
}
interface Beside extends Network {
  readonly beside: string;
  readonly expect: 'read' | 'refused or passed over';
}

const folder = new URL('../../golden/pytorch-files/', import.meta.url);
const bytesOf = (file: string) => readFileSync(new URL(file, folder));
const stored = <T>(file: string, part: string): T[] => JSON.parse(bytesOf(file).toString())[part];
const named = <T extends Network>(all: readonly T[]) =>
  all.flatMap((one) => one.files.map((file) => [file, one] as const));

async function difference(spec: ModelSpec, { input, output }: Network, build: (typeof builds)[number]) {
  const model = await createModel(spec, { build });
  const data = spec.inputs[0]?.dtype === 'int32' ? Int32Array.from(input.data) : Float32Array.from(input.data);
  const results = model.runNamed({ input: { data, shape: input.shape } } as never);
  model.dispose();
  const got = Object.values(results)[0] as unknown as Values;
  expect(got.shape).toEqual(output.shape);
  return largestDifference(got.data, output.data);
}

const reparametrised = ['reparametrised.json', 'reparametrised-old.json'].flatMap((file) =>
  stored<Network>(file, 'networks'),
);
describe.each(builds)('weight norm, spectral norm and pruning as modules in eval mode compute them, %s', (build) => {
  it.each(named(reparametrised))('%s', async (file, network) => {
    expect(await difference(fromPyTorch(bytesOf(file), network.config ?? {}), network, build)).toBeLessThan(2e-6);
  });
});

it.each(named(stored<Network>('reparametrised.json', 'refused')))(
  '%s is refused by its parametrization',
  (file, { config }) => {
    const read = () => fromPyTorch(bytesOf(file), config ?? {});
    expect(read).toThrow(ImportError);
    expect(read).toThrow(/parametrization that is not honoured|weight norm of other shapes/);
  },
);

const beside = ['beside.json', 'beside-old.json'].flatMap((file) => stored<Beside>(file, 'networks'));
describe('checkpoints with other objects beside the state dict', () => {
  it.each(named(beside))('%s', async (file, network) => {
    // An optimizer has tensors of its own, which might be the model's: the config names the state dict.
    const config = network.beside === 'optimizer' ? { stateDict: 'state_dict' } : {};
    if (network.beside === 'optimizer')
      expect(() => fromPyTorch(bytesOf(file), network.config ?? {})).toThrow(
        'tensors inside an object that is not built',
      );
    const { spec, report } = readPyTorch(bytesOf(file), { ...network.config, ...config });
    expect(await difference(spec, network, 'simd')).toBeLessThan(1e-6);
    expect(report.notes[0]).toMatch(/^state dict "state_dict"; other values not read: /);
  });
});

const alike = stored<Network>('alike.json', 'networks');
describe('models whose state dict is that of a chain', () => {
  it.each(named(alike))('%s: refused with a draft, right with its config', async (file, network) => {
    const read = () => fromPyTorch(bytesOf(file));
    expect(read).toThrow(ImportError);
    expect(read).toThrow(/^file: the topology is left open; expected a config; draft: \{/);
    if (network.config)
      expect(await difference(fromPyTorch(bytesOf(file), network.config), network, 'simd')).toBeLessThan(1e-6);
  });

  it('the one that is a chain opens by the word of the caller, and the report says so', async () => {
    const [chain] = alike as [Network];
    const { spec, report } = readPyTorch(bytesOf('alike-chain.pt'), { assume: 'chain' });
    expect(await difference(spec, chain, 'simd')).toBeLessThan(1e-6);
    expect(report.notes).toContain(
      'config.assume: each layer reads what the one before it makes, with nothing between',
    );
  });
});
