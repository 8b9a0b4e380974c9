import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose } from '../support.js';
import { floats, type Input, ints, model, node, type Parts } from './build.js';
import { B, T, table } from './refused.js';

// Rows that exporters put into the order of their lengths and back, and timesteps that they pick one of each row; in the forms that differ from
// those of the recorded files.

const inputs: Record<string, Input> = { X: { dims: [B, T, 6] }, n: { dims: [B], type: 7 } };
const timeFirst: Record<string, Input> = { X: { dims: [T, B, 6] }, n: { dims: [B], type: 7 } };
const init = {
  zero: ints([0], []),
  one: ints([1], []),
  minus: ints([-1]),
  first: ints([0]),
  second: ints([1]),
  last: ints([2]),
  six: ints([6]),
};
/** The rows in order: `sorted` lengths, and which rows they are: `order`. */
const sort = [node('Shape', 'n', 'k'), node('TopK', 'n k', 'sorted order')];
/** 0, 1, 2, … for each row. */
const rows = [node('Shape', 'n', 'k'), node('Squeeze', 'k first', 'many'), node('Range', 'zero many one', 'rows')];
const LENGTHS = [2, 4, 1];
const x = randomFloats(3 * 4 * 6, 5);

/** What a model of a sequence and lengths gives for three rows of four timesteps. */
async function run(parts: Parts): Promise<Float32Array> {
  const spec = fromOnnx(model({ inputs, init, ...parts }));
  const made = await createModel(spec);
  const given = { X: { data: x, shape: [3, 4, 6] }, n: { data: Float32Array.from(LENGTHS), shape: [3, 1] } };
  const fed = Object.fromEntries(spec.inputs.map(({ name }) => [name, given[name as 'X' | 'n']]));
  return Object.values(made.runNamed(fed))[0]?.data as Float32Array;
}

const last = LENGTHS.flatMap((n, row) => [...x.slice((row * 4 + n - 1) * 6, (row * 4 + n) * 6)]);

describe('ONNX, rows in another order', () => {
  const there = [...sort, node('Gather', 'X order', 's'), node('Tanh', 's', 't')];
  const back = node('Gather', 't inverse', 'Y');
  const ways: [string, Parts['nodes']][] = [
    ['the order of the order', [node('TopK', 'order k', 'again inverse', { largest: 0 })]],
    ['numbers scattered', [...rows.slice(1), node('ScatterElements', 'order order rows', 'inverse')]],
    [
      'numbers scattered, an index for each',
      [...rows.slice(1), node('Unsqueeze', 'order minus', 'each'), node('ScatterND', 'order each rows', 'inverse')],
    ],
  ];
  it.each(ways)('comes back by %s', async (_, nodes) => {
    const spec = fromOnnx(model({ nodes: [...there, ...nodes, back], inputs, init }));
    expect(spec.nodes.map(({ type }) => type)).toEqual(['activation', 'dropout']);
    expect(spec.inputs.map(({ name }) => name)).toEqual(['X']);
    expectClose(await run({ nodes: [...there, ...nodes, back] }), x.map(Math.tanh));
  });

  it('is that of all that a node joins, or of nothing that differs from row to row', async () => {
    const nodes = [
      ...there,
      node('Neg', 's', 'm'),
      node('Add', 't m', 'a'),
      node('Mul', 'a c', 'p'),
      node('TopK', 'order k', 'again inverse', { largest: 0 }),
      node('Gather', 'p inverse', 'Y'),
    ];
    const wanted = x.map((v, i) => (Math.tanh(v) - v) * ((i % 6) + 1));
    expectClose(await run({ nodes, init: { ...init, c: floats([6], [1, 2, 3, 4, 5, 6]) } }), wanted);
  });

  it('is that of the lengths as well', async () => {
    const nodes = [
      ...sort,
      node('Cast', 'sorted', 'f', { to: 1 }),
      node('TopK', 'order k', 'again inverse', { largest: 0 }),
      node('Gather', 'f inverse', 'Y'),
    ];
    expect([...(await run({ nodes }))]).toEqual(LENGTHS);
  });
});

