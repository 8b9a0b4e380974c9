import { fixedTime } from '../../graph/clock.js';
import type { AnyNode } from '../../graph/kind.js';
import type { Graph, ValueInfo } from '../../graph/value.js';
import { rowBytes } from '../../wasm/abi.js';
import type { LayerKind, LayerKinds, Op, PlanContext, ValueBuffer, Work } from '../layer.js';
import { copyPlaces, type Places } from './copy-places.js';

/**
 * Layers that only move numbers do not move them: what they make is a *view*, which says of each number where it stands. The last of
 * several such layers, whose output somebody computes with, copies from there once; or not at all, where all is in its place already.
 */

/** Numbers of a view's map: beyond, its layers copy, one after another. */
const MOST = 1 << 18;

/** A value that has no place of its own. Its address is of no use. */
interface View extends ValueBuffer {
  readonly places: Places;
  /** Where it was copied to for somebody who needed it so. */
  copy?: ValueBuffer;
}

const isView = (x: ValueBuffer): x is View => 'places' in x;

/** What a layer does that only moves numbers. */
interface Moving<Node> {
  /** Whether it takes each row by itself. */
  alongFeatures(node: Node): boolean;
  /**
   * Where each number of a row (or of all timesteps, where it does not) comes from, counted along the same of its inputs, one input after
   * another; -1: the constant. Undefined: as they stand.
   */
  sources?(
    node: Node,
    inputs: readonly ValueBuffer[],
    y: Pick<ValueBuffer, 'time' | 'features'>,
  ): Int32Array | undefined;
  constant?(node: Node): number | undefined;
}

/** A kind of layer that takes views, and makes one where all who read it take views. */
export function moves<Node extends AnyNode>(kind: LayerKind<Node>, moving: Moving<Node>): LayerKind<Node> {
  return {
    ...kind,
    takesViews: true,
    make(node, context, inputs, outputs, graph, kinds) {
      const work = kind.make(node, context, inputs, outputs);
      const y = graph?.values.get(node.outputs?.[0] as string);
      if (!graph || !kinds || !y) return work;
      const values = [...node.inputs.map((name) => graph.values.get(name) as ValueInfo), y];
      const movable =
        values.every(({ dtype }) => dtype === 'float32') && (moving.alongFeatures(node) || values.every(isStill));
      const hidden = isHidden(y.name, graph, kinds);
      return {
        ...work,
        plan(plan) {
          const view = movable ? viewOf(node, moving, plan, y) : undefined;
          if (!view) return copied(work, plan);
          if (hidden) {
            plan.alias(view);
            return [];
          }
          const whole = standing(view);
          if (whole) {
            plan.alias(whole);
            return [];
          }
          return [copyPlaces(plan, view.places, plan.output(0, view.mask))];
        },
      };
    },
  };
}

/** Whether its timesteps are known before any run. */
const isStill = ({ kind, time }: ValueInfo): boolean => kind === 'vector' || fixedTime(time) !== undefined;

/** Whether only layers that take views read a value. */
function isHidden(name: string, { nodes, outputs, carries }: Graph, kinds: LayerKinds): boolean {
  return (
    nodes.every(({ type, inputs }) => !inputs.includes(name) || kinds[type]?.takesViews === true) &&
    ![...outputs, ...carries.map(({ output }) => output)].some((output) => output.name === name)
  );
}

/** The layer as it is by itself: its inputs are copied into places of their own. */
function copied(work: Work, plan: PlanContext): readonly Op[] {
  const before: Op[] = [];
  const inputs = plan.inputs.map((x) => {
    if (!isView(x)) return x;
    if (!x.copy) {
      const { places, copy: _, ...rest } = x;
      x.copy = { ...rest, address: plan.alloc(x.rows * x.stride) };
      before.push(copyPlaces(plan, places, x.copy));
    }
    return x.copy;
  });
  return [...before, ...work.plan({ ...plan, inputs })];
}

