import plot from 'simple-ascii-chart';

const WIDTH = 96;
const HEIGHT = 14;

/**
 * Forecast as a line, measurements as dots, so that the chart can be read without colour too.
 * @param days indices of consecutive days; `forecast(day)` and `measured(day)` in °C; `label(day)` for the axis.
 */
export function weatherChart({ title, days, forecast, measured, label }) {
  const colored = process.stdout.isTTY && !process.env.NO_COLOR;
  const color = (name) => (colored ? { color: name } : {});
  const values = days.flatMap((day) => [forecast(day), measured(day)]);
  const [low, high] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
  return plot(
    days.map((day) => [day, forecast(day)]),
    {
      title,
      width: WIDTH,
      height: HEIGHT,
      yRange: [low, high],
      ...color('ansiCyan'),
      points: days.map((day) => ({ x: day, y: measured(day), ...color('ansiYellow') })),
      customYAxisTicks: Array.from({ length: high - low + 1 }, (_, k) => low + k).filter((t) => t % 5 === 0),
      customXAxisTicks: days.filter((_, index) => index % 14 === 0),
      formatter: (value, { axis }) => (axis === 'x' ? label(value) : value),
    },
  );
}