describe('ONNX, one timestep of each row', () => {
  const less = [node('Sub', 'n one', 'p')];
  const shape = [node('Shape', 'X', 's'), node('Gather', 's one', 'time')];
  const flat: Parts['nodes'] = [
    ...less,
    ...rows,
    ...shape,
    node('Mul', 'rows time', 'starts'),
    node('Add', 'p starts', 'places'),
    node('Flatten', 'X', 'f', { axis: 2 }),
    node('Gather', 'f places', 'Y'),
  ];
  const each = (axis: number, ...dims: number[]): Parts => ({
    nodes: [
      ...less,
      node('Reshape', 'p dims', 'v'),
      node('Tile', 'v six', 'i'),
      node('GatherElements', 'X i', 'g', { axis }),
      node('Squeeze', 'g gone', 'Y'),
    ],
    init: { ...init, dims: ints(dims), six: ints([1, 1, 6]), gone: ints([axis]) },
  });
  it.each<[string, Parts]>([
    ['by rows and timesteps on one axis', { nodes: flat }],
    ['by an index for each feature', each(1, -1, 1, 1)],
    [
      'by an index that is repeated before it is reckoned with',
      {
        nodes: [
          node('Reshape', 'n dims', 'v'),
          node('Tile', 'v six', 'i'),
          node('Sub', 'i one', 'j'),
          node('GatherElements', 'X j', 'g', { axis: 1 }),
          node('Squeeze', 'g second', 'Y'),
        ],
        init: { ...init, dims: ints([-1, 1, 1]), six: ints([1, 1, 6]) },
      },
    ],
    [
      'by row and timestep side by side',
      {
        nodes: [
          ...less,
          ...rows,
          node('Unsqueeze', 'rows minus', 'a'),
          node('Unsqueeze', 'p minus', 'b'),
          node('Concat', 'a b', 'i', { axis: 1 }),
          node('GatherND', 'X i'),
        ],
      },
    ],
    [
      'by a timestep within each row',
      { nodes: [...less, node('Unsqueeze', 'p minus', 'i'), node('GatherND', 'X i', 'Y', { batch_dims: 1 })] },
    ],
  ])('%s', async (_, parts) => {
    expectClose(await run(parts), last);
  });

  it.each<[string, Parts]>([
    [
      'on one axis',
      {
        nodes: [
          ...less,
          ...rows,
          node('Mul', 'p many', 'starts'),
          node('Add', 'starts rows', 'places'),
          node('Flatten', 'X', 'f', { axis: 2 }),
          node('Gather', 'f places', 'Y'),
        ],
      },
    ],
    [
      'side by side',
      {
        nodes: [
          ...less,
          ...rows,
          node('Unsqueeze', 'rows minus', 'a'),
          node('Unsqueeze', 'p minus', 'b'),
          node('Concat', 'b a', 'i', { axis: 1 }),
          node('GatherND', 'X i'),
        ],
      },
    ],
    ['for each feature', each(0, 1, -1, 1)],
  ])('where timesteps come first, %s', async (_, parts) => {
    const made = await createModel(fromOnnx(model({ inputs: timeFirst, init, ...parts })));
    const { data } = Object.values(made.runNamed({ X: [[...x.slice(0, 6)], [...x.slice(6, 12)]], n: [2] }))[0] ?? {};
    expectClose(data as Float32Array, x.slice(6, 12));
  });

  it('of the one row that the file has', async () => {
    const single: Record<string, Input> = { X: { dims: [1, T, 6] }, n: { dims: [1], type: 7 } };
    const nodes = [...less, node('Flatten', 'X', 'f', { axis: 2 }), node('Gather', 'f p', 'Y')];
    const made = await createModel(fromOnnx(model({ nodes, inputs: single, init })));
    const given = { X: { data: x.slice(0, 24), shape: [1, 4, 6] }, n: [2] };
    expectClose(Object.values(made.runNamed(given))[0]?.data as Float32Array, x.slice(6, 12));
  });

  it('of rows that the file fixes, where nothing else says so', async () => {
    const fixed: Record<string, Input> = { X: { dims: [3, 4, 6] }, n: { dims: [3], type: 7 } };
    const nodes = [node('Tanh', 'X', 'Y'), node('Add', 'n n', 'm')];
    const made = await createModel(fromOnnx(model({ nodes, inputs: fixed, outputs: ['m', 'Y'] })));
    const given = { X: { data: x, shape: [3, 4, 6] }, n: { data: Int32Array.from(LENGTHS), shape: [3] } };
    expect([...(made.runNamed(given).m?.data ?? [])]).toEqual(LENGTHS.map((n) => 2 * n));
  });

  it('of the first features alone, where the index is no longer', async () => {
    const nodes = [...less, node('Reshape', 'p dims', 'i'), node('GatherElements', 'X i', 'Y', { axis: 1 })];
    const wanted = [0, 1, 2].map((row) => last[row * 6] as number);
    expectClose(await run({ nodes, init: { ...init, dims: ints([-1, 1, 1]) } }), wanted);
  });

  it('of a batch whose size the file fixes', async () => {
    const fixed: Record<string, Input> = { X: { dims: [3, T, 6] }, n: { dims: [3], type: 7 } };
    expectClose(await run({ nodes: flat, inputs: fixed }), last);
  });
});

