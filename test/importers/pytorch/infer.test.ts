import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { writeSafetensors } from '../../../src/importers/safetensors/index.js';
import { recurrentShapes, tensors } from '../files.js';

const bytesOf = (...shapes: Record<string, number[]>[]) => writeSafetensors(tensors(Object.assign({}, ...shapes)));
const linear = (name: string, out: number, inputs: number) => ({
  [`${name}.weight`]: [out, inputs],
  [`${name}.bias`]: [out],
});
const lstm = recurrentShapes(4, 3, 5, { prefix: 'lstm.' });

it('reports that the topology is from the file', () => {
  const { report } = readPyTorch(bytesOf(lstm, linear('fc', 2, 5)), { name: 'named', assume: 'chain' });
  expect(report.notes[0]).toBe('layers and their order: from names and shapes');
  expect(report.attributes[0]).toEqual({ layer: 'lstm', attribute: 'hiddenSize', value: '5', source: 'file' });
});

it('inputSize decides where two orders fit', () => {
  const bytes = bytesOf(lstm, linear('fc', 3, 5));
  expect(() => fromPyTorch(bytes)).toThrow('several orders');
  expect(fromPyTorch(bytes, { inputSize: 3, assume: 'chain' }).outputs).toEqual(['fc']);
});

it.each([
  ['a1', 'a2', true],
  ['a2', 'a10', true],
  ['0', '1', true],
  ['deep.1.x', 'deep.2.x', true],
  // Numbers of different names, or none, tell no order.
  ['a1', 'b2', false],
  ['a', 'a2', false],
  ['a', 'b', false],
  ['deep.a1.x', 'deep.b2.x', false],
])('%s and %s: their names tell the order: %s', (first, second, told) => {
  const bytes = bytesOf(
    recurrentShapes(4, 4, 4, { prefix: `${first}.` }),
    recurrentShapes(4, 4, 4, { prefix: `${second}.` }),
  );
  const read = () => fromPyTorch(bytes, { inputSize: 4, assume: 'chain' });
  if (told) expect(read().outputs).toEqual([second]);
  else expect(read).toThrow('several orders or meanings fit');
});

/** What the file leaves open → the reason and the draft. */
const open: [string, Record<string, number[]>, string, PyTorchConfig | object][] = [
  [
    'the nonlinearity of an RNN',
    recurrentShapes(1, 3, 5),
    'the module: its nonlinearity, tanh or relu',
    { inputSize: 3, layers: [{ type: 'rnn', hiddenSize: 5, nonlinearity: 'tanh' }] },
  ],
  [
    'what a convolution does at the ends',
    { 'conv.weight': [4, 3, 2], 'conv.bias': [4], ...linear('fc', 2, 4) },
    'conv: its stride, padding, dilation and groups',
    {
      inputSize: 3,
      layers: [
        { type: 'conv1d', kernelSize: 2, stride: 1, padding: 0, dilation: 1, groups: 1, prefix: 'conv' },
        { type: 'linear', prefix: 'fc' },
      ],
    },
  ],
  [
    'the order of equal modules',
    { ...recurrentShapes(4, 4, 4, { prefix: 'front.' }), ...recurrentShapes(4, 4, 4, { prefix: 'back.' }) },
    'several orders or meanings fit',
    {
      inputSize: 4,
      layers: [
        { type: 'lstm', hiddenSize: 4, prefix: 'front' },
        { type: 'lstm', hiddenSize: 4, prefix: 'back' },
      ],
    },
  ],
  [
    'an embedding or a Linear',
    { 'table.weight': [10, 4] },
    'several orders or meanings fit',
    { layers: [{ type: 'embedding', prefix: 'table' }] },
  ],
  [
    'no chain',
    { ...lstm, ...linear('fc', 2, 6) },
    'no order fits',
    {
      inputSize: 3,
      layers: [
        { type: 'lstm', hiddenSize: 5, prefix: 'lstm' },
        { type: 'linear', prefix: 'fc' },
      ],
    },
  ],
  [
    'an activation between two Linears',
    { ...linear('one', 4, 3), ...linear('two', 2, 4) },
    'one: an activation may follow',
    {
      inputSize: 3,
      layers: [
        { type: 'linear', prefix: 'one' },
        { type: 'linear', prefix: 'two' },
      ],
    },
  ],
  [
    'a gap in the numbers of a Sequential',
    { ...linear('0', 4, 3), ...linear('2', 2, 4) },
    '1: a module without tensors',
    {
      inputSize: 3,
      layers: [
        { type: 'linear', prefix: '0' },
        { type: '?', name: '1' },
        { type: 'linear', prefix: '2' },
      ],
    },
  ],
  [
    'a weight alone',
    { ...lstm, 'act.weight': [5] },
    'act: layer_norm without bias, or prelu',
    {
      inputSize: 3,
      layers: [
        { type: 'lstm', hiddenSize: 5, prefix: 'lstm' },
        { type: 'layer_norm', bias: false, prefix: 'act' },
      ],
    },
  ],
  [
    'a module of another kind',
    { 'attention.in_proj_weight': [12, 4], 'attention.in_proj_bias': [12] },
    'attention: no module is known by in_proj_weight, in_proj_bias',
    { layers: [{ type: '?', name: 'attention' }] },
  ],
  [
    'gates of no known number',
    { weight_ih_l0: [10, 3], weight_hh_l0: [10, 5] },
    'the module: no module is known by weight_ih_l0, weight_hh_l0',
    { layers: [{ type: '?' }] },
  ],
];

