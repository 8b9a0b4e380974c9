// A small LSTM that knows one month ahead makes ten years of it, by feeding its own forecasts back in.
//   npm run example:co2
import { readFileSync } from 'node:fs';
import { createModel } from 'gatewise';
import { fromPyTorch } from 'gatewise/pytorch';
import { co2Chart } from './chart.mjs';
import { feedBack } from './forecast.mjs';
import { loadSeries, settings, trend } from './series.mjs';

const { months, ppm } = loadSeries();
const start = months.indexOf(settings.split.held_out);
const past = ppm.slice(0, start);
const ahead = ppm.length - start;

const weights = readFileSync(new URL('model.safetensors', import.meta.url));
const model = await createModel(
  fromPyTorch(weights, {
    name: 'CO2 over Mauna Loa',
    inputSize: 2,
    layers: [
      { type: 'lstm', prefix: 'lstm', hiddenSize: settings.hyperparameters.hidden_size },
      { type: 'linear', prefix: 'head', outFeatures: 1 },
    ],
  }),
);
console.log(`${model.summary()}\n`);
const forecast = feedBack(model.createStream(), past, ahead);

/** The last year again, and `growth` more each year. */
const again = (growth) => (n) => past[start - 12 + (n % 12)] + (Math.floor(n / 12) + 1) * growth;
const makers = {
  'this model, fed its own forecasts': (n) => forecast[n],
  'the last year again, and its growth': again(past[start - 1] - past[start - 13]),
  "the last year again, and ten years' growth": again(trend(past, start - 1)),
};
const error = (make) => forecast.reduce((sum, _, n) => sum + Math.abs(make(n) - ppm[start + n]), 0) / ahead;
const errors = Object.entries(makers).map(([name, make]) => [name, error(make)]);
console.log(`CO2 from ${months[start]} to ${months.at(-1)}, ${ahead} months that training has not seen`);
console.log(`  ${'mean absolute error, ppm'.padEnd(46)}`);
for (const [name, value] of errors) console.log(`  ${name.padEnd(46)} ${value.toFixed(2)}`);

const latest = (values) => values.slice(-96);
console.log(
  co2Chart(
    'The last eight years, ppm: forecast (line), measured (dots)',
    latest(months),
    latest(forecast),
    latest(ppm),
  ),
);
const difference = Math.max(...forecast.map((value, n) => Math.abs(value - settings.reference[n])));
console.log(`Largest difference from PyTorch's own ${ahead} forecasts: ${difference.toExponential(1)} ppm`);
const [ours, ...others] = errors.map(([, value]) => value);
if (!others.every((value) => ours < value) || !(difference < 1e-3)) process.exitCode = 1;
