// An encoder reads ten points of a wave, a decoder goes on with it; and a page of what went on inside of both.
import { writeFileSync } from 'node:fs';
import { createModel } from 'gatewise';
import { traceLayers, tracePage } from 'gatewise/view';
import { lineChart, ticks } from '../shared/chart.mjs';
import { goOn } from './go-on.mjs';
import * as model from './model.mjs';

const { wave, forecast } = model.settings.reference;
const known = wave.slice(0, 10);
const [encoder, decoder] = await Promise.all([model.encoder, model.decoder].map((spec) => createModel(spec)));
const { points, state, fed } = goOn(encoder, decoder, known, 10);

console.log(
  lineChart({
    title: 'ten points that were read, ten that were foretold (●: the wave)',
    values: [...known, ...points],
    dots: wave.map((y, t) => (t < known.length ? undefined : y)),
    height: 12,
    range: [-1, 1],
    yTicks: ticks(-1, 1, 0.5),
    xTicks: [0, 5, 10, 15, 19],
    label: { x: String, y: (y) => y.toFixed(1) },
  }),
);
const difference = Math.max(...points.map((y, n) => Math.abs(y - forecast[n])));
console.log(`from PyTorch's own forecast: ${difference.toExponential(1)}`);

const [folder = '.'] = process.argv.slice(2);
const pages = {
  encoder: tracePage(await traceLayers(model.encoder, known), { title: 'The encoder reads ten points' }),
  decoder: tracePage(await traceLayers(model.decoder, fed, { initialState: state }), {
    title: 'The decoder goes on for ten more',
  }),
};
for (const [name, page] of Object.entries(pages)) {
  writeFileSync(`${folder}/${name}.html`, page);
  console.log(`${folder}/${name}.html has every gate of the ${name}`);
}
process.exitCode = difference < 1e-5 ? 0 : 1;