describe('ONNX, rows that are refused by their words', () => {
  const there = [...sort, node('Gather', 'X order', 's')];
  const parts = (nodes: Parts['nodes'], more = {}): Parts => ({ nodes, inputs, init: { ...init, ...more } });
  const axes = { axes: { X: ['batch', 'time', 'features'], n: ['batch'] } } as const;
  table(
    (
      [
        [
          'their numbers as numbers',
          parts([...sort, node('Cast', 'order', 'f', { to: 1 }), node('Tanh', 'f')]),
          /numbers of rows as numbers; expected rows picked by them/,
        ],
        [
          'two orders at once',
          parts([...there, node('Add', 's X')]),
          /rows in several orders; expected one order for all inputs, got node "TopK.sorted" \(TopK\), the batch’s own/,
        ],
        [
          'an output in another order',
          parts([...there, node('Tanh', 's')]),
          /rows in another order; .* got node "TopK/,
        ],
        [
          'an order of an order',
          parts([...there, node('Gather', 's order', 'Y')]),
          /rows that are ordered twice; expected an order, and its inverse, got node "TopK/,
        ],
        [
          'sorted twice',
          parts([...sort, node('TopK', 'sorted k', 'Y again')]),
          /rows that are ordered twice; expected one order/,
        ],
        [
          'the order of numbers of rows',
          parts([...there, node('Gather', 'order order', 'Y')]),
          /something else than rows of the batch in their order; expected rows/,
        ],
        [
          'an order backwards',
          parts([...there, node('TopK', 'order k', 'again back'), node('Gather', 's back', 'Y')]),
          /numbers of rows in an order that is not followed; expected all of an order, the smallest first/,
        ],
        [
          'every other row',
          parts([...rows, node('Mul', 'rows two', 'i'), node('Gather', 'X i', 'Y')], { two: ints([2], []) }),
          /rows picked in a way that is not followed; expected the rows of the batch in an order, got scaled/,
        ],
        [
          'constants that differ from row to row',
          {
            ...parts([...sort, node('Gather', 'c order', 'd'), node('Add', 'X d')], { c: floats([3, 1, 6]) }),
            inputs: { X: { dims: [3, T, 6] }, n: { dims: [3], type: 7 } },
          },
          /constants that differ from row to row; expected one for all rows/,
        ],
        [
          'the two largest',
          parts([node('TopK', 'X two', 'Y i', { axis: 2 })], { two: ints([2]) }),
          /the largest of an axis; expected all rows of the batch, in order, or k 1, got k 2/,
        ],
        [
          'numbers that are scattered',
          parts([node('ScatterElements', 'X c c', 'Y')], { c: ints([0]) }),
          /scatters numbers; expected the numbers of rows into an order, got none/,
        ],
        [
          'numbers that are scattered, an index for each',
          parts([node('ScatterND', 'X c c', 'Y')], { c: ints([0]) }),
          /\(ScatterND\): scatters numbers/,
        ],
        [
          'an index for each timestep',
          parts([node('GatherElements', 'X X', 'Y', { axis: 1 })]),
          /picks elements one by one; expected an index for each row, the same for all else, got \[batch, time, 6\]/,
        ],
        [
          'a range of sizes that nothing has',
          parts(
            [
              node('Shape', 'X', 's'),
              node('Gather', 's one', 't'),
              node('Mul', 't two', 'd'),
              node('Range', 'zero d one', 'r'),
              node('Cast', 'r', 'Y', { to: 1 }),
            ],
            { two: ints([2], []) },
          ),
          /as many numbers as the run says; expected the time of a sequence; options.shapes, got 2·time/,
        ],
        [
          'the number of rows as a number',
          parts([...rows, node('Cast', 'many', 'f', { to: 1 }), node('Mul', 'X f')]),
          /depends on the size of the input; expected a number, or the time of a sequence; options.shapes, got batch/,
        ],
      ] as const
    ).map(([what, own, words]) => [what, own, words, axes]),
  );
});
