import { InputError, UnsupportedError } from '../errors.js';
import type { LayerSummary, Model, ModelSpec, NodeSpec, Trace } from '../index.js';
import { aboutOf, batchOf, type LayerInfo, mapsOf, type TracedLayer, type TracedMap } from './layers.js';
import { withOutputs } from './trace-layers.js';

/** A layer that is looked at while its model goes on timestep by timestep. */
export interface WatchedLayer extends Omit<TracedLayer, 'maps' | 'micros'> {
  /** The model, giving what this layer makes. */
  readonly model: Model;
  /**
   * What a trace of that model has of the layer: gates and states, or what it gives; a vector as one timestep.
   * @throws {InputError} a trace of another model.
   */
  maps(trace: Trace): TracedMap[];
}

const RECURRENT = ['lstm', 'gru', 'rnn'];

/**
 * A model, to look at one of its layers.
 * @param wanted the layer's name. Default: the first recurrent one, or the first of all.
 * @throws {InputError} no such layer. @throws {SpecError} @throws {UnsupportedError} the model does not go timestep by timestep.
 */
export async function watchLayer(spec: ModelSpec, wanted: string | undefined): Promise<WatchedLayer> {
  const { createModel } = await import('../index.js');
  const { name, outputs = [name] } = nodeOf(spec, wanted);
  const model = await createModel(withOutputs(spec, outputs));
  try {
    model.createStream().dispose();
  } catch (error) {
    model.dispose();
    if (!(error instanceof UnsupportedError)) throw error;
    const expected = 'a model that goes timestep by timestep; trace shows the others';
    throw new UnsupportedError('cannot be watched', { where: 'model', expected, got: error.message, cause: error });
  }
  const index = model.layers.findIndex(({ node }) => node.name === name);
  return {
    ...aboutOf(model.summary().layers[index] as LayerSummary, model),
    model,
    maps: (trace) =>
      mapsOf(model.layers[index] as LayerInfo, trace, model, batchOf(trace, model)).map((map) => {
        const value = model.graph.values.get(outputs.length > 1 ? map.name : (outputs[0] as string));
        return map.kind === 'output' && value?.kind === 'vector' ? { ...map, columns: 1, rows: map.columns } : map;
      }),
  };
}

/** @throws {InputError} */
function nodeOf({ nodes }: ModelSpec, wanted: string | undefined): NodeSpec {
  const able = nodes.filter(({ inputs }) => inputs.length > 0);
  const found =
    wanted === undefined
      ? (able.find(({ type }) => RECURRENT.includes(type)) ?? able[0])
      : able.find(({ name }) => name === wanted);
  if (found) return found;
  const expected = able.map(({ name }) => name).join(', ');
  throw new InputError('no such layer', { where: '--layer', expected, got: JSON.stringify(wanted) });
}
