import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { Chain } from '../shared/chain.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import { kerasLayers } from './keras-style.js';
import { torchLayers } from './torch-style.js';

/**
 * A model from RTNeural's JSON: layers as its Keras exporter writes them (`in_shape`, `layers`), or a PyTorch state_dict as JSON.
 * The sequence input has as many features as the first layer takes.
 * @throws {ImportError} malformed JSON; a layer or activation that is not honoured, by name; weights of the wrong shape.
 */
export function fromRTNeural(bytes: FileBytes): ModelSpec {
  return readRTNeural(bytes).spec;
}

/** As `fromRTNeural`, with the account of which weights became what. */
export function readRTNeural(bytes: FileBytes): Imported {
  const file = parseJson(viewBytes(bytes), 'file');
  if (!isObject(file)) return refuse('file', 'not a model of RTNeural', 'an object', show(file));
  const reporter = new Reporter();
  if (Array.isArray(file.layers)) {
    const shape = file.in_shape;
    const features = Array.isArray(shape) ? shape.at(-1) : undefined;
    if (!Number.isSafeInteger(features) || features < 1)
      refuse('in_shape', 'no number of inputs', '[…, inputs]', show(shape));
    const chain = new Chain(reporter, features);
    kerasLayers(chain, file.layers);
    return { spec: chain.finish(), report: reporter.finish('RTNeural JSON, Keras style') };
  }
  return { spec: torchLayers(file, reporter), report: reporter.finish('RTNeural JSON, PyTorch state_dict') };
}
