import { refuse } from '../../shared/refuse.js';
import type { AttributeValue } from '../../translated/messages.js';
import { DOMAIN } from '../builder.js';
import type { TfTensor } from '../model.js';
import type { Site } from '../site.js';

// The LSTM of whole numbers: 8 bits for x and h, 16 for gates and the cell's state, 32 for sums. What its steps are worth is worked out in float32 as
// the kernel does when it is prepared (`PopulateQuantizedLstmParams8x8_16` of TensorFlow Lite's `unidirectional_sequence_lstm.cc`).

/** Places of its inputs: each gate's first. */
const [WEIGHTS, RECURRENT, PEEPHOLES, BIASES, PROJECTION, H, C] = [1, 5, 9, 12, 16, 18, 19];

/** Scales of the cell's state, as powers of two, that the kernel has a tanh for; of others it leaves out the tanh. */
const [LEAST, MOST] = [-15, -9];

/** Bits of a gate's argument behind the point. */
const GATE = 2 ** -12;

const { fround } = Math;

/** One scale and zero point for all. @throws {ImportError} others, or another type. */
function scaleOf(
  site: Site,
  tensor: TfTensor,
  type: string,
  what: string,
  symmetric = true,
): { scale: number; zero: number } {
  const { scales, zeros } = tensor;
  const [scale = 0, zero = 0] = [scales[0], zeros[0]];
  if (tensor.type !== type || scales.length !== 1 || (symmetric && zero !== 0))
    refuse(
      site.where,
      `${what} that the integer kernel does not take`,
      `${type}, one scale${symmetric ? ', zero point 0' : ''}`,
      `${tensor.type}, ${scales.length} scales, zero point ${zero}`,
    );
  return { scale, zero };
}

/** Of gates: what one of their sums is in steps of a gate's argument; 0 for one left out. */
const perGate = (
  site: Site,
  first: number,
  count: number,
  type: string,
  what: string,
  step: (scale: number) => number,
): number[] =>
  Array.from({ length: count }, (_, gate) =>
    site.has(first + gate) ? step(scaleOf(site, site.tensor(first + gate), type, what).scale) : 0,
  );

/** Bounds of 8 bits, less a zero point. */
const bounds = (zero: number): readonly [low: number, high: number] => [-128 - zero, 127 - zero];

/** The power of two that a cell's state counts in. */
function cellBits(site: Site, scale: number): number {
  const power = Math.round(Math.log2(scale));
  if (!(Math.abs(Math.log2(scale) - power) < 1e-3 && power >= LEAST && power <= MOST))
    refuse(
      site.where,
      'a cell state whose tanh TensorFlow Lite leaves out',
      `a scale of 2^${LEAST} to 2^${MOST}`,
      `${scale}`,
    );
  return -power;
}

/** @param clip of the cell's state; 0 for none. */
export function integerLstm(site: Site, clip: number, timeMajor: boolean): void {
  const { builder, operator } = site;
  const x = scaleOf(site, site.tensor(0), 'INT8', 'an input', false);
  const h = scaleOf(site, site.tensor(H), 'INT8', 'a state h', false);
  const y = scaleOf(site, site.output(), 'INT8', 'an output', false);
  const c = scaleOf(site, site.tensor(C), 'INT16', 'a state c');
  const place = operator.intermediates[4];
  const made =
    place === undefined
      ? refuse(
          site.where,
          'no intermediate tensors',
          '5, which say what gates and h count in',
          `${operator.intermediates.length}`,
        )
      : scaleOf(site, builder.tensor(place, site.where), 'INT8', 'a hidden state', false);
  const bits = cellBits(site, c.scale);
  const projected = site.has(PROJECTION);
  if (h.scale !== y.scale || h.zero !== y.zero || (!projected && made.zero !== y.zero))
    refuse(
      site.where,
      'an output that is not the state h',
      `scale ${h.scale}, zero point ${h.zero}`,
      `${y.scale}, ${y.zero}; made as ${made.scale}, ${made.zero}`,
    );
  const input = perGate(site, WEIGHTS, 4, 'INT8', 'weights', (scale) => fround(fround(scale * x.scale) / GATE));
  const recurrent = perGate(site, RECURRENT, 4, 'INT8', 'recurrent weights', (scale) =>
    fround(fround(scale * h.scale) / GATE),
  );
  const peepholes = perGate(site, PEEPHOLES, 3, 'INT16', 'peepholes', (scale) => fround((2 ** -bits * scale) / GATE));
  for (let gate = 0; gate < 4; gate++)
    if (site.has(BIASES + gate) && site.tensor(BIASES + gate).type !== 'INT32')
      refuse(site.where, 'a bias that the integer kernel does not take', 'INT32', site.tensor(BIASES + gate).type);
  // As the kernel has it: cut to a whole number.
  const bound = Math.trunc(Math.min(32767, fround(clip / c.scale)));
  const raw = (input: number): string => (site.has(input) ? site.raw(input) : '');
  const attributes: Record<string, AttributeValue> = {
    __proto__: null as never,
    time_major: { i: timeMajor ? 1 : 0 },
    cell_bits: { i: bits },
    cell_clip: { i: bound },
    input_scales: { floats: input },
    recurrent_scales: { floats: recurrent },
    // In front of a projection the kernel takes the zero point with the other sign, which shows where 8 bits end.
    hidden: { floats: [fround((2 ** -15 / made.scale) * 2 ** -15), ...bounds(projected ? -made.zero : made.zero)] },
  };
  if (site.has(PEEPHOLES + 1)) attributes.peephole_scales = { floats: peepholes };
  if (projected) {
    const { scale } = scaleOf(site, site.tensor(PROJECTION), 'INT8', 'a projection');
    attributes.projected = { floats: [fround(fround(scale * made.scale) / y.scale), ...bounds(y.zero)] };
  }
  const centred = builder.centred(site.index(0), site.source, site.where);
  const inputs = Array.from({ length: PROJECTION }, (_, i) => raw(i + 1));
  builder.add('IntegerLstm', site.source, [centred, ...inputs], [site.centredTarget()], attributes, DOMAIN);
}
