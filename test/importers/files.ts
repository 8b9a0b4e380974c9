import type { TensorSpec } from '../../src/spec.js';
import { randomFloats } from '../support/random.js';

/** A file with this header (an object, or text as is) and data; `length` and `pad` can lie. */
export function file(
  header: unknown,
  data: Uint8Array | number = 0,
  { length, pad = '' }: { length?: bigint; pad?: string } = {},
) {
  const text = new TextEncoder().encode((typeof header === 'string' ? header : JSON.stringify(header)) + pad);
  const body = typeof data === 'number' ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

/** One header entry. */
export const entry = (dtype: string, shape: unknown, begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

/** Tensors with random values, by name and shape. */
export function tensors(shapes: Readonly<Record<string, readonly number[]>>): Record<string, TensorSpec> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], index) => {
      const length = shape.reduce((product, n) => product * n, 1);
      return [name, { shape, data: randomFloats(length, index + 1) }];
    }),
  );
}

/** Shapes of the state dict of `nn.LSTM` (4), `nn.GRU` (3) or `nn.RNN` (1). */
export function recurrentShapes(
  gates: number,
  input: number,
  hidden: number,
  { prefix = '', layers = 1, both = false, bias = true, proj = 0 } = {},
): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  const h = proj || hidden;
  for (let layer = 0; layer < layers; layer++) {
    const inputs = layer === 0 ? input : both ? 2 * h : h;
    for (const suffix of both ? ['', '_reverse'] : ['']) {
      const at = (kind: string) => `${prefix}${kind}_l${layer}${suffix}`;
      shapes[at('weight_ih')] = [gates * hidden, inputs];
      shapes[at('weight_hh')] = [gates * hidden, h];
      if (bias) shapes[at('bias_ih')] = [gates * hidden];
      if (bias) shapes[at('bias_hh')] = [gates * hidden];
      if (proj) shapes[at('weight_hr')] = [proj, hidden];
    }
  }
  return shapes;
}
