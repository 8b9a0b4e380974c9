import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import { type Build, type Flow, fixedSteps, sequence } from '../build.js';
import { sameInEveryRun } from '../times.js';
import { type Layer, only } from './layer.js';
import { reshapePlane } from './plane-shapes.js';

const asVector = (build: Build, where: string, x: Flow, wanted: string): Flow => {
  const { mask: _, time: __, frequencies: ___, rows: ____, ...rest } = x;
  if (x.kind === 'vector') return rest;
  const features = fixedSteps(where, x, build) * x.features;
  return {
    ...rest,
    kind: 'vector',
    features,
    name: build.add({ type: 'reshape', inputs: [x.name], shape: [features] }, wanted),
  };
};

const reshape: Layer = (call) => {
  const { build, config, name } = call;
  const x = only(call);
  // The one feature gets an axis, however many timesteps there are.
  if (x.bare && x.kind === 'sequence' && `${config.raw('target_shape')}` === '-1,1')
    return [build.unmasked({ ...x, bare: false })];
  if (Array.isArray(config.raw('target_shape')) && (config.raw('target_shape') as unknown[]).length > 2)
    return reshapePlane(call);
  const total = fixedSteps(config.where, x, build) * x.features;
  const raw = config.raw('target_shape');
  const target = Array.isArray(raw) ? [...(raw as number[])] : [Number.NaN];
  const open = target.indexOf(-1);
  if (open >= 0) target[open] = total / target.reduce((a, b, i) => (i === open ? a : a * b), 1);
  const fits =
    target.length >= 1 &&
    target.length <= 2 &&
    target.every((n) => Number.isSafeInteger(n) && n > 0) &&
    target.reduce((a, b) => a * b, 1) === total;
  if (!fits) refuse(config.where, 'target_shape is not honoured', `one or two sizes of ${total} numbers`, show(raw));
  const [time, features] = target.length === 2 ? (target as [number, number]) : [undefined, target[0] as number];
  const shape = time === undefined ? ([features] as const) : ([time, features] as const);
  const made = build.add({ type: 'reshape', inputs: [x.name], shape }, name);
  return [
    time === undefined
      ? { name: made, kind: 'vector', features }
      : { name: made, kind: 'sequence', features, time: sameInEveryRun(time) },
  ];
};

const permute: Layer = (call) => {
  const { build, config, name } = call;
  const x = sequence(config.where, only(call));
  const dims = `${config.raw('dims')}`;
  if (dims === '1,2') return [build.unmasked(x)];
  if (dims !== '2,1') refuse(config.where, 'dims is not honoured', '(2, 1)', dims);
  const time = fixedSteps(config.where, x, build);
  return [
    {
      name: build.add({ type: 'transpose', inputs: [x.name] }, name),
      kind: 'sequence',
      features: time,
      time: sameInEveryRun(x.features),
    },
  ];
};

/** Layers that say anew what is a timestep and what a feature. */
export const SHAPES: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  Flatten: (call) => [asVector(call.build, call.config.where, only(call), call.name)],
  Reshape: reshape,
  Permute: permute,
  RepeatVector: (call) => {
    const x = only(call);
    const time = call.config.size('n');
    if (x.kind !== 'vector')
      refuse(call.config.where, 'its input has timesteps', '(batch, features)', '(batch, time, features)');
    return [
      {
        name: call.build.add({ type: 'repeat', inputs: [x.name], count: time }, call.name),
        kind: 'sequence',
        features: x.features,
        time: sameInEveryRun(time),
      },
    ];
  },
};
