import { describe, expect, it } from 'vitest';
import { fromTfGraph } from '../../../src/importers/tfgraph/index.js';
import { createModel } from '../../../src/index.js';
import { attr, constant, FLOAT, floats, func, graph, INT32, input, node, wholes } from './build.js';
import { caseOf } from './cases.js';

// A loop that is an RNN, and what is no such loop: h' = tanh(W·x + U·h) over lists of timesteps.

const T = { T: attr.type(FLOAT) };
const I = { T: attr.type(INT32) };
const W = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
const U = [0.5, -0.25, 0.25, 0.5];

/** What stands around a loop: x, the number of its timesteps, its rows, h at first. */
const around = [
  input(),
  constant('order', wholes([1, 0, 2])),
  node('rows', 'Transpose', ['x', 'order'], T),
  node('sizes', 'Shape', ['rows']),
  constant('zero', wholes([0], [])),
  constant('one', wholes([1], [])),
  node('time', 'GatherV2', ['sizes', 'zero', 'zero']),
  node('batch', 'GatherV2', ['sizes', 'one', 'zero']),
  constant('units', wholes([2], [])),
  node('state', 'Pack', ['batch', 'units'], { N: attr.int(2) }),
  constant('nothing', floats([0], [])),
  node('h0', 'Fill', ['state', 'nothing'], T),
  constant('w', floats(W, [3, 2])),
  constant('u', floats(U, [2, 2])),
  node('xs', 'TensorListFromTensor', ['rows', 'zero']),
  node('empty', 'TensorListReserve', ['zero', 'time']),
];

/** What a step makes of t, h and the timestep x. */
const step = [
  node('a', 'MatMul', ['x:item:0', 'w'], T),
  node('b', 'MatMul', ['h', 'u'], T),
  node('s', 'AddV2', ['a:product:0', 'b:product:0'], T),
  node('next', 'Tanh', ['s:z:0'], T),
];

const ARGS = ['t', 'list', 'h', 'xs', 'time', 'w', 'u'];
const SAME = { xs2: 'xs', time2: 'time', w2: 'w', u2: 'u' };

