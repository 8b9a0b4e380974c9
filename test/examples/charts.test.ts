import { describe, expect, it } from 'vitest';

const examples = new URL('../../examples/', import.meta.url);
const { lineChart, ticks } = await import(new URL('shared/chart.mjs', examples).href);
const { speechChart } = await import(new URL('vad/chart.mjs', examples).href);

/** The rows of a chart: the mark of each, and what is drawn right of the axis. */
function rowsOf(chart: string): { mark: string; drawn: string }[] {
  return chart.split('\n').flatMap((line) => {
    const [, mark = '', drawn] = /^ *(\S*?)[┤│](.*)$/.exec(line) ?? [];
    return drawn === undefined ? [] : [{ mark, drawn: drawn.trimEnd() }];
  });
}

const [LEFT, RIGHT, UP, DOWN] = ['━┓┛', '━┏┗', '┛┗┃', '┏┓┃'];

/** Places where a line that goes on to the right, up or down meets nothing. */
function breaks(rows: readonly { drawn: string }[]): string[] {
  const at = (row: number, column: number): string => rows[row]?.drawn[column] ?? ' ';
  const width = Math.max(...rows.map(({ drawn }) => drawn.length));
  return rows.flatMap(({ drawn }, row) =>
    [...drawn].flatMap((glyph, column) => [
      ...(RIGHT.includes(glyph) && column + 1 < width && !LEFT.includes(at(row, column + 1))
        ? [`${row},${column} →`]
        : []),
      ...(LEFT.includes(glyph) && column > 0 && !RIGHT.includes(at(row, column - 1)) ? [`${row},${column} ←`] : []),
      ...(UP.includes(glyph) && !DOWN.includes(at(row - 1, column)) ? [`${row},${column} ↑`] : []),
      ...(DOWN.includes(glyph) && !UP.includes(at(row + 1, column)) ? [`${row},${column} ↓`] : []),
    ]),
  );
}

describe('the chart of the probability of speech', () => {
  // As of the demo's clip: many more frames than columns, which leap between almost 0 and almost 1.
  const probabilities = Array.from({ length: 610 }, (_, frame) => {
    const noise = 0.03 * Math.abs(Math.sin(frame * 12.9898));
    return frame % 140 > 40 && frame % 140 < 128 && frame % 33 !== 5 ? 0.96 + noise : noise;
  });
  const chart: string = speechChart(probabilities, 0.032);
  const rows = rowsOf(chart);

  it('has even marks, whatever the values are', () => {
    expect(rows.map(({ mark }) => mark).filter(Boolean)).toEqual(['1.00', '0.75', '0.50', '0.25', '0.00']);
    expect(chart.match(/\d+ s/g)).toEqual(['2 s', '4 s', '6 s', '8 s', '10 s', '12 s', '14 s', '16 s', '18 s']);
  });
  it('has one line that does not break', () => {
    expect(breaks(rows)).toEqual([]);
    const columns = Math.max(...rows.map(({ drawn }) => drawn.length));
    expect(columns).toBeGreaterThan(90);
    for (let column = 0; column < columns; column++) {
      expect(rows.some(({ drawn }) => /[━┏┓┗┛]/.test(drawn[column] ?? ''))).toBe(true);
    }
  });
  it('goes up and down with the speech', () => {
    const high = rows.find(({ mark }) => mark === '1.00')?.drawn ?? '';
    // Five stretches of speech, some in pieces: a single silent frame is less than a column.
    expect(high.match(/[━┏┓]+/g)?.length).toBeGreaterThanOrEqual(4);
    expect(rows.find(({ mark }) => mark === '0.00')?.drawn).toMatch(/^━{4,}/);
  });
  it('fits a terminal', () => {
    expect(Math.max(...chart.split('\n').map((line) => line.trimEnd().length))).toBeLessThanOrEqual(104);
  });
  it('is there for a short clip too', () => {
    expect(breaks(rowsOf(speechChart([0, 0, 1, 1, 1, 0], 0.032)))).toEqual([]);
  });
});

describe('a chart with dots', () => {
  const values = Array.from({ length: 71 }, (_, day) => 10 + 5 * Math.sin(day / 9));
  const chart: string = lineChart({
    title: 'the title',
    values,
    dots: values.map((value, day) => (day % 10 === 0 ? value - 3 : undefined)),
    height: 14,
    range: [0, 20],
    yTicks: ticks(0, 20, 5),
    xTicks: ticks(0, 70, 14),
    label: { x: (day: number) => `day ${day}`, y: String },
  });
  it('has title, marks, every dot', () => {
    expect(chart).toContain('the title');
    expect(
      rowsOf(chart)
        .map(({ mark }) => mark)
        .filter(Boolean),
    ).toEqual(['20', '15', '10', '5', '0']);
    expect(chart.match(/day \d+/g)).toEqual(['day 0', 'day 14', 'day 28', 'day 42', 'day 56', 'day 70']);
    expect(chart.match(/●/g)).toHaveLength(8);
  });
});

it('marks are the multiples within a range', () => {
  expect(ticks(3, 20, 5)).toEqual([5, 10, 15, 20]);
  expect(ticks(-7, 4, 5)).toEqual([-5, 0]);
  expect(ticks(0, 1, 0.25)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(ticks(6, 9, 5)).toEqual([]);
});
