import { refuse } from '../../shared/refuse.js';
import type { AttributeValue } from '../../translated/messages.js';
import { INT32, INT64, onnxType } from '../proto.js';
import type { Site, Translate } from '../site.js';

/** Whole numbers as the file gives them, whether known or made at run time. */
function wholes(site: Site, input: number, what: string): string {
  const known = site.knownIntegers(input);
  return known ? site.whole(what, known) : site.input(input);
}

const reshape: Translate = (site) =>
  site.arity(2).add('Reshape', [site.input(0), wholes(site, 1, 'shape')], undefined, { allowzero: { i: 1 } });

function transpose(site: Site): void {
  const order = site.arity(2).knownIntegers(1);
  if (order) site.add('Transpose', [site.input(0)], undefined, { perm: { ints: order } });
  else site.later('Transpose', site.inputs());
}

function squeeze(site: Site): void {
  const axes = site.attributes.ints('squeeze_dims', []);
  const named = axes.length > 0 ? [site.whole('axes', axes)] : [];
  site.arity(1).add('Squeeze', [site.input(0), ...named]);
}

function expandDims(site: Site): void {
  const axis = site.arity(2).integer(1, 'the axis');
  site.add('Unsqueeze', [site.input(0), site.whole('axes', [axis])]);
}

/** What ONNX takes as "to the end". */
const TO_END = 2 ** 31 - 1;

/** `begin` and `size`, -1 to the end. */
function slice(site: Site): void {
  const [begin, sizes] = [site.arity(3).integers(1, 'the beginning'), site.integers(2, 'the sizes')];
  const ends = begin.map((from, axis) => (sizes[axis] === -1 ? TO_END : from + (sizes[axis] as number)));
  const axes = sizes.map((_, axis) => axis);
  site.add('Slice', [site.input(0), site.whole('begin', begin), site.whole('end', ends), site.whole('axes', axes)]);
}

/** Equal parts: the axis comes first. */
function split(site: Site): void {
  const parts = site.attributes.int('num_split');
  const axis = site.arity(2).integer(0, 'the axis');
  site.later('Split', [site.input(1)], site.outputs(parts), { axis: { i: axis } });
}

function splitV(site: Site): void {
  const parts = site.attributes.int('num_split');
  const axis = site.arity(3).integer(2, 'the axis');
  const sizes = site.integers(1, 'the sizes');
  if (sizes.length !== parts) refuse(site.where, 'another number of sizes', `${parts}`, `${sizes.length}`);
  site.later('Split', [site.input(0)], site.outputs(parts), { axis: { i: axis }, sizes: { ints: sizes } });
}

/** @param last whether the axis comes behind the values. */
const concat =
  (last: boolean): Translate =>
  (site) => {
    const count = site.attributes.int('N');
    site.arity(count + 1);
    const axis = site.integer(last ? count : 0, 'the axis');
    const values = Array.from({ length: count }, (_, i) => site.input(last ? i : i + 1));
    site.add('Concat', values, undefined, { axis: { i: axis } });
  };

/** Along a new axis. */
function pack(site: Site): void {
  const count = site.attributes.int('N');
  const axis = site.attributes.int('axis', 0);
  const axes = site.arity(count).whole('axes', [axis]);
  const parts = site.inputs().map((part, i) => site.emit('Unsqueeze', [part, axes], undefined, `part${i}`));
  site.add('Concat', parts, undefined, { axis: { i: axis } });
}

function unpack(site: Site): void {
  const count = site.attributes.int('num');
  const axis = site.attributes.int('axis', 0);
  const axes = site.arity(1).whole('axes', [axis]);
  const outputs = site.outputs(count);
  const parts = outputs.map((name) => site.builder.fresh(`${name}.part`));
  if (count > 0) site.later('Split', [site.input(0)], parts, { axis: { i: axis } });
  parts.forEach((part, i) => {
    site.add('Squeeze', [part, axes], [outputs[i] as string]);
  });
}

