import { createModel } from 'gatewise';
import { assertAgree } from '../support/agree.mjs';
import { uniform } from '../support/random.mjs';
import { warmUp } from '../support/rounds.mjs';
import { ratios, spread } from '../support/stats.mjs';
import { digits, duration, range, times } from '../support/table.mjs';

export const title =
  'Denormals: stream.step with inputs, weights or states of any smallness, against usual ones in the same rounds';

const SIZES = [1e-20, 1e-30, 1e-39, 1e-45, 0];
const WHAT = ['inputs', 'weights', 'states'];
export const points = [
  ...['lstm', 'gru'].flatMap((type) => WHAT.map((what) => [type, what])),
  // It has no state.
  ['dense', 'inputs'],
  ['dense', 'weights'],
];
export const pointName = ([type, what]) => `${type} (64, 64), ${what}`;

const [INPUTS, UNITS] = [64, 64];
const STEPS = 16;
/** At most this many times the usual. */
const TARGET = 1.2;
/** A dense layer has the rows of one gate. */
const GATES = { lstm: 4, gru: 3, dense: 1 };

/** Random weights of a cell, gates stacked i f g o or r z n; `scale` of the usual ones. */
function cellOf(type, scale) {
  const rows = GATES[type] * UNITS;
  const draw = (seed, length) => uniform(seed, length, 1 / Math.sqrt(UNITS)).map((w) => w * scale);
  return { ih: draw(1, rows * INPUTS), hh: draw(2, rows * UNITS), bih: draw(3, rows), bhh: draw(4, rows) };
}

function specOf(type, { ih, hh, bih, bhh }) {
  const rows = GATES[type] * UNITS;
  const inputs = [{ name: 'x', features: INPUTS }];
  if (type === 'dense')
    return {
      inputs,
      nodes: [{ type, name: type, inputs: ['x'], units: UNITS, tensors: { weight: 'ih', bias: 'bih' } }],
      outputs: [type],
      tensors: { ih: { shape: [rows, INPUTS], data: ih }, bih: { shape: [rows], data: bih } },
    };
  const tensors = { weightIh: 'ih', weightHh: 'hh', biasIh: 'bih', biasHh: 'bhh' };
  return {
    inputs,
    nodes: [{ type, name: type, inputs: ['x'], units: UNITS, tensors, ...(type === 'gru' && { resetAfter: true }) }],
    outputs: [type],
    tensors: {
      ih: { shape: [rows, INPUTS], data: ih },
      hh: { shape: [rows, UNITS], data: hh },
      bih: { shape: [rows], data: bih },
      bhh: { shape: [rows], data: bhh },
    },
  };
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** One timestep in float64, as plain as the equations: h and c are changed; what a dense layer makes is put into h. */
function plainStep(type, { ih, hh, bih, bhh }, x, h, c) {
  const product = (weights, vector, row) =>
    vector.reduce((sum, value, j) => sum + weights[row * vector.length + j] * value, 0);
  const rows = GATES[type] * UNITS;
  const fromX = Array.from({ length: rows }, (_, row) => product(ih, x, row) + bih[row]);
  if (type === 'dense') {
    for (let unit = 0; unit < UNITS; unit++) h[unit] = fromX[unit];
    return;
  }
  const fromH = Array.from({ length: rows }, (_, row) => product(hh, h, row) + bhh[row]);
  for (let unit = 0; unit < UNITS; unit++) {
    const [a, b, g, o] = [0, 1, 2, 3].map((gate) => gate * UNITS + unit);
    if (type === 'lstm') {
      c[unit] = sigmoid(fromX[b] + fromH[b]) * c[unit] + sigmoid(fromX[a] + fromH[a]) * Math.tanh(fromX[g] + fromH[g]);
      h[unit] = sigmoid(fromX[o] + fromH[o]) * Math.tanh(c[unit]);
    } else {
      const z = sigmoid(fromX[b] + fromH[b]);
      h[unit] = (1 - z) * Math.tanh(fromX[g] + sigmoid(fromX[a] + fromH[a]) * fromH[g]) + z * h[unit];
    }
  }
}

/** What one step is made of: a model, the state it starts from, and its input. */
async function stepOf(type, build, scales) {
  const cell = cellOf(type, scales.weights);
  const model = await createModel(specOf(type, cell), { build });
  const stream = model.createStream();
  const x = uniform(7, INPUTS, 1).map((value) => value * scales.inputs);
  const state = (seed) => uniform(seed, UNITS, 0.5).map((value) => value * scales.states);
  const start = type === 'dense' ? [] : [{ h: state(8), ...(type === 'lstm' && { c: state(9) }) }];
  const out = new Float32Array(UNITS);
  // From the same state again and again: it would not stay as small as it is.
  const run = () => {
    stream.setState(start);
    for (let t = 0; t < STEPS; t++) stream.step(x, out);
  };
  run();
  const [h, c] = [Array.from(start[0]?.h ?? out), Array.from(start[0]?.c ?? [])];
  for (let t = 0; t < STEPS; t++) plainStep(type, cell, Array.from(x), h, c);
  assertAgree(`${type}, ${JSON.stringify(scales)}`, out, h);
  return run;
}

/** In each round the cases take turns of some 50 µs, for `seconds` each. @returns seconds per step, the fastest turn of each round. */
function turns(cases, { rounds, seconds }) {
  const names = Object.keys(cases);
  const result = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const fastest = Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY]));
    for (const end = performance.now() + 1000 * seconds * names.length; performance.now() < end; ) {
      for (const name of names) {
        const start = process.hrtime.bigint();
        cases[name]();
        fastest[name] = Math.min(fastest[name], (1e-9 * Number(process.hrtime.bigint() - start)) / STEPS);
      }
    }
    for (const name of names) result[name].push(fastest[name]);
  }
  return result;
}

export async function measure([type, what], options) {
  const usual = { inputs: 1, weights: 1, states: 1 };
  const cases = { usual: await stepOf(type, options.build, usual) };
  for (const size of SIZES) cases[size] = await stepOf(type, options.build, { ...usual, [what]: size });
  // Long enough for the optimising compiler also with `--quick`: what is compared is a few parts in a hundred.
  warmUp(cases, 1000 * options.seconds + 100);
  const rounds = turns(cases, options);
  // Of the fastest rounds: whatever else the machine does only adds to them.
  const least = (name) => Math.min(...rounds[name]);
  const found = SIZES.map((size) => {
    const ratio = least(size) / least('usual');
    return [size, { ...spread(ratios(rounds[size], rounds.usual)), median: ratio }];
  });
  const worst = found.reduce((a, b) => (b[1].median > a[1].median ? b : a));
  return {
    point: [type, what],
    usual: least('usual'),
    ratios: Object.fromEntries(found),
    worst: worst[1],
    target: TARGET,
    met: worst[1].median <= TARGET,
    rounds,
  };
}

export const columns = [
  { label: 'layer, what is small', text: ({ point }) => pointName(point) },
  { label: 'usual step', text: ({ usual }) => duration(usual) },
  ...SIZES.map((size) => ({ label: `${size}`, text: (row) => times(row.ratios[size]) })),
  { label: 'rounds of the worst', text: ({ worst }) => range((value) => `${digits(value)}x`, worst) },
  { label: 'target', text: ({ target, met }) => `${target}x ${met ? 'met' : 'MISSED'}` },
];
