import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromPyTorch, type PyTorchConfig } from '../../../src/importers/pytorch/index.js';
import { createModel, UnsupportedError } from '../../../src/index.js';
import { uniform } from '../../golden/prng.js';
import { expectNear, expectSameBits } from '../../support/bits.js';
import { randomFloats } from '../../support/random.js';
import { part } from '../../support/thorough.js';

// Chains over (batch, channels, time, frequency): what PyTorch computed, and the same in streams, frame by frame.

interface Chain {
  readonly name: string;
  readonly file: string;
  readonly config: PyTorchConfig;
  readonly input: { readonly shape: number[]; readonly seed: number };
  readonly output: { readonly shape: number[]; readonly data: string };
}
const chains = (name: string): readonly Chain[] =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../../golden/pytorch-files/${name}`, import.meta.url))).toString());
const CHAINS = chains('planes.json.gz');
const isRandom = ({ name }: Chain): boolean => name.startsWith('composition-');

/** Holds a chain to what PyTorch made of it. @returns whether it streams; then its steps have the bits of the whole. */
async function hold({ name, file, config, input, output }: Chain): Promise<boolean> {
  const spec = fromPyTorch(Buffer.from(file, 'base64'), config);
  const model = await createModel(spec);
  const data = uniform(
    input.seed,
    input.shape.reduce((product, n) => product * n, 1),
    1,
  );
  const [got] = Object.values(model.runNamed({ input: { data, shape: input.shape } }));
  expect(got?.shape, name).toEqual(output.shape);
  const bytes = Buffer.from(output.data, 'base64');
  expectNear(got?.data, new Float32Array(new Uint8Array(bytes).buffer), 1e-5, name, { relative: true });
  const features = config.inputSize as number;
  const x = randomFloats(9 * features, 3);
  try {
    const stream = model.createStream();
    const parts = Array.from({ length: 9 }, (_, t) => [...stream.step(x.subarray(t * features, (t + 1) * features))]);
    expectSameBits(parts.flat(), model.run(x));
    return true;
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return false;
  } finally {
    model.dispose();
  }
}

describe('options', () => {
  it.each(CHAINS.filter((one) => !isRandom(one)).map((one) => [one.name, one] as const))('%s', async (_, one) => {
    await hold(one);
  });

  it('zeros of the past in front of a convolution make it causal: it streams', async () => {
    expect(await hold(CHAINS.find(({ name }) => name === 'causal') as Chain)).toBe(true);
  });
});

describe('compositions', () => {
  const all = CHAINS.filter(isRandom);
  const random = part(all, 4);
  it(`${random.length} of ${all.length}`, async () => {
    expect(all.length).toBeGreaterThanOrEqual(200);
    let streamed = 0;
    for (const one of random) if (await hold(one)) streamed++;
    expect(streamed).toBeGreaterThan(random.length / 4);
  });
});

describe('images, columns as timesteps', () => {
  const images = chains('images.json.gz');
  it.each(images.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    await hold(one);
  });

  it('have their own order of axes', async () => {
    const { file, config } = images.find(({ name }) => name === 'conv') as Chain;
    const model = await createModel(fromPyTorch(Buffer.from(file, 'base64'), config));
    expect(model.inputs[0]?.axes).toEqual(['batch', 3, 5, 'time']);
    expect(model.outputs[0]?.axes).toEqual(['batch', 4, 3, 'time']);
    model.dispose();
  });
});

describe('refused, by where, what, expected and got', () => {
  const conv = { type: 'conv2d', prefix: 'm0', outChannels: 4, kernelSize: 3 } as const;
  const reading =
    (layers: readonly object[], config: PyTorchConfig = { inputSize: 15, frequencies: 5 }) =>
    () =>
      fromPyTorch(Buffer.from(CHAINS.find(({ name }) => name === 'conv')?.file as string, 'base64'), {
        ...config,
        layers: layers as never,
      });
  it.each<[string, () => unknown, string]>([
    [
      'a layer of features',
      reading([{ type: 'gru', hiddenSize: 2 }]),
      "config.layers[0]: reads (batch, time, features); expected a layer of type 'frames' before it, got gru",
    ],
    [
      'no frequencies',
      reading([conv], { inputSize: 15 }),
      'config.layers[0]: reads (batch, channels, time, frequency); expected config.frequencies, or config.height of an image, got a value without',
    ],
    [
      'frequencies that do not divide',
      reading([conv], { inputSize: 15, frequencies: 4 }),
      'config.frequencies: not usable; expected a divisor of inputSize 15, got 4',
    ],
    [
      'a height that does not divide',
      reading([conv], { inputSize: 15, height: 4 }),
      'config.height: not usable; expected a divisor of inputSize 15, got 4',
    ],
    [
      'both a height and frequencies',
      reading([conv], { inputSize: 15, height: 5, frequencies: 5 }),
      'config.height: not usable; expected nothing beside frequencies, got 5',
    ],
    [
      'groups',
      reading([{ ...conv, groups: 2 }]),
      'config.layers[0]: groups of unequal size; expected a divisor of 3, got 2',
    ],
    [
      'same with a stride',
      reading([{ ...conv, padding: 'same', stride: 2 }]),
      "config.layers[0]: padding 'same' with a stride; expected stride 1, got 2,2",
    ],
    [
      'a long window',
      reading([{ type: 'max_pool2d', kernelSize: [1, 6] }]),
      'config.layers[0]: a window longer than the sequence; expected at most 5 frequencies with padding, got 6',
    ],
    [
      'too much padding',
      reading([{ type: 'avg_pool2d', kernelSize: 3, padding: 2 }]),
      'config.layers[0]: too much padding; expected at most half of kernelSize, got 2',
    ],
    [
      'a size of three',
      reading([{ ...conv, kernelSize: [1, 2, 3] }]),
      'config.layers[0].kernelSize: not usable; expected a whole number of at least 1, or two, got [1, 2, 3]',
    ],
    [
      'padding of two',
      reading([{ type: 'zero_pad2d', padding: [1, 2] }]),
      'config.layers[0].padding: not usable; expected a size, or four: low, high, before, after, got [1, 2]',
    ],
  ])('%s', (_, read, words) => {
    expect(read).toThrow(words);
  });

  it('nothing is left', () => {
    const file = CHAINS.find(({ name }) => name === 'back-padding')?.file as string;
    const layer = { type: 'conv_transpose2d', prefix: 'm0', outChannels: 4, kernelSize: 3, padding: 4 } as const;
    const read = () => fromPyTorch(Buffer.from(file, 'base64'), { inputSize: 15, frequencies: 5, layers: [layer] });
    expect(read).toThrow('config.layers[0]: nothing is left; expected at least one, got -1');
  });
});
