// The drawings of docs/units-cells-layers.md: what a model that we trained (examples/wave) computed, no more.
import { createModel } from 'gatewise';
import { traceLayers } from 'gatewise/view';
import { goOn } from '../../examples/wave/go-on.mjs';
import * as wave from '../../examples/wave/model.mjs';
import { arrow, column, dot, drawing, frame, key, line, shade, text } from './svg.mjs';

const UNITS = 20;
const TIME = 10;
const [MARK, WAVE] = ['#c2185b', '#1c2026'];
const times = [...Array(TIME).keys()];

/** h of a layer at each timestep. */
function statesOf(traced, index) {
  const { data } = traced.layers.filter(({ type }) => type === 'lstm')[index].maps.find(({ name }) => name === 'h');
  return times.map((t) => data.subarray(t * UNITS, (t + 1) * UNITS));
}

/** @returns the drawings by name. */
export async function story() {
  const known = wave.settings.reference.wave.slice(0, TIME);
  const build = 'simd';
  const [encoder, decoder] = await Promise.all(
    [wave.encoder, wave.decoder].map((spec) => createModel(spec, { build })),
  );
  const { points, state, fed } = goOn(encoder, decoder, known, TIME);
  const reading = await traceLayers(wave.encoder, known, { build, time: false });
  const writing = await traceLayers(wave.decoder, fed, { build, time: false, initialState: state });
  const [first, second, written] = [statesOf(reading, 0), statesOf(reading, 1), statesOf(writing, 0)];
  return {
    'units.svg': units(known, first),
    'cell.svg': cell(known, first),
    'stack.svg': stack(known, first, second),
    'encoder-decoder.svg': encoderDecoder(known, second, fed, written, points),
  };
}

/** 20 units at 10 timesteps: one array, looked at in two ways. */
function units(known, states) {
  const [left, top, wide, tall] = [190, 132, 46, 15];
  const [unit, moment] = [6, 5];
  const right = left + TIME * wide;
  const bottom = top + UNITS * tall;
  const middle = (t) => left + (t + 0.5) * wide;
  return drawing(
    860,
    500,
    'The hidden state of 20 units at 10 timesteps as a heat map, one column of it and one row marked',
    text(left - 14, 62, 'what comes in: x', { anchor: 'end' }),
    line(
      WAVE,
      known.map((x, t) => [middle(t), 58 - x * 30]),
    ),
    known.map((x, t) => dot(middle(t), 58 - x * 30, WAVE)),
    times.map((t) => text(middle(t), top - 8, t, { size: 11, faint: true })),
    text(left - 34, top - 8, 'timestep', { size: 11, anchor: 'end', faint: true }),
    states.map((h, t) => column(left + t * wide, top, wide + 0.4, tall + 0.3, h)),
    [0, 5, 10, 15, 19].map((at) =>
      text(left - 8, top + (at + 0.75) * tall, at, { size: 11, anchor: 'end', faint: true }),
    ),
    text(left - 60, (top + bottom) / 2, 'h: units = 20', { angle: -90, bold: true }),
    frame(left + moment * wide, top, wide, UNITS * tall, MARK),
    frame(left, top + unit * tall, TIME * wide, tall, MARK),
    text(right + 16, top + (unit + 0.8) * tall, 'a row: one unit,', { anchor: 'start', bold: true }),
    text(right + 16, top + (unit + 0.8) * tall + 18, 'at all 10 timesteps', { anchor: 'start' }),
    text(middle(moment), bottom + 22, 'a column: all 20 units, at one timestep', { bold: true }),
    text(left, bottom + 52, '20 × 10 numbers, and a single cell with one set of weights has made them all', {
      anchor: 'start',
      faint: true,
    }),
    key(right - 150, 14),
  );
}

const BOX = { wide: 46, tall: 4, gap: 30 };
const placeOf = (left) => (t) => left + t * (BOX.wide + BOX.gap);

/** Boxes of a layer's cell, once a timestep, the state going from one to the next. */
function unrolled(left, top, states, { start = '0' } = {}) {
  const x = placeOf(left);
  const middle = top + 14 + (UNITS * BOX.tall) / 2;
  return states.map((h, t) => [
    frame(x(t), top, BOX.wide, UNITS * BOX.tall + 28, '#5c6470', 6),
    column(x(t) + 12, top + 14, BOX.wide - 24, BOX.tall + 0.2, h),
    t > 0 ? arrow([x(t) - BOX.gap + 2, middle], [x(t) - 3, middle]) : [],
    t === 0 && start
      ? [text(x(0) - 38, middle + 4, start, { size: 12 }), arrow([x(0) - 28, middle], [x(0) - 3, middle])]
      : [],
  ]);
}

const HEIGHT = UNITS * BOX.tall + 28;