interface Changes {
  readonly initial?: readonly string[];
  readonly write?: readonly Uint8Array[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly condition?: Readonly<Record<string, string>>;
  readonly attrs?: Readonly<Record<string, Uint8Array>>;
  readonly stack?: Uint8Array;
  readonly more?: readonly Uint8Array[];
}

function loop({ initial, write, outputs, condition, attrs, stack, more = [] }: Changes = {}): Uint8Array {
  const body = func('body', ARGS, outputs ?? { t2: 'up:z:0', list2: 'put:output_handle:0', h2: 'next:y:0', ...SAME }, [
    node('x', 'TensorListGetItem', ['xs', 't', 't'], { element_dtype: attr.type(FLOAT) }),
    ...step,
    constant('by', wholes([1], [])),
    node('up', 'AddV2', ['t', 'by:output:0'], I),
    ...(write ?? [node('put', 'TensorListSetItem', ['list', 't', 'next:y:0'])]),
  ]);
  const goesOn = func('goesOn', ARGS, condition ?? { on: 'less:z:0' }, [node('less', 'Less', ['t', 'time'], I)]);
  const functions = { cond: attr.func('goesOn'), body: attr.func('body') };
  return graph(
    [
      ...around,
      ...more,
      node('loop', 'While', initial ?? ['zero', 'empty', 'h0', 'xs', 'time', 'w', 'u'], attrs ?? functions),
      stack ?? node('y', 'TensorListStack', ['loop:1', 'zero']),
    ],
    [body, goesOn],
  );
}

/** h after each timestep, in double precision. */
function rnn(x: readonly number[], time: number): number[] {
  let h = [0, 0];
  return Array.from({ length: time }, (_, t) => {
    h = [0, 1].map((unit) => {
      const of = [0, 1, 2].reduce((sum, k) => sum + (x[3 * t + k] as number) * (W[2 * k + unit] as number), 0);
      return Math.tanh(of + [0, 1].reduce((sum, k) => sum + (h[k] as number) * (U[2 * k + unit] as number), 0));
    });
    return h;
  }).flat();
}

describe('a loop', () => {
  const x = Array.from({ length: 12 }, (_, i) => Math.sin(i));
  it('of functions, written out by hand, is the RNN that it is', async () => {
    const spec = fromTfGraph(loop());
    expect(spec.nodes.map(({ type }) => type)).toContain('rnn');
    const made = await createModel(spec);
    const { y } = made.runNamed({ x: { data: Float32Array.from(x), shape: [1, 4, 3] } });
    expect(y?.shape).toEqual([4, 1, 2]);
    rnn(x, 4).forEach((n, i) => {
      expect(y?.data[i]).toBeCloseTo(n, 6);
    });
  });

  const counted = node('count', 'Range', ['zero', 'time', 'one']);
  const other = node('count', 'Range', ['one', 'time', 'one']);
  it.each<readonly [what: string, bytes: Uint8Array, message: string]>([
    [
      'without a body',
      loop({ attrs: { cond: attr.func('goesOn') } }),
      'node "loop" (While): no body; expected a function',
    ],
    [
      'whose body gives less',
      loop({ outputs: { t2: 'up:z:0' } }),
      'node "loop" (While): a loop that does not fit; expected 7 values, got 1',
    ],
    [
      'of two conditions',
      loop({ condition: { on: 'less:z:0', off: 'less:z:0' } }),
      'node "loop" (While): a condition that is no single value; expected one, got 1',
    ],
    [
      'that runs for less',
      loop({ initial: ['one', 'empty', 'h0', 'xs', 'time', 'w', 'u'] }),
      'node "loop" (While): state that is no vector per row',
    ],
    [
      'into a list that is not empty',
      loop({ initial: ['zero', 'xs', 'h0', 'xs', 'time', 'w', 'u'] }),
      'node "loop" (While): a list that is not made as a loop goes; expected one write into an empty list at each step, got put',
    ],
    [
      'into a longer list',
      loop({
        more: [constant('nine', wholes([9], [])), node('longer', 'TensorListReserve', ['zero', 'nine'])],
        initial: ['zero', 'longer', 'h0', 'xs', 'time', 'w', 'u'],
      }),
      'node "y" (TensorListStack): a list of other than one row for each timestep; expected time, got 9',
    ],
    [
      'that writes at other places',
      loop({ write: [node('put', 'TensorListSetItem', ['list', 'up:z:0', 'next:y:0'])] }),
      'node "loop" (While): a list that is written at other places; expected one row for each step, got ⟨step⟩+1',
    ],
    [
      'that writes what is no state at one place',
      loop({
        more: [node('single', 'TensorListReserve', ['zero', 'one'])],
        initial: ['zero', 'single', 'h0', 'xs', 'time', 'w', 'u'],
        write: [
          constant('first', wholes([0], [])),
          node('put', 'TensorListSetItem', ['list', 'first:output:0', 's:z:0']),
        ],
      }),
      'node "loop" (While): a list of what is no state; expected a state of the loop, got s',
    ],
    [
      'over a list that is none',
      loop({ initial: ['zero', 'empty', 'h0', 'empty', 'time', 'w', 'u'] }),
      'node "x" (TensorListGetItem): an element of a list that is no sequence; expected a list of the rows of a tensor, got node "empty" (TensorListReserve)',
    ],
    [
      'whose state is stacked',
      loop({ stack: node('y', 'TensorListStack', ['loop:2', 'zero']) }),
      'node "y" (TensorListStack): what is no list; expected a list that a loop writes, got node "loop" (While)',
    ],
    [
      'that is not there',
      loop({ stack: node('y', 'TensorListStack', ['xs', 'zero']) }),
      'node "y" (TensorListStack): a list that no loop makes; expected While, got node "xs" (TensorListFromTensor)',
    ],
    [
      'of which some rows are taken',
      loop({
        more: [node('count', 'Range', ['zero', 'one', 'one'])],
        stack: node('y', 'TensorArrayGatherV3', ['zero', 'count', 'loop:1']),
      }),
      'node "y" (TensorArrayGatherV3): some of the elements; expected all of them, got node "one" (Const)',
    ],
    [
      'of which rows are taken in another order',
      loop({ more: [other], stack: node('y', 'TensorArrayGatherV3', ['zero', 'count', 'loop:1']) }),
      'node "y" (TensorArrayGatherV3): rows in another order; expected 0, 1, 2, …, got node "count" (Range)',
    ],
    [
      'over rows in another order',
      graph([
        ...around,
        other,
        node('array', 'TensorArrayV3', ['time']),
        node('filled', 'TensorArrayScatterV3', ['array', 'count', 'rows', 'array:1']),
        node('y', 'TensorArrayReadV3', ['array', 'zero', 'filled']),
      ]),
      'node "y" (TensorArrayReadV3): rows in another order; expected 0, 1, 2, …, got node "count" (Range)',
    ],
    [
      'of version 1 of another form',
      graph([...around, counted, node('gate', 'Switch', ['h0', 'h0']), node('y', 'Exit', ['gate'], T)]),
      'node "y" (Exit): a loop of another form; expected LoopCond, got gate: Fill',
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => fromTfGraph(bytes, { outputs: ['y'] })).toThrow(message);
  });
});

describe('state', () => {
  it('that goes in and comes out is kept inside a stream', async () => {
    const { model, files } = caseOf('keras3', 'step');
    const states = [
      { input: 'h_in', output: 'output_1' },
      { input: 'c_in', output: 'output_2' },
    ];
    const stream = (await createModel(fromTfGraph(model, { files, states }))).createStream();
    const byHand = await createModel(fromTfGraph(model, { files, states: [] }));
    let [h, c] = [new Float32Array(4), new Float32Array(4)];
    for (let t = 0; t < 4; t++) {
      const x = Float32Array.from({ length: 3 }, (_, i) => Math.sin(5 * t + i));
      const results = byHand.runNamed({ x: { data: x, shape: [1, 1, 3] }, h_in: h, c_in: c });
      expect(stream.step(x)).toEqual(results.output_0?.data);
      [h, c] = [
        results.output_1?.data as Float32Array<ArrayBuffer>,
        results.output_2?.data as Float32Array<ArrayBuffer>,
      ];
    }
  });
});
