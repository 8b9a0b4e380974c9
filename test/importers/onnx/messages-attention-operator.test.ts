import { describe } from 'vitest';
import { float, ints, node, type Parts } from './build.js';
import { B, T, table, x } from './refused.js';

// Attention of opset 23: what it has beyond one pass over the sequence is refused.

const heads = node('Reshape', 'X sizes', 'h');
const turn = node('Transpose', 'h', 'q', { perm: [0, 2, 1, 3] });
const init = { sizes: ints([0, 0, 2, 3]), one: ints([1]) };
const attention = (
  attributes: Parameters<typeof node>[3],
  inputs = 'q q q',
  outputs = 'Y',
  more: Partial<Parts> = {},
): Parts => ({
  nodes: [heads, turn, node('Attention', inputs, outputs, attributes)],
  init,
  inputs: x(B, T, 6),
  opset: 23,
  ...more,
});

describe('ONNX, refused by its words: Attention', () => {
  table([
    [
      'heads within the features',
      attention({ q_num_heads: 2, kv_num_heads: 2 }, 'X X X'),
      /heads within the features; expected Q, K and V of four axes, got 3,3,3/,
    ],
    [
      'keys of earlier calls',
      attention({}, 'q q q  q q'),
      /keys and values of earlier calls, or their number; expected Q, K, V and attn_mask, got q, q, q, , q, q/,
    ],
    [
      'the keys come out',
      attention({}, 'q q q', 'y k', { outputs: ['k'] }),
      /more than what attention comes to is read; expected Y alone, got y, k/,
    ],
    [
      'capped scores',
      attention({ softcap: float(5) }),
      /scores that are capped; expected softcap 0, got another number/,
    ],
    [
      'a softmax in half precision',
      attention({ softmax_precision: 10 }),
      /a softmax of another type; expected softmax_precision 1 \(float\), got 10/,
    ],
    ['an unknown attribute', attention({ window: 3 }), /an attribute that is not honoured: window/],
    ['a scale of 0', attention({ scale: float(0) }), /scores that all are 0; expected another scale, got 0/],
    ['another mask', attention({}, 'q q q q'), /scores of every timestep with every other, not as attention has it/],
  ]);
});
