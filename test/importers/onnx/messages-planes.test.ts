import { describe } from 'vitest';
import { float, floats, ints, node } from './build.js';
import { B, type Row, T, table, x } from './refused.js';

const FRAME = { axes: { X: ['batch', 'features', 'features', 'features'] } } as const;
const FLOWS = { axes: { X: ['batch', 'features', 'time', 'features'] } } as const;
const frame = x(B, 2, 3, 5);

const conv = (what: string, expected: RegExp, w: number[], more: object = {}, op = 'Conv', dims = frame): Row => [
  what,
  { nodes: [node(op, 'X W', 'Y', { ...more })], init: { W: floats(w) }, inputs: dims },
  expected,
  FRAME,
];

describe('ONNX, refused by its words: windows over two axes', () => {
  table([
    conv('channels that are others', /weights that do not fit; expected 2 channels, got \[4,3,3,3\]/, [4, 3, 3, 3]),
    conv('longer than the frame', /a window that is longer than what it slides over/, [4, 2, 4, 3]),
    conv(
      'a kernel of one axis',
      /a window that does not fit; expected 2 axes behind the channels, got kernel \[3\]/,
      [4, 2, 3],
      {
        strides: [1, 1],
      },
    ),
    conv(
      'padding by the output',
      /a padding that is not honoured; expected pads, got SAME_UPPER/,
      [2, 4, 3, 3],
      { auto_pad: 'SAME_UPPER' },
      'ConvTranspose',
    ),
    [
      'timesteps as channels',
      { nodes: [node('Conv', 'X W', 'Y', {})], init: { W: floats([4, 1, 3, 3]) }, inputs: x(B, 1, 3, 5) },
      /works across the timesteps; expected a time that is not the channels, got timesteps as channels/,
      { axes: { X: ['batch', 'time', 'features', 'features'] } },
    ],
    conv(
      'long axes both',
      /a window over two long axes; expected at most 4194304 weights/,
      [64, 16, 3, 3],
      { pads: [1, 1, 1, 1] },
      'Conv',
      x(B, 16, 100, 100),
    ),
    [
      'over the batch',
      { nodes: [node('Conv', 'X W')], init: { W: floats([4, 2, 3, 3]) }, inputs: x(1, 2, 5, B) },
      /works across the batch; expected rows that stand alone, got a window over it/,
      { axes: { X: ['features', 'features', 'features', 'batch'] } },
    ],
    [
      'over a time that is mixed with features',
      {
        nodes: [node('Reshape', 'X to', 'r'), node('Conv', 'r W')],
        init: { W: floats([4, 1, 3, 3]), to: ints([0, 1, -1, 5]) },
        inputs: x(B, 2, T, 5),
      },
      /a window over a time mixed with features; expected axes of their own/,
      FLOWS,
    ],
  ]);
});

const put = (what: string, indices: readonly number[], dims: readonly number[], expected: RegExp): Row => [
  what,
  {
    nodes: [node('ScatterND', 'X i u')],
    init: { i: ints(indices, dims), u: floats([dims[0] as number]) },
    inputs: x(4),
  },
  expected,
  { axes: { X: ['features'] } },
];
const cell = (what: string, expected: RegExp, more: object = {}, init: object = {}, read = 'X W R'): Row => [
  what,
  {
    nodes: [node('Slice', 'V from to one', 'X'), node('GRU', read, 'Y', { hidden_size: 2, ...more })],
    init: { W: floats([1, 6, 3]), R: floats([1, 6, 2]), from: ints([0]), to: ints([5]), one: ints([1]), ...init },
    inputs: { V: { dims: [1, 6, 3] } },
  },
  expected,
  { axes: { V: ['features', 'features', 'features'] } },
];

describe('ONNX, refused by its words: parts put in place, cells at frequencies', () => {
  table([
    put('every other one', [0, 2], [2, 1], /elements put in places one by one; expected a part of each axis/),
    put('backwards', [2, 1], [2, 1], /elements put in places one by one/),
    put('in another order', [0, 2, 1, 3], [4, 1], /elements put in places one by one/),
    put('more axes than there are', [0, 0, 1, 0], [2, 2], /elements put in places one by one/),
    [
      'elements one by one, added to what is there',
      {
        nodes: [node('ScatterND', 'X i u', 'Y', { reduction: 'add' })],
        init: { i: ints([0, 1], [2, 1]), u: floats([2]) },
        inputs: x(4),
      },
      /scatters numbers; expected the numbers of rows into an order, got add/,
      { axes: { X: ['features'] } },
    ],
    put('no such place', [3, 4], [2, 1], /no such axis; expected -4 to 3, got 4/),
    cell('a clip', /a cell over rows within a timestep; expected one without clip and peepholes/, { clip: float(1) }),
    cell('other weights', /W has the wrong shape; expected \[1,6,3\], got \[1,6,4\]/, {}, { W: floats([1, 6, 4]) }),
    cell(
      'another state',
      /an initial state of the wrong shape; expected \[1,5,2\], got \[1,4,2\]/,
      {},
      { h: floats([1, 4, 2]) },
      'X W R _ _ h',
    ),
  ]);
});
