import { show } from '../formats/json.js';
import { checkKeys } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';
import type { Build, Flow } from './build.js';
import type { LayerEntry } from './entries.js';
import type { FileShape } from './walk.js';

const KEYS = ['name', 'batch_input_shape', 'batch_shape', 'dtype', 'sparse', 'ragged', 'optional', 'trainable'];

/** An input of the model. @param shape as the file states it. @throws {ImportError} a shape that is none of ours. */
export function addInput(build: Build, layer: LayerEntry, shape: FileShape | undefined): Flow {
  const where = `input ${JSON.stringify(layer.name)}`;
  // The first layer of a Sequential model may stand for its input.
  if (layer.className === 'InputLayer') {
    checkKeys(layer.config, where, KEYS);
    for (const key of ['sparse', 'ragged'])
      if (layer.config[key]) refuse(where, `${key} is not honoured`, 'false', show(layer.config[key]));
  }
  if (!shape) refuse(where, 'no shape', 'batch_shape of the input layer', 'nothing');
  const unfit = (): never =>
    refuse(
      where,
      'a shape that is not honoured',
      '(batch, features), (batch, time, features), (batch, time, frequency, channels), (batch, time, rows, columns, channels), or (batch, time) of token ids',
      show(shape),
    );
  const [first, second, ...more] = shape.slice(1) as [number | null, ...(number | null)[]];
  const { dtype } = layer.config;
  const whole = typeof dtype === 'string' && dtype.includes('int');
  const name = build.unique(layer.name);
  // Ids may have an axis of one behind them.
  if (build.ids.has(layer.name) || (second === undefined && whole)) {
    if (more.length > 0 || (second !== undefined && second !== 1)) unfit();
    return build.addInput({ name, features: 1, dtype: 'int32' }, first ?? undefined);
  }
  // Of any number: timesteps of one feature that has no axis.
  if (second === undefined && first === null) return build.addInput({ name, features: 1 }, undefined, true);
  if (second === undefined) return build.addInput({ name, features: first as number, kind: 'vector' });
  if (more.length > 2 || second === null || more.includes(null)) return unfit();
  const [third, fourth] = more as number[];
  const features = [third, fourth].reduce((product: number, n = 1) => product * n, second);
  const places =
    fourth === undefined ? { frequencies: second } : { frequencies: second * (third as number), rows: second };
  if (third !== undefined) return build.addInput({ name, features }, first ?? undefined, false, places);
  return build.addInput({ name, features: second }, first ?? undefined);
}
