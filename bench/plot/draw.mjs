// npm ci --prefix bench/plot && node bench/plot/draw.mjs: draws docs/speed.svg out of the records that the README's tables are of.
import { writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { sizeName } from '../support/lstm.mjs';
import { plotPoints } from '../tables/lines.mjs';

/** Okabe and Ito's colours, which colour-blind readers tell apart, in tones that stand out from white and from black; ours has the ink's. Each has a symbol too. */
const STYLES = {
  Gatewise: { color: 'currentColor', symbol: 'circle', width: 2.5 },
  'Gatewise, int8': { color: 'currentColor', symbol: 'diamond', width: 2.5, dash: '2 4' },
  'onnxruntime-node': { color: '#d55e00', symbol: 'square', width: 1.5 },
  'onnxruntime-node, int8': { color: '#d55e00', symbol: 'diamond', width: 1.5, dash: '2 4' },
  'onnxruntime-web': { color: '#0a84c6', symbol: 'triangle', width: 1.5 },
  'TensorFlow.js, wasm': { color: '#009e73', symbol: 'cross', width: 1.5 },
  'plain JS': { color: '#cc79a7', symbol: 'star', width: 1.5 },
};
const HEIGHT = 460;
const MARGINS = { marginTop: 40, marginRight: 170, marginBottom: 44, marginLeft: 56 };
/** Between labels, in the logarithm of their values. */
const APART = 0.17;

const points = plotPoints();
const of = (engine) => points.filter((point) => point.engine === engine);
const x = ({ size }) => size[1];
const y = ({ seconds }) => 1e6 * seconds;

/** Where each line ends, moved up or down until no label lies on another. */
function labels() {
  const ends = Object.keys(STYLES)
    .map((engine) => ({ engine, end: of(engine).at(-1) }))
    .filter(({ end }) => end !== undefined)
    .map(({ engine, end }) => ({ engine, x: x(end), at: Math.log10(y(end)) }))
    .sort((a, b) => a.at - b.at);
  const middle = ends.map(({ at }) => at);
  for (let again = 0; again < 200; again++) {
    for (let i = 1; i < ends.length; i++) {
      const missing = APART - (middle[i] - middle[i - 1]);
      if (missing <= 0) continue;
      middle[i] += missing / 2;
      middle[i - 1] -= missing / 2;
    }
  }
  return ends.map((end, i) => ({ ...end, y: 10 ** middle[i] }));
}

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const sizes = new Map(of('Gatewise').map((point) => [x(point), sizeName(point.size)]));
const plot = Plot.plot({
  document,
  width: 760,
  height: HEIGHT,
  ...MARGINS,
  style: { fontSize: '12px' },
  x: {
    type: 'log',
    base: 2,
    label: '(inputs, units, layers), by units →',
    ticks: [...sizes.keys()],
    tickFormat: (units) => sizes.get(units),
    labelAnchor: 'center',
  },
  y: {
    type: 'log',
    domain: [0.4, 10000],
    label: '↑ µs a timestep',
    ticks: [1, 10, 100, 1000, 10000],
    tickFormat: '~s',
    grid: true,
  },
  marks: [
    ...Object.entries(STYLES).flatMap(([engine, { color, symbol, width, dash }]) => [
      Plot.line(of(engine), { x, y, stroke: color, strokeWidth: width, strokeDasharray: dash }),
      Plot.dot(of(engine), { x, y, stroke: color, fill: color, symbol, r: 4 }),
    ]),
    ...['normal', 'bold'].map((fontWeight) =>
      Plot.text(
        labels().filter(({ engine }) => engine.startsWith('Gatewise') === (fontWeight === 'bold')),
        {
          x: 'x',
          y: 'y',
          text: 'engine',
          fill: ({ engine }) => STYLES[engine].color,
          textAnchor: 'start',
          dx: 12,
          fontWeight,
        },
      ),
    ),
  ],
});

plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
plot.setAttribute('role', 'img');
const title = 'Time of one timestep of an LSTM by its units, for each engine';
const style = `<style>svg { color: #1f2328; background: #ffffff; } @media (prefers-color-scheme: dark) { svg { color: #f0f6fc; background: #0d1117; } }</style>`;
const inside = `<title>${title}</title><metadata>${JSON.stringify(points)}</metadata>${style}`;
plot.insertAdjacentHTML('afterbegin', inside);
writeFileSync(new URL('../../docs/speed.svg', import.meta.url), `${plot.outerHTML}\n`);
