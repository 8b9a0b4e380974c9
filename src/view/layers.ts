import { InputError } from '../errors.js';
import type { LayerSummary, LayerTrace, Model, Trace, ValueInfo } from '../index.js';
import { explain } from '../inspect/explain.js';

export type LayerInfo = Model['layers'][number];
type CellInfo = LayerInfo['cells'][number];

/** A run seen layer by layer: what `traceLayers` gives. Plain data, which outlives the model. */
export interface LayersTrace {
  readonly batch: number;
  /** All layers of the model in its order; those that give constants are left out. */
  readonly layers: readonly TracedLayer[];
}

/** A layer: what it is, and what it did. */
export interface TracedLayer {
  readonly name: string;
  readonly type: string;
  /** `time × features` of its output, or `features` of a vector. */
  readonly output: string;
  /** Units of a recurrent layer. */
  readonly units: number | undefined;
  readonly parameters: number;
  /** Of its matrix products, for one timestep of one sequence. */
  readonly multiplyAdds: number;
  /** What `explain` says of it. */
  readonly words: string;
  /** Of one run of the layer by itself on what it was given, the whole batch, in microseconds: the shortest of several. */
  readonly micros?: number;
  readonly maps: readonly TracedMap[];
}

/** One gate, state or output of a layer: numbers over columns (timesteps) and rows (units). */
export interface TracedMap {
  /** `i`, `h`, …; `forward.` or `backward.` in front of it in a bidirectional layer; `y` of what a layer gives, or the value's name. */
  readonly name: string;
  /** What it is in words, e.g. `input gate`. */
  readonly meaning: string;
  readonly kind: 'gate' | 'state' | 'output';
  /** `[batch, columns, rows]` flat. NaN where nothing was computed: gates at masked timesteps. */
  readonly data: Float32Array;
  /** Timesteps; of a vector, which has none, its features. */
  readonly columns: number;
  /** Units or features; 1 of a vector. */
  readonly rows: number;
  /**
   * Maps of the same name here have timesteps that follow from one another: `time`, that of the run, or another open time of the model's
   * (an encoder's, a decoder's). Undefined: no timesteps, or a number of them that the model fixes.
   */
  readonly clock: string | undefined;
}

const STATES: Readonly<Record<string, string>> = { __proto__: null as never, c: 'cell state', h: 'hidden state' };

/**
 * A trace as layers: the recurrent ones, and those whose values the trace has among its outputs.
 * @param model the one that was traced.
 * @throws {InputError} not a trace of that model.
 * @throws {DisposedError}
 */
export function layersOf(trace: Trace, model: Model): LayersTrace {
  const batch = batchOf(trace, model);
  const { layers: rows } = model.summary();
  const layers = model.layers.flatMap((info, index): TracedLayer[] => {
    if (info.node.inputs.length === 0) return [];
    const maps = mapsOf(info, trace, model, batch);
    return maps.length === 0 ? [] : [{ ...aboutOf(rows[index] as LayerSummary, model), maps }];
  });
  return {
    batch,
    layers: [...model.inputs.flatMap((input) => inputLayer(input.name, trace, model, batch)), ...layers],
  };
}

/** What a layer is. */
export function aboutOf(row: LayerSummary, model: Model): Omit<TracedLayer, 'maps' | 'micros'> {
  const { name, type, units, parameters, multiplyAdds, features, time } = row;
  const output = time === undefined ? `${features}` : `${time} × ${features}`;
  return { name, type, output, units, parameters, multiplyAdds, words: explain(model, name) };
}

/** Gates and states of a layer, or what it gives. */
export const mapsOf = (info: LayerInfo, trace: Trace, model: Model, batch: number): TracedMap[] => [
  ...info.cells.flatMap((cell) => cellMaps(cell, info, trace, model, batch)),
  ...outputMaps(info, trace, model, batch),
];