/** What a layer makes of where its inputs stand; undefined where it is not as simple. */
function viewOf<Node>(node: Node, moving: Moving<Node>, plan: PlanContext, value: ValueInfo): View | undefined {
  const { inputs, batch } = plan;
  const [first] = inputs as [ValueBuffer];
  const alongFeatures = moving.alongFeatures(node);
  const { features, kind } = value;
  const time = kind === 'vector' ? 1 : (fixedTime(value.time) ?? first.time);
  // A mask goes with the rows, where all have the same.
  const mask = alongFeatures ? first.mask : 0;
  if (alongFeatures && inputs.some((x) => x.mask !== mask)) return undefined;
  const byRows = alongFeatures && inputs.every((x) => !isView(x) || x.places.units === x.rows);
  const count = features * (byRows ? 1 : time);
  if (count > MOST || inputs.some((x) => x.features * (byRows ? 1 : x.time) > MOST)) return undefined;
  const rows = batch * time;
  const sources = moving.sources?.(node, inputs, { time, features });
  const known = joined(inputs, byRows);
  const order = alongFeatures && !byRows ? acrossTime(sources, inputs, time, features) : sources;
  const at = new Int32Array(count);
  const steps = new Int32Array(count);
  let constant = 0;
  for (let j = 0; j < count; j++) {
    const source = order ? (order[j] as number) : j;
    if (source >= 0) {
      at[j] = known.at[source] as number;
      steps[j] = known.steps[source] as number;
      continue;
    }
    if (constant === 0) {
      constant = plan.alloc(4);
      plan.arena.f32[constant / 4] = moving.constant?.(node) ?? 0;
    }
    at[j] = constant / 4;
  }
  const places = { units: byRows ? rows : batch, at, steps };
  return { address: Number.NaN, stride: rowBytes(features), rows, features, kind, time, mask, places };
}

/** Where the numbers of several values stand, one value after another: those of a row of each, or of all timesteps. */
function joined(values: readonly ValueBuffer[], byRows: boolean): Pick<Places, 'at' | 'steps'> {
  const lengths = values.map((x) => x.features * (byRows ? 1 : x.time));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const at = new Int32Array(total);
  const steps = new Int32Array(total);
  let j = 0;
  values.forEach((x, index) => {
    const length = lengths[index] as number;
    const row = x.stride / 4;
    for (let i = 0; i < length; i++, j++) {
      const feature = i % x.features;
      const t = (i - feature) / x.features;
      if (!isView(x)) {
        at[j] = x.address / 4 + t * row + feature;
        steps[j] = byRows ? row : x.time * row;
      } else if (x.places.at.length === length) {
        at[j] = x.places.at[i] as number;
        steps[j] = x.places.steps[i] as number;
      } else {
        const step = x.places.steps[feature] as number;
        at[j] = (x.places.at[feature] as number) + t * step;
        steps[j] = x.time * step;
      }
    }
  });
  return { at, steps };
}

/** What holds of each row, of all timesteps. */
function acrossTime(
  sources: Int32Array | undefined,
  inputs: readonly ValueBuffer[],
  time: number,
  features: number,
): Int32Array {
  const order = new Int32Array(time * features);
  /** By feature along all inputs: the number of its first timestep, and what is from one to the next. */
  const [starts, widths]: [number[], number[]] = [[], []];
  let start = 0;
  for (const x of inputs) {
    for (let feature = 0; feature < x.features; feature++) {
      starts.push(start + feature);
      widths.push(x.features);
    }
    start += x.features * x.time;
  }
  for (let j = 0; j < order.length; j++) {
    const feature = j % features;
    const source = sources ? (sources[feature] as number) : feature;
    order[j] =
      source < 0 ? source : (starts[source] as number) + ((j - feature) / features) * (widths[source] as number);
  }
  return order;
}

/** A view as a value, where its rows stand as a value's do: each by itself, whole vectors apart. */
function standing({ places, copy: _, ...view }: View): ValueBuffer | undefined {
  const { units, at, steps } = places;
  const { features, rows, stride } = view;
  const row = stride / 4;
  const first = at[0] as number;
  if (first % 4 !== 0) return undefined;
  const step = (rows / units) * row;
  for (let j = 0; j < at.length; j++) {
    const feature = j % features;
    if (at[j] !== first + ((j - feature) / features) * row + feature) return undefined;
    if (units > 1 && steps[j] !== step) return undefined;
  }
  return { ...view, address: 4 * first };
}
