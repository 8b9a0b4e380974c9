import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { dict, float4, id, int, length, stream, tensor, text } from './pickles.js';

const config: PyTorchConfig = { inputSize: 2, layers: [{ type: 'linear', bias: false }] };
const values = (file: Uint8Array, given: PyTorchConfig = config) => [
  ...(fromPyTorch(file, given).tensors.weight?.data ?? []),
];

/** Opcodes that build something of `module.name`. */
const global = (name: string) => `c${name.slice(0, name.lastIndexOf('.'))}\n${name.slice(name.lastIndexOf('.') + 1)}\n`;
const call = (name: string, ...args: string[]) => `${global(name)}(${args.join('')}tR`;
const state = (...pairs: [string, string][]) => `}(${pairs.map(([key, value]) => text(key) + value).join('')}ub`;
const number = 'G\x3f\xf0\0\0\0\0\0\0';
const binary = (value: string) => `C${String.fromCharCode(value.length)}${value}`;
const numpyBytes = binary('\x00\x00\x80?');
const dtype = `${call('numpy.dtype', text('f4'), '\x89', '\x88')}(K\x03${text('<')}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb`;

const model = dict({ weight: tensor(id('a')) });
const two = [1, 2, 3, 4];
/** `{'state_dict': …, 'beside': …}` and the other way round. */
const beside = (object: string) =>
  [
    `}(${text('state_dict')}${model}${text('beside')}${object}u`,
    `}(${text('beside')}${object}${text('state_dict')}${model}u`,
  ].map((one) => stream(one));

describe('what stands beside the state dict is passed over, and nothing of it runs', () => {
  it.each<[string, string]>([
    ['argparse.Namespace', `${global('argparse.Namespace')})\x81${state(['lr', number], ['name', text('x')])}`],
    [
      'a Namespace in a Namespace',
      `${global('argparse.Namespace')})\x81${state(['inner', `${global('argparse.Namespace')})\x81}b`])}`,
    ],
    ['a number of NumPy 2', call('numpy._core.multiarray.scalar', dtype, numpyBytes)],
    ['a number of NumPy 1', call('numpy.core.multiarray.scalar', dtype, numpyBytes)],
    [
      'an array of NumPy',
      `${call('numpy._core.multiarray._reconstruct', global('numpy.ndarray'), '(K\0t', text('b'))}(K\x01(K\x01t${dtype}\x89${numpyBytes}tb`,
    ],
    ['a set as protocol 2 has it', call('__builtin__.set', `](${int(1)}${int(2)}e`)],
    ['a set of protocol 4', `\x8f(${int(1)}\x90`],
    ['a defaultdict', `${call('collections.defaultdict', global('__builtin__.list'))}(${text('loss')}]${number}au`],
    ['a Counter', call('collections.Counter', `}${text('a')}${int(2)}s`)],
    ['a deque', `${call('collections.deque', ')', int(4))}(${int(1)}${int(2)}e`],
    ['a path', call('pathlib.PosixPath', text('runs'), text('1'))],
    ['a date', call('datetime.datetime', call('_codecs.encode', text('abc'), text('latin1')))],
    ['an enum', call('__main__.Phase', text('train'))],
    ['a dataclass', `${global('__main__.Config')})\x81${state(['lr', number])}`],
    ['an object of __slots__', `${global('__main__.Slots')})\x81(N}${text('x')}${int(1)}stb`],
    ['a class made with keywords', `${global('__main__.Point')})}${text('x')}${int(1)}s\x92`],
    ['a dict of another class', `${global('lightning.AttributeDict')})\x81${text('lr')}${number}s`],
    ['a list of another class', `${global('torch.nn.ParameterList')})\x81${int(1)}a`],
    [
      'what copyreg makes again',
      call('copy_reg._reconstructor', global('__main__.Old'), global('__builtin__.object'), 'N'),
    ],
    ['a function', global('__main__.loss')],
    ['a call of what was built', `${call('builtins.getattr', global('__main__.Net'), text('make'))})R`],
    ['a call of the system', call('os.system', text('touch never'))],
    ['a value of a class as a key', `}${call('__main__.Phase', text('train'))}${int(1)}s`],
  ])('%s', (_, object) => {
    for (const file of beside(object)) {
      expect(values(file)).toEqual(two);
      const { report } = readPyTorch(file, config);
      expect(report.notes[0]).toBe('state dict "state_dict"; other values not read: "beside"');
    }
  });

  const folder = new URL('../../golden/pytorch-files/refused/', import.meta.url);
  it.each(['namespace.pt', 'namespace-protocol-4.pt', 'numpy.pt'])('%s, as torch.save writes it', (file) => {
    const { spec, report } = readPyTorch(readFileSync(new URL(file, folder)));
    expect(spec.nodes).toMatchObject([{ type: 'gru', units: 2 }]);
    expect(report.notes[0]).toMatch(/^state dict "state_dict"; other values not read: "(args|loss)"$/);
  });

  it('attributes of a parameter', () => {
    const parameter = call(
      'torch._utils._rebuild_parameter_with_state',
      tensor(id('a')),
      '\x89',
      '}',
      `}${text('tag')}${int(1)}s`,
    );
    expect(values(stream(dict({ weight: parameter })))).toEqual(two);
  });

  it('in a state dict: the config says that it is none of the model', () => {
    const args = `${global('argparse.Namespace')})\x81}b`;
    const file = stream(dict({ weight: tensor(id('a')), args, epoch: int(3) }));
    expect(values(file, { ...config, ignore: ['args', 'epoch'] })).toEqual(two);
    expect(() => values(file, { ...config, ignore: ['epoch'] })).toThrow(
      'pickle: would build "argparse.Namespace"; expected',
    );
    expect(() => values(file, { ...config, ignore: ['args'] })).toThrow(
      'file: a state dict with other values; expected tensors; config.ignore for what is none, got "epoch"',
    );
    expect(() => values(file, { ...config, ignore: ['args', 'epoch', 'bias'] })).toThrow(
      'tensor "bias": to be left out',
    );
  });
});

