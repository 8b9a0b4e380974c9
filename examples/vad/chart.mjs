import { lineChart, ticks } from '../shared/chart.mjs';

/**
 * The probability of speech over time.
 * @param probabilities one per frame.
 * @param frame seconds per frame.
 */
export function speechChart(probabilities, frame) {
  const seconds = probabilities.length * frame;
  const marks = ticks(1, seconds, Math.ceil(seconds / 10));
  return lineChart({
    title: 'probability of speech',
    values: probabilities,
    height: 9,
    range: [0, 1],
    yTicks: ticks(0, 1, 0.25),
    xTicks: marks.map((at) => at / frame - 0.5),
    label: { x: (place) => `${Math.round((place + 0.5) * frame)} s`, y: (value) => value.toFixed(2) },
  });
}
