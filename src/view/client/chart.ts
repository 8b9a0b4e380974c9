import UPlot from 'uplot';
import type { Picture } from '../contents.js';
import { number } from '../number.js';
import { gradientOf } from './colours.js';
import type { Cursor, Place, Pointed } from './cursor.js';
import { element } from './dom.js';
import { type Image, imageOf } from './image.js';

const AXIS = 34;
const FONT = '11px system-ui, sans-serif';

/** Pixels that a row is high, if there is room. */
const rowHeight = (rows: number): number => Math.min(Math.max(rows * 9, 28), 220);

/** One heat map, drawn once it comes into sight. */
export class Chart implements Pointed {
  readonly figure: HTMLElement;
  readonly picture: Picture;
  readonly section: number;
  readonly layer: string;
  readonly #cursor: Cursor;
  readonly #plot: HTMLElement;
  readonly #value: HTMLElement;
  readonly #colours: HTMLElement;
  #place: Place | undefined;
  #zoom: readonly [from: number, to: number] = [0, 1];
  #u: UPlot | undefined;
  #image: { readonly key: string; readonly image: Image } | undefined;

  constructor(picture: Picture, section: number, layer: string, cursor: Cursor) {
    const { name, meaning, scale, bins, column, row } = picture;
    this.picture = picture;
    this.section = section;
    this.layer = layer;
    this.#cursor = cursor;
    const size = `${bins.columns} ${column}s × ${bins.rows} ${row}s`;
    this.#plot = element('div', {
      class: 'plot',
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'heat map',
      'aria-label': `${layer}, ${name}, ${meaning}: ${size}, from ${number(scale.low)} to ${number(scale.high)}. Arrow keys move the cursor.`,
    });
    // Not an attribute, which a page may forbid.
    this.#plot.style.minHeight = `${rowHeight(bins.rows) + AXIS}px`;
    this.#value = element('span', { class: 'value' });
    this.#colours = element('span', { class: 'colours' });
    const { columnsPerBin: wide, rowsPerBin: tall } = bins;
    const cells =
      wide * tall > 1 ? `a cell is ${wide} ${column}s × ${tall} ${row}s, its largest above its smallest` : '';
    const ends = [number(scale.low), this.#colours, number(scale.high)];
    const legend = element('div', { class: 'legend', 'aria-hidden': 'true' }, ...ends, element('span', {}, cells));
    const caption = element(
      'figcaption',
      {},
      element('b', {}, name),
      element('span', { class: 'meaning' }, meaning),
      this.#value,
    );
    this.figure = element('figure', {}, caption, this.#plot, legend);
    this.#plot.addEventListener('keydown', (event) => cursor.key(this, event));
    this.#plot.addEventListener('focus', () => cursor.enter(this));
  }

  get place(): Place | undefined {
    return this.#place;
  }

  /** The colours of the page have changed, or its width. */
  redraw(): void {
    this.#colours.style.background = gradientOf(this.picture.scale.type, this.#cursor.dark);
    const u = this.#u;
    if (!u) return;
    const width = this.#plot.clientWidth;
    if (width !== u.width) u.setSize({ width, height: u.height });
    else u.redraw();
    this.#mark();
  }

  /** Draws it, if it is not drawn yet. */
  draw(): void {
    this.#u ??= new UPlot(this.#options(), [this.#edges(), [null, null]] as unknown as UPlot.AlignedData, this.#plot);
    this.redraw();
    this.zoom(...this.#zoom);
  }

  point(place: Place | undefined): void {
    this.#place = place;
    this.#value.textContent = place?.row === undefined ? '' : this.valueAt(place.column, place.row);
    this.#mark();
  }

  zoom(from: number, to: number): void {
    this.#zoom = [from, to];
    const { columns } = this.picture.bins;
    this.#u?.setScale('x', { min: from * columns - 0.5, max: to * columns - 0.5 });
  }

  valueAt(column: number, row: number): string {
    const { bins } = this.picture;
    const wide = Math.ceil(bins.columns / bins.columnsPerBin);
    const at = Math.floor(row / bins.rowsPerBin) * wide + Math.floor(column / bins.columnsPerBin);
    const [low, high] = [bins.low[at] as number, bins.high[at] as number];
    return low === high || Number.isNaN(low) ? number(low) : `${number(low)} … ${number(high)}`;
  }

  remove(): void {
    this.#u?.destroy();
  }

  #edges(): [number, number] {
    return [-0.5, this.picture.bins.columns - 0.5];
  }

  /** Puts the lines of the cursor where it is. */
  #mark(): void {
    const u = this.#u;
    if (!u) return;
    const place = this.#place;
    this.#plot.classList.toggle('without-row', place?.row === undefined || this.picture.bins.rows === 1);
    const left = place ? u.valToPos(place.column, 'x') : -10;
    const hidden = left < 0 || left > u.over.clientWidth;
    u.setCursor({ left: hidden ? -10 : left, top: hidden ? -10 : u.valToPos(place?.row ?? 0, 'y') }, false);
  }

  #options(): UPlot.Options {
    const { bins } = this.picture;
    const colour = (name: string) => (): string => getComputedStyle(this.#plot).getPropertyValue(name);
    const axis: UPlot.Axis = {
      font: FONT,
      stroke: colour('--faint'),
      grid: { show: false },
      ticks: { stroke: colour('--line'), size: 4, width: 1 },
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap((n) => [n, n * 1000]).sort((a, b) => a - b),
      values: (_, splits) => splits.map((n) => (Number.isInteger(n) ? `${n}` : '')),
      gap: 2,
    };
    const { columns, rows } = bins;
    return {
      width: this.#plot.clientWidth,
      height: rowHeight(rows) + AXIS,
      legend: { show: false },
      padding: [7, 10, 0, 0],
      scales: {
        x: {
          time: false,
          // Whole columns, two at least.
          range: (_, min, max) => {
            const from = Math.max(0, Math.round(min + 0.5));
            return [from - 0.5, Math.min(columns, Math.max(Math.round(max + 0.5), from + 2)) - 0.5];
          },
        },
        y: { dir: -1, range: () => [-0.5, rows - 0.5] },
      },
      axes: [
        { ...axis, size: 26, space: 44 },
        { ...axis, size: AXIS, space: 18, ...(rows === 1 && { splits: () => [] }) },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      cursor: {
        points: { show: false },
        drag: { x: true, y: false },
        // The middle of a cell.
        move: (u, left, top) => {
          const place = this.#placeAt(u, left, top);
          return place ? [u.valToPos(place.column, 'x'), u.valToPos(place.row ?? 0, 'y')] : [left, top];
        },
      },
      hooks: {
        drawClear: [(u) => this.#paint(u)],
        setCursor: [
          (u) => {
            const place = this.#placeAt(u, u.cursor.left ?? -1, u.cursor.top ?? -1);
            // A pointer that leaves takes nothing along.
            if (place) this.#cursor.to(this, place);
            else this.#mark();
          },
        ],
        setScale: [
          (u, key) => {
            const { min, max } = u.scales.x ?? {};
            if (key !== 'x' || min == null || max == null) return;
            const zoom = [(min + 0.5) / columns, (max + 0.5) / columns] as const;
            const same = zoom.every((part, at) => Math.abs(part - (this.#zoom[at] as number)) < 1e-9);
            if (!same) this.#cursor.zoom(this, ...zoom);
          },
        ],
      },
    };
  }

  #placeAt(u: UPlot, left: number, top: number): Place | undefined {
    if (left < 0 || top < 0) return undefined;
    const { columns, rows } = this.picture.bins;
    const within = (n: number, count: number): number => Math.min(Math.max(Math.round(n), 0), count - 1);
    return { column: within(u.posToVal(left, 'x'), columns), row: within(u.posToVal(top, 'y'), rows) };
  }

  #paint(u: UPlot): void {
    const { bins, scale } = this.picture;
    const { left, top, width, height } = u.bbox;
    const at = (value: number, axis: 'x' | 'y'): number => u.valToPos(value, axis, true);
    const { min = 0, max = 1 } = u.scales.x as { min?: number; max?: number };
    const seen = (max - min) / bins.columnsPerBin;
    const both = bins.low === bins.high ? 1 : 2;
    const wide = Math.max(1, Math.ceil(seen / width));
    const tall = Math.max(1, Math.ceil((Math.ceil(bins.rows / bins.rowsPerBin) * both) / height));
    const key = `${wide} ${tall} ${this.#cursor.dark}`;
    if (this.#image?.key !== key) {
      this.#image = { key, image: imageOf(bins, scale, this.#cursor.dark, wide, tall) };
    }
    const { canvas, columns, rows } = this.#image.image;
    const [x, y] = [at(-0.5, 'x'), at(-0.5, 'y')];
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.rect(left, top, width, height);
    u.ctx.clip();
    u.ctx.imageSmoothingEnabled = false;
    u.ctx.drawImage(canvas, x, y, at(columns - 0.5, 'x') - x, at(rows - 0.5, 'y') - y);
    u.ctx.restore();
  }
}
