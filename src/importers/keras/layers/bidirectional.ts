import { refuse } from '../../shared/refuse.js';
import { type Flow, sequence } from '../build.js';
import { Config } from '../config.js';
import { entryOf, type LayerEntry } from '../entries.js';
import { cellOf, KINDS } from './cell.js';
import type { Call } from './layer.js';
import { aroundCell, refuseUnrolled, zerosAtMasked } from './recurrent.js';
import { variables } from './variables.js';

/** Two layers, one from each end. */
export function bidirectional(call: Call): Flow[] {
  const { build, config, entry, name, inputs, arrays } = call;
  const { where } = config;
  const merge =
    config.raw('merge_mode') === null ? 'none' : config.choice('merge_mode', ['concat', 'sum', 'mul', 'ave'], 'concat');
  const forward = entryOf(where, config.raw('layer'));
  const given = config.raw('backward_layer');
  const backward = given ? entryOf(where, given) : forward;
  config.ignore('return_sequences', 'return_state', 'go_backwards', 'num_constants', 'zero_output_for_mask');
  const [first, ...initial] = inputs as [Flow, ...Flow[]];
  const x = sequence(where, first);
  const count = variables(forward).length;
  const half = (inner: LayerEntry, which: 'forward' | 'backward') => {
    const own = new Config(`${where}, ${which} layer`, entry.name, inner.config, build.reporter);
    const settings = aroundCell(own);
    const { sequences, state, backwards, stateful } = settings;
    if (which === 'backward') refuseUnrolled(where, x, settings);
    // It cannot be streamed, so nothing could carry what it keeps from one call to the next.
    if (stateful) refuse(where, 'a stateful layer both ways', 'stateful false', 'true');
    const kind =
      KINDS[inner.className] ??
      refuse(where, 'a layer that is not honoured both ways', 'LSTM, GRU, SimpleRNN', inner.className);
    if (given !== undefined && given !== null && backwards !== (which === 'backward'))
      refuse(where, `the ${which} layer walks the wrong way`, 'forward and backward', `go_backwards ${backwards}`);
    if (!given && backwards && which === 'forward')
      refuse(where, 'a wrapped layer that walks backwards', 'go_backwards false', 'true');
    const taken = which === 'forward' ? arrays.slice(0, count) : arrays.slice(count);
    const spec = cellOf(build, own, kind, inner.className, `${entry.name}.${which}`, x.features, taken);
    own.finish();
    // Keras makes the halves output zeros at masked timesteps exactly where they return sequences, if at all.
    const zeros = zerosAtMasked(build, where, x, sequences);
    return { spec: { ...spec, ...(zeros && { zeroOutputForMask: true }) }, sequences, state, kind };
  };
  const [f, b] = [half(forward, 'forward'), half(backward, 'backward')];
  if (f.sequences !== b.sequences || f.state !== b.state)
    refuse(where, 'halves that disagree', 'one return_sequences and return_state');
  const single = f.sequences ? {} : { returnSequences: false };
  const like: Pick<Flow, 'kind'> = f.sequences ? x : { kind: 'vector' };
  const flow = (value: string, features: number): Flow => ({ ...like, name: value, features });
  const width = merge === 'concat' ? f.spec.units + b.spec.units : f.spec.units;
  if (!f.state && initial.length === 0) {
    const outputs = merge === 'none' ? [build.unique(`${name}.forward`), build.unique(`${name}.backward`)] : undefined;
    const made = build.add(
      {
        type: 'bidirectional',
        inputs: [x.name],
        forward: { ...f.spec, ...single },
        backward: { ...b.spec, ...single },
        merge,
        ...(outputs && { outputs }),
      },
      name,
    );
    return outputs
      ? [flow(outputs[0] as string, f.spec.units), flow(outputs[1] as string, b.spec.units)]
      : [flow(made, width)];
  }
  const parts = f.kind === 'lstm' ? 2 : 1;
  if (initial.length !== 0 && initial.length !== 2 * parts)
    refuse(where, 'wrong number of initial states', `${2 * parts}`, `${initial.length}`);
  if (initial.length > 0 && x.mask) refuse(where, 'a masked input together with initial_state', 'one of them');
  const walk = ({ spec }: typeof f, which: 'forward' | 'backward'): string[] => {
    const label = `${name}.${which}`;
    const start = which === 'forward' ? initial.slice(0, parts) : initial.slice(parts);
    const outputs = ['y', 'h', 'c'].slice(0, parts + 1).map((part) => build.unique(`${label}.${part}`));
    const back = which === 'backward' ? { goBackwards: true, outputOrder: 'input' as const } : {};
    build.add({ ...spec, ...single, ...back, inputs: [x.name, ...start.map((state) => state.name)], outputs }, label);
    return outputs;
  };
  const [[forwardY, ...forwardStates], [backwardY, ...backwardStates]] = [walk(f, 'forward'), walk(b, 'backward')];
  const states = f.state
    ? [...forwardStates, ...backwardStates].map(
        (state): Flow => ({ name: state, kind: 'vector', features: f.spec.units }),
      )
    : [];
  const pair = [forwardY as string, backwardY as string];
  if (merge === 'none')
    return [flow(pair[0] as string, f.spec.units), flow(pair[1] as string, b.spec.units), ...states];
  const type = ({ concat: 'concatenate', sum: 'add', mul: 'multiply', ave: 'average' } as const)[merge];
  return [flow(build.add({ type, inputs: pair }, name), width), ...states];
}
