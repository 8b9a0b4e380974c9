import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../examples/weather/', import.meta.url);
const { normalisation: norm, split } = JSON.parse(readFileSync(new URL('settings.json', folder), 'utf8'));
const { departures, loadSeries, runningMean } = await import(new URL('series.mjs', folder).href);

const series = loadSeries();
const { days, columns } = series;
const anomaly: number[] = departures(series, norm);
const heldOut: number = days.indexOf(split.held_out);
const known = Array.from({ length: heldOut }, (_, t) => t);
const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);

describe('what the demo knows of the weather is of the years before the one it is tried on', () => {
  it('the year held out is the last of four', () => {
    expect([days.length, days[0], days[heldOut], days.at(-1)]).toEqual([
      1461,
      '2012-01-01',
      '2015-01-01',
      '2015-12-31',
    ]);
  });

  it('climatology and scale are the least squares of those years', () => {
    const left = anomaly.slice(0, heldOut);
    // What least squares leave is at right angles to everything they had.
    for (let k = 0; k <= 2; k++) {
      const angle = (t: number) => (2 * Math.PI * k * t) / 365.25;
      expect(Math.abs(sum(left.map((value, t) => value * Math.cos(angle(t)))))).toBeLessThan(1e-6);
      expect(Math.abs(sum(left.map((value, t) => value * Math.sin(angle(t)))))).toBeLessThan(1e-6);
    }
    expect(sum(left.map((value) => value * value)) / heldOut).toBeCloseTo(1, 9);
  });

  it('what is left of a departure, day by day, is theirs', () => {
    const fading = norm.persistence.map((_: number, index: number) => {
      const pairs = known
        .slice(0, heldOut - index - 1)
        .map((t) => [anomaly[t], anomaly[t + index + 1]] as [number, number]);
      return sum(pairs.map(([now, then]) => now * then)) / sum(pairs.map(([now]) => now * now));
    });
    expect(fading).toHaveLength(7);
    fading.forEach((left: number, index: number) => {
      expect(left).toBeCloseTo(norm.persistence[index], 9);
    });
  });

  it('months are scaled by theirs', () => {
    const { memory, scale } = norm.month;
    const months: number[] = runningMean(anomaly, memory).slice(memory, heldOut);
    const mean = sum(months) / months.length;
    expect(Math.sqrt(sum(months.map((value) => (value - mean) ** 2)) / months.length)).toBeCloseTo(scale, 9);
  });

  it('rain and wind are scaled by theirs', () => {
    const scaled = { precipitation: Math.log1p, wind: (value: number) => value };
    for (const [name, of] of Object.entries(scaled)) {
      const values = known.map((t) => of(columns[name][t]));
      const mean = sum(values) / heldOut;
      expect(mean).toBeCloseTo(norm[name].mean, 9);
      expect(Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / heldOut)).toBeCloseTo(norm[name].scale, 9);
    }
  });
});
