import type { OnnxState } from '../onnx/states/find.js';
import type { Budget } from '../shared/budget.js';
import type { TfGraph, TfOperator } from './model.js';
import { makersOf } from './written.js';

// Files that are called once for each timestep take their state as an input and give it as an output, under names that say nothing. What the graph does with
// them does: of a cell, the new state is the old one times a gate, plus something.

/** Operators that hand on what a state is, with the inputs that are data. */
const MOVES: Readonly<Record<string, (operator: TfOperator) => readonly number[]>> = {
  __proto__: null as never,
  ...Object.fromEntries(
    'RESHAPE SQUEEZE EXPAND_DIMS TRANSPOSE STRIDED_SLICE SLICE UNPACK SPLIT_V QUANTIZE DEQUANTIZE'
      .split(' ')
      .map((type) => [type, ({ inputs }: TfOperator) => inputs.slice(0, 1)]),
  ),
  SPLIT: ({ inputs }) => inputs.slice(1, 2),
  PACK: ({ inputs }) => inputs,
  CONCATENATION: ({ inputs }) => inputs,
};

/** Operators through which gates look at h. */
const THROUGH = new Set(['ADD', 'FULLY_CONNECTED', 'LOGISTIC', 'TANH', 'RELU', 'MUL', 'SUB', 'MINIMUM', 'MAXIMUM']);

/** The pairs of inputs and outputs that a cell's formula proves to carry state. @param nameOf a tensor's name in the translation. */
export function provenStates(graph: TfGraph, nameOf: (index: number) => string, budget: Budget): OnnxState[] {
  const makers = makersOf(graph);
  const inputs = new Set(graph.inputs);
  /** Every tensor that one comes of. @param also operators that it is followed through, beside moves. */
  const origins = (start: number, also: ReadonlySet<string> = new Set()): Set<number> => {
    const found = new Set([start]);
    for (const index of found) {
      const maker = makers.get(index);
      const from = maker && (MOVES[maker.type]?.(maker) ?? (also.has(maker.type) ? maker.inputs : []));
      for (const input of from ?? []) found.add(input);
    }
    budget.operations(found.size, 'the states of cells');
    return found;
  };
  const inputsOf = (index: number, also?: ReadonlySet<string>): number[] =>
    [...origins(index, also)].filter((origin) => inputs.has(origin));
  const sameShape = (a: number, b: number): boolean =>
    `${graph.tensors[a]?.shape}` === `${graph.tensors[b]?.shape}` && graph.tensors[a]?.type === graph.tensors[b]?.type;
  const pairs = new Map<number, Set<number>>();
  const pair = (input: number, output: number): void => {
    if (sameShape(input, output)) pairs.set(output, (pairs.get(output) ?? new Set()).add(input));
  };
  /** What gates look at, by the cell state that they make. */
  const seenBy = new Map<number, number[]>();
  for (const output of graph.outputs)
    for (const index of origins(output)) {
      const sum = makers.get(index);
      if (sum?.type !== 'ADD') continue;
      for (const side of sum.inputs) {
        const product = makers.get(side);
        if (product?.type !== 'MUL') continue;
        product.inputs.forEach((factor, i) => {
          const states = inputsOf(factor);
          const gate = makers.get(product.inputs[1 - i] as number);
          if (states.length !== 1 || !gate || MOVES[gate.type]) return;
          pair(states[0] as number, output);
          seenBy.set(index, inputsOf(product.inputs[1 - i] as number, THROUGH));
        });
      }
    }
  // An LSTM's h: a gate times what is made of c.
  for (const output of graph.outputs)
    for (const index of origins(output)) {
      const product = makers.get(index);
      if (product?.type !== 'MUL' || pairs.has(output)) continue;
      const cells = product.inputs
        .flatMap((factor) => makers.get(factor)?.inputs[0] ?? [])
        .filter((c) => seenBy.has(c));
      const carried = new Set([...pairs.values()].flatMap((own) => [...own]));
      const seen = cells
        .flatMap((c) => seenBy.get(c) ?? [])
        .filter((input) => !carried.has(input) && sameShape(input, output));
      if (seen.length === 1) pair(seen[0] as number, output);
    }
  const all = [...pairs].flatMap(([output, own]) => [...own].map((input) => ({ input, output })));
  const once = all.filter(
    ({ input, output }) => all.filter((other) => other.input === input || other.output === output).length === 1,
  );
  // Something must be left to be put in and to come out.
  const left = once.length < graph.inputs.length && once.length < graph.outputs.length;
  return left && once.length === all.length
    ? once.map(({ input, output }) => ({ input: nameOf(input), output: nameOf(output) }))
    : [];
}