describe('of several modules, the caller must say that nothing happens between them', () => {
  const several = bytesOf(lstm, linear('fc', 2, 5));
  it('one module alone needs no word', () => {
    expect(fromPyTorch(bytesOf(lstm)).outputs).toEqual(['lstm']);
    expect(readPyTorch(bytesOf(lstm)).report.notes).not.toContain(expect.stringContaining('assume'));
  });
  it('two do', () => {
    const why =
      'file: the topology is left open; expected a config; draft: {"inputSize":3,"layers":[{"type":"lstm","hiddenSize":5,"prefix":"lstm"},{"type":"linear","prefix":"fc"}]}, got several modules, and nothing says what happens between them; assume: \'chain\' if nothing does';
    expect(() => fromPyTorch(several)).toThrow(why);
    expect(fromPyTorch(several, { assume: 'chain' }).outputs).toEqual(['fc']);
  });
  it('also that no activation follows an inner Linear', () => {
    const linears = bytesOf(linear('one', 4, 3), linear('two', 2, 4));
    expect(fromPyTorch(linears, { assume: 'chain' }).nodes.map(({ type }) => type)).toEqual(['dense', 'dense']);
  });
  it('does not make up for what else is open', () => {
    expect(() => fromPyTorch(bytesOf(recurrentShapes(1, 3, 5)), { assume: 'chain' })).toThrow('its nonlinearity');
    expect(() => fromPyTorch(bytesOf(lstm, linear('fc', 2, 6)), { assume: 'chain' })).toThrow('no order fits');
  });
  it('is refused beside layers, and as another word', () => {
    const layers = [{ type: 'lstm', hiddenSize: 5, prefix: 'lstm' }] as const;
    expect(() => fromPyTorch(several, { inputSize: 3, layers, assume: 'chain' })).toThrow(
      'config.assume: not usable; expected nothing beside layers, got "chain"',
    );
    expect(() => fromPyTorch(several, { assume: 'graph' as never })).toThrow(
      'config.assume: not usable; expected "chain", got "graph"',
    );
  });
});

describe('what names and shapes leave open is refused with a draft of the config', () => {
  it.each(open)('%s', (_, shapes, why, draft) => {
    const read = () => fromPyTorch(bytesOf(shapes));
    expect(read).toThrow(ImportError);
    const start = 'file: the topology is left open; expected a config; draft: ';
    try {
      read();
    } catch (error) {
      const { message } = error as Error;
      expect(message.startsWith(start) && message.endsWith(`, got ${why}`), message).toBe(true);
      expect(JSON.parse(message.slice(start.length, -`, got ${why}`.length))).toEqual(draft);
    }
  });

  it('a draft is a config', () => {
    const bytes = bytesOf(open[1]?.[1] as Record<string, number[]>);
    expect(fromPyTorch(bytes, open[1]?.[3] as PyTorchConfig).outputs).toEqual(['fc']);
  });

  it('files of very many modules cost an error, not the evening', () => {
    const many = (count: number) =>
      Object.assign(
        {},
        ...Array.from({ length: count }, (_, k) => ({ [`m${String.fromCharCode(97 + k)}x.weight`]: [2, 2] })),
      );
    expect(() => fromPyTorch(bytesOf(many(65)))).toThrow('the module: more than 64 modules');
    // Tried order by order, these would take longer than a test may.
    expect(() => fromPyTorch(bytesOf(many(64)))).toThrow('several orders');
    const unfit = { 'a.weight': [3, 5], 'b.weight': [7, 11] };
    expect(() => fromPyTorch(bytesOf(many(60), unfit))).toThrow('several orders');
  });
});
