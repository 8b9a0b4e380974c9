import type { Budget } from '../../shared/budget.js';
import type { Graph, Node } from '../proto/messages.js';

/** Operators that have a state: the inputs of which it starts. At its end it is output 1, then 2. */
const STATES: ReadonlyMap<string, readonly number[]> = new Map([
  ...['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM'].map((type): [string, number[]] => [type, [5, 6]]),
  ...['LinearAttention', 'CausalConvWithState'].map((type): [string, number[]] => [type, [3]]),
]);

/** Operators that hand on what a state is: moves, and those by which it is reset. */
const PASS = new Set(
  'Identity Cast Reshape Squeeze Unsqueeze Transpose Slice Split Gather Expand Concat Mul Where'.split(' '),
);
/** Of these only the first input is data. */
const FIRST = new Set('Reshape Squeeze Unsqueeze Slice Split Gather Expand'.split(' '));

export interface Slots {
  /** The initial states, by node and kind, that come of each input. */
  readonly initial: ReadonlyMap<string, ReadonlySet<string>>;
  /** The final states that each output is made of. */
  readonly final: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Where the states of recurrent layers come from and go to, as far as they are only moved or reset on the way. */
export function slotsOf({ node, output }: Graph, budget: Budget): Slots {
  const makers = new Map(node.flatMap((maker) => maker.output.map((name, index) => [name, { maker, index }] as const)));
  const recurrent = node.filter(({ opType }) => STATES.has(opType));
  const numbers = new Map(recurrent.map((layer, number) => [layer, number]));
  /** Every name that a value comes of, through operators that hand on. */
  const origins = (name: string): string[] => {
    const names = new Set([name]);
    for (const seen of names) {
      const maker = makers.get(seen)?.maker;
      if (maker && PASS.has(maker.opType))
        for (const input of FIRST.has(maker.opType) ? maker.input.slice(0, 1) : maker.input)
          if (input !== '') names.add(input);
    }
    budget.operations(names.size, 'the states of layers');
    return [...names];
  };
  const slot = (maker: Node, kind: number): string => `${numbers.get(maker)}.${kind}`;
  const initial = new Map<string, Set<string>>();
  for (const maker of recurrent)
    for (const [index, input] of (STATES.get(maker.opType) ?? []).entries())
      for (const name of origins(maker.input[input] ?? ''))
        initial.set(name, (initial.get(name) ?? new Set()).add(slot(maker, index + 1)));
  // What is a layer's sequence is no state, though the state may be a part of it.
  for (const maker of recurrent) for (const name of origins(maker.input[0] ?? '')) initial.delete(name);
  const final = new Map(
    output.map(({ name }) => {
      const made = origins(name).flatMap((origin) => makers.get(origin) ?? []);
      const slots = made.filter(({ maker, index }) => index > 0 && STATES.has(maker.opType));
      return [name, new Set(slots.map(({ maker, index }) => slot(maker, index)))];
    }),
  );
  return { initial, final };
}
