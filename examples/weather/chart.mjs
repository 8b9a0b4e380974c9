import { lineChart, ticks } from '../shared/chart.mjs';

/**
 * Forecast as a line, measurements as dots, so that the chart can be read without colour too.
 * @param days indices of consecutive days; `forecast(day)` and `measured(day)` in °C; `label(day)` for the axis.
 */
export function weatherChart({ title, days, forecast, measured, label }) {
  const [values, dots] = [days.map(forecast), days.map(measured)];
  const [low, high] = [Math.floor(Math.min(...values, ...dots)), Math.ceil(Math.max(...values, ...dots))];
  return lineChart({
    title,
    values,
    dots,
    height: 14,
    range: [low, high],
    yTicks: ticks(low, high, 5),
    xTicks: ticks(0, days.length - 1, 14),
    label: { x: (place) => label(days[place]), y: String },
  });
}
