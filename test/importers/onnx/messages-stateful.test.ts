import { describe } from 'vitest';
import { floats, node, type Parts } from './build.js';
import { B, CHANNELS, T, table, x } from './refused.js';

const HEADS = { q_num_heads: 2, kv_num_heads: 1, update_rule: 'linear' };
const attention = (inputs: string, attributes: object = {}, outputs = 'Y state'): Parts['nodes'] => [
  node('LinearAttention', inputs, outputs, { ...HEADS, ...attributes }),
];
const conv = (inputs: string, attributes = {}, outputs = 'Y state'): Parts['nodes'] => [
  node('CausalConvWithState', inputs, outputs, attributes),
];
const input = (dims: (string | number)[], ...roles: string[]) => ({ dims, roles });
const K = { K: input([B, T, 3], 'batch', 'time', 'features') };
const all = (more: Record<string, ReturnType<typeof input>>) => ({
  inputs: { ...x(B, T, 6), ...Object.fromEntries(Object.entries(more).map(([name, { dims }]) => [name, { dims }])) },
  options: {
    axes: {
      X: ['batch', 'time', 'features'],
      ...Object.fromEntries(Object.entries(more).map(([name, { roles }]) => [name, roles])),
    },
  } as never,
});
const channels = { inputs: x(B, 6, T), init: { w: floats([6, 1, 4]) } };

describe('ONNX, refused by its words: operators with a state', () => {
  const own = all(K);
  const state = all({ ...K, S: input([B, 1, 3, 4], 'batch', 'features', 'features', 'features') });
  const late = all({ ...K, V: input([B, 5, 3], 'batch', 'fixed', 'features') });
  table([
    [
      'no heads',
      { nodes: attention('X K K', { q_num_heads: 0 }), inputs: own.inputs },
      /no q_num_heads; expected a number of heads, got 0/,
      own.options,
    ],
    [
      'no heads of keys',
      { nodes: attention('X K K', { kv_num_heads: -1 }), inputs: own.inputs },
      /no kv_num_heads; expected a number of heads, got -1/,
      own.options,
    ],
    [
      'another rule',
      { nodes: attention('X K K', { update_rule: 'cubic' }), inputs: own.inputs },
      /an unknown update_rule; expected linear, gated, delta, gated_delta, got cubic/,
      own.options,
    ],
    [
      'a decay too many',
      { nodes: attention('X K K _ K'), inputs: own.inputs },
      /update_rule linear and its operands do not agree; expected no decay, got one/,
      own.options,
    ],
    [
      'a rate too few',
      { nodes: attention('X K K', { update_rule: 'delta' }), inputs: own.inputs },
      /update_rule delta and its operands do not agree; expected a beta, got none/,
      own.options,
    ],
    [
      'heads that divide nothing',
      { nodes: attention('X K K', { q_num_heads: 4 }), inputs: own.inputs },
      /heads that do not fit; expected q_num_heads that divide the queries, .*, got 4 and 1 heads of 6 and 3/,
      own.options,
    ],
    [
      'heads that share no keys',
      { nodes: attention('X K K', { q_num_heads: 1, kv_num_heads: 3 }), inputs: own.inputs },
      /heads that do not fit; .* got 1 and 3 heads of 6 and 3/,
      own.options,
    ],
    [
      'keys of another size',
      { nodes: attention('X X K'), inputs: own.inputs },
      /operand 1 has the wrong size; expected 3, got 6/,
      own.options,
    ],
    [
      'a decay of another size',
      { nodes: attention('X K K _ X', { update_rule: 'gated' }), inputs: own.inputs },
      /operand 3 has the wrong size; expected 1 or 3, got 6/,
      own.options,
    ],
    [
      'values of another time',
      { nodes: attention('X K V'), inputs: late.inputs },
      /operand 2 has another time; expected /,
      late.options,
    ],
    [
      'a query of two axes',
      { nodes: attention('X X X'), inputs: x(B, 6) },
      /query has the wrong rank; expected \[batch, time, heads·size\], got 2 axes/,
      { axes: { X: ['batch', 'features'] } },
    ],
    [
      'a state of another shape',
      { nodes: attention('X K K S'), inputs: state.inputs },
      /a past state of the wrong shape; expected \[batch, 1, 3, 3\], the same for all rows if it is constant, got \[.*, 1, 3, 4\]/,
      state.options,
    ],
    [
      'a state that differs from row to row',
      { nodes: attention('X K K s'), inputs: own.inputs, init: { s: floats([2, 1, 3, 3]) } },
      /a past state of the wrong shape; .* got \[2, 1, 3, 3\]/,
      own.options,
    ],
    [
      'channels that are last',
      { nodes: conv('X w'), inputs: x(B, T, 6), init: channels.init },
      /its axes in another order|weights that do not fit; expected \[.*, 1, kernel\], got \[6,1,4\]/,
    ],
    [
      'an image',
      { nodes: conv('X w'), inputs: x(B, 6, T, 3), init: channels.init },
      /its axes in another order; expected \[batch, channels, time\]; options.axes, got \[/,
      { axes: { X: ['batch', 'features', 'time', 'features'] } },
    ],
    [
      'weights of groups',
      { nodes: conv('X w'), ...channels, init: { w: floats([6, 2, 4]) } },
      /weights that do not fit; expected \[6, 1, kernel\], got \[6,2,4\]/,
      CHANNELS,
    ],
    [
      'another activation',
      { nodes: conv('X w', { activation: 'relu' }), ...channels },
      /an activation that is not honoured; expected none, silu or swish, got relu/,
      CHANNELS,
    ],
    [
      'a state of nothing',
      { nodes: conv('X w'), ...channels, init: { w: floats([6, 1, 1]) }, outputs: ['Y', 'state'] },
      /a state of no frames; expected a kernel of at least 2, got 1/,
      CHANNELS,
    ],
  ]);
});
