import type { ModelSpec, NodeSpec } from '../../src/spec.js';
import { activate } from './activation.js';
import { mapRows, row, type Value } from './value.js';

/** The layers around recurrent ones, each from its definition, one number at a time. */
export function around(node: NodeSpec, inputs: readonly Value[], tensors: ModelSpec['tensors'], batch: number): Value {
  const x = inputs[0] as Value;
  const tensor = (name: string | undefined): ArrayLike<number> | undefined =>
    name === undefined ? undefined : tensors[name]?.data;
  switch (node.type) {
    case 'subtract':
    case 'divide':
    case 'maximum':
    case 'minimum':
    case 'power':
    case 'average':
    case 'add':
    case 'multiply':
    case 'equal':
    case 'less':
    case 'less_equal':
    case 'greater':
    case 'greater_equal': {
      const total = inputs.reduce((a, b) =>
        stretch([a, b], ([p, q]) => JOIN[node.type as 'add'](p as number, q as number)),
      );
      return node.type === 'average' ? mapRows(total, total.features, (v) => v.map((n) => n / inputs.length)) : total;
    }
    case 'concatenate': {
      const time = inputs.reduce((sum, value) => sum + value.time, 0);
      return make(x, time, x.features, (b, t, j) => {
        let rest = t;
        for (const value of inputs) {
          if (rest < value.time) return get(value, b, rest, j);
          rest -= value.time;
        }
        return Number.NaN;
      });
    }
    case 'where':
      return stretch(inputs, ([condition, a, b]) => (condition !== 0 ? (a as number) : (b as number)));
    case 'constant': {
      const { shape, data } = tensors[node.tensors.value] as { shape: readonly number[]; data: Float32Array };
      const [time, features] = shape.length === 2 ? (shape as [number, number]) : [1, shape[0] as number];
      const kind = shape.length === 2 ? 'sequence' : 'vector';
      const empty: Value = { data: new Float64Array(), batch, time, features, kind };
      return make(empty, time, features, (_, t, j) => data[t * features + j] as number);
    }
    case 'scale_shift': {
      const [scale, shift] = [tensor(node.tensors.scale), tensor(node.tensors.shift)];
      return mapRows(x, x.features, (v) =>
        v.map((n, j) => n * (scale?.[j % scale.length] ?? 1) + (shift?.[j % shift.length] ?? 0)),
      );
    }
    case 'batch_norm': {
      const { mean, variance, gamma, beta } = node.tensors;
      const at = (name: string | undefined, j: number, otherwise: number): number =>
        tensor(name)?.[j % (node.channels ?? x.features)] ?? otherwise;
      return mapRows(x, x.features, (v) =>
        v.map(
          (n, j) =>
            ((n - at(mean, j, 0)) / Math.sqrt(at(variance, j, 1) + node.epsilon)) * at(gamma, j, 1) + at(beta, j, 0),
        ),
      );
    }
    case 'prelu': {
      const alpha = tensor(node.tensors.alpha) as ArrayLike<number>;
      return mapRows(x, x.features, (v) => v.map((n, j) => (n < 0 ? n * (alpha[j % alpha.length] as number) : n)));
    }
    case 'log_softmax':
      return mapRows(x, x.features, (v) => {
        const most = Math.max(...v);
        const sum = v.reduce((total, n) => total + Math.exp(n - most), 0);
        return v.map((n) => n - most - Math.log(sum));
      });
    case 'conv1d': {
      const { filters, kernelSize, stride = 1, dilation = 1, groups = 1, padding = [0, 0] } = node;
      const span = dilation * (kernelSize - 1) + 1;
      const [before, after] = padding === 'causal' ? [span - 1, 0] : ends(padding, span, stride, x.time);
      const [own, channels] = [filters / groups, x.features / groups];
      const weight = tensor(node.tensors.weight) as ArrayLike<number>;
      const bias = tensor(node.tensors.bias);
      const y = make(x, Math.floor((x.time + before + after - span) / stride) + 1, filters, (b, t, filter) => {
        const group = Math.floor(filter / own);
        let sum = bias?.[filter] ?? 0;
        for (let j = 0; j < kernelSize; j++) {
          for (let c = 0; c < channels; c++) {
            const value = get(x, b, t * stride + j * dilation - before, group * channels + c) || 0;
            sum += (weight[(filter * kernelSize + j) * channels + c] as number) * value;
          }
        }
        return sum;
      });
      const z = node.activation ? mapRows(y, filters, (v) => activate(node.activation ?? 'linear', v)) : y;
      return span === 1 && stride === 1 && before + after === 0 ? { ...z, mask: x.mask } : z;
    }
    case 'conv_transpose1d': {
      const { filters, kernelSize, stride = 1, dilation = 1, groups = 1, crop = [0, 0], outputPadding = 0 } = node;
      const time = (x.time - 1) * stride + dilation * (kernelSize - 1) + 1 + outputPadding - crop[0] - crop[1];
      const [own, channels] = [filters / groups, x.features / groups];
      const weight = tensor(node.tensors.weight) as ArrayLike<number>;
      const bias = tensor(node.tensors.bias);
      const y = make(x, time, filters, (_, __, filter) => bias?.[filter] ?? 0);
      for (let b = 0; b < x.batch; b++) {
        for (let t = 0; t < x.time; t++) {
          for (let j = 0; j < kernelSize; j++) {
            const to = t * stride + j * dilation - crop[0];
            if (to < 0 || to >= time) continue;
            for (let filter = 0; filter < filters; filter++) {
              for (let c = 0; c < channels; c++) {
                const value = get(x, b, t, Math.floor(filter / own) * channels + c);
                (y.data[(b * time + to) * filters + filter] as number) +=
                  (weight[(filter * kernelSize + j) * channels + c] as number) * value;
              }
            }
          }
        }
      }
      return node.activation ? mapRows(y, filters, (v) => activate(node.activation ?? 'linear', v)) : y;
    }
    case 'max_pool1d':
    case 'average_pool1d': {
      const { poolSize, stride, dilation = 1, padding = [0, 0], ceil, countPadding } = node;
      const span = dilation * (poolSize - 1) + 1;
      const [before, after] = ends(padding, span, stride, x.time);
      const windows = (x.time + before + after - span) / stride + 1;
      // No window begins behind the sequence.
      const last = Math.floor((x.time + before - 1) / stride) + 1;
      return make(x, ceil ? Math.min(Math.ceil(windows), last) : Math.floor(windows), x.features, (b, t, c) => {
        const places = Array.from({ length: poolSize }, (_, j) => t * stride + j * dilation - before);
        const inside = places.filter((at) => at >= 0 && at < x.time).map((at) => get(x, b, at, c));
        if (node.type === 'max_pool1d') return Math.max(...inside);
        const count = countPadding ? places.filter((at) => at < x.time + after).length : inside.length;
        return inside.reduce((a, v) => a + v, 0) / count;
      });
    }
    case 'reduce': {
      const fold = (values: readonly number[]): number => {
        const sum = values.reduce((a, b) => a + b, 0);
        const prod = values.reduce((a, b) => a * b, 1);
        const [max, min] = [Math.max(...values), Math.min(...values)];
        return { sum, mean: sum / values.length, max, min, prod }[node.operation];
      };
      if (node.axis === 'features') return mapRows(x, 1, (v) => Float64Array.of(fold([...v])));
      const kept = (b: number): number[] =>
        [...Array(x.time).keys()].filter((t) => !node.masked || !x.mask || x.mask[b * x.time + t] !== 0);
      return make({ ...x, kind: 'vector' }, 1, x.features, (b, _, j) => fold(kept(b).map((t) => get(x, b, t, j))));
    }
    case 'arg_reduce': {
      const sign = node.operation === 'max' ? 1 : -1;
      const place = (values: readonly number[]): number => {
        const most = Math.max(...values.map((value) => sign * value));
        const alike = values.flatMap((value, i) => (sign * value === most ? [i] : []));
        return (node.last ? alike.at(-1) : alike[0]) ?? 0;
      };
      if (node.axis === 'features') return mapRows(x, 1, (v) => Float64Array.of(place([...v])));
      const steps = [...Array(x.time).keys()];
      return make({ ...x, kind: 'vector' }, 1, x.features, (b, _, j) => place(steps.map((t) => get(x, b, t, j))));
    }
    case 'cumsum': {
      const { axis, exclusive, reverse } = node;
      const length = axis === 'time' ? x.time : x.features;
      return make(x, x.time, x.features, (b, t, j) => {
        const own = axis === 'time' ? t : j;
        const places = [...Array(length).keys()].filter((i) => (reverse ? i > own : i < own));
        return (exclusive ? places : [...places, own])
          .map((i) => (axis === 'time' ? get(x, b, i, j) : get(x, b, t, i)))
          .reduce((sum, value) => sum + value, 0);
      });
    }
    case 'pad': {
      const { axis, before, after, mode, value = 0, channels = 1 } = node;
      const inner = axis === 'time' ? x.time : x.features / channels;
      const from = (i: number): number => {
        let at = i - before;
        if (mode === 'edge') return Math.min(inner - 1, Math.max(0, at));
        while (mode === 'reflect' && (at < 0 || at >= inner)) at = at < 0 ? -at : 2 * (inner - 1) - at;
        return at;
      };
      const [time, features] =
        axis === 'time' ? [inner + before + after, x.features] : [x.time, (inner + before + after) * channels];
      return make(x, time, features, (b, t, j) => {
        const at = from(axis === 'time' ? t : Math.floor(j / channels));
        if (at < 0 || at >= inner) return value;
        return axis === 'time' ? get(x, b, at, j) : get(x, b, t, at * channels + (j % channels));
      });
    }
    case 'slice': {
      const { axis, start, step = 1, count, drop = 0, channels = 1 } = node;
      const inner = axis === 'time' ? x.time : x.features / channels;
      const picked: number[] = [];
      for (let i = start < 0 ? inner + start : start; i < inner - drop && picked.length < (count ?? inner); i += step)
        picked.push(i);
      return axis === 'time'
        ? make(x, picked.length, x.features, (b, t, j) => get(x, b, picked[t] as number, j))
        : make(x, x.time, picked.length * channels, (b, t, j) =>
            get(x, b, t, (picked[Math.floor(j / channels)] as number) * channels + (j % channels)),
          );
    }
    case 'timestep':
      return make({ ...x, kind: 'vector' }, 1, x.features, (b, _, j) =>
        get(x, b, node.index < 0 ? x.time + node.index : node.index, j),
      );
    case 'reverse':
      return make(x, x.time, x.features, (b, t, j) => get(x, b, x.time - 1 - t, j));
    case 'reshape': {
      const [first, second] = node.shape;
      if (second === undefined) return { ...x, kind: 'vector', time: 1, features: first, mask: undefined };
      return { ...x, kind: 'sequence', time: first, features: second, mask: undefined };
    }
    case 'regroup': {
      const factor = node.into === 'time' ? node.factor : 1 / node.factor;
      return { ...x, time: x.time * factor, features: Math.round(x.features / factor), mask: undefined };
    }
    case 'transpose':
      return make(x, x.features, x.time, (b, t, j) => get(x, b, j, t));
    case 'rearrange': {
      const { shape, order } = node;
      return make(x, x.time, x.features, (b, t, j) => {
        // Coordinates of feature j in the result, then where they stand in the input.
        const coordinates: number[] = [];
        let rest = j;
        for (let i = order.length - 1; i >= 0; i--) {
          const axis = order[i] as number;
          coordinates[axis] = rest % (shape[axis] as number);
          rest = Math.floor(rest / (shape[axis] as number));
        }
        return get(
          x,
          b,
          t,
          coordinates.reduce((flat, coordinate, axis) => flat * (shape[axis] as number) + coordinate, 0),
        );
      });
    }
    case 'repeat':
      return make({ ...x, kind: 'sequence' }, x.time * node.count, x.features, (b, t, j) =>
        get(x, b, Math.floor(t / node.count), j),
      );
    case 'matmul': {
      const [a, other] = inputs as [Value, Value];
      const features = node.transposeB ? other.time : other.features;
      return make(a, a.time, features, (b, t, j) => {
        let sum = 0;
        for (let k = 0; k < a.features; k++) {
          sum += get(a, b, t, k) * (node.transposeB ? get(other, b, j, k) : get(other, b, k, j));
        }
        return sum;
      });
    }
    default:
      throw new RangeError(`expected a node type with a twin, got ${node.type}`);
  }
}

