// A stacked LSTM, trained in PyTorch, reads Seattle's weather day by day as a stream and forecasts a year it has never seen.
//   npm run demo
import { cpus } from 'node:os';
import { createModel } from 'gatewise';
import { fromPyTorch } from 'gatewise/pytorch';
import { weatherChart } from './chart.mjs';
import { config, reference, settings, weights } from './model.mjs';
import { plainForecaster } from './plain.mjs';
import { errors, scoreTable } from './scores.mjs';
import { climatology, departures, featurize, loadSeries } from './series.mjs';
import { race } from './speed.mjs';

const { normalisation: norm, split, hyperparameters } = settings;
const { horizon } = hyperparameters;
const series = loadSeries();
const { days, columns } = series;
const measured = columns.temp_max;
const departure = departures(series, norm);
const x = featurize(series, norm);
const frameOf = (day) => x.subarray(day * config.inputSize, (day + 1) * config.inputSize);
const heldOut = days.indexOf(split.held_out);
/** The first day whose forecasts look into the held-out year. */
const start = heldOut - horizon;

const spec = fromPyTorch(weights, config);
const model = await createModel(spec);
console.log(`${model.summary()}\n`);

// The history warms the stream up; from then on every day is one step, and gives the forecasts of the next seven.
const stream = model.createStream();
stream.run(x.subarray(0, start * config.inputSize));
const outputs = new Float32Array((days.length - start) * horizon);
for (let day = start, at = 0; day < days.length; day++, at += horizon) {
  stream.step(frameOf(day), outputs.subarray(at, at + horizon));
}

const normal = (day) => climatology(norm.temp_max.climatology, day);
/** What a simple rule makes of it: the departure from normal on the day it is made, less and less of which is left. */
const damped = (day, ahead) => normal(day) + norm.temp_max.scale * norm.persistence[ahead - 1] * departure[day - ahead];
/** Forecast of `day` in °C, made `ahead` days before it: the network corrects the simple rule. */
const forecast = (day, ahead) =>
  damped(day, ahead) + norm.temp_max.scale * outputs[(day - ahead - start) * horizon + ahead - 1];
const lead = (ahead) => `${ahead} day${ahead > 1 ? 's' : ''} ahead`;

console.log(`Daily maximum temperature, forecast for ${split.held_out} to ${split.last}, none of it seen in training`);
const beaten = [1, horizon].map((ahead) => {
  const score = (predict) => errors(measured, predict, heldOut, days.length);
  const ours = score((day) => forecast(day, ahead));
  const baselines = {
    'persistence (as on the day it is made)': score((day) => measured[day - ahead]),
    'damped persistence (departures fade)': score((day) => damped(day, ahead)),
    'seasonal-naive (same day last year)': score((day) => measured[day - 365]),
    "climatology (the season's mean)": score(normal),
  };
  const wins = Object.values(baselines).every(({ mae, rmse }) => ours.mae < mae && ours.rmse < rmse);
  const verdict = wins ? 'better than all four' : 'NOT BETTER THAN ALL FOUR';
  console.log(`\n  ${lead(ahead)}: ${verdict}\n${scoreTable({ 'this model': ours, ...baselines })}`);
  return wins;
});

for (const ahead of [1, horizon]) {
  console.log(
    weatherChart({
      title: `The last ten weeks, °C: forecast ${lead(ahead)} (line), measured (dots)`,
      days: Array.from({ length: 71 }, (_, index) => days.length - 71 + index),
      forecast: (day) => forecast(day, ahead),
      measured: (day) => measured[day],
      label: (day) => days[day].slice(5),
    }),
  );
}

const frame = frameOf(start);
const out = new Float32Array(horizon);
const plain = plainForecaster(spec);
const time = race({ wasm: () => stream.step(frame, out), plain: () => plain.step(frame, out) });
console.log(`One timestep (${cpus()[0].model.trim()}, Node ${process.versions.node}, ${model.build} kernels)
  WebAssembly SIMD ${time.wasm.toFixed(2).padStart(8)} µs
  plain JavaScript ${time.plain.toFixed(2).padStart(8)} µs, ${time.ratio('plain', 'wasm').toFixed(1)} times as long
`);

const expected = reference.tensors.outputs.data;
const difference = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - outputs[index])), 0);
const degrees = difference * norm.temp_max.scale;
console.log(`Largest difference from PyTorch's own ${expected.length} predictions: ${degrees.toExponential(1)} °C`);
model.dispose();

/** Of the network's outputs: the agreement promised for trained weights. */
const TOLERANCE = 1e-5;
if (beaten.includes(false) || !(difference < TOLERANCE)) process.exitCode = 1;
