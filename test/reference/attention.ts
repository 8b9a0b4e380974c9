import type { AttentionNode, LinearAttentionNode } from '../../src/spec.js';
import { masked, row, type Value, vector } from './value.js';
import { zeros } from './vector.js';

/** Attention without softmax, head by head and timestep by timestep as the standard has it. @returns `[y, state]`. */
export function linearAttention(node: LinearAttentionNode, inputs: readonly Value[]): Value[] {
  const { heads, keyHeads, scale, gated, delta } = node;
  const [q, k, v, ...more] = inputs as [Value, Value, Value, ...Value[]];
  const g = gated ? more.shift() : undefined;
  const beta = delta ? more.shift() : undefined;
  const start = more[0];
  const [keySize, valueSize] = [q.features / heads, v.features / keyHeads];
  const size = keySize * valueSize;
  const y: Value = { ...q, features: heads * valueSize, data: zeros(q.batch * q.time * heads * valueSize) };
  const end = zeros(q.batch * keyHeads * size);
  for (let b = 0; b < q.batch; b++) {
    for (let head = 0; head < heads; head++) {
      const own = Math.floor((head * keyHeads) / heads);
      const at = (b * keyHeads + own) * size;
      const s = Array.from({ length: size }, (_, i) => start?.data[at + i] ?? 0);
      for (let t = 0; t < q.time; t++) {
        if (masked(q, b, t)) continue;
        const key = row(k, b, t).subarray(own * keySize, (own + 1) * keySize);
        const value = row(v, b, t).subarray(own * valueSize, (own + 1) * valueSize);
        const query = row(q, b, t).subarray(head * keySize, (head + 1) * keySize);
        if (g) {
          const decay = (i: number): number =>
            row(g, b, t)[g.features === keyHeads ? own : own * keySize + i] as number;
          for (let i = 0; i < size; i++) s[i] = (s[i] as number) * Math.exp(decay(Math.floor(i / valueSize)));
        }
        const read = (by: ArrayLike<number>, j: number): number =>
          Array.from(by, (n, i) => n * (s[i * valueSize + j] as number)).reduce((sum, n) => sum + n, 0);
        const rate = beta ? (row(beta, b, t)[beta.features === 1 ? 0 : own] as number) : 1;
        const added = Array.from(value, (n, j) => rate * (beta ? n - read(key, j) : n));
        for (let i = 0; i < size; i++)
          s[i] = (s[i] as number) + (key[Math.floor(i / valueSize)] as number) * (added[i % valueSize] as number);
        for (let j = 0; j < valueSize; j++) row(y, b, t)[head * valueSize + j] = scale * read(query, j);
      }
      end.set(s, at);
    }
  }
  return [y, vector(end, q.batch)];
}

/** Every query with every key, by its definition. */
export function attention(
  { heads, scale, causal, scores: kind, ...rest }: AttentionNode,
  q: Value,
  k: Value,
  v: Value,
  weight?: ArrayLike<number>,
): Value {
  const [keySize, valueSize] = [q.features / heads, v.features / heads];
  const y: Value = { ...q, features: v.features, data: zeros(q.batch * q.time * v.features) };
  for (let b = 0; b < q.batch; b++) {
    for (let head = 0; head < heads; head++) {
      const part = (x: Value, t: number, size: number) => row(x, b, t).subarray(head * size, (head + 1) * size);
      for (let t = 0; t < q.time; t++) {
        const all = [...Array(k.time).keys()];
        const left = all.filter((s) => !masked(k, b, s) && !(causal && s > t));
        const instead =
          masked(q, b, t) && rest.maskedQuery
            ? rest.maskedQuery
            : left.length === 0
              ? (rest.noKey ?? 'zeros')
              : undefined;
        const seen = instead === 'mean' ? all : instead === 'zeros' ? [] : left;
        const score = (n: number, i: number, s: number): number => {
          const key = part(k, s, keySize)[i] as number;
          return kind === 'additive' ? (weight?.[head * keySize + i] ?? 1) * Math.tanh(n + key) : n * key;
        };
        const query = part(q, t, keySize);
        const scores = seen.map((s) => (instead ? 0 : scale * query.reduce((sum, n, i) => sum + score(n, i, s), 0)));
        const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
        const total = powers.reduce((sum, n) => sum + n, 0);
        for (let j = 0; j < valueSize; j++) {
          const sum = seen.reduce((sum, s, i) => sum + (powers[i] as number) * (part(v, s, valueSize)[j] as number), 0);
          row(y, b, t)[head * valueSize + j] = seen.length === 0 ? 0 : sum / total;
        }
      }
    }
  }
  return y;
}
