import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import { type Build, type Flow, fixedSteps } from '../build.js';
import { sameInEveryRun, type Time } from '../times.js';
import { type Call, type Layer, needsNoMask, rankOf } from './layer.js';
import { either } from './masks.js';

/** Merges that leave masked values out, in the versions that do. */
const CHOOSY = ['Multiply', 'Maximum', 'Minimum'];

/** What a merge reads, and the mask of what it makes: by the rules of the file's version. Values of one mask need few of them. */
function masked({ build, config, inputs, entry, name }: Call): { values: readonly Flow[]; mask: string | undefined } {
  const { mergedMask, mergesLeaveOut } = build.rules;
  const choosy = CHOOSY.includes(entry.className);
  const withoutMasks = () => ({ values: inputs.map((x) => build.unmasked(x)), mask: undefined });
  if (mergedMask === 'lost') return withoutMasks();
  const masks = new Set(inputs.map((x) => x.mask));
  if (masks.size === 1) {
    const [mask] = masks;
    if (mask && choosy && !mergesLeaveOut)
      refuse(
        config.where,
        'a product or an extreme of masked values, whose masked timesteps Keras 2 and 3 treat differently',
        'values without a mask',
      );
    return { values: inputs, mask };
  }
  if (mergedMask === 'any')
    refuse(
      config.where,
      'merges values that are masked differently, which Keras 2 and 3 treat differently',
      'one mask, or none',
    );
  if (masks.has(undefined)) return choosy ? { values: inputs, mask: undefined } : withoutMasks();
  const mask = `${name}.mask`;
  build.masks.set(mask, either(inputs.map((x) => build.masks.get(x.mask as string) ?? `${x.mask}`)));
  return { values: inputs, mask };
}

/** @returns the one of the values that has as many timesteps as the result: a vector and a single timestep stand beside all of them. */
export function broadcast(build: Build, where: string, values: readonly Flow[]): Flow {
  const sequences = values.filter((x) => x.time !== undefined);
  const single = (x: Flow): boolean => build.times.stepsOf(x.time as Time) === 1;
  const long = sequences.filter((x) => !single(x));
  if (long.length === 0 || long.length === sequences.length) {
    const [first, ...others] = sequences;
    for (const x of others) build.times.join(where, first?.time as Time, x.time as Time);
    return first ?? (values[0] as Flow);
  }
  for (const x of sequences.filter(single)) build.times.fix(where, x.time as Time);
  return broadcast(build, where, long);
}

const merge =
  (type: 'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum'): Layer =>
  (call) => {
    const { build, inputs, name, config } = call;
    if (inputs.length < 2) refuse(config.where, 'nothing to merge', 'two or more inputs', `${inputs.length}`);
    const { values, mask } = masked(call);
    const wide = broadcast(build, config.where, values);
    const features = Math.max(...values.map((x) => x.features));
    const alike = values.every((x) => x.features === features && x.kind === wide.kind && isOfTime(build, x, wide));
    if (CHOOSY.includes(call.entry.className) && values.some((x) => x.mask) && !alike)
      refuse(config.where, 'masked values of different shapes', 'one shape', values.map((x) => x.features).join(', '));
    const made = build.add({ type, inputs: values.map((x) => x.name) }, name);
    return [{ ...wide, name: made, features, mask }];
  };

/** Whether a value has as many timesteps as another that it stands beside, not one for all of them. */
const isOfTime = ({ times }: Build, x: Flow, wide: Flow): boolean =>
  !x.time || !wide.time || (times.stepsOf(x.time) === 1) === (times.stepsOf(wide.time) === 1);

/** Values side by side, their features one after another. */
export function joinedFeatures(build: Build, where: string, values: readonly Flow[], name: string): Flow {
  const [first] = values as [Flow];
  for (const x of values) if (x.time && first.time) build.times.join(where, first.time, x.time);
  const features = values.reduce((sum, x) => sum + x.features, 0);
  return { ...first, features, name: build.add({ type: 'concatenate', inputs: values.map((x) => x.name) }, name) };
}

/** Values one after another in time. Two times that depend on the run cannot be joined: those of the file's shapes can. */
export function joinedTime(build: Build, where: string, values: readonly Flow[], name: string): Flow {
  const [first] = values as [Flow];
  const time = values.reduce((sum, x) => sum + fixedSteps(where, x, build), 0);
  const inputs = values.map((x) => x.name);
  return { ...first, time: sameInEveryRun(time), name: build.add({ type: 'concatenate', axis: 'time', inputs }, name) };
}

const concatenate: Layer = (call) => {
  const { build, config, inputs, name } = call;
  const [first] = inputs as [Flow];
  const rank = rankOf(first);
  const raw = config.raw('axis') ?? -1;
  const axis = typeof raw === 'number' && raw < 0 ? raw + rank : raw;
  if (axis === rank - 1) {
    const { values, mask } = masked(call);
    return [{ ...joinedFeatures(build, config.where, values, name), mask }];
  }
  if (axis !== 1 || rank !== 3)
    refuse(config.where, 'axis is not honoured', 'the features, or the time of sequences', show(raw));
  for (const x of inputs) needsNoMask(config.where, x);
  return [joinedTime(build, config.where, inputs, name)];
};

/** It hands no mask on. */
const dot: Layer = ({ build, config, inputs, name }) => {
  const { where } = config;
  const [a, b] = inputs.map((x) => build.unmasked(x)) as [Flow, Flow];
  const raw = config.raw('axes');
  const [i, j] = (Array.isArray(raw) ? raw : [raw, raw]).map((axis, index) =>
    axis < 0 ? axis + rankOf(inputs[index] as Flow) : axis,
  ) as [number, number];
  if (a.kind === 'vector' && b.kind === 'vector' && i === 1 && j === 1) {
    const product = build.add({ type: 'multiply', inputs: [a.name, b.name] }, `${name}.product`);
    return [
      {
        name: build.add({ type: 'reduce', inputs: [product], operation: 'sum', axis: 'features' }, name),
        kind: 'vector',
        features: 1,
      },
    ];
  }
  if (a.kind !== 'sequence' || b.kind !== 'sequence' || ![1, 2].includes(i) || ![1, 2].includes(j))
    refuse(where, 'axes are not honoured', 'two sequences, or two vectors', show(raw));
  const time = fixedSteps(where, b, build);
  let left = a;
  if (i === 1) {
    const steps = fixedSteps(where, a, build);
    left = {
      ...a,
      name: build.add({ type: 'transpose', inputs: [a.name] }, `${name}.transposed`),
      features: steps,
      time: sameInEveryRun(a.features),
    };
  }
  const features = j === 2 ? time : b.features;
  return [
    { ...left, features, name: build.add({ type: 'matmul', inputs: [left.name, b.name], transposeB: j === 2 }, name) },
  ];
};

export const MERGING: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  Add: merge('add'),
  Subtract: merge('subtract'),
  Multiply: merge('multiply'),
  Average: merge('average'),
  Maximum: merge('maximum'),
  Minimum: merge('minimum'),
  Concatenate: concatenate,
  Dot: dot,
};
