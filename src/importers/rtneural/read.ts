import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { recordOf } from '../formats/record.js';
import { Budget } from '../shared/budget.js';
import { Chain } from '../shared/chain.js';
import { checkConfig, oneOf } from '../shared/fields.js';
import { limitsField } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import { guitarMl } from './guitarml.js';
import { kerasLayers } from './keras-style.js';
import type { RTNeuralOptions } from './options.js';
import { afterLayers, beforeLayers, PLAYER_FIELDS } from './player.js';
import { torchLayers } from './torch-style.js';

/**
 * A model from RTNeural's JSON: layers as its Keras exporter writes them (`in_shape`, `layers`), with what players honour beside
 * them (`in_skip`, `in_gain`, `out_gain`); a PyTorch state_dict as JSON, whose modules follow one another; or such a dict with
 * `model_data`, as GuitarML's captures have it (CoreAudioML's SimpleRNN and RecNet).
 * The sequence input has as many features as the first layer takes.
 * @throws {ImportError} malformed JSON; a layer, activation or field that is not honoured, by name; weights of the wrong shape; more
 *   memory, work or names than `limits` allow.
 */
export function fromRTNeural(bytes: FileBytes, options: RTNeuralOptions = {}): ModelSpec {
  return readRTNeural(bytes, options).spec;
}

/** As `fromRTNeural`, with the account of which weights became what. */
export function readRTNeural(bytes: FileBytes, options: RTNeuralOptions = {}): Imported {
  checkConfig(options, 'options', { assume: oneOf('chain'), limits: limitsField });
  const view = viewModel(bytes);
  const budget = new Budget(view.length, options.limits);
  const file = parseJson(view, 'file', budget);
  if (!isObject(file)) return refuse('file', 'not a model of RTNeural', 'an object', show(file));
  const reporter = new Reporter(budget);
  if (!Array.isArray(file.layers)) {
    const guitar = 'model_data' in file;
    const chain = guitar ? guitarMl(file, reporter) : torchLayers(file, reporter, options);
    const form = guitar
      ? `GuitarML JSON, ${(file.model_data as { model: string }).model}`
      : 'RTNeural JSON, PyTorch state_dict';
    return { spec: chain.finish(), report: reporter.finish(form) };
  }
  const { in_shape: shape, layers, ...rest } = file;
  // Players take null for what is not there.
  const beside = recordOf(Object.entries(rest).filter(([, value]) => value !== null));
  checkConfig(beside, 'file', PLAYER_FIELDS);
  const features = Array.isArray(shape) ? shape.at(-1) : undefined;
  if (!Number.isSafeInteger(features) || features < 1)
    refuse('in_shape', 'no number of inputs', '[…, inputs]', show(shape));
  const chain = new Chain(reporter, features);
  beforeLayers(chain, beside);
  const signal = chain.value;
  kerasLayers(chain, layers);
  afterLayers(chain, beside, signal, features);
  return { spec: chain.finish(), report: reporter.finish('RTNeural JSON, Keras style') };
}
