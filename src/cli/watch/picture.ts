import plot from 'simple-ascii-chart';
import { number, scaleOf, type WatchedLayer } from '../../view/live.js';
import { printable, styled } from '../terminal.js';
import type { History } from './history.js';
import { heatMap, LETTERS, type Shades, unitsOfLine } from './paint.js';
import type { Part } from './steps.js';

/** What a picture is drawn for. */
export interface Look extends Shades {
  /** Characters of a line, and lines. */
  readonly columns: number;
  readonly rows: number;
}

/** What is looked at. */
export interface View {
  readonly timestep: number;
  /** The gate or state that is looked at closely, and its unit. */
  readonly part: number;
  readonly unit: number;
  /** Instead of heat maps. */
  readonly words: boolean;
  /** At the end of the first line: what the time does. */
  readonly status: string;
  /** The last line; none where nobody presses keys. */
  readonly keys?: string;
}

/** A map is that wide at least, and this far from the next. */
const NARROWEST = 22;
const GAP = 2;
/** Lines of the chart, characters of its labels and axis, and lines of a screen that has it. */
const CHART = 5;
const LABEL = 9;
const CHART_NEEDS = 17;

/** A layer's gates and states up to a timestep, as lines of text: heat maps, one unit's values and line, the layer in words. */
export function picture(
  layer: WatchedLayer,
  parts: readonly Part[],
  history: History,
  view: View,
  look: Look,
): readonly string[] {
  const { columns, rows } = look;
  const colours = look.depth > 1;
  const bold = (text: string): string => styled({ colours }, 'bold', text);
  const dim = (text: string): string => styled({ colours }, 'dim', text);
  const head = ends(headOf(layer), `timestep ${view.timestep}  ${view.status}`, columns);
  const legend = look.depth < 8 ? [`shades, from low to high: “${LETTERS}”`] : [];
  const last = [...legend, ...(view.keys === undefined ? [] : [view.keys])].map((line) => dim(clipped(line, columns)));
  const words = wrapped(printable(layer.words).split(' '), columns, ' ');
  const values = valuesOf(parts, history, view, columns);
  // Of the lines between the first and the last.
  const room = rows - 1 - values.length - last.length;
  if (view.words) return [bold(head), ...words.slice(0, room), ...values, ...last];
  const chart = room >= CHART_NEEDS ? chartOf(parts, history, view, look) : [];
  const fewestWords = Math.min(words.length, room >= CHART_NEEDS ? 2 : 0);
  const maps = mapsOf(parts, history, view, look, room - chart.length - fewestWords);
  const left = Math.max(0, room - chart.length - maps.length);
  const shown = words.slice(0, left);
  if (shown.length > 0 && shown.length < words.length) shown.push(`${(shown.pop() as string).slice(0, columns - 2)} …`);
  return [bold(head), ...maps, ...values, ...chart, ...shown.map(dim), ...last];
}

function headOf({ name, type, units, parameters, output }: WatchedLayer): string {
  const size = units === undefined ? `output ${output}` : `${units.toLocaleString('en-US')} units`;
  return printable(`${name}: ${type}, ${size}, ${parameters.toLocaleString('en-US')} parameters`);
}

/** As many beside one another as leave every unit a place of its own, or as there is room for. */
function mapsOf(parts: readonly Part[], history: History, view: View, look: Look, most: number): string[] {
  const units = Math.max(...parts.map(({ rows }) => rows));
  const needed = Math.ceil(units / unitsOfLine(look));
  const fit = Math.max(1, Math.min(parts.length, Math.floor((look.columns + GAP) / (NARROWEST + GAP))));
  const linesFor = (across: number): number => Math.floor(most / Math.ceil(parts.length / across)) - 1;
  let across = 1;
  while (across < fit && linesFor(across) < needed) across++;
  // As many down, but even.
  across = Math.ceil(parts.length / Math.ceil(parts.length / across));
  const lines = Math.min(needed, linesFor(across));
  if (lines < 1) return [];
  const width = Math.floor((look.columns - (across - 1) * GAP) / across);
  const drawn = parts.map((_, part) =>
    mapOf(parts, history, { ...view, part }, look, width, lines, part === view.part),
  );
  return Array.from({ length: Math.ceil(parts.length / across) }, (_, row) =>
    sideBySide(drawn.slice(row * across, (row + 1) * across), width),
  ).flat();
}

