import { binned, coarser, painter, type Scale, unpacked } from '../../view/live.js';

/** How a terminal shows shades. */
export interface Shades {
  /** Bits of its colours: 24, 8 (a palette of 256), or less, where letters are shades. */
  readonly depth: number;
  /** Whether its background is dark. */
  readonly dark: boolean;
}

/** From the low end of a scale to the high one, where there are no colours. */
export const LETTERS = ' .:-=+*#%@';
const NOTHING = '?';

/** Units that a line of text shows: two half blocks, or a letter. */
export const unitsOfLine = ({ depth }: Shades): number => (depth >= 8 ? 2 : 1);

/**
 * A heat map, timesteps from left to right and units from top to bottom, a column a timestep.
 * @param data `[columns][rows]`.
 * @param most lines; beyond, a place is several units: the largest above the smallest, or as a letter that which is farther from zero.
 */
export function heatMap(
  data: Float32Array,
  columns: number,
  rows: number,
  most: number,
  scale: Scale,
  shades: Shades,
): { readonly lines: readonly string[]; readonly unitsPerLine: number } {
  const single = unitsOfLine(shades);
  const unitsPerLine = rows <= most * single ? single : Math.ceil(rows / most);
  const count = Math.ceil(rows / unitsPerLine);
  const all = binned(data, columns, rows, Number.POSITIVE_INFINITY);
  // Two units of a line stand in it each by itself.
  const bins = unitsPerLine <= single ? all : coarser(all, 1, unitsPerLine);
  const draw = single === 1 ? letters : halfBlocks;
  const colour = painter(scale, shades.dark);
  const pairs = bins === all && single > 1;
  const lines = Array.from({ length: count }, (_, line) => {
    const upper = (pairs ? line * 2 : line) * columns;
    const lower = pairs ? upper + columns : upper;
    const row = (numbers: Float32Array, from: number): Float32Array => numbers.subarray(from, from + columns);
    return draw(row(bins.high, upper), row(bins.low, lower), { scale, shades, colour });
  });
  return { lines, unitsPerLine };
}

interface Painting {
  readonly scale: Scale;
  readonly shades: Shades;
  readonly colour: (value: number) => number;
}

/** @param lower empty where there is no unit. */
function halfBlocks(upper: Float32Array, lower: Float32Array, { colour, shades }: Painting): string {
  const code = shades.depth >= 24 ? trueColour : paletteColour;
  let [text, above, below] = ['', -1, -2];
  upper.forEach((value, column) => {
    const [top, bottom] = [colour(value), lower.length > 0 ? colour(lower[column] as number) : -1];
    if (top !== above) text += `\x1b[38;${code(top)}m`;
    if (bottom !== below) text += bottom < 0 ? '\x1b[49m' : `\x1b[48;${code(bottom)}m`;
    [above, below] = [top, bottom];
    text += '▀';
  });
  return `${text}\x1b[39;49m`;
}

function letters(upper: Float32Array, lower: Float32Array, { scale: { low, high } }: Painting): string {
  return Array.from(upper, (most, column) => {
    const least = lower[column] as number;
    const value = Math.abs(least) > Math.abs(most) ? least : most;
    if (Number.isNaN(value)) return NOTHING;
    const place = Math.floor(((value - low) / (high - low)) * LETTERS.length);
    return LETTERS[Math.min(Math.max(place, 0), LETTERS.length - 1)];
  }).join('');
}

const trueColour = (colour: number): string => `2;${unpacked(colour).join(';')}`;

const palette = new Map<number, string>();

function paletteColour(colour: number): string {
  const code = palette.get(colour) ?? nearestOf(colour);
  palette.set(colour, code);
  return code;
}

/** The nearest of xterm's cube of 6 × 6 × 6 colours and of its 24 greys. */
function nearestOf(colour: number): string {
  const rgb = unpacked(colour);
  const steps = rgb.map((channel) => nearest(CUBE, channel));
  const grey = nearest(GREYS, rgb.reduce((sum, channel) => sum + channel, 0) / 3);
  const far = (found: readonly number[]): number =>
    found.reduce((sum, channel, at) => sum + (channel - (rgb[at] as number)) ** 2, 0);
  const [r = 0, g = 0, b = 0] = steps;
  const cube = far(steps.map((step) => CUBE[step] as number));
  return `5;${far(Array(3).fill(GREYS[grey])) < cube ? 232 + grey : 16 + 36 * r + 6 * g + b}`;
}

const CUBE = [0, 95, 135, 175, 215, 255];
const GREYS = Array.from({ length: 24 }, (_, step) => 8 + 10 * step);

const nearest = (numbers: readonly number[], wanted: number): number =>
  numbers.reduce(
    (best, number, at) => (Math.abs(number - wanted) < Math.abs((numbers[best] as number) - wanted) ? at : best),
    0,
  );
