import type { AttentionNode } from '../../../spec.js';
import { show } from '../../formats/json.js';
import { turned } from '../../formats/matrix.js';
import { refuse } from '../../shared/refuse.js';
import { type Sequence, sequence, shaped } from '../build.js';
import type { Stored } from '../files/stored.js';
import type { Call, Layer } from './layer.js';

// Attention over the model's own timesteps, or another input's: each timestep of the query weighs those of the value by how their keys go with it.
// Keras adds -1e9 to the scores that a mask leaves out. Beside others nothing is left of those; where all are left out, all come out alike, and the
// result is the mean of all timesteps.

/** Query, value and key, of which value and key have one time; the key is the value where there is none. */
function asked({ build, config: { where }, inputs }: Call): [q: Sequence, v: Sequence, k: Sequence] {
  const [query, value, key = value, ...more] = inputs;
  if (!query || !value || !key || more.length > 0)
    return refuse(where, 'wrong number of inputs', 'query and value, or query, value and key', `${inputs.length}`);
  const [q, v, k] = [sequence(where, query), sequence(where, value), sequence(where, key)];
  build.times.join(where, v.time, k.time);
  return [q, v, k];
}

/** @throws {ImportError} the value is masked, and the key otherwise. */
function sameMask({ config: { where } }: Call, v: Sequence, k: Sequence): void {
  if (v.mask !== undefined && v.mask !== k.mask)
    refuse(where, 'a value and a key that are masked differently', 'one mask, or a value without one');
}

/** Masks that versions read in ways of their own are refused. @throws {ImportError} */
function mindsMasks({ config: { where }, inputs }: Call, minds: boolean, versions: string): void {
  if (!minds && inputs.some(({ mask }) => mask !== undefined))
    refuse(where, `attention over masked values, which ${versions} means in another way`, 'values without a mask');
}

/** A number that the file holds, as the report has it. */
function numberIn({ build, config, entry }: Call, what: string, stored: Stored | undefined): number {
  shaped(config.where, stored as Stored, []);
  const [number] = (stored as Stored).data as unknown as [number];
  build.reporter.read(entry.name, what, number);
  return number;
}

/** What the fields of a node say of its scores, with query and key as they go into them. */
type Scored = Pick<AttentionNode, 'scale' | 'scores' | 'tensors'> & {
  readonly inputs: readonly [q: string, k: string];
};

/** A layer of one head, around its scores. @param score of query and key, of one size. */
const oneHead =
  (score: (call: Call, q: Sequence, k: Sequence) => Scored): Layer =>
  (call) => {
    const { build, config, name } = call;
    const { where } = config;
    // Constructors of Keras before 2.10 have it; calls since.
    const causal = config.flag('causal', false) || call.causal === true;
    const [q, v, k] = asked(call);
    mindsMasks(call, build.rules.mergedMask !== 'lost', 'Keras 3.0 to 3.3');
    if (q.features !== k.features)
      refuse(where, 'a key of another size than the query', `${q.features}`, `${k.features}`);
    sameMask(call, v, k);
    // Its own mask leaves nothing out: the value's does.
    const { inputs, ...scored } = score(call, q, v.mask === undefined ? (build.unmasked(k) as Sequence) : k);
    const made = build.add(
      {
        type: 'attention',
        inputs: [...inputs, v.name],
        heads: 1,
        ...scored,
        ...(causal && { causal }),
        ...(!call.queryIsBare && { maskedQuery: 'zeros' }),
        noKey: 'mean',
      },
      name,
    );
    return [{ name: made, kind: 'sequence', features: v.features, time: q.time, mask: q.mask }];
  };

/** `scale · q·k`, or `weight · Σ_j tanh(scale · (q[j] + k[j]))`. */
const attention = oneHead((call, q, k) => {
  const { build, config, name, arrays } = call;
  const mode = config.choice('score_mode', ['dot', 'concat'], 'dot');
  const scaled = config.flag('use_scale', false);
  const scale = scaled ? numberIn(call, 'scale', arrays[0]) : 1;
  if (mode === 'dot') return { scale, inputs: [q.name, k.name] };
  const affine = { type: 'affine', alpha: scale, beta: 0 } as const;
  const part = (x: Sequence, which: string): string =>
    scaled ? build.activate(x, `${name}.${which}`, affine).name : x.name;
  return {
    scores: 'additive',
    scale: numberIn(call, 'concat_score_weight', arrays[scaled ? 1 : 0]),
    inputs: [part(q, 'query'), part(k, 'key')],
  };
});

