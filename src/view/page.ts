import type { Trace } from '../index.js';
import { type Codes, encode } from './codes.js';
import { contentsOf, type ViewOptions } from './contents.js';
import { SCRIPT } from './embedded/page.js';
import type { LayersTrace } from './layers.js';

/** Numbers of a page: 2.7 characters each, so that it stays below 5 MB. */
const MOST_NUMBERS = 1_600_000;

/** The numbers of a picture as a page has them. */
export interface CodedBins extends Codes {
  readonly columns: number;
  readonly rows: number;
  readonly columnsPerBin: number;
  readonly rowsPerBin: number;
}

/**
 * A trace as a page of its own: HTML in one file, below 5 MB however long the trace, which asks for nothing else. For each layer a heat
 * map, timesteps × units, of every gate and state; with a cursor that all share, the values under it, what the layer is in words, and its
 * share of the time. Numbers are kept to a 65,000th of a map's range; of traces of more than a million and a half of them, the smallest and the largest
 * of every few timesteps and units.
 *
 * @param trace of `traceLayers`, or of `model.trace` with `options.model`, which shows cells and the model's outputs alone.
 * @throws {InputError} an unknown option, no such row, a trace without its model; with `against`, the first layer or shape that differs.
 */
export function tracePage(trace: Trace | LayersTrace, options: ViewOptions = {}): string {
  const contents = contentsOf(trace, options, MOST_NUMBERS);
  const sections = contents.sections.map((section) => ({
    ...section,
    pictures: section.pictures.map(({ bins, ...picture }) => {
      const { low, high, ...sizes } = bins;
      return { ...picture, bins: { ...sizes, ...encode(low, high) } satisfies CodedBins };
    }),
  }));
  // Names come from files: within a script element nothing else than its end tag and comments mean anything.
  const json = JSON.stringify({ ...contents, sections }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escaped(contents.title)}</title>
<style>body { margin: 0 }</style>
</head>
<body>
<noscript>This page draws its numbers by a script of its own.</noscript>
<script type="application/json" id="contents">${json}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { __proto__: null as never, '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => ENTITIES[character] as string);
