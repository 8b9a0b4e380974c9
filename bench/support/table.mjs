/**
 * A table of text.
 * @param columns `{ label, text(row) }`; the first is aligned left, the others right
 */
export function table(columns, rows) {
  const texts = cells(columns, rows);
  const widths = columns.map((_, j) => Math.max(...texts.map((line) => line[j].length)));
  const line = (parts) =>
    parts.map((text, j) => (j === 0 ? text.padEnd(widths[j]) : text.padStart(widths[j]))).join('  ');
  const [head, ...body] = texts.map(line);
  return [head, '-'.repeat(head.length), ...body].join('\n');
}

/** The same as texts, the labels first. */
export const cells = (columns, rows) => [
  columns.map(({ label }) => label),
  ...rows.map((row) => columns.map(({ text }) => text(row))),
];

/** Texts as a table of Markdown, the first column aligned left, the others right. */
export function markdown([head, ...body]) {
  const line = (texts) => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map((_, j) => (j === 0 ? '---|' : '---:|')).join('')}`, ...body.map(line)].join('\n');
}

/** Seconds as ns, µs or ms with three significant digits. */
export function duration(seconds) {
  const [unit, factor] = seconds < 1e-6 ? ['ns', 1e9] : seconds < 1e-3 ? ['µs', 1e6] : ['ms', 1e3];
  return `${digits(seconds * factor)} ${unit}`;
}

/** Three significant digits, without an exponent. */
export const digits = (value) => value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);

export const times = ({ median }) => `${digits(median)}x`;
export const percent = ({ median }) => `${(100 * median).toFixed(1)} %`;
export const range = (show, { least, most }) => `${show(least)}..${show(most)}`;
