import plot from 'simple-ascii-chart';

const WIDTH = 96;

/**
 * A line over evenly spaced values, for the terminal. Where there are more values than columns, a column shows the mean of its
 * own: a line has one height at a time. The marks are where the caller wants them, wherever the values lie.
 *
 * @param values one per place 0, 1, 2, …
 * @param range of the y axis, `[low, high]`; `yTicks` marks on it; `xTicks` places to mark.
 * @param dots more values, by place, shown as dots where they are not undefined.
 * @param label texts of the marks: `x(place)`, `y(value)`.
 */
export function lineChart({ title, values, dots = [], height, range, yTicks, xTicks, label }) {
  const colored = process.stdout.isTTY && !process.env.NO_COLOR;
  const color = (name) => (colored ? { color: name } : {});
  const columns = Math.min(WIDTH, values.length);
  const edge = (column) => Math.round((column * values.length) / columns);
  const line = Array.from({ length: columns }, (_, column) => {
    const within = values.slice(edge(column), edge(column + 1));
    return [(edge(column) + edge(column + 1) - 1) / 2, within.reduce((sum, value) => sum + value, 0) / within.length];
  });
  return plot(line, {
    title,
    width: WIDTH,
    height,
    yRange: range,
    ...color('ansiCyan'),
    points: dots.flatMap((y, x) => (y === undefined ? [] : [{ x, y, ...color('ansiYellow') }])),
    customYAxisTicks: yTicks,
    customXAxisTicks: xTicks,
    // It also asks for the lengths of texts that it never shows.
    formatter: (value, { axis }) => (axis === 'y' ? label.y(value) : xTicks.includes(value) ? label.x(value) : ''),
  });
}

/** Marks at the multiples of `every` within `[low, high]`. */
export function ticks(low, high, every) {
  const first = Math.ceil(low / every);
  return Array.from({ length: Math.max(0, Math.floor(high / every) - first + 1) }, (_, n) => (first + n) * every);
}
