// The series and what the model reads of it; the twin of load(), season(), departures(), running_mean() and featurize() in train.py.
import { table } from '../shared/data.mjs';

const FEATURES = 4;

/** Days (ISO dates) and columns of seattle-weather.csv, as the npm package vega-datasets ships it. */
export function loadSeries() {
  const { date, ...texts } = table('seattle-weather.csv');
  const names = ['temp_max', 'precipitation', 'wind'];
  return { days: date, columns: Object.fromEntries(names.map((name) => [name, texts[name].map(Number)])) };
}

/** The season's normal in °C on day `t` of the series: a constant, then sin and cos of each harmonic of the year. */
export function climatology(coefficients, t) {
  const angle = (2 * Math.PI * t) / 365.25;
  let normal = coefficients[0];
  for (let k = 1; 2 * k < coefficients.length; k++) {
    normal += coefficients[2 * k - 1] * Math.sin(k * angle) + coefficients[2 * k] * Math.cos(k * angle);
  }
  return normal;
}

/** How far every day is from the season's normal, in units of the training years' standard deviation. */
export function departures({ columns }, { temp_max: { climatology: coefficients, scale } }) {
  return columns.temp_max.map((value, t) => (value - climatology(coefficients, t)) / scale);
}

/** The mean of the last days, older ones counting less and less. */
export function runningMean(values, memory) {
  let mean = 0;
  return values.map((value, t) => {
    mean += (value - mean) / Math.min(memory, t + 1);
    return mean;
  });
}

/** x[t]: the departure of the day and of the month up to it, rain, wind; `(days, 4)`, normalised as in training. */
export function featurize(series, norm) {
  const { days, columns } = series;
  const x = new Float32Array(days.length * FEATURES);
  const departure = departures(series, norm);
  const month = runningMean(departure, norm.month.memory);
  for (let t = 0; t < days.length; t++) {
    const rain = (Math.log1p(columns.precipitation[t]) - norm.precipitation.mean) / norm.precipitation.scale;
    const wind = (columns.wind[t] - norm.wind.mean) / norm.wind.scale;
    x.set([departure[t], month[t] / norm.month.scale, rain, wind], t * FEATURES);
  }
  return x;
}
