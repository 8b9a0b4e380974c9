import { resolveActivation } from '../../graph/activations.js';
import { sameClock } from '../../graph/clock.js';
import { finite, optionalTruth, size } from '../../graph/field-checks.js';
import { type NodeContext, sequence, wrongInputs } from '../../graph/node-context.js';
import type { ValueInfo } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { LinearAttentionNode } from '../../spec.js';
import { BINARY, rowBytes, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import type { LayerKind, PlanContext } from '../layer.js';
import type { Holder } from '../recurrent/slot.js';
import { giveState, stateObstacle, takeState } from './given-state.js';
import { wideMask } from './mask.js';
import { vector } from './values.js';

/** A node's inputs by what they are. */
interface Inputs<Value> {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly g: Value | undefined;
  readonly beta: Value | undefined;
  readonly state: Value | undefined;
}

function inputsOf<Value>({ gated, delta }: LinearAttentionNode, [q, k, v, ...more]: readonly Value[]): Inputs<Value> {
  return {
    q: q as Value,
    k: k as Value,
    v: v as Value,
    g: gated ? more.shift() : undefined,
    beta: delta ? more.shift() : undefined,
    state: more[0],
  };
}

/** A state for each key head, that every timestep adds `k ⊗ v` to and every query reads. */
export const linearAttention: LayerKind<LinearAttentionNode> = {
  fields: { heads: size, keyHeads: size, scale: finite, gated: optionalTruth, delta: optionalTruth },
  check(node, context) {
    const { heads, keyHeads, gated = false, delta = false } = node;
    const { where } = context;
    const names = ['q', 'k', 'v', ...(gated ? ['g'] : []), ...(delta ? ['beta'] : [])];
    const extra = context.inputs.length - names.length;
    if (extra !== 0 && extra !== 1) {
      wrongInputs(context, 'wrong number of inputs', `[${names.join(', ')}] or [${names.join(', ')}, state]`);
    }
    if (heads % keyHeads !== 0) badSpec(where, 'keyHeads must divide heads', `a divisor of ${heads}`, `${keyHeads}`);
    const { q, k, v, g, beta, state } = inputsOf(node, context.inputs);
    const keySize = part(context, q, heads);
    const valueSize = part(context, v, keyHeads);
    has(context, k, [keyHeads * keySize]);
    if (g) has(context, g, [keyHeads * keySize, keyHeads]);
    if (beta) has(context, beta, [keyHeads, 1]);
    for (const x of context.inputs.slice(0, names.length)) {
      if (!sameClock(sequence(context, x).time, q.time))
        badSpec(where, `input ${describe(x.name)} has another time`, `that of ${describe(q.name)}`, 'another');
    }
    const after = vector(keyHeads * keySize * valueSize);
    if (state && (state.kind !== 'vector' || state.features !== after.features)) {
      const got = `a ${state.kind} of ${state.features}`;
      badSpec(where, `state ${describe(state.name)} has the wrong shape`, `a vector of ${after.features}`, got);
    }
    return [{ ...q, features: heads * valueSize }, after];
  },
  make(node, { slot }, inputs, outputs) {
    const { name, heads, keyHeads, delta } = node;
    const [keySize, valueSize] = [inputs / heads, outputs / heads];
    const place = slot.carry(keyHeads * keySize * valueSize);
    const holder: Holder = { name, place, initial: [] };
    return {
      holders: [holder],
      multiplyAdds: (keyHeads * (delta ? 2 : 1) + heads) * keySize * valueSize,
      plan(plan) {
        const { state } = inputsOf(node, plan.inputs);
        return [
          ...(state ? [takeState(holder, plan, state)] : []),
          attend(node, plan, place.parts[0].offset, keySize, valueSize),
          ...giveState(holder, plan),
        ];
      },
    };
  },
  obstacle: (node, inputs, carried) => stateObstacle(inputsOf(node, inputs).state !== undefined, carried, inputs[0]),
  words: ({ heads, keyHeads, gated, delta }) => ({
    opening:
      `has a matrix of state for each of ${keyHeads} heads of keys and values, which a stream keeps: every timestep ` +
      `${gated ? 'lets it decay and ' : ''}adds the product of its key and ${delta ? 'what its value differs by from that which the state has for the key' : 'its value'}; ` +
      `${heads} heads of queries read it.`,
  }),
};

/** Features of one head. @throws {SpecError} the heads do not divide them. */
function part({ where }: NodeContext, { name, features }: ValueInfo, heads: number): number {
  if (features % heads !== 0)
    badSpec(where, `${heads} heads do not divide ${describe(name)}`, `a multiple of ${heads}`, `${features}`);
  return features / heads;
}

function has({ where }: NodeContext, { name, features }: ValueInfo, fits: readonly number[]): void {
  if (!fits.includes(features))
    badSpec(where, `input ${describe(name)} has the wrong size`, fits.join(' or '), `${features}`);
}

/**
 * The work of a run. The state of one row at a time stands in scratch as the products want a matrix, in strips of columns
 * (`panelVectors`), `[keySize]` rows each:
 *
 *     decay     strip ← strip ∘ (e^g ⊗ ones)
 *     r         v + Σ_k (-k)·S           one product of a row
 *     add       strip ← strip + k ⊗ r    a product of sums of one term each, which start from the strip
 *     read      Σ_k q·S                  of all query heads together
 *
 * so all sums are those of `gemm`, whose order is fixed.
 */
function attend(node: LinearAttentionNode, plan: PlanContext, offset: number, keySize: number, valueSize: number) {
  const { name, heads, keyHeads, scale } = node;
  const exp = resolveActivation('exp', name).id;
  const affine = resolveActivation({ type: 'affine', alpha: 1, beta: 0 }, name).id;
  const { kernels, arena, batch, slotBytes } = plan;
  const { q, k, v, g, beta } = inputsOf(node, plan.inputs);
  const mask = wideMask(plan);
  const y = plan.output(0, mask);
  const group = heads / keyHeads;
  const vectors = vectorsFor(valueSize);
  const row = rowBytes(valueSize);
  // Rows of heads that are no whole vectors are spread out to such.
  const spread = row !== 4 * valueSize;
  const widths: number[] = [];
  for (let left = vectors; left > 0; left -= widths.at(-1) as number) widths.push(kernels.panelVectors(left));
  const state = plan.shared(
    (keyHeads + 1) * keySize * row + (keyHeads + heads + 2) * row + q.stride + k.stride + (g?.stride ?? 0) + row,
  );
  const decays = state + keyHeads * keySize * row;
  const values = decays + keySize * row;
  const results = values + keyHeads * row;
  const [rest, scaled] = [results + heads * row, results + (heads + 1) * row];
  const queries = scaled + row;
  const negative = queries + q.stride;
  const factors = negative + k.stride;
  const ones = factors + (g?.stride ?? 0);
  const each = g && g.features > keyHeads ? 4 : 0;

  /** Between the slot, rows without gaps, and the strips. */
  const move = (slot: number, out: boolean): void => {
    for (let h = 0; h < keyHeads; h++) {
      let tight = slot + h * keySize * valueSize * 4;
      let strip = state + h * keySize * row;
      let left = valueSize;
      for (let i = 0; i < widths.length; i++) {
        const bytes = (widths[i] as number) * VECTOR_BYTES;
        const n = Math.min(left, bytes / 4);
        if (out) kernels.copyRows(strip, bytes, tight, valueSize * 4, keySize, n);
        else kernels.copyRows(tight, valueSize * 4, strip, bytes, keySize, n);
        left -= n;
        tight += bytes;
        strip += bytes * keySize;
      }
    }
  };
  /** `to += column ⊗ from`, or without a sum to go on from (`on` 0) `to = column ⊗ from`. */
  const outer = (column: number, step: number, from: number, to: number, on: boolean): void => {
    let strip = to;
    let source = from;
    for (let i = 0; i < widths.length; i++) {
      const width = widths[i] as number;
      const bytes = width * VECTOR_BYTES;
      kernels.gemm(column, step, keySize, source, 1, 0, 1, width, on ? strip : 0, bytes, strip, bytes);
      strip += bytes * keySize;
      source += bytes;
    }
  };
  const timestep = (at: number): void => {
    const key = k.address + at * k.stride;
    const to = y.address + at * y.stride;
    kernels.activate(q.address + at * q.stride, queries, q.stride / VECTOR_BYTES, affine, scale, 0);
    if (g) kernels.activate(g.address + at * g.stride, factors, g.stride / VECTOR_BYTES, exp, 0, 0);
    if (beta) kernels.activate(key, negative, k.stride / VECTOR_BYTES, affine, -1, 0);
    let value = v.address + at * v.stride;
    if (spread) {
      kernels.copyRows(value, valueSize * 4, values, row, keyHeads, valueSize);
      value = values;
    }
    for (let h = 0; h < keyHeads; h++) {
      const own = state + h * keySize * row;
      const from = h * keySize * 4;
      let added = value + h * row;
      if (g) {
        outer(factors + (each ? from : h * 4), each, ones, decays, false);
        kernels.binary(BINARY.multiply, own, decays, own, keySize * vectors);
        // What decays and is not added to would end among the denormals.
        kernels.withoutDenormals(own, keySize * vectors);
      }
      if (beta) {
        const rate = beta.address + at * beta.stride + (beta.features > 1 ? h * 4 : 0);
        kernels.gemm(negative + from, 0, 1, own, keySize, 0, keySize, vectors, added, 0, rest, 0);
        kernels.gemm(rate, 0, 1, rest, 1, 0, 1, vectors, 0, 0, scaled, 0);
        added = scaled;
      }
      outer(key + from, 4, added, own, true);
      const result = (spread ? results : to) + h * group * row;
      kernels.gemm(queries + group * from, keySize * 4, group, own, keySize, 0, keySize, vectors, 0, 0, result, row);
    }
    if (spread) kernels.copyRows(results, row, to, valueSize * 4, heads, valueSize);
  };
  return (slots: number): void => {
    const { f32, u8 } = arena;
    // Of as many columns as a row of the state has.
    f32.fill(1, ones / 4, (ones + row) / 4);
    for (let b = 0; b < batch; b++) {
      const slot = slots + b * slotBytes + offset;
      move(slot, false);
      for (let t = 0; t < y.time; t++) {
        const at = b * y.time + t;
        const to = (y.address + at * y.stride) / 4;
        if (mask !== 0 && u8[mask + at] === 0) f32.fill(0, to, to + y.features);
        else timestep(at);
      }
      move(slot, true);
    }
  };
}
