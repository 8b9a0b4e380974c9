import { refuse } from '../../shared/refuse.js';
import { type Build, type Flow, sequence } from '../build.js';
import { Config } from '../config.js';
import { cellsOf } from '../entries.js';
import { cellOf, KINDS } from './cell.js';
import type { Call } from './layer.js';
import { variables } from './variables.js';

/** The settings of the layer around the cell. */
export function aroundCell(config: Config) {
  config.ignore('cell');
  return {
    sequences: config.flag('return_sequences', false),
    state: config.flag('return_state', false),
    backwards: config.flag('go_backwards', false),
    zero: config.flag('zero_output_for_mask', false),
    stateful: config.flag('stateful', false),
    unroll: config.flag('unroll', false),
  };
}

/** Unrolled, Keras zeroes the outputs of a backward walk by the mask as it stands in the input, so at other timesteps. */
export function refuseUnrolled(where: string, x: Flow, { unroll, sequences }: ReturnType<typeof aroundCell>): void {
  if (x.mask && unroll && sequences)
    refuse(where, 'an unrolled backward walk over a mask that makes outputs zero', 'unroll false', 'true');
}

/** Whether outputs at masked timesteps become zeros, where that is asked for. */
export function zerosAtMasked(build: Build, where: string, x: Flow, asked: boolean): boolean {
  const rule = build.rules.zerosAtMasked;
  if (asked && x.mask && rule === 'unknown')
    refuse(
      where,
      'a mask that makes outputs zero, as some releases of TensorFlow do and others do not under one version of Keras',
      'no mask, or a file of Keras 2.4',
    );
  return asked && rule !== 'never';
}

/** `[y, …states]` of LSTM, GRU, SimpleRNN, RNN(cell) and RNN(cells). */
export function recurrent({ build, config, entry, name, inputs, arrays, maskIsNamed }: Call): Flow[] {
  const { where } = config;
  const [first, ...initial] = inputs as [Flow, ...Flow[]];
  // Called with a state, Keras 3 forgets the mask that its input carries, but for one that the call names.
  const forgets = initial.length > 0 && build.rules.stateForgetsMask && !maskIsNamed;
  const source = sequence(where, first);
  if (initial.length > 0 && source.mask && build.rules.maskedRepeatsState)
    refuse(where, 'a masked input together with initial_state, which Keras before 2.3 repeats', 'one of them', 'both');
  let x: Flow = forgets ? build.unmasked(source) : source;
  if (forgets && source.mask) x = { ...x, mask: source.mask, forgotten: true };
  const settings = aroundCell(config);
  const { sequences, state, backwards, stateful } = settings;
  const zero = zerosAtMasked(build, where, x, settings.zero);
  if (backwards && zero) refuseUnrolled(where, x, settings);
  if (stateful)
    build.reporter.note(
      `${where} is stateful: a stream carries its state from one run to the next, and reset() is reset_states(); run() of the model starts from zeros`,
    );
  const cells = entry.className === 'RNN' ? cellsOf(where, entry.config) : [entry];
  const reversed = cells.length > 1 && build.rules.stackedStates === 'reversed';
  if (cells.length > 1 && (state || initial.length > 0) && build.rules.stackedStates === 'unknown')
    refuse(
      where,
      'states of stacked cells, whose order is not known of TensorFlow before 1.13',
      'one cell',
      `${cells.length}`,
    );
  const used = [...arrays];
  const states: Flow[] = [];
  const given = [...initial];
  cells.forEach((inner, index) => {
    const kind =
      KINDS[inner.className] ??
      refuse(where, 'a cell that is not honoured', 'LSTMCell, GRUCell, SimpleRNNCell', inner.className);
    const last = index === cells.length - 1;
    const own =
      inner === entry ? config : new Config(`${where}, cell ${index}`, entry.name, inner.config, build.reporter);
    const label = cells.length === 1 ? entry.name : `${entry.name}.${index}`;
    const taken = used.splice(0, inner === entry ? used.length : variables(inner).length);
    const spec = cellOf(build, own, kind, inner.className, label, x.features, taken);
    if (own !== config) own.finish();
    const parts = kind === 'lstm' ? 2 : 1;
    const taking = initial.length > 0 ? parts : 0;
    const start = given.splice(reversed ? -taking : 0, taking);
    if (initial.length > 0 && start.length !== parts)
      refuse(where, 'wrong number of initial states', `${parts} for each cell`, `${initial.length}`);
    const wanted = cells.length === 1 ? name : `${name}.${index}`;
    const outputs = state
      ? ['y', 'h', 'c'].slice(0, parts + 1).map((part) => build.unique(`${wanted}.${part}`))
      : undefined;
    const made = build.add(
      {
        ...spec,
        inputs: [x.name, ...start.map((flow) => flow.name)],
        ...(index === 0 && backwards && { goBackwards: true }),
        ...(last && !sequences && { returnSequences: false }),
        ...(zero && { zeroOutputForMask: true }),
        ...(outputs && { outputs }),
      },
      wanted,
    );
    const y: Flow = {
      ...x,
      name: outputs?.[0] ?? made,
      features: spec.units,
      kind: last && !sequences ? 'vector' : 'sequence',
    };
    if (backwards && x.mask && cells.length > 1)
      refuse(where, 'stacked cells walking backwards over a mask', 'one of them');
    x = last && !sequences ? { name: y.name, kind: 'vector', features: y.features } : y;
    const ended = (outputs?.slice(1) ?? []).map((part): Flow => ({ name: part, kind: 'vector', features: spec.units }));
    states.splice(reversed ? 0 : states.length, 0, ...ended);
  });
  if (given.length > 0) refuse(where, 'too many initial states', 'one per state', `${initial.length}`);
  return [x, ...states];
}
