import type { InnerRecurrent } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import { Config } from '../config.js';
import { entryOf, type LayerEntry } from '../entries.js';
import type { Stored } from '../files/stored.js';
import { cellOf, KINDS } from './cell.js';
import type { Call, Layer } from './layer.js';
import { flowOf, type Plane, plane } from './plane.js';
import { aroundCell } from './recurrent.js';
import { variables } from './variables.js';

/** A layer of one cell within each frame: its config and arrays. */
function inner(call: Call, x: Plane, entry: LayerEntry, config: Config, label: string, arrays: readonly Stored[]) {
  const { build } = call;
  const { where } = config;
  const kind =
    KINDS[entry.className] ?? refuse(where, 'a layer that is not honoured', 'LSTM, GRU, SimpleRNN', entry.className);
  const { sequences, backwards, state, stateful } = aroundCell(config);
  if (state || stateful) refuse(where, 'a state that outlasts a frame', 'return_state and stateful false', 'true');
  const spec = cellOf(build, config, kind, entry.className, label, x.channels, arrays);
  return { backwards, sequences, spec: { ...spec, ...(!sequences && { returnSequences: false }) } };
}

/** What the layer makes of a plane. */
function added(call: Call, x: Plane, layer: InnerRecurrent, width: number, sequences: boolean) {
  const made = call.build.add({ type: 'each_frame', inputs: [x.name], channels: x.channels, layer }, call.name);
  return [flowOf(x, made, sequences ? [x.frequencies, width] : [undefined, width])];
}

/** A recurrent layer over the frequencies of each frame. */
export const recurrentOverFrequencies: Layer = (call) => {
  const x = plane(call);
  const { spec, backwards, sequences } = inner(call, x, call.entry, call.config, call.entry.name, call.arrays);
  return added(call, x, { ...spec, ...(backwards && { goBackwards: true }) }, spec.units, sequences);
};

export const bidirectionalOverFrequencies: Layer = (call) => {
  const { build, config, entry, arrays } = call;
  const { where } = config;
  const x = plane(call);
  const merge = config.choice('merge_mode', ['concat', 'sum', 'mul', 'ave'], 'concat');
  const first = entryOf(where, config.raw('layer'));
  const given = config.raw('backward_layer');
  const second = given ? entryOf(where, given) : first;
  config.ignore('return_sequences', 'return_state', 'go_backwards', 'num_constants', 'zero_output_for_mask');
  const count = variables(first).length;
  const half = (layer: LayerEntry, which: 'forward' | 'backward', own: readonly Stored[]) => {
    const settings = new Config(`${where}, ${which} layer`, entry.name, layer.config, build.reporter);
    const made = inner(call, x, layer, settings, `${entry.name}.${which}`, own);
    settings.finish();
    if (made.backwards !== (which === 'backward' && !!given))
      refuse(where, `the ${which} layer walks the wrong way`, 'forward and backward', `go_backwards ${made.backwards}`);
    return made;
  };
  const forward = half(first, 'forward', arrays.slice(0, count));
  const backward = half(second, 'backward', arrays.slice(count));
  if (forward.sequences !== backward.sequences) refuse(where, 'halves that disagree', 'one return_sequences');
  const layer = { type: 'bidirectional', forward: forward.spec, backward: backward.spec, merge } as const;
  const units = forward.spec.units;
  return added(call, x, layer, merge === 'concat' ? units + backward.spec.units : units, forward.sequences);
};