/** How a storage's type and key stand one behind the other in `id`. */
const storageOf = (key: string) => `Storage\n${text(key)}`;
const advice =
  'expected tensors, dicts and plain values only: torch.save(model.state_dict(), file), not the module itself';
const subclass = call(
  'torch._tensor._rebuild_from_type_v2',
  global('__main__.rebuild'),
  global('__main__.MyTensor'),
  `(${tensor(id('a'))}t`,
  '}',
);
const own = { shape: [1, 2], strides: [2, 1], offset: 2 };

describe('tensors of the model are never lost in what is not built', () => {
  it.each<[string, string, string, PyTorchConfig?]>([
    [
      'a whole module',
      `${global('__main__.Net')})\x81${state(['weight', tensor(id('a'))])}`,
      `pickle: would build "__main__.Net"; ${advice}`,
    ],
    [
      'a whole module with its source',
      `(${text('module')}${global('__main__.Net')}${text('net.py')}${text('class Net')}tQ)\x81${state(['weight', tensor(id('a'))])}`,
      `pickle: would build "__main__.Net"; ${advice}`,
    ],
    [
      'a module in a dict',
      `}${text('model')}${global('__main__.Net')})\x81${state(['weight', tensor(id('a'))])}s`,
      `pickle: would build "__main__.Net"; ${advice}`,
    ],
    [
      'a tensor of another class in the state dict',
      dict({ weight: tensor(id('a')), bias: subclass }),
      `pickle: would build "torch._tensor._rebuild_from_type_v2"; ${advice}`,
    ],
    [
      'the same in a checkpoint',
      `}${text('model')}${dict({ weight: tensor(id('a')), bias: subclass })}s`,
      `pickle: would build "torch._tensor._rebuild_from_type_v2"; ${advice}`,
    ],
    [
      'the same by its name',
      `}${text('model')}${dict({ weight: tensor(id('a')), bias: subclass })}s`,
      `pickle: would build "torch._tensor._rebuild_from_type_v2"; ${advice}`,
      { ...config, stateDict: 'model' },
    ],
    [
      'a tensor of complex numbers in the state dict',
      dict({ weight: tensor(id('a')), bias: tensor(id('b', 'ComplexFloat')) }),
      `pickle: would build "torch.ComplexFloatStorage"; ${advice}`,
    ],
    [
      'one state dict, and a module beside it',
      `}(${text('encoder')}${dict({ weight: tensor(id('a'), own) })}${text('decoder')}${global('__main__.Net')})\x81${state(['weight', tensor(id('b'))])}u`,
      'file: tensors inside an object that is not built; expected config.stateDict: "encoder", if that is the whole model, got __main__.Net',
    ],
    [
      'one state dict, and one of tensors of another class beside it',
      `}(${text('encoder')}${dict({ weight: tensor(id('a')) })}${text('decoder')}${dict({ weight: call('torch._utils._rebuild_sparse_tensor', id('b'), int(0)) })}u`,
      'file: tensors inside an object that is not built; expected config.stateDict: "encoder", if that is the whole model, got torch._utils._rebuild_sparse_tensor',
    ],
    [
      'deep inside of it',
      `}(${text('encoder')}${dict({ weight: tensor(id('a')) })}${text('more')}](${global('__main__.Net')})\x81${state(['list', `](${call('__main__.Part', `}${text('w')}${tensor(id('b'))}s`)}e`])}eu`,
      'file: tensors inside an object that is not built; expected config.stateDict: "encoder", if that is the whole model, got __main__.Net',
    ],
  ])('%s', (_, object, message, given = config) => {
    // The numbers of the storages that are read: all but complex ones.
    const keys = ['a', 'b'].filter(
      (key) => object.includes(`Float${storageOf(key)}`) && !object.includes(`ComplexFloat${storageOf(key)}`),
    );
    const file = stream(object, keys, `${length(4)}${float4}`.repeat(keys.length));
    let got: unknown;
    try {
      fromPyTorch(file, given);
    } catch (error) {
      got = error;
    }
    expect(got).toBeInstanceOf(ImportError);
    expect((got as Error).message).toBe(message);
  });

  it('but those that the config says are not of it, and those that it has itself', () => {
    const net = (key: string) => `${global('torch.optim.SGD')})\x81${state(['params', `](${tensor(id(key))}e`])}`;
    const file = (key: string) => `}(${text('model')}${model}${text('optimizer')}${net(key)}u`;
    expect(values(stream(file('a')))).toEqual(two);
    const other = stream(file('b'), ['a', 'b'], `${length(4)}${float4}`.repeat(2));
    expect(() => values(other)).toThrow('tensors inside an object that is not built');
    expect(values(other, { ...config, stateDict: 'model' })).toEqual(two);
  });

  it('one large dict under many keys is looked at once', () => {
    const n = 30_000;
    const key = (k: number) => `X\x04\0\0\0${`0000${k.toString(36)}`.slice(-4)}`;
    const numbers = `}(${Array.from({ length: n }, (_, k) => key(k) + int(1)).join('')}uq\x05`;
    const keys = Array.from({ length: n }, (_, k) => `${key(k)}h\x05`).join('');
    expect(() => values(stream(`${numbers}0}(${keys}u`, [], ''))).toThrow(
      'file: no state dict; expected a dict of tensors',
    );
  });

  it('much that is nested or shared costs what it weighs in the file', () => {
    const n = 20_000;
    // An object in an object in an object …; and one list in many objects.
    const chain = `Nq\x05${`0c__main__\nA\nh\x05\x85Rq\x05`.repeat(n)}`;
    const shared = `](${int(1).repeat(n)}eq\x060](${`c__main__\nA\nh\x06\x85R`.repeat(n)}e`;
    for (const object of [chain, shared])
      expect(values(stream(`}(${text('model')}${model}${text('more')}${object}u`))).toEqual(two);
  });
});
