import { describe, expect, it } from 'vitest';
import { fromOnnx, readOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose, refusal } from '../support.js';
import { floats, graph, ints, model, node, type Parts } from './build.js';
import type { Graph } from './proto/onnx_pb.js';

// A simple RNN written as the loop that it is; how it is told from loops that are none.

const init = {
  zero: ints([0], []),
  one: ints([1], []),
  z: ints([0]),
  four: ints([4]),
  W: floats([6, 4]),
  U: floats([4, 4]),
  b: floats([4]),
};
const scalar = { dims: [], type: 7 };

/** What a step computes; `h` is the state, `x` its timestep. */
const step = [
  node('MatMul', 'x W', 'xw'),
  node('MatMul', 'h U', 'hu'),
  node('Add', 'xw hu', 's'),
  node('Add', 's b', 'sb'),
  node('Tanh', 'sb', 'next'),
];

interface Written {
  readonly nodes: Parts['nodes'];
  readonly condition: Parts['nodes'];
  readonly gather: Parts['nodes'][0];
  readonly count: Parts['nodes'][0];
  readonly loop: string;
  readonly outputs: string[];
  readonly body: (made: Graph) => void;
  readonly state: Parts['nodes'];
}

function written(change: Partial<Written> = {}, tensors: Parts['init'] = init): Uint8Array {
  const own: Written = {
    nodes: step,
    condition: [node('Less', 'at_next t', 'go')],
    gather: node('Gather', 'first at', 'x', { axis: 0 }),
    count: node('Add', 'at one', 'at_next'),
    loop: 't yes zero h0',
    outputs: ['go', 'at_next', 'next', 'next'],
    body: () => {},
    state: [node('ConstantOfShape', 'size', 'h0')],
    ...change,
  };
  const body = graph({
    nodes: [own.gather, own.count, ...own.nodes, ...own.condition],
    inputs: { i: scalar, c: { dims: [], type: 9 }, at: scalar, h: { dims: ['batch', 4] } },
    outputs: own.outputs,
  });
  own.body(body);
  return model({
    nodes: [
      node('Transpose', 'X', 'first', { perm: [1, 0, 2] }),
      node('Shape', 'X', 'shape'),
      node('Gather', 'shape one', 't'),
      node('Gather', 'shape zero', 'rows'),
      node('Unsqueeze', 'rows z', 'rows1'),
      node('Concat', 'rows1 four', 'size', { axis: 0 }),
      ...own.state,
      node('Less', 'zero t', 'yes'),
      node('Loop', own.loop, 'count last all', { body }),
      node('Transpose', 'all', 'Y', { perm: [1, 0, 2] }),
    ],
    init: tensors,
    outputs: ['Y', 'last'],
  });
}

const said = (change: Partial<Written>): string =>
  refusal(() => fromOnnx(written(change), { axes: { X: ['batch', 'time', 'features'] } }));