const JOIN = {
  add: (a: number, b: number) => a + b,
  average: (a: number, b: number) => a + b,
  multiply: (a: number, b: number) => a * b,
  subtract: (a: number, b: number) => a - b,
  divide: (a: number, b: number) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  power: (a: number, b: number) => a ** b,
  equal: (a: number, b: number) => Number(a === b),
  less: (a: number, b: number) => Number(a < b),
  less_equal: (a: number, b: number) => Number(a <= b),
  greater: (a: number, b: number) => Number(a > b),
  greater_equal: (a: number, b: number) => Number(a >= b),
};

/** NaN outside. */
function get(value: Value, b: number, t: number, j: number): number {
  if (t < 0 || t >= value.time || j < 0 || j >= value.features) return Number.NaN;
  return row(value, b, t)[j] as number;
}

/** A value without a mask, from a function of its places. */
function make(like: Value, time: number, features: number, f: (b: number, t: number, j: number) => number): Value {
  const data = new Float64Array(like.batch * time * features);
  for (let i = 0; i < data.length; i++) {
    const rows = Math.floor(i / features);
    data[i] = f(Math.floor(rows / time), rows % time, i % features);
  }
  return { ...like, time, features, data, mask: undefined };
}

function stretch(values: readonly Value[], f: (numbers: readonly number[]) => number): Value {
  const time = Math.max(...values.map((v) => v.time));
  const features = Math.max(...values.map((v) => v.features));
  const kind = values.some((v) => v.kind === 'sequence') ? 'sequence' : 'vector';
  return make({ ...(values[0] as Value), kind }, time, features, (b, t, j) =>
    f(values.map((v) => get(v, b, v.time === 1 ? 0 : t, v.features === 1 ? 0 : j))),
  );
}

/** Timesteps added before and after (TensorFlow's SAME, ONNX' SAME_UPPER and SAME_LOWER). */
function ends(padding: readonly [number, number] | string, span: number, stride: number, time: number) {
  if (typeof padding !== 'string') return padding;
  const total = Math.max(0, (Math.ceil(time / stride) - 1) * stride + span - time);
  const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return padding === 'same_upper' ? ([small, large] as const) : ([large, small] as const);
}