/** A value in a box: what goes in or comes out. */
const value = (x, y, n) => [
  `<circle cx="${x}" cy="${y}" r="15" fill="${shade(n)}" stroke="#8a93a0"/>`,
  text(x, y + 4, n.toFixed(1).replace('-', '−'), { size: 11 }),
];

/** One cell at ten moments. */
function cell(known, states) {
  const [left, top] = [66, 70];
  const x = placeOf(left);
  const right = x(TIME - 1) + BOX.wide;
  return drawing(
    860,
    290,
    'One cell drawn ten times, once for each timestep, its state handed from each to the next',
    text((left + right) / 2, 30, 'one cell, drawn once for each timestep: ten moments, one set of weights', {
      bold: true,
      size: 14,
    }),
    times.map((t) => text(x(t) + BOX.wide / 2, top - 10, `t = ${t}`, { size: 11, faint: true })),
    unrolled(left, top, states),
    times.map((t) => [
      arrow([x(t) + BOX.wide / 2, top + HEIGHT + 26], [x(t) + BOX.wide / 2, top + HEIGHT + 3]),
      value(x(t) + BOX.wide / 2, top + HEIGHT + 42, known[t]),
    ]),
    text(
      left,
      272,
      'The stripes in a box are the 20 numbers of h after that timestep; below it, the one number of x.',
      { anchor: 'start', faint: true, size: 12 },
    ),
  );
}

/** Two layers: what the first gives is what the second is given. */
function stack(known, first, second) {
  const [left, upper] = [86, 50];
  const lower = upper + HEIGHT + 36;
  const x = placeOf(left);
  const middle = (t) => x(t) + BOX.wide / 2;
  return drawing(
    860,
    396,
    'Two layers, each drawn once for each timestep; the output of the first is the input of the second',
    text(430, 28, 'a stack of two layers: each has a cell, weights and a state of its own', { bold: true, size: 14 }),
    text(24, upper + HEIGHT / 2, 'second layer', { angle: -90, bold: true }),
    unrolled(left, upper, second),
    text(24, lower + HEIGHT / 2, 'first layer', { angle: -90, bold: true }),
    unrolled(left, lower, first),
    times.map((t) => [
      arrow([middle(t), lower - 2], [middle(t), upper + HEIGHT + 3]),
      arrow([middle(t), lower + HEIGHT + 26], [middle(t), lower + HEIGHT + 3]),
      value(middle(t), lower + HEIGHT + 42, known[t]),
    ]),
    text(
      left,
      384,
      'At each timestep the first layer’s 20 numbers of h go up as the second one’s x, and to the right as its own memory.',
      { anchor: 'start', faint: true, size: 12 },
    ),
  );
}

/** The state of one becomes the state of the other. */
function encoderDecoder(known, read, fed, written, points) {
  const [left, top] = [66, 66];
  const x = placeOf(left);
  const middle = (t) => x(t) + BOX.wide / 2;
  const under = top + HEIGHT + 42;
  const lower = under + 132;
  const right = x(TIME - 1) + BOX.wide;
  const [there, below] = [top + HEIGHT / 2, lower + HEIGHT / 2];
  return drawing(
    860,
    570,
    'An encoder reads ten points and hands its state to a decoder, which writes ten more, each fed back in',
    text(left, top - 38, 'encoder (its last layer): reads ten points', { anchor: 'start', bold: true, size: 14 }),
    times.map((t) => text(middle(t), top - 10, `t = ${t}`, { size: 11, faint: true })),
    unrolled(left, top, read),
    times.map((t) => [
      arrow([middle(t), under - 16], [middle(t), top + HEIGHT + 3]),
      value(middle(t), under, known[t]),
    ]),
    arrow(
      [right + 2, there],
      [right + 20, there],
      [right + 20, under + 44],
      [left - 32, under + 44],
      [left - 32, below],
      [left - 3, below],
    ),
    text(430, under + 37, 'h and c, 20 numbers each: all that it has understood', { size: 12, bold: true }),
    text(left, lower - 44, 'decoder: goes on for ten points, each fed back in', {
      anchor: 'start',
      bold: true,
      size: 14,
    }),
    unrolled(left, lower, written, { start: '' }),
    times.map((t) => [
      value(middle(t), lower + HEIGHT + 42, fed[t]),
      arrow([middle(t), lower + HEIGHT + 26], [middle(t), lower + HEIGHT + 3]),
      arrow([middle(t), lower - 2], [middle(t), lower - 12]),
      text(middle(t), lower - 18, points[t].toFixed(1).replace('-', '−'), { size: 12, bold: true }),
    ]),
    text(
      left,
      556,
      'The timesteps of the two have nothing to do with one another; their numbers of units must be the same.',
      { anchor: 'start', faint: true, size: 12 },
    ),
  );
}