/** `Σ_j scale[j] · tanh(q[j] + k[j])`. */
const additive = oneHead(({ build, config, entry, arrays }, q, k) => {
  const [stored] = config.flag('use_scale', true) ? arrays : [];
  if (stored) shaped(config.where, stored, [q.features]);
  const weight = stored && build.tensor(stored, `${entry.name}.scale`, [q.features], 'one per feature');
  return { scores: 'additive', scale: 1, ...(weight && { tensors: { weight } }), inputs: [q.name, k.name] };
});

const multiHead: Layer = (call) => {
  const { build, config, entry, name, arrays, causal = false } = call;
  const { where } = config;
  const [q, v, k] = asked(call);
  mindsMasks(call, build.rules.headsMindMasks, 'Keras before 2.10 or 3.0 to 3.3');
  sameMask(call, v, k);
  const heads = config.size('num_heads');
  const keySize = config.size('key_dim');
  const valueSize = config.size('value_dim', keySize, 'key_dim');
  const features = config.single('output_shape', q.features);
  const bias = config.flag('use_bias', true);
  const axes = config.raw('attention_axes') ?? 1;
  if (`${axes}` !== '1') refuse(where, 'attention_axes is not honoured', '[1], the time', show(axes));
  for (const key of ['use_gate', 'softmax_robust_masking'])
    if (config.flag(key, false)) refuse(where, `${key} is not honoured`, 'false', 'true');
  if (config.has('sliding_window'))
    refuse(where, 'sliding_window is not honoured', 'none', show(config.raw('sliding_window')));
  config.ignore('sliding_window', 'query_shape', 'key_shape', 'value_shape');
  // Where nothing is left. With dropout the scores go through a Softmax, which in newer versions takes care of that.
  const none = config.number('dropout', 0) > 0 && build.rules.softmaxOfNoneIsZeros ? 'zeros' : 'mean';
  const left = [...arrays];
  /** Rows times a matrix of the file, whose axes of `inputs` and of `units` numbers are one or two each. */
  const project = (x: string, part: string, ins: readonly number[], outs: readonly number[]): string => {
    const [inputs, units] = [ins, outs].map((sizes) => sizes.reduce((a, b) => a * b, 1)) as [number, number];
    const kernel = left.shift() as Stored;
    shaped(where, kernel, [...ins, ...outs]);
    const how = 'transposed: one row per output, heads one after another';
    const weight = build.tensor(kernel, `${entry.name}.${part}.weight`, [units, inputs], how, (data) =>
      turned(data, inputs, units),
    );
    const b = bias ? (left.shift() as Stored) : undefined;
    if (b) shaped(where, b, outs);
    const tensors = {
      weight,
      ...(b && { bias: build.tensor(b, `${entry.name}.${part}.bias`, [units], 'one per output') }),
    };
    return build.add({ type: 'dense', inputs: [x], units, tensors }, part === 'output' ? name : `${name}.${part}`);
  };
  const query = project(q.name, 'query', [q.features], [heads, keySize]);
  const key = project(k.name, 'key', [k.features], [heads, keySize]);
  const value = project(v.name, 'value', [v.features], [heads, valueSize]);
  const weighed = build.add(
    {
      type: 'attention',
      inputs: [query, key, value],
      heads,
      scale: 1 / Math.sqrt(keySize),
      ...(causal && { causal }),
      ...(!call.queryIsBare && { maskedQuery: none }),
      noKey: none,
    },
    `${name}.weighed`,
  );
  const made = project(weighed, 'output', [heads, valueSize], [features]);
  return [{ name: made, kind: 'sequence', features, time: q.time, mask: q.mask }];
};

export const ATTENTION: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  Attention: attention,
  AdditiveAttention: additive,
  MultiHeadAttention: multiHead,
};
