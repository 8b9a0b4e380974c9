import type { Picture } from '../contents.js';

/** A cell of a heat map; without a row, a column of it. */
export interface Place {
  readonly column: number;
  readonly row: number | undefined;
}

/** A heat map as the cursor knows it. */
export interface Pointed {
  readonly picture: Picture;
  /** Maps of one section have the same units. */
  readonly section: number;
  /** The name of its layer. */
  readonly layer: string;
  /** Where the cursor is in it. */
  readonly place: Place | undefined;
  /** Shows the cursor at a place, or none; without a row it is one of columns alone. */
  point(place: Place | undefined): void;
  /** Shows this part of the columns, 0…1. */
  zoom(from: number, to: number): void;
  /** The number at a place, or the smallest and largest of its bin. */
  valueAt(column: number, row: number): string;
}

/** What a key does: columns and rows to go on, in bins; a jump to an end. */
const KEYS: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  __proto__: null as never,
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [Number.NEGATIVE_INFINITY, 0],
  End: [Number.POSITIVE_INFINITY, 0],
};

/** The one cursor of all heat maps: the same moment in all of a clock, the same unit in all of a layer. */
export class Cursor {
  readonly charts: Pointed[] = [];
  readonly #say: (text: string) => void;
  readonly #isDark: () => boolean;
  #zooming = false;

  /** @param say is handed what is under the cursor, in words. */
  constructor(isDark: () => boolean, say: (text: string) => void) {
    this.#isDark = isDark;
    this.#say = say;
  }

  get dark(): boolean {
    return this.#isDark();
  }

  /** Moves to a cell of a chart. */
  to(chart: Pointed, place: Place): void {
    const { bins, clock } = chart.picture;
    const part = (place.column + 0.5) / bins.columns;
    for (const other of this.charts) {
      const { bins: theirs, clock: its, column } = other.picture;
      const sameTime = clock !== undefined && its === clock;
      const sameShape = theirs.columns === bins.columns && theirs.rows === bins.rows && column === chart.picture.column;
      const sameUnit = other.section === chart.section && sameShape;
      if (!sameTime && !sameUnit) other.point(undefined);
      else {
        const at = theirs.columns === bins.columns ? place.column : Math.floor(part * theirs.columns);
        other.point({ column: at, row: sameUnit ? place.row : undefined });
      }
    }
    this.#say(this.#words(chart, place));
  }

  /** What the keyboard comes to is where the cursor is, or begins at its first cell. */
  enter(chart: Pointed): void {
    const { column = 0, row = 0 } = chart.place ?? {};
    this.to(chart, { column, row });
  }

  key(chart: Pointed, event: KeyboardEvent): void {
    if (event.key === 'Escape') this.zoom(chart, 0, 1);
    const move = KEYS[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { columns, rows, columnsPerBin, rowsPerBin } = chart.picture.bins;
    const go = (at: number, bins: number, size: number, count: number): number =>
      Math.min(Math.max(bins === 0 ? at : at + bins * size, 0), count - 1);
    const { column, row = 0 } = chart.place ?? { column: 0 };
    this.to(chart, { column: go(column, move[0], columnsPerBin, columns), row: go(row, move[1], rowsPerBin, rows) });
  }

  /** Has all charts of the same clock show the same part of their columns. */
  zoom(chart: Pointed, from: number, to: number): void {
    if (this.#zooming) return;
    this.#zooming = true;
    const { clock } = chart.picture;
    for (const other of this.charts) {
      if (other === chart || (clock !== undefined && other.picture.clock === clock)) other.zoom(from, to);
    }
    this.#zooming = false;
  }

  #words(chart: Pointed, { column, row }: Place): string {
    const { name, bins, column: columnName, row: rowName } = chart.picture;
    const range = (at: number, size: number, count: number, what: string): string => {
      const first = at - (at % size);
      const last = Math.min(first + size, count) - 1;
      return first === last ? `${what} ${first}` : `${what}s ${first}–${last}`;
    };
    const places = [range(column, bins.columnsPerBin, bins.columns, columnName)];
    if (bins.rows > 1) places.push(range(row ?? 0, bins.rowsPerBin, bins.rows, rowName));
    return `${chart.layer}, ${name}: ${places.join(', ')}: ${chart.valueAt(column, row ?? 0)}`;
  }
}
