import { lineChart, ticks } from '../shared/chart.mjs';

/** Forecast as a line, measured as dots, by month. @param months their ISO dates. */
export function co2Chart(title, months, forecast, measured) {
  const [low, high] = [Math.min(...forecast, ...measured), Math.max(...forecast, ...measured)];
  return lineChart({
    title,
    values: forecast,
    dots: measured.map((value, n) => (n % 2 === 0 ? value : undefined)),
    height: 16,
    range: [Math.floor(low), Math.ceil(high)],
    yTicks: ticks(low, high, 5),
    xTicks: months.flatMap((month, n) => (month.slice(5, 7) === '01' ? [n] : [])),
    label: { x: (n) => months[n].slice(0, 4), y: String },
  });
}
