// The series and what the model reads of it; the twin of load(), changes() and features() in train.py.
import { readFileSync } from 'node:fs';
import { table } from '../shared/data.mjs';

export const settings = JSON.parse(readFileSync(new URL('settings.json', import.meta.url), 'utf8'));
const { month: monthly, growth: yearly } = settings.normalisation;

/** Months (ISO dates) and monthly means in ppm over Mauna Loa, from the first month without gaps. */
export function loadSeries() {
  const { Date: dates, CO2: values } = table('co2-concentration.csv');
  const first = dates.findIndex((date) => date >= settings.split.first);
  return { months: dates.slice(first), ppm: values.slice(first).map(Number) };
}

/** The mean growth of the ten years up to month `t`, in ppm a year. */
export const trend = (ppm, t) => (ppm[t] - ppm[t - 120]) / 10;

/** x[t], 2 numbers: what month `t` added, and what its year added beside the ten years' mean. Needs ten years before it. */
export function frame(ppm, t, out) {
  out[0] = (ppm[t] - ppm[t - 1] - monthly.mean) / monthly.scale;
  out[1] = (ppm[t] - ppm[t - 12] - trend(ppm, t)) / yearly.scale;
  return out;
}

/** ppm of month `t + 1`, from what the model says at month `t`. */
export const next = (ppm, t, y) => ppm[t - 11] + trend(ppm, t) + yearly.scale * y;
