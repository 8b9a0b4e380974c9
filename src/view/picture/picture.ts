import type { Trace } from '../../index.js';
import { coarser } from '../bins.js';
import { packed, painter } from '../client/colours.js';
import { type Contents, contentsOf, type Picture, type Section, type ViewOptions } from '../contents.js';
import type { LayersTrace } from '../layers.js';
import { number } from '../number.js';
import { distinct, heightOf, Raster, widthOf } from './raster.js';

/** An image as canvases have it: `new ImageData(data, width, height)`. */
export interface TracePicture {
  readonly width: number;
  readonly height: number;
  /** RGBA, from the top left. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Pixels. */
const WIDTH = 1440;
const MARGIN = 24;
const GAP = 24;
/** Left of a map, for the numbers of its rows. */
const AXIS = 44;
const HEAD = 46;
const CAPTION = 22;
const FOOT = 26;
const ACROSS = 3;
/** What viewers open. */
const MOST_HEIGHT = 16_000;

const [INK, FAINT, BACK] = [packed([28, 32, 38]), packed([92, 100, 112]), packed([255, 255, 255])];

/** Numbers that are looked at for a picture of a few hundred pixels a map. */
const MOST_NUMBERS = 8_000_000;

/**
 * A trace as an image: the heat maps of `tracePage`, a layer under the other, with what they are. For places where no page can be shown;
 * its letters are Latin: accents may be left off, and what is of other scripts is a question mark.
 *
 * @returns 1440 pixels wide, and at most 16,000 high: layers beyond are counted at the end.
 * @throws {InputError} as `tracePage`.
 */
export function tracePicture(trace: Trace | LayersTrace, options: ViewOptions = {}): TracePicture {
  const contents = contentsOf(trace, options, MOST_NUMBERS);
  const { shown, height } = layout(contents);
  const raster = new Raster(WIDTH, height, BACK);
  raster.text(MARGIN, MARGIN, contents.title, 3, INK);
  let top = MARGIN + HEAD;
  for (const { section, rows } of shown) {
    raster.text(MARGIN, top + 8, headOf(section), 2, INK);
    top += HEAD;
    for (const row of rows) {
      row.forEach((picture, at) => {
        drawMap(raster, picture, MARGIN + at * (MAP + GAP), top);
      });
      top += heightOfRow(row);
    }
  }
  const left = contents.sections.length - shown.length;
  if (left > 0) raster.text(MARGIN, top + 8, `and ${left} more layers, which the page has`, 2, FAINT);
  return { width: WIDTH, height, data: raster.data };
}

const MAP = Math.floor((WIDTH - 2 * MARGIN - (ACROSS - 1) * GAP) / ACROSS);

interface Laid {
  readonly section: Section;
  readonly rows: readonly (readonly Picture[])[];
}

/** As many layers as there is height for. */
function layout({ sections }: Contents): { shown: readonly Laid[]; height: number } {
  const shown: Laid[] = [];
  let height = 2 * MARGIN + HEAD;
  for (const section of sections) {
    const count = Math.ceil(section.pictures.length / ACROSS);
    const rows = Array.from({ length: count }, (_, row) => section.pictures.slice(row * ACROSS, (row + 1) * ACROSS));
    const own = HEAD + rows.reduce((sum, row) => sum + heightOfRow(row), 0);
    if (height + own + HEAD > MOST_HEIGHT) return { shown, height: height + HEAD };
    shown.push({ section, rows });
    height += own;
  }
  return { shown, height };
}

/** Whole pixels a row of numbers, where there is room for that. */
const mapHeight = (rows: number): number => (rows >= 192 ? 192 : Math.max(24, rows * Math.floor(192 / rows)));
const heightOfRow = (row: readonly Picture[]): number =>
  CAPTION + FOOT + Math.max(...row.map(({ bins }) => Math.min(mapHeight(bins.rows), bins.rows * 12 + 12)));

const headOf = ({ name, type, facts, share }: Section): string => {
  const wanted = facts.filter(([key]) => ['units', 'parameters'].includes(key) || key.startsWith('time'));
  const words = wanted.map(([key, value]) =>
    key.startsWith('time') ? `${value} ${distinct(key.slice('time of '.length))}` : `${value} ${key}`,
  );
  const part = share === undefined ? [] : [`${Math.round(share * 1000) / 10} %`];
  return [`${distinct(name)}: ${type}`, ...words, ...part].join(', ');
};

function drawMap(raster: Raster, { meaning, scale, bins, column, ...picture }: Picture, x: number, top: number): void {
  const name = distinct(picture.name);
  const [left, width] = [x + AXIS, MAP - AXIS];
  const y = top + CAPTION;
  const height = Math.min(mapHeight(bins.rows), bins.rows * 12 + 12);
  raster.text(left, top, name, 2, INK);
  raster.text(left + widthOf(`${name} `, 2), top + 7, meaning, 1, FAINT);
  const range = `${number(scale.low)} to ${number(scale.high)}`;
  raster.text(left + width - widthOf(range, 1), top + 7, range, 1, FAINT);
  const wide = Math.max(1, Math.ceil(bins.columns / bins.columnsPerBin / width));
  const tall = Math.max(1, Math.ceil((2 * bins.rows) / bins.rowsPerBin / height));
  const { low, high, columnsPerBin, rowsPerBin } = coarser(bins, wide, tall);
  const [columns, rows] = [Math.ceil(bins.columns / columnsPerBin), Math.ceil(bins.rows / rowsPerBin)];
  const colour = painter(scale, false);
  const at = (bin: number, size: number, count: number, pixels: number): number =>
    Math.round((Math.min(bin * size, count) / count) * pixels);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row, row + 1].map((bin) => y + at(bin, rowsPerBin, bins.rows, height)) as [number, number];
    const half = high === low ? to : Math.ceil((from + to) / 2);
    for (let bin = 0; bin < columns; bin++) {
      const [start, end] = [bin, bin + 1].map((n) => left + at(n, columnsPerBin, bins.columns, width)) as [
        number,
        number,
      ];
      const index = row * columns + bin;
      raster.fill(start, from, end - start, half - from, colour(high[index] as number));
      raster.fill(start, half, end - start, to - half, colour(low[index] as number));
    }
  }
  const last = `${bins.columns - 1}`;
  raster.text(left, y + height + 5, `${column} 0`, 1, FAINT);
  raster.text(left + width - widthOf(last, 1), y + height + 5, last, 1, FAINT);
  const ends: [string, number][] = [
    ['0', y + 1],
    [`${bins.rows - 1}`, y + height - heightOf(1) - 1],
  ];
  for (const [text, place] of bins.rows > 1 ? ends : [])
    raster.text(left - 5 - widthOf(text, 1), place, text, 1, FAINT);
}