/** Rows by number. @param axisInput which input the axis is, if it is one. */
const gather =
  (axisInput?: number): Translate =>
  (site) => {
    site.attributes.ignore('validate_indices');
    const batches = site.attributes.int('batch_dims', 0);
    if (batches !== 0) refuse(site.where, 'rows picked for each of a batch', 'batch_dims 0', `${batches}`);
    site.arity(axisInput === undefined ? 2 : 3);
    const axis = axisInput === undefined ? 0 : site.integer(axisInput, 'the axis');
    site.add('Gather', [site.input(0), site.input(1)], undefined, { axis: { i: axis } });
  };

const sizeType = (site: Site): AttributeValue => {
  const type = site.attributes.type('out_type', INT32);
  if (type !== INT32 && type !== INT64) refuse(site.where, 'sizes of another type', 'DT_INT32, DT_INT64', `${type}`);
  return { i: onnxType(type) as number };
};

function shape(site: Site): void {
  const to = sizeType(site);
  site.arity(1).add('Cast', [site.emit('Shape', [site.input(0)])], undefined, { to });
}

function size(site: Site): void {
  const to = sizeType(site);
  site.arity(1).add('Cast', [site.emit('Size', [site.input(0)])], undefined, { to });
}

/** The number of axes is how many sizes there are. */
function rank(site: Site): void {
  const count = site.arity(1).emit('Size', [site.emit('Shape', [site.input(0)])]);
  site.add('Cast', [count], undefined, { to: { i: 6 } });
}

const sized =
  (type: string): Translate =>
  (site) =>
    site.arity(2).add(type, [site.input(0), wholes(site, 1, 'sizes')]);

/** A shape and a number. */
const fill: Translate = (site) => site.arity(2).add('Expand', [site.input(1), wholes(site, 0, 'shape')]);

/** Zeros in front and behind, or another number, or what is there mirrored. */
const pad =
  (mode: 'constant' | 'reflect'): Translate =>
  (site) => {
    if (mode === 'reflect') {
      const own = site.attributes.string('mode');
      if (own !== 'REFLECT') refuse(site.where, 'another mirror', 'mode REFLECT', own);
    }
    const given = site.arity(2, mode === 'reflect' ? 2 : 3).integers(1, 'the padding');
    const [before, after] = [0, 1].map((side) => given.filter((_, i) => i % 2 === side)) as [number[], number[]];
    const filled = site.count > 2 ? [site.input(2)] : [];
    const inputs = [site.input(0), site.whole('pads', [...before, ...after]), ...filled];
    site.add('Pad', inputs, undefined, { mode: { s: mode } });
  };

function reverse(site: Site): void {
  const axes = site.arity(2).integers(1, 'the axes');
  const each = (what: string, n: number): string =>
    site.whole(
      what,
      axes.map(() => n),
    );
  const [begin, end, steps] = [each('begin', -1), each('end', -TO_END), each('steps', -1)];
  site.add('Slice', [site.input(0), begin, end, site.whole('axes', axes), steps]);
}

const range: Translate = (site) => site.arity(3).add('Range', site.inputs());

function cumsum(site: Site): void {
  const [exclusive, reversed] = [site.attributes.flag('exclusive', false), site.attributes.flag('reverse', false)];
  const axis = site.arity(2).integer(1, 'the axis');
  const attributes = { exclusive: { i: exclusive ? 1 : 0 }, reverse: { i: reversed ? 1 : 0 } };
  site.add('CumSum', [site.input(0), site.whole('axis', [axis], [])], undefined, attributes);
}

export const SHAPES: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  BroadcastTo: sized('Expand'),
  Concat: concat(false),
  ConcatV2: concat(true),
  Cumsum: cumsum,
  ExpandDims: expandDims,
  Fill: fill,
  Gather: gather(),
  GatherV2: gather(2),
  MirrorPad: pad('reflect'),
  Pack: pack,
  Pad: pad('constant'),
  PadV2: pad('constant'),
  Range: range,
  Rank: rank,
  Reshape: reshape,
  ReverseV2: reverse,
  Shape: shape,
  Size: size,
  Slice: slice,
  Split: split,
  SplitV: splitV,
  Squeeze: squeeze,
  Tile: sized('Tile'),
  Transpose: transpose,
  Unpack: unpack,
};
