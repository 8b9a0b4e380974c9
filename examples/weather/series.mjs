// The series and what the model reads of it; the twin of load(), season() and featurize() in train.py.
import { table } from '../shared/data.mjs';

const FEATURES = 4;

/** Days (ISO dates) and columns of seattle-weather.csv, as the npm package vega-datasets ships it. */
export function loadSeries() {
  const { date, ...texts } = table('seattle-weather.csv');
  const names = ['temp_max', 'temp_min', 'precipitation', 'wind'];
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

/** x[t]: departures of both temperatures from the season, rain, wind; `(days, 4)`, normalised as in training. */
export function featurize({ days, columns }, norm) {
  const x = new Float32Array(days.length * FEATURES);
  const departure = (name, t) => (columns[name][t] - climatology(norm[name].climatology, t)) / norm[name].scale;
  for (let t = 0; t < days.length; t++) {
    const rain = (Math.log1p(columns.precipitation[t]) - norm.precipitation.mean) / norm.precipitation.scale;
    const wind = (columns.wind[t] - norm.wind.mean) / norm.wind.scale;
    x.set([departure('temp_max', t), departure('temp_min', t), rain, wind], t * FEATURES);
  }
  return x;
}
