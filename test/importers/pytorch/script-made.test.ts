import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { refusal } from '../support.js';
import { float4, id, int, tensor, text } from './pickles.js';

// Archives that no version of PyTorch writes.
const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const module = (type: string, attributes: string) => `c__torch__\n${type}\n)\x81}(${attributes}ub`;
const archive = (data: string, more: Record<string, Uint8Array> = {}) =>
  zipSync({
    'm/data.pkl': bytes(`\x80\x02${data}.`),
    'm/constants.pkl': bytes('\x80\x02).'),
    'm/data/a': bytes(float4),
    'm/version': strToU8('3\n'),
    ...more,
  });
const config: PyTorchConfig = { inputSize: 2, layers: [{ type: 'linear', bias: false }] };
const read = (file: Uint8Array) => fromPyTorch(file, config);
const weight = text('weight') + tensor(id('a'));

describe('TorchScript archives, opcode by opcode', () => {
  it('a module of one tensor, its code read as far as its constants', () => {
    const code = (line: string) => ({
      'm/code/__torch__.py': strToU8(
        `class Net(Module):\n  ${line}\n  def forward(self):\n    bias : Final[bool] = True\n`,
      ),
    });
    for (const line of ['a : Final[List[int]] = [1, 2]', 'b : Final[float] = inf', 'c : Final[str] = "x"', 'd : int'])
      expect([...(read(archive(module('Net', weight), code(line))).tensors.weight?.data ?? [])]).toEqual([1, 2, 3, 4]);
  });

  it('a traced module: its class is said, and nothing else of it', () => {
    const traced = (of: string, weights: string) => archive(`c__torch__.torch.nn.modules.${of}\n)\x81}(${weights}ub`);
    const one = (shape: number[], strides: number[]) => tensor(id('a'), { shape, strides });
    const rnn = traced('rnn\nRNN', ['ih', 'hh'].map((end) => text(`weight_${end}_l0`) + one([2, 2], [2, 1])).join(''));
    expect(refusal(() => fromPyTorch(rnn))).toMatch(
      /^file: the topology is left open; .*its nonlinearity, tanh or relu/,
    );
    const conv = traced('conv\nConv1d', text('weight') + one([2, 1, 2], [2, 2, 1]));
    expect(refusal(() => fromPyTorch(conv))).toMatch(/its stride, padding, dilation and groups$/);
    // Without its class it could be an embedding.
    expect(fromPyTorch(traced('linear\nLinear', weight)).nodes[0]).toMatchObject({ type: 'dense', units: 2 });
  });

  it('refuses an embedding that shortens its rows as it looks them up', () => {
    const code = (value: string) => ({
      'm/code/__torch__/torch/nn/modules/sparse.py': strToU8(
        `class Embedding(Module):\n  max_norm : Final[float] = ${value}\n  def forward(self):\n`,
      ),
    });
    const file = (value: string) =>
      archive(`c__torch__.torch.nn.modules.sparse\nEmbedding\n)\x81}(${weight}ub`, code(value));
    expect(refusal(() => fromPyTorch(file('0.5')))).toBe(
      'module "": rows that are shortened when they are looked up; expected no max_norm, got 0.5',
    );
    expect(fromPyTorch(file('None')).nodes[0]).toMatchObject({ type: 'embedding' });
  });

  it('constants of the code: the report says that they are not read', () => {
    const constants = { 'm/constants.pkl': bytes(`\x80\x02${int(3)}\x85.`) };
    const { report } = readPyTorch(archive(module('Net', weight), constants), config);
    expect(report.notes).toEqual(['constants of the code, which have no names, not read: 1']);
    expect(readPyTorch(archive(module('Net', weight)), config).report.notes).toEqual([]);
  });

  it('refuses what is no module', () => {
    expect(refusal(() => read(archive(int(3))))).toBe(
      'file: TorchScript without a module; expected what torch.jit.save writes of a module',
    );
  });

  it('refuses an attribute without a name', () => {
    expect(refusal(() => read(archive(module('Net', int(1) + tensor(id('a'))))))).toBe(
      'module : an attribute without a name; expected a text',
    );
  });

  it('refuses modules inside one another without end', () => {
    const itself = `c__torch__\nNet\n)\x81q\x00}(${text('a')}h\x00ub`;
    expect(refusal(() => read(archive(itself)))).toMatch(
      /^module (a\.)+a?: inside too many others; expected at most 200$/,
    );
    // Twice in each other: as many names as there are ways to it.
    const twice = `c__torch__\nNet\n)\x81q\x00}(${text('a')}h\x00${text('b')}h\x00ub`;
    expect(refusal(() => read(archive(twice)))).toMatch(/inside too many others|too many/);
  });

  it('refuses tensors in a dict, or in an object of a list', () => {
    const message = 'attribute "more": tensors without names of their own; expected parameters and buffers of modules';
    const dict = `${text('more')}}${text('x')}${tensor(id('a'))}s`;
    expect(refusal(() => read(archive(module('Net', dict))))).toBe(message);
    const object = `${text('more')}](c__torch__.torch.classes.x\nY\n)\x81(${tensor(id('a'))}tbe`;
    expect(refusal(() => read(archive(module('Net', object))))).toBe(message);
    const same = `${weight}${text('more')}}${text('x')}${tensor(id('a'))}s`;
    expect(read(archive(module('Net', same))).nodes.length).toBe(1);
  });
});
