// What a terminal shows, as an SVG: the output of `gatewise watch`, read by the terminal that VS Code has.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import xterm from '@xterm/headless';
import * as weather from '../../examples/weather/model.mjs';
import { featurize, loadSeries } from '../../examples/weather/series.mjs';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const MODEL = fileURLToPath(new URL('../../examples/weather/model.safetensors', import.meta.url));
const [INK, BACK] = ['#d8dde6', '#14171c'];
/** Pixels of a cell. */
const [WIDE, TALL] = [9, 18];

/** The second layer after a winter and a spring of Seattle's. */
export async function watched() {
  const folder = mkdtempSync(join(tmpdir(), 'watch-'));
  try {
    const days = featurize(loadSeries(), weather.settings.normalisation).subarray(0, 4 * 120);
    const rows = Array.from({ length: 120 }, (_, day) => days.subarray(4 * day, 4 * day + 4).join(','));
    const table = join(folder, 'days.csv');
    writeFileSync(table, `max,min,rain,wind\n${rows.join('\n')}\n`);
    const args = ['watch', MODEL, '--assume', 'chain', '--input', table, '--layer', 'lstm_l1'];
    const { NO_COLOR: _, ...env } = { ...process.env, FORCE_COLOR: '3' };
    return await screen(execFileSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', env }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param output lines of text and colours. */
async function screen(output) {
  const lines = output.trimEnd().split('\n').length;
  const terminal = new xterm.Terminal({ cols: 80, rows: lines + 1, convertEol: true, allowProposedApi: true });
  await new Promise((done) => terminal.write(output, done));
  const [width, height] = [82 * WIDE, (lines + 1) * TALL];
  const cells = Array.from({ length: lines }, (_, y) => {
    const line = terminal.buffer.active.getLine(y);
    return Array.from({ length: 80 }, (_, x) => cellAt(line.getCell(x), (x + 1) * WIDE, (y + 0.5) * TALL)).join('');
  });
  terminal.dispose();
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans Mono, monospace" font-size="${TALL * 0.8}" shape-rendering="crispEdges"><rect width="100%" height="100%" fill="${BACK}"/>${cells.join('')}</svg>`;
}

const colour = (isRgb, isDefault, number, otherwise) => {
  if (isDefault) return otherwise;
  if (!isRgb) throw new Error('a colour of a palette');
  return `#${number.toString(16).padStart(6, '0')}`;
};

function cellAt(cell, x, y) {
  const own = [
    colour(cell.isFgRGB(), cell.isFgDefault(), cell.getFgColor(), INK),
    colour(cell.isBgRGB(), cell.isBgDefault(), cell.getBgColor(), BACK),
  ];
  const [ink, back] = cell.isInverse() ? own.toReversed() : own;
  const rect = (top, tall, fill) => `<rect x="${x}" y="${top}" width="${WIDE}" height="${tall}" fill="${fill}"/>`;
  const ground = back === BACK ? '' : rect(y, TALL, back);
  const letter = cell.getChars().trim();
  // Two numbers of a map, one above the other.
  if (letter === '▀') return ground + rect(y, TALL / 2, ink);
  if (letter === '▄') return ground + rect(y + TALL / 2, TALL / 2, ink);
  if (letter === '') return ground;
  const style = `${cell.isBold() ? ' font-weight="bold"' : ''}${cell.isDim() ? ' opacity="0.65"' : ''}`;
  const text = letter.replace(/[&<]/g, (sign) => `&#${sign.codePointAt(0)};`);
  return `${ground}<text x="${x}" y="${y + TALL * 0.76}" fill="${ink}"${style}>${text}</text>`;
}
