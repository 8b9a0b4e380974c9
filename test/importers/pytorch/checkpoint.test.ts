import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import {
  fromPyTorch,
  type PyTorchConfig,
  type PyTorchLayer,
  readPyTorch,
} from '../../../src/importers/pytorch/index.js';

const folder = new URL('../../golden/pytorch-files/', import.meta.url);
const bytesOf = (file: string) => readFileSync(new URL(file, folder));
const stored: Record<'tensors' | 'ema', Record<string, { shape: number[]; data: number[] }>> = JSON.parse(
  bytesOf('tensors.json').toString(),
);

describe('layouts and types of tensors', () => {
  const layers: PyTorchLayer[] = Object.keys(stored.tensors).map((name) => {
    return { type: 'linear', prefix: name.replace('.weight', ''), bias: false };
  });
  it.each(['tensors.pt', 'tensors.pth', 'tensors-protocol-1.pt', 'tensors-protocol-4.pt', 'tensors-protocol-5.pt'])(
    '%s',
    (file) => {
      const { spec, report } = readPyTorch(bytesOf(file), { inputSize: 4, layers });
      for (const [name, { shape, data }] of Object.entries(stored.tensors)) {
        expect(spec.tensors[name]?.shape).toEqual(shape);
        // Nine digits give a float32 back exactly.
        expect([...(spec.tensors[name]?.data ?? [])], name).toEqual([...Float32Array.from(data)]);
      }
      const how = Object.fromEntries(report.tensors.map(({ tensor, how }) => [tensor, how]));
      expect(how['plain.weight']).toBe('one row per output; values unchanged');
      expect(how['bfloat16.weight']).toBe('one row per output; values BF16 → float32');
      expect(how['uint8.weight']).toBe('one row per output; values U8 → float32');
      expect(report.format).toBe(file === 'tensors.pth' ? 'PyTorch before 1.6, pickles' : 'PyTorch zip, version 3');
    },
  );
});

describe('state dicts in checkpoints', () => {
  it.each(['checkpoint.pt', 'checkpoint.pth', 'checkpoint-protocol-5.pt'])('%s', (file) => {
    const { spec, report } = readPyTorch(bytesOf(file));
    expect(spec.nodes).toMatchObject([{ type: 'gru', units: 3 }]);
    expect(report.notes[0]).toMatch(/^state dict "state_dict"; other values not read: "optimizer", "epoch", "loss", /);
    expect(fromPyTorch(bytesOf(file), { stateDict: 'state_dict' })).toEqual(spec);
  });

  it('several: the config says which', () => {
    const bytes = bytesOf('checkpoint-two.pt');
    const refused = 'file: several state dicts; expected config.stateDict, one of them, got "model", "ema"';
    expect(() => fromPyTorch(bytes)).toThrow(refused);
    const { tensors } = fromPyTorch(bytes, { stateDict: 'ema' });
    for (const [name, { data }] of Object.entries(stored.ema)) {
      expect([...(tensors[name]?.data ?? [])]).toEqual([...Float32Array.from(data)]);
    }
    expect(fromPyTorch(bytes, { stateDict: 'model' }).tensors).not.toEqual(tensors);
    expect(() => fromPyTorch(bytes, { stateDict: 'epoch' })).toThrow(
      'config.stateDict: no state dict of this name; expected "model", "ema", got "epoch"',
    );
  });

  it('safetensors has none', () => {
    expect(() => fromPyTorch(bytesOf('gru.safetensors'), { stateDict: 'model' })).toThrow(
      'config.stateDict: safetensors has no state dicts; expected no stateDict, got "model"',
    );
  });

  it('leaves out what the config ignores, and refuses what is not there', () => {
    const ignore = ['bias_ih_l0', 'bias_hh_l0'];
    const { nodes } = fromPyTorch(bytesOf('checkpoint.pt'), { ignore });
    expect(nodes).toMatchObject([{ type: 'gru', tensors: { weightIh: 'weight_ih_l0', weightHh: 'weight_hh_l0' } }]);
    expect(() => fromPyTorch(bytesOf('checkpoint.pt'), { ignore: ['bias'] })).toThrow(
      'tensor "bias": to be left out, but not in the file; expected a tensor of the file',
    );
  });
});

function messageOf(read: () => unknown): string {
  try {
    read();
    return 'not refused';
  } catch (error) {
    return (error as Error).message;
  }
}

const advice =
  'expected tensors, dicts and plain values only: torch.save(model.state_dict(), file), not the module itself';
