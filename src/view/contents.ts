import { InputError } from '../errors.js';
import type { Model, Trace } from '../index.js';
import { type Bins, binned } from './bins.js';
import { checkAlike, type Difference, difference, rowOf } from './compare.js';
import { type LayersTrace, layersOf, type TracedLayer, type TracedMap } from './layers.js';
import { around, type Scale, scaleOf } from './scale.js';

export interface ViewOptions {
  /** The model that was traced. Needed for what `model.trace` gives; what `traceLayers` gives has all of it. */
  readonly model?: Model;
  /** Default `Trace`. */
  readonly title?: string;
  /** A second trace, of the same layers and timesteps, to be shown beside the first with what the first has more. */
  readonly against?: Trace | LayersTrace;
  /** What to call the two. Default `A` and `B`. */
  readonly labels?: readonly [string, string];
  /** Which row of the batch is shown. Default 0. */
  readonly row?: number;
}

/** What there is to see, as data: everything but what draws it. */
export interface Contents<Numbers = Bins> {
  readonly title: string;
  /** In the order of the model. */
  readonly sections: readonly Section<Numbers>[];
  /** Whether pictures come in threes: one trace, the other, their difference. */
  readonly compared: boolean;
}

export interface Section<Numbers = Bins> {
  readonly name: string;
  readonly type: string;
  /** Names and values, e.g. `parameters`, `1,760`. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Part of the time of all layers, 0…1; undefined where it was not measured. */
  readonly share?: number;
  readonly words: string;
  readonly pictures: readonly Picture<Numbers>[];
}

/** One heat map. */
export interface Picture<Numbers = Bins> {
  readonly name: string;
  /** What it is, in words. */
  readonly meaning: string;
  readonly scale: Scale;
  /** Pictures of the same clock share a cursor. */
  readonly clock?: string;
  /** What a column and a row are: `timestep`, `unit`, `feature`. */
  readonly column: string;
  readonly row: string;
  readonly bins: Numbers;
}

const OPTIONS = ['model', 'title', 'against', 'labels', 'row'];

/**
 * Lays out a trace for the screen.
 * @param most numbers in all pictures together. Beyond it pictures are binned, the largest first.
 * @throws {InputError} an unknown option, no such row, a trace without its model, two traces that cannot be compared.
 */
export function contentsOf(given: Trace | LayersTrace, options: ViewOptions, most: number): Contents {
  for (const key of Object.keys(options)) {
    if (!OPTIONS.includes(key)) refuse('view', `unknown option ${JSON.stringify(key)}`, OPTIONS.join(', '), key);
  }
  const { model, title = 'Trace', against, labels = ['A', 'B'], row = 0 } = options;
  if (typeof title !== 'string') refuse('title', 'not a text', 'a string', typeof title);
  const a = asLayers(given, model);
  const b = against && asLayers(against, model);
  if (b) checkAlike(a, b);
  if (!(Number.isInteger(row) && row >= 0 && row < a.batch)) refuse('row', 'no such row', `0 to ${a.batch - 1}`, row);
  const sizes = a.layers.flatMap(({ maps }) =>
    maps.flatMap(({ columns, rows }) => Array(b ? 3 : 1).fill(columns * rows)),
  );
  const room = fairShare(sizes, most);
  const picture = (map: TracedMap, scale: Scale, data: Float32Array, words?: readonly [string, string]): Picture => ({
    name: words ? `${map.name} ${words[0]}` : map.name,
    meaning: words ? words[1] : map.meaning,
    scale,
    ...(map.clock !== undefined && { clock: map.clock }),
    column: map.kind === 'output' && map.rows === 1 && map.clock === undefined ? 'feature' : 'timestep',
    row: map.kind === 'output' ? 'feature' : 'unit',
    bins: binned(data, map.columns, map.rows, data.length <= room ? data.length : Math.max(1, Math.floor(room / 2))),
  });
  const total = a.layers.reduce((sum, { micros = 0 }) => sum + micros, 0);
  const sections = a.layers.map((layer, index): Section => {
    const other = b?.layers[index];
    const pictures = layer.maps.flatMap((map, at): Picture[] => {
      const own = rowOf(map, row);
      const second = other?.maps[at];
      if (!second) return [picture(map, scaleOf(map, [own]), own)];
      const theirs = rowOf(second, row);
      const scale = scaleOf(map, [own, theirs]);
      const found = difference(map, second, row);
      return [
        picture(map, scale, own, [`of ${labels[0]}`, map.meaning]),
        picture(map, scale, theirs, [`of ${labels[1]}`, map.meaning]),
        picture(map, around(found.most), found.data, [`${labels[0]} − ${labels[1]}`, mostOf(found)]),
      ];
    });
    return {
      name: layer.name,
      type: layer.type,
      facts: factsOf(layer, other, labels),
      ...(layer.micros !== undefined && { share: layer.micros / total }),
      words: layer.words,
      pictures,
    };
  });
  return { title, sections, compared: b !== undefined };
}

function asLayers(trace: Trace | LayersTrace, model: Model | undefined): LayersTrace {
  if (typeof trace !== 'object' || trace === null || !Array.isArray(trace.layers)) {
    return refuse('trace', 'not a trace', 'what traceLayers or model.trace gives', typeof trace);
  }
  if (!('outputs' in trace)) return trace;
  return model ? layersOf(trace, model) : refuse('trace', 'not to be read without its model', '{ model }', 'none');
}

const count = (n: number): string => n.toLocaleString('en-US');
const micros = (n: number | undefined): string =>
  n === undefined ? 'unknown' : `${count(Number(n.toPrecision(3)))} µs`;

function factsOf(
  layer: TracedLayer,
  other: TracedLayer | undefined,
  labels: readonly [string, string],
): [string, string][] {
  const { units, parameters, multiplyAdds, output } = layer;
  if (layer.type === 'input') return [['values', output]];
  const times: [string, string][] = other
    ? [
        [`time of a run, ${labels[0]}`, micros(layer.micros)],
        [`time of a run, ${labels[1]}`, micros(other.micros)],
      ]
    : [['time of a run', micros(layer.micros)]];
  const counts: [string, number | undefined][] = [
    ['units', units],
    ['parameters', parameters],
    ['multiply-adds a timestep', multiplyAdds],
  ];
  return [
    ['output', output],
    ...counts.flatMap(([what, n]): [string, string][] => (n ? [[what, count(n)]] : [])),
    ...(layer.micros === undefined && other?.micros === undefined ? [] : times),
  ];
}

const mostOf = ({ most, column, row }: Difference): string =>
  most === 0 ? 'no difference' : `at most ${Number(most.toPrecision(3))}, at ${column}, ${row}`;

/** The size that each may have, so that all together have at most `most`, and none is cut while a larger one is not. */
export function fairShare(sizes: readonly number[], most: number): number {
  let left = most;
  const rising = [...sizes].sort((a, b) => a - b);
  for (const [index, size] of rising.entries()) {
    const share = left / (rising.length - index);
    if (size > share) return Math.floor(share);
    left -= size;
  }
  return rising.at(-1) ?? 0;
}

const refuse = (where: string, message: string, expected: string, got: unknown): never => {
  throw new InputError(message, { where, expected, got: String(got) });
};
