import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
  readonly config: PyTorchConfig;
  readonly input: Values;
  readonly output: Values;
}

const folder = new URL('../../golden/pytorch-files/', import.meta.url);
const bytesOf = (file: string) => readFileSync(new URL(file, folder));
const stored: { networks: Network[]; proven: Network[] } = JSON.parse(bytesOf('networks.json').toString());
const { networks, proven } = stored;
const named = (all: readonly Network[]) => all.map((one) => [one.files[0] as string, one] as const);

/** The largest difference, relative above 1, of what the model makes of the input. */
async function difference(spec: ModelSpec, { input, output }: Network, build: (typeof builds)[number]) {
  const model = await createModel(spec, { build });
  const name = spec.inputs[0]?.name as string;
  const data = spec.inputs[0]?.dtype === 'int32' ? Int32Array.from(input.data) : Float32Array.from(input.data);
  // Token ids come as [batch, time].
  const results = model.runNamed({ [name]: { data, shape: input.shape } } as never);
  model.dispose();
  const got = Object.values(results)[0] as unknown as Values;
  expect(got.shape).toEqual(output.shape);
  const scale = Math.max(1, ...output.data.map(Math.abs));
  return largestDifference(got.data, output.data) / scale;
}

function messageOf(read: () => unknown): string {
  try {
    read();
    return 'not refused';
  } catch (error) {
    return (error as Error).message;
  }
}

describe.each(builds)('chains of modules as PyTorch computes them, %s', (build) => {
  it.each(named(networks))('%s', async (file, network) => {
    expect(await difference(fromPyTorch(bytesOf(file), network.config), network, build)).toBeLessThan(1e-5);
  });
});

describe('a topology whose types and order names and shapes prove', () => {
  const all = proven.flatMap((network) => network.files.map((file) => [file, network] as const));
  it.each(all)('%s', async (file, network) => {
    const bytes = bytesOf(file);
    // That nothing happens between its modules, only the caller can say.
    expect(() => fromPyTorch(bytes)).toThrow(
      /^file: the topology is left open; expected a config; draft: \{.*several modules/,
    );
    const { spec, report } = readPyTorch(bytes, { assume: 'chain' });
    expect(spec).toEqual(fromPyTorch(bytes, network.config));
    expect(await difference(spec, network, 'simd')).toBeLessThan(1e-5);
    expect(report.notes).toContain(
      'config.assume: each layer reads what the one before it makes, with nothing between',
    );
    // The draft is that chain.
    const draft = /draft: (\{.*\}), got /.exec(messageOf(() => fromPyTorch(bytes)))?.[1] as string;
    expect(fromPyTorch(bytes, JSON.parse(draft))).toEqual(spec);
  });
});

it('the order of what is flattened matters', async () => {
  const flattened = networks.filter(
    ({ files, config }) => !/random/.test(files[0] ?? '') && config.layers?.some(({ type }) => type === 'flatten'),
  );
  const orders = flattened.flatMap(({ config }) =>
    config.layers?.flatMap((one) => (one.type === 'flatten' ? [one.channelsFirst] : [])),
  );
  expect(new Set(orders)).toEqual(new Set([true, false]));
  for (const network of flattened) {
    const layers = network.config.layers?.map((one) =>
      one.type === 'flatten' ? { ...one, channelsFirst: !one.channelsFirst } : one,
    );
    const spec = fromPyTorch(bytesOf(network.files[0] as string), { ...network.config, layers } as PyTorchConfig);
    expect(await difference(spec, network, 'simd')).toBeGreaterThan(1e-3);
  }
});

it('every option matters: PyTorch computes something else when it is left out', async () => {
  const fields = [
    'nonlinearity',
    'stride',
    'padding',
    'dilation',
    'eps',
    'ceilMode',
    'countIncludePad',
    'negativeSlope',
    'alpha',
    'minVal',
    'maxVal',
    'approximate',
    'activation',
    'returnSequences',
    'groups',
    'bias',
    'affine',
    'elementwiseAffine',
    'bidirectional',
    'prefix',
  ];
  const tried = new Map<string, boolean>();
  for (const network of networks.filter(({ files }) => !/random|valid|dropped/.test(files[0] ?? ''))) {
    for (const [index, layer] of (network.config.layers ?? []).entries()) {
      for (const field of fields.filter((one) => one in layer && !(one === 'groups' && layer[one as never] === 1))) {
        const { [field as never]: _, ...rest } = layer as object;
        const layers = network.config.layers?.map((one, at) => (at === index ? rest : one));
        let same = false;
        try {
          const spec = readPyTorch(bytesOf(network.files[0] as string), { ...network.config, layers } as never);
          same = (await difference(spec.spec, network, 'simd')) < 1e-5;
        } catch {
          // Another shape, or refused.
        }
        tried.set(field, (tried.get(field) ?? true) && !same);
      }
    }
  }
  expect(Object.fromEntries(tried)).toEqual(Object.fromEntries(fields.map((field) => [field, true])));
});
