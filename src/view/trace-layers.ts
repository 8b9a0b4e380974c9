import { InputError } from '../errors.js';
import type { Build, Input, Model, ModelSource, ModelSpec, NamedRunOptions } from '../index.js';
import { type LayersTrace, layersOf } from './layers.js';
import { timeLayers } from './time-layers.js';

export interface TraceLayersOptions extends NamedRunOptions {
  /** Whether to measure how long each layer takes by itself: some 20 ms a layer, longer where one run is. Default true. */
  readonly time?: boolean;
  /** The kernels to run on. Default: those that `createModel` takes. */
  readonly build?: Build;
}

/**
 * Runs a model as `model.trace` does, and keeps what every layer made: gates and states of cells, outputs of the others, and how long
 * each takes. The numbers are those of `run`, bit for bit.
 *
 * @param source a spec, or the `{ spec, report }` that importers give.
 * @param x the input, or inputs by name, as `model.trace` takes them.
 * @throws {InputError} what `model.trace` refuses; an unknown option.
 * @throws {SpecError} what `createModel` refuses.
 * @throws {MemoryLimitError} the values of all layers take more than one run may give.
 */
export async function traceLayers(
  source: ModelSource,
  x: Input | Readonly<Record<string, Input>>,
  options: TraceLayersOptions = {},
): Promise<LayersTrace> {
  const { time = true, build, ...run } = options;
  if (typeof time !== 'boolean') {
    throw new InputError('not usable', { where: 'traceLayers, time', expected: 'true or false', got: String(time) });
  }
  // Fetched, so that an import of the package's first entry is of that file alone.
  const createModel = (await import('../index.js')).createModel;
  const open = (spec: ModelSpec): Promise<Model> => createModel(spec, build === undefined ? {} : { build });
  const shown = withAllOutputs('spec' in source ? source.spec : source);
  const model = await open(shown);
  try {
    const trace = model.trace(x, run);
    const traced = layersOf(trace, model);
    if (!time) return traced;
    const micros = await timeLayers(shown, model, trace, traced.batch, open);
    return { ...traced, layers: traced.layers.map((layer) => ({ ...layer, ...micros.get(layer.name) })) };
  } finally {
    model.dispose();
  }
}

/** The model, giving all of its values but token ids. */
function withAllOutputs(spec: ModelSpec): ModelSpec {
  const carried = new Set(spec.carries?.map(({ input }) => input));
  const given = spec.inputs
    .filter(({ name, dtype }) => dtype !== 'int32' && !carried.has(name))
    .map(({ name }) => name);
  const made = spec.nodes.flatMap(({ name, outputs }) => outputs ?? [name]);
  return withOutputs(spec, [...new Set([...given, ...spec.outputs, ...made])]);
}

/** The model, giving these values, in our axes but for inputs. */
export function withOutputs(spec: ModelSpec, outputs: readonly string[]): ModelSpec {
  const inputs = new Set(spec.inputs.map(({ name }) => name));
  const layouts = Object.entries(spec.layouts ?? {}).filter(([name]) => inputs.has(name));
  return {
    ...spec,
    outputs,
    layouts: { __proto__: null as never, ...Object.fromEntries(layouts) },
  };
}