interface Block {
  readonly lines: readonly string[];
  /** How many characters each of them shows. */
  readonly widths: readonly number[];
}

/** A caption, and the map under it, with a mark beside the unit that is looked at. */
function mapOf(
  parts: readonly Part[],
  history: History,
  { timestep, part, unit }: View,
  look: Look,
  width: number,
  most: number,
  chosen: boolean,
): Block {
  const shown = parts[part] as Part;
  const { name, meaning, rows } = shown;
  const from = Math.max(history.begin, timestep + 1 - (width - 1));
  const columns = timestep + 1 - from;
  const scale = scaleOf(shown, [history.range(part)]);
  const { lines, unitsPerLine } = heatMap(history.columns(part, from, timestep + 1), columns, rows, most, scale, look);
  const range = [scale.low, scale.high].map(short).join('…');
  const title = ends(`${chosen ? '▸' : ' '}${printable(name)} ${printable(meaning)}`, range, width);
  const marked = Math.floor(Math.min(unit, rows - 1) / unitsPerLine);
  return {
    lines: [
      styled({ colours: look.depth > 1 }, chosen ? 'bold' : 'dim', title),
      ...lines.map((line, at) => (at === marked ? '▸' : ' ') + line),
    ],
    widths: [width, ...lines.map(() => 1 + columns)],
  };
}

function sideBySide(blocks: readonly Block[], width: number): string[] {
  const height = Math.max(...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    blocks
      .map(({ lines, widths }, at) => {
        const padding = at === blocks.length - 1 ? 0 : width + GAP - (widths[line] ?? 0);
        return (lines[line] ?? '') + ' '.repeat(padding);
      })
      .join(''),
  );
}

/** The numbers of one unit at one timestep, by gate and state. */
function valuesOf(parts: readonly Part[], history: History, { timestep, unit }: View, columns: number): string[] {
  const step = history.step(timestep);
  const numbers = parts.flatMap(({ name, rows }, part) =>
    unit < rows ? [`${name} ${number(step[part]?.[unit] as number)}`] : [],
  );
  return wrapped([`unit ${unit}:`, ...numbers].map(printable), columns, '  ');
}

/** The unit as a line over as many timesteps as there is room for, as far up and down as it goes. */
function chartOf(parts: readonly Part[], history: History, { timestep, part, unit }: View, look: Look): string[] {
  const { rows } = parts[part] as Part;
  const from = Math.max(history.begin, timestep + 1 - (look.columns - LABEL));
  const data = history.columns(part, from, timestep + 1);
  const line = Array.from({ length: timestep + 1 - from }, (_, at): [number, number] => [
    from + at,
    data[at * rows + Math.min(unit, rows - 1)] as number,
  ]).filter(([, value]) => Number.isFinite(value));
  const values = line.map(([, value]) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(least < most)) return [];
  const text = plot(line, {
    width: line.length,
    height: CHART,
    customYAxisTicks: [least, most],
    hideXAxis: true,
    // Of all values, not only of those that are shown: that is how it finds the width of its labels.
    formatter: (value) => short(value).padStart(LABEL - 2),
  });
  // Without the arrow at the end of its axis, and what goes on below it.
  return text.split('\n').filter((row) => !/^[\s▲│]*$/.test(row));
}

/** Two texts at the ends of a line; the second goes first if there is no room. */
function ends(left: string, right: string, width: number): string {
  const room = width - right.length - 1;
  return room < 1 ? clipped(left, width).padEnd(width) : `${clipped(left, room).padEnd(room)} ${right}`;
}

const short = (value: number): string => number(Number(value.toPrecision(2)));

const clipped = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** @param words what is not to be broken. */
function wrapped(words: readonly string[], width: number, gap: string): string[] {
  const lines: string[] = [''];
  for (const word of words) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + gap.length + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : line + gap + word;
  }
  return lines.map((line) => clipped(line, width));
}