describe('a loop over the timesteps', () => {
  it('is the RNN whose formula it has', async () => {
    const { spec, report } = readOnnx(written());
    expect(spec.nodes.map(({ type }) => type)).toEqual(['rnn', 'dropout', 'dropout']);
    expect(report.notes).toContainEqual(expect.stringMatching(/\(Loop\): its steps are those of a layer of type rnn/));
    const run = await createModel(spec);
    const x = randomFloats(5 * 6, 4);
    const { Y, last } = run.runNamed({ X: { data: x, shape: [1, 5, 6] } });
    const [w, u, b] = ['W', 'U', 'b'].map(
      (name) => (init as Record<string, { floatData: number[] }>)[name]?.floatData ?? [],
    );
    let h = [0, 0, 0, 0];
    const wanted = Array.from({ length: 5 }, (_, t) => {
      h = h.map((_, j) => {
        let sum = b?.[j] as number;
        for (let k = 0; k < 6; k++) sum += (x[t * 6 + k] as number) * (w?.[k * 4 + j] as number);
        for (let k = 0; k < 4; k++) sum += (h[k] as number) * (u?.[k * 4 + j] as number);
        return Math.tanh(sum);
      });
      return h;
    });
    expectClose(Y?.data as Float32Array, wanted.flat());
    expectClose(last?.data as Float32Array, h);
  });

  it('whose step weighs input and state by one matrix, side by side, is the same RNN', async () => {
    const joined = (order: string, rows: readonly number[]): Uint8Array =>
      written(
        { nodes: [node('Concat', order, 'xh', { axis: 1 }), node('Gemm', 'xh V b', 's'), node('Tanh', 's', 'next')] },
        { ...init, V: floats([10, 4], [...rows]) },
      );
    const [w, u] = [init.W.floatData, init.U.floatData];
    const x = { data: randomFloats(5 * 6, 4), shape: [1, 5, 6] };
    const made = await Promise.all(
      [written(), joined('x h', [...w, ...u]), joined('h x', [...u, ...w])].map(async (file) =>
        (await createModel(fromOnnx(file))).runNamed({ X: x }),
      ),
    );
    const [wanted, ...others] = made;
    for (const other of others) expect(other).toEqual(wanted);
  });

  it('whose step is written in another order, or by other operators, is the same RNN', async () => {
    const x = { data: randomFloats(5 * 6, 4), shape: [1, 5, 6] };
    const outputs = async (file: Uint8Array) => (await createModel(fromOnnx(file))).runNamed({ X: x });
    const wanted = await outputs(written());
    const gemm = [
      node('Gemm', 'x W b', 'xw'),
      node('Gemm', 'h U', 'hu'),
      node('Add', 'hu xw', 's'),
      node('Tanh', 's', 'next'),
    ];
    const apart = [
      node('MatMul', 'h U', 'hu'),
      node('Add', 'b hu', 'hub'),
      node('MatMul', 'x W', 'xw'),
      node('Sum', 'hub xw', 's'),
      node('Tanh', 's', 'same'),
      node('Identity', 'same', 'next'),
    ];
    for (const nodes of [gemm, apart]) expect(await outputs(written({ nodes }))).toEqual(wanted);
  });

  it('without a number of trips ends where its condition does', () => {
    expect(fromOnnx(written({ loop: '_ yes zero h0' }))).toEqual(fromOnnx(written()));
  });

  it('starts from a state that the file has', () => {
    const start = { state: [node('ConstantOfShape', 'size', 'h0', { value: floats([1], [0.5]) })] };
    const { nodes, tensors } = fromOnnx(written(start));
    expect(nodes.map(({ type }) => type)).toEqual(['constant', 'rnn', 'dropout', 'dropout']);
    expect([...(Object.values(tensors)[0]?.data ?? [])]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it.each<[string, readonly ReturnType<typeof node>[]]>([
    ['what is made anew times what was', [node('MatMul', 'x W', 'xw'), node('Mul', 'h xw', 'next')]],
    ['weights that are one for each unit', [...step.slice(0, 1), node('Mul', 'h b', 'hu'), ...step.slice(2)]],
    ['a leak', [...step.slice(0, -1), node('Tanh', 'sb', 'y'), node('Add', 'y h', 'next')]],
    [
      'a state that is scaled first',
      [node('Mul', 'h b', 'small'), node('MatMul', 'small U', 'hu'), ...step.slice(0, 1), ...step.slice(2)],
    ],
    ['the input twice', [node('Concat', 'x x', 'xx', { axis: 1 }), node('MatMul', 'xx V', 'xw'), ...step.slice(1)]],
    ['the state twice', [...step.slice(0, 3), node('Add', 's hu', 's2'), node('Tanh', 's2', 'next')]],
    [
      'an update gate alone',
      [
        ...step.slice(0, 4),
        node('Sigmoid', 'sb', 'z'),
        node('Tanh', 'xw', 'n'),
        node('Mul', 'z h', 'kept'),
        node('Sub', 'n kept', 'next'),
      ],
    ],
    [
      'a norm of the sum',
      [...step.slice(0, 4), node('LayerNormalization', 'sb b', 'norm'), node('Tanh', 'norm', 'next')],
    ],
  ])('refuses a cell that has no name here: %s', (_, nodes) => {
    const file = written({ nodes: nodes as Parts['nodes'] }, { ...init, V: floats([12, 4]) });
    expect(refusal(() => fromOnnx(file, { axes: { X: ['batch', 'time', 'features'] } }))).toMatch(
      /^node "Loop\.count" \(Loop\): a loop that is no LSTM, GRU or simple RNN; expected the formula of one of them/,
    );
  });

  // As tf2onnx writes Keras' Masking in front of a layer: the state stays where the mask is false.
  it.each<[string, Parts['nodes']]>([
    [
      'sums',
      [
        node('Not', 'm', 'off'),
        node('Cast', 'off', 'off1', { to: 1 }),
        node('Cast', 'm', 'on1', { to: 1 }),
        node('Mul', 'on1 made', 'a'),
        node('Mul', 'h off1', 'b1'),
        node('Add', 'a b1', 'next'),
      ],
    ],
    ['Where', [node('Where', 'm made h', 'next')]],
  ])('refuses a mask within it, by that name: %s', (_, select) => {
    const file = written(
      {
        state: [
          node('ConstantOfShape', 'size', 'h0'),
          node('Equal', 'X zero_number', 'is'),
          node('Not', 'is', 'differs'),
          node('Cast', 'differs', 'one_each', { to: 1 }),
          node('ReduceSum', 'one_each last_axis', 'many', { keepdims: 1 }),
          node('Greater', 'many zero_number', 'mask'),
          node('Transpose', 'mask', 'mask_first', { perm: [1, 0, 2] }),
        ],
        nodes: [
          ...step.slice(0, -1),
          node('Tanh', 'sb', 'made'),
          node('Gather', 'mask_first at', 'm', { axis: 0 }),
          ...select,
        ],
      },
      { ...init, zero_number: floats([], [0]), last_axis: ints([-1]) },
    );
    expect(refusal(() => fromOnnx(file, { axes: { X: ['batch', 'time', 'features'] } }))).toMatch(
      /^node "Loop\.count" \(Loop\): a loop that looks at a mask; expected one sequence, or the file that Keras saved, got mask/,
    );
  });

  it.each<[string, Partial<Written>, RegExp]>([
    [
      'a body that does not fit',
      { loop: 't yes zero' },
      /a body that does not fit; expected 3 inputs, 4 outputs, got 4, 4/,
    ],
    ['state that is left out', { loop: 't yes zero _' }, /an input is missing; expected input 3/],
    [
      'half the steps',
      { loop: 'one yes zero h0' },
      /a loop that does not run once for every timestep; expected one step for each/,
    ],
    [
      'a condition that ends it early',
      { condition: [node('Add', 'at_next one', 'later'), node('Less', 'later t', 'go')] },
      /a loop that does not run once for every timestep/,
    ],
    [
      'a condition on the state',
      { condition: [node('ReduceMax', 'next', 'm', { keepdims: 0 }), node('Less', 'm b', 'go')] },
      /a loop that does not run once for every timestep/,
    ],
    ['a start that nobody knows', { loop: 't rows zero h0' }, /a loop that does not run once for every timestep/],
    [
      'state that is no vector',
      { state: [node('ConstantOfShape', 'rows1', 'h0')] },
      /state that is no vector per row; expected \[batch, units\], got 1 axes/,
    ],
    [
      'steps of two',
      { count: node('Sub', 'at one', 'at_next'), condition: [node('Less', 'i t', 'go')] },
      /a number that is carried but does not count steps; expected one more at each step, got at/,
    ],
    [
      'no sequence',
      { gather: node('Identity', 'four', 'x'), nodes: [node('Tanh', 'h', 'next')] },
      /a loop over other than one sequence; expected a recurrent layer, got 0 sequences/,
    ],
    [
      'a sequence of its own making',
      { gather: node('Gather', 'squashed at', 'x', { axis: 0 }), nodes: [node('Tanh', 'first', 'squashed'), ...step] },
      /a loop over other than one sequence/,
    ],
    [
      'a formula of its own',
      { nodes: [node('MatMul', 'x W', 'xw'), node('Mul', 'h xw', 'next')] },
      /a loop that is no LSTM, GRU or simple RNN; expected the formula of one of them/,
    ],
    [
      'a step that looks ahead',
      { gather: node('Gather', 'first at_next', 'x', { axis: 0 }) },
      /indices depend on the size of the input/,
    ],
    [
      'a scan of something else',
      { outputs: ['go', 'at_next', 'next', 'sb'] },
      /output 2 is not made; expected an output that is, got all/,
    ],
  ])('refuses %s', (_, change, expected) => {
    expect(said(change)).toMatch(expected);
  });
});

interface Scanned {
  readonly inputs: string;
  readonly attributes: Readonly<Record<string, number | readonly number[]>>;
  readonly nodes: Parts['nodes'];
  readonly x: string;
  readonly outputs: string[];
  readonly made: string;
  readonly opset: number;
  readonly body: (made: Graph) => void;
}

/** The same RNN by Scan, over the second axis of X. */
function scanned(change: Partial<Scanned> = {}): Uint8Array {
  const own: Scanned = {
    inputs: 'h0 X',
    attributes: { scan_input_axes: [1], scan_output_axes: [1] },
    nodes: step,
    x: 'x',
    outputs: ['next', 'next'],
    made: 'last Y',
    opset: 17,
    body: () => {},
    ...change,
  };
  const body = graph({
    nodes: own.nodes,
    inputs: Object.fromEntries(['h', ...own.x.split(' ')].map((name) => [name, {}])),
    outputs: own.outputs,
  });
  own.body(body);
  return model({
    nodes: [
      node('Shape', 'X', 'shape'),
      node('Gather', 'shape zero', 'rows'),
      node('Unsqueeze', 'rows z', 'rows1'),
      node('Concat', 'rows1 four', 'size', { axis: 0 }),
      node('ConstantOfShape', 'size', 'h0'),
      node('Equal', 'X X', 'flags'),
      node('Scan', own.inputs, own.made, { num_scan_inputs: 1, body, ...own.attributes }),
    ],
    init,
    outputs: own.made.split(' ').filter((name) => name !== '_'),
    opset: own.opset,
  });
}

describe('Scan', () => {
  const x = { data: randomFloats(2 * 5 * 6, 4), shape: [2, 5, 6] };
  const outputs = async (file: Uint8Array) => (await createModel(fromOnnx(file))).runNamed({ X: x });

  it('is the layer that the same loop is, its sequences along any axis', async () => {
    const wanted = await outputs(written());
    expect(await outputs(scanned())).toEqual(wanted);
    expect(await outputs(scanned({ attributes: { scan_input_axes: [-2], scan_output_axes: [-2] } }))).toEqual(wanted);
    const { spec, report } = readOnnx(scanned());
    expect(spec.nodes.map(({ type }) => type)).toEqual(['rnn', 'dropout', 'dropout']);
    expect(report.notes).toContainEqual(expect.stringMatching(/\(Scan\): its steps are those of a layer of type rnn/));
  });

  it('makes its timesteps along the axis that it says', async () => {
    const [wanted, turned] = [
      await outputs(scanned()),
      await outputs(scanned({ attributes: { scan_input_axes: [1], scan_output_axes: [0] } })),
    ];
    const [y, other] = [wanted.Y, turned.Y];
    expect(other?.shape).toEqual([5, 2, 4]);
    const at = (t: number, b: number, j: number) => y?.data[(b * 5 + t) * 4 + j] as number;
    expect(Array.from(other?.data ?? [])).toEqual(
      Array.from({ length: 40 }, (_, i) => at(Math.floor(i / 8), Math.floor(i / 4) % 2, i % 4)),
    );
  });

  it('streams', async () => {
    const model = await createModel(fromOnnx(scanned({ made: '_ Y' })));
    const stream = model.createStream();
    const one = x.data.subarray(0, 30);
    const steps = Array.from({ length: 5 }, (_, t) => [...stream.step(one.subarray(t * 6, t * 6 + 6))]);
    expect(steps.flat()).toEqual([...model.run(one)]);
  });

  it.each<[string, Partial<Scanned>, RegExp]>([
    [
      'of before operator set 9',
      { opset: 8, inputs: 'X X' },
      /\(Scan\): a Scan of another meaning; expected operator set 9 or later, got 8/,
    ],
    [
      'no sequence',
      { attributes: { num_scan_inputs: 0 } },
      /a body that does not fit; expected 2 inputs, 2 outputs, got 2, 2/,
    ],
    [
      'more of them than inputs',
      { attributes: { num_scan_inputs: 3 } },
      /a body that does not fit; expected 2 inputs, 2 outputs, got 2, 2/,
    ],
    ['an output less', { outputs: ['next'] }, /a body that does not fit; expected 2 inputs, 2 outputs, got 2, 1/],
    [
      'fewer outputs than states',
      { inputs: 'h0 h0 X', x: 'x y', outputs: ['next'], made: 'last' },
      /a body that does not fit; expected 3 inputs, 1 outputs, got 3, 1/,
    ],
    ['a state that is left out', { inputs: '_ X' }, /an input is missing; expected input 0/],
    [
      'a walk from the end',
      { attributes: { scan_input_axes: [1], scan_input_directions: [1] } },
      /inputs that are not honoured; expected 1, forward, got axes \[1\], directions \[1\]/,
    ],
    [
      'outputs from the end',
      { attributes: { scan_input_axes: [1], scan_output_axes: [1], scan_output_directions: [1] } },
      /outputs that are not honoured; expected 1, forward, got axes \[1\], directions \[1\]/,
    ],
    [
      'axes of two',
      { attributes: { scan_input_axes: [1, 1] } },
      /inputs that are not honoured; expected 1, forward, got axes \[1,1\], directions \[0\]/,
    ],
    ['no such axis', { attributes: { scan_input_axes: [3] } }, /no such axis; expected -3 to 2, got 3/],
    [
      'two axes of one value',
      {
        inputs: 'X X',
        attributes: { num_scan_inputs: 2, scan_input_axes: [1, 2], scan_output_axes: [1, 1] },
      },
      /two axes of one value; expected the same one, got input 1, axis 2/,
    ],
    [
      'a formula of its own',
      { nodes: [node('MatMul', 'x W', 'xw'), node('Mul', 'h xw', 'next')] },
      /\(Scan\): a loop that is no LSTM, GRU or simple RNN; expected the formula of one of them/,
    ],
    ['a mask', { inputs: 'h0 flags' }, /\(Scan\): a loop that looks at a mask/],
    [
      'something else collected',
      { outputs: ['next', 'sb'] },
      /output 1 is not made; expected an output that is, got Y/,
    ],
  ])('refuses %s', (_, change, expected) => {
    expect(refusal(() => fromOnnx(scanned(change), { axes: { X: ['batch', 'time', 'features'] } }))).toMatch(expected);
  });
});