/** An input as if it were a layer, where the trace has it. */
function inputLayer(name: string, trace: Trace, model: Model, batch: number): TracedLayer[] {
  const map = outputMap(name, 'input', trace, model, batch);
  if (!map) return [];
  const { rows, columns, clock } = map;
  const output = model.graph.values.get(name)?.kind === 'vector' ? `${columns}` : `${clock ?? columns} × ${rows}`;
  const words = `${JSON.stringify(name)} is what the model is given: no layer, and nothing in it is learned.`;
  return [
    { name, type: 'input', output, units: undefined, parameters: 0, multiplyAdds: 0, words, maps: [{ ...map, name }] },
  ];
}

/** Gates and states of one cell. */
function cellMaps(cell: CellInfo, { node, cells }: LayerInfo, trace: Trace, model: Model, batch: number): TracedMap[] {
  const found = trace.layers.find(({ layer }) => layer === cell.name);
  if (!found) throw notOf(cell.name, 'its gates and states', `those of ${trace.layers.map(({ layer }) => layer)}`);
  const clock = clockOf(model.graph.values.get(node.inputs[0] as string) as ValueInfo);
  const prefix = cells.length > 1 ? cell.name.slice(node.name.length + 1).concat('.') : '';
  const map = (name: string, kind: 'gate' | 'state', meaning: string, data: Float32Array, rows: number): TracedMap => {
    const columns = data.length / (batch * rows);
    if (!Number.isInteger(columns))
      throw notOf(cell.name, `${name} of ${batch} × timesteps × ${rows}`, `${data.length}`);
    return { name: prefix + name, meaning, kind, data, columns, rows, clock };
  };
  const gates = cell.gates.map((gate) =>
    map(gate, 'gate', cell.words.gates[gate] ?? 'gate', found.gates[gate] as Float32Array, cell.units),
  );
  // c before h, which is made of it.
  const states = [...cell.place.parts].reverse().map(({ key, length }) => {
    const data = found[key as keyof LayerTrace] as Float32Array | undefined;
    if (!data) throw notOf(cell.name, `its ${key}`, `${Object.keys(found)}`);
    return map(key, 'state', STATES[key] ?? 'state', data, length);
  });
  return [...gates, ...states];
}

/** What the layer gave, as far as the trace has it; not of a recurrent layer, whose h that is, but where it joins two of them. */
function outputMaps({ node, cells }: LayerInfo, trace: Trace, model: Model, batch: number): TracedMap[] {
  if (cells.length === 1) return [];
  return node.outputs.flatMap((name) => {
    const map = outputMap(name, 'output', trace, model, batch);
    return map ? [node.outputs.length > 1 ? { ...map, name } : map] : [];
  });
}

/** A value that is among the outputs of the trace, in our order of axes. */
function outputMap(
  name: string,
  meaning: string,
  { outputs }: Trace,
  { graph }: Model,
  batch: number,
): TracedMap | undefined {
  const found = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  const info = graph.values.get(name);
  if (!found || !info || graph.layouts.has(name)) return undefined;
  const vector = info.kind === 'vector';
  const steps = found.data.length / (batch * info.features);
  return {
    name: 'y',
    meaning,
    kind: 'output',
    data: found.data,
    columns: vector ? info.features : steps,
    rows: vector ? 1 : info.features,
    clock: vector ? undefined : clockOf(info),
  };
}

/** The open time that a value's timesteps follow from. */
function clockOf({ time }: Pick<ValueInfo, 'time'>): string | undefined {
  const [first] = time ?? [];
  return first?.open ?? (first?.mul === 0 ? undefined : 'time');
}

/** Rows of a trace. @throws {InputError} it is of another model. */
export function batchOf(trace: Trace, model: Model): number {
  for (const { name, axes } of model.outputs) {
    const at = axes.indexOf('batch');
    const size = trace.outputs[name]?.shape[at];
    if (size !== undefined) return size;
  }
  throw notOf('outputs', model.outputs.map(({ name }) => name).join(', '), Object.keys(trace.outputs).join(', '));
}

const notOf = (where: string, expected: string, got: string): InputError =>
  new InputError('the trace is not of this model', { where: `trace, ${where}`, expected, got });