/** File → the whole message. */
const refused: [string, string][] = [
  ['module.pt', `pickle: would build "__main__.Net"; ${advice}`],
  // It ends behind the name of its class.
  ['module.pth', 'pickle, byte 167: ends early; expected 1 more bytes, got 0'],
  ['sparse.pt', `pickle: would build "torch._utils._rebuild_sparse_tensor"; ${advice}`],
  ['complex.pt', `pickle: would build "torch.ComplexFloatStorage"; ${advice}`],
  [
    'expanded.pt',
    'storage "0": a tensor larger than its storage; expected at most 1 elements, got offset 0, shape [1000], strides [0]',
  ],
  ['no-state-dict.pt', 'file: no state dict; expected a dict of tensors, or of one such dict, got "epoch"'],
  ['big-endian.pt', 'file: numbers of the other byte order; expected little-endian, got big-endian'],
  ['other.zip', 'file: a zip, but not of torch.save; expected one data.pkl, got readme.txt'],
  ['first-format.pt', "file: PyTorch's first format, a tar; expected what torch.save has written since"],
  ['plain.pkl', 'file: a pickle, but not of torch.save; expected its magic number and version 1001'],
];

describe('refusals of files', () => {
  it.each(refused)('%s', (file, message) => {
    const read = () => fromPyTorch(bytesOf(`refused/${file}`));
    expect(read).toThrow(ImportError);
    expect(messageOf(read)).toBe(message);
  });

  it('modules without tensors: the file has their names alone', () => {
    const draft = {
      inputSize: 2,
      layers: [
        { type: 'lstm', hiddenSize: 3, prefix: 'lstm' },
        { type: 'dropout', name: 'dropout' },
        { type: 'linear', prefix: 'head.0' },
        { type: '?', name: 'head.1' },
        { type: 'linear', prefix: 'head.2' },
      ],
    };
    const bytes = bytesOf('refused/hidden.pt');
    expect(messageOf(() => fromPyTorch(bytes))).toBe(
      'file: the topology is left open; expected a config; ' +
        `draft: ${JSON.stringify(draft)}, got dropout: a module without tensors`,
    );
    const layers = draft.layers.map((layer) => (layer.type === '?' ? { ...layer, type: 'relu' } : layer));
    expect(fromPyTorch(bytes, { ...draft, layers } as PyTorchConfig).nodes[3]).toEqual({
      type: 'activation',
      name: 'head.1',
      inputs: ['head.0'],
      activation: 'relu',
    });
  });

  const stream = bytesOf('checkpoint.pth');
  const at = (text: string) => stream.indexOf(text) + text.length;
  const changed = (offset: number, ...values: number[]) => {
    const bytes = Uint8Array.from(stream);
    bytes.set(values, offset);
    return bytes;
  };
  const lastStorage = stream.length - 4 * 9; // bias_hh's 9 numbers are the last storage.
  const streams: [string, Uint8Array, string][] = [
    [
      'another version',
      changed(18, 1),
      'file: a pickle, but not of torch.save; expected its magic number and version 1001',
    ],
    ['another byte order', changed(at('little_endian') + 2, 0x89), 'file: numbers of the other byte order;'],
    [
      'bytes behind the end',
      Uint8Array.from([...stream, 0]),
      `file: bytes that belong to nothing; expected ${stream.length} bytes, got ${stream.length + 1}`,
    ],
    ['half a number less', stream.subarray(0, -2), ': not its bytes; expected 36 bytes, got 34'],
    ['another length of a storage', changed(lastStorage - 8, 8), ': not its length; expected 9, got 8'],
  ];
  it.each(streams)('pickles: %s', (_, bytes, message) => {
    expect(() => fromPyTorch(bytes)).toThrow(message);
  });

  const config: PyTorchConfig = { inputSize: 2, layers: [{ type: 'gru', hiddenSize: 3 }] };
  it('a storage of the zip that is cut short', async () => {
    const { unzipSync, zipSync } = await import('fflate');
    const entries = unzipSync(bytesOf('checkpoint.pt'));
    const name = Object.keys(entries).find((one) => one.endsWith('data/0')) as string;
    const cut = zipSync({ ...entries, [name]: entries[name]?.subarray(1) as Uint8Array });
    expect(() => fromPyTorch(cut, config)).toThrow(/^storage "0": not its bytes; expected \d+ bytes, got \d+$/);
    delete entries[name];
    expect(() => fromPyTorch(zipSync(entries), config)).toThrow('storage "0": not its bytes; expected');
    expect(() => fromPyTorch(zipSync(entries), config)).toThrow('got none');
  });
});
