import { refuse } from '../../shared/refuse.js';
import type { AttributeValue } from '../../translated/messages.js';
import { isQuantised } from '../builder.js';
import type { Site, Translate } from '../site.js';

/** Adds a node that only moves numbers: whole ones as they are where input and output mean the same by them. */
function move(
  site: Site,
  type: string,
  also: readonly string[],
  attributes?: Readonly<Record<string, AttributeValue>>,
  input = 0,
): void {
  const whole = isQuantised(site.tensor(input)) && site.movesWhole(input);
  const x = whole ? site.raw(input) : site.float(input);
  const outputs = site.operator.outputs.map((_, i) => (whole ? site.outputName(i) : site.target(i)));
  site.add(type, [x, ...also], outputs, attributes);
}

/** Sizes as the file gives them, whether known or made at run time. */
const sizesOf = (site: Site, input: number, what: string): string => {
  const known = site.knownIntegers(input, what);
  return known ? site.builder.integers(`${site.outputName()}.${what}`, known) : site.raw(input);
};

function reshape(site: Site): void {
  const stated = site.options.expect('Reshape').ints(0, 'new_shape');
  const shape = site.has(1) ? sizesOf(site, 1, 'shape') : site.builder.integers(`${site.outputName()}.shape`, stated);
  move(site.arity(2), 'Reshape', [shape], { allowzero: { i: 1 } });
}

function transpose(site: Site): void {
  site.options.expect('Transpose');
  move(site.arity(2), 'Transpose', [], { perm: { ints: site.integers(1, 'the order of axes') } });
}

function squeeze(site: Site): void {
  const stated = site.options.expect('Squeeze').ints(0, 'squeeze_dims');
  const { shape } = site.arity(1).tensor(0);
  const axes = stated.length > 0 ? stated : shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  move(site, 'Squeeze', [site.builder.integers(`${site.outputName()}.axes`, axes)]);
}

function expandDims(site: Site): void {
  site.options.expect('ExpandDims');
  const axes = site.arity(2).integers(1, 'the axis');
  move(site, 'Unsqueeze', [site.builder.integers(`${site.outputName()}.axes`, axes)]);
}

/** `begin` and `size`, -1 to the end. */
function slice(site: Site): void {
  site.options.expect('Slice');
  const { builder } = site.arity(3);
  const sizes = site.integers(2, 'the sizes');
  const begin = site.integers(1, 'the beginning');
  const ends = begin.map((from, axis) => (sizes[axis] === -1 ? TO_END : from + (sizes[axis] as number)));
  const axes = sizes.map((_, axis) => axis);
  move(
    site,
    'Slice',
    [begin, ends, axes].map((values, i) => builder.integers(`${site.outputName()}.${PARTS[i]}`, values)),
  );
}

/** What a Slice is given, in order. */
const PARTS = ['begin', 'end', 'axes', 'steps'];

/** What ONNX takes as "to the end". */
const TO_END = 2 ** 31 - 1;

/** Ranges with steps, of which masks leave ends out, drop axes and add such. */
function stridedSlice(site: Site): void {
  const { options, builder } = site;
  options.expect('StridedSlice');
  const bits = (field: number, name: string) => {
    const mask = options.int(field, name);
    return (axis: number): boolean => ((mask >> axis) & 1) === 1;
  };
  const [begins, ends, ellipsis, added, shrinks] = [
    bits(0, 'begin_mask'),
    bits(1, 'end_mask'),
    options.int(2, 'ellipsis_mask'),
    options.int(3, 'new_axis_mask'),
    bits(4, 'shrink_axis_mask'),
  ];
  if (ellipsis !== 0 || added !== 0)
    refuse(site.where, 'masks of ellipses or new axes', 'ellipsis_mask 0, new_axis_mask 0', `${ellipsis}, ${added}`);
  if (options.flag(5, 'offset')) refuse(site.where, 'ends that count from the beginning', 'offset false', 'true');
  const name = site.arity(4).outputName();
  const steps = site.integers(3, 'the steps');
  const axes = steps.map((_, axis) => axis);
  const shrunk = axes.filter(shrinks);
  const from = site.knownIntegers(1, 'the beginning');
  if (!from) {
    timestep(
      site,
      name,
      shrunk,
      axes.every((axis) => shrinks(axis) || (begins(axis) && ends(axis) && steps[axis] === 1)),
    );
    return;
  }
  const to = axes.every((axis) => ends(axis) || shrinks(axis)) ? [] : site.integers(2, 'the end');
  const start = axes.map((axis) => {
    if (begins(axis)) return (steps[axis] as number) > 0 ? 0 : TO_END;
    return from[axis] as number;
  });
  const end = axes.map((axis) => {
    const first = start[axis] as number;
    if (shrinks(axis)) return first === -1 ? TO_END : first + 1;
    if (ends(axis)) return (steps[axis] as number) > 0 ? TO_END : -TO_END;
    return to[axis] as number;
  });
  const stepped = axes.map((axis) => (shrinks(axis) ? 1 : (steps[axis] as number)));
  const constants = [start, end, axes, stepped].map((values, i) => builder.integers(`${name}.${PARTS[i]}`, values));
  if (shrunk.length === 0) move(site, 'Slice', constants);
  else {
    const x = site.emit('Slice', [site.float(0), ...constants]);
    site.add('Squeeze', [x, builder.integers(`${name}.dropped`, shrunk)], [site.target()]);
  }
}

/** One place of one axis, which is dropped: where, a loop's step says. */
function timestep(site: Site, name: string, [axis = 0, ...more]: readonly number[], whole: boolean): void {
  if (more.length > 0 || !whole)
    refuse(site.where, 'a part that begins where the run says', 'one place of one axis, which is dropped');
  const first = site.builder.integers(`${name}.axis`, [axis], []);
  const place = site.emit('Gather', [site.raw(1), first], { axis: { i: 0 } }, 'place');
  site.add('Gather', [site.float(0), place], [site.target()], { axis: { i: axis } });
}

/** Equal parts: the axis comes first. */
function split(site: Site): void {
  const parts = site.options.expect('Split').int(0, 'num_splits');
  const [axis = 0] = site.arity(2, parts).integers(0, 'the axis');
  move(site, 'Split', [], { axis: { i: axis }, num_outputs: { i: parts } }, 1);
}

function splitV(site: Site): void {
  const parts = site.options.expect('SplitV').int(0, 'num_splits');
  const sizes = site.arity(3, parts).integers(1, 'the sizes');
  const [axis = 0] = site.integers(2, 'the axis');
  const { shape } = site.tensor(0);
  const rest = (shape.at(axis) as number) - sizes.filter((n) => n >= 0).reduce((a, b) => a + b, 0);
  const known = sizes.map((n) => (n === -1 ? rest : n));
  move(site, 'Split', [site.builder.integers(`${site.outputName()}.sizes`, known)], { axis: { i: axis } });
}

function concatenation(site: Site): void {
  const axis = site.options.expect('Concatenation').int(0, 'axis');
  const activation = site.fused(1);
  const inputs = site.operator.inputs.map((_, i) => site.float(i));
  site.add('Concat', inputs, [site.target(0, activation)], { axis: { i: axis } });
}

/** Along a new axis. */
function pack(site: Site): void {
  const { options, builder, operator } = site;
  const count = options.expect('Pack').int(0, 'values_count');
  if (count !== operator.inputs.length)
    refuse(site.where, 'another number of values', `${count}`, `${operator.inputs.length}`);
  const axis = options.int(1, 'axis');
  const axes = builder.integers(`${site.outputName()}.axes`, [axis]);
  const parts = operator.inputs.map((_, i) => site.emit('Unsqueeze', [site.float(i), axes], undefined, `part${i}`));
  site.add('Concat', parts, [site.target()], { axis: { i: axis } });
}

function unpack(site: Site): void {
  const { options, builder, operator } = site;
  const count = options.expect('Unpack').int(0, 'num');
  const axis = options.int(1, 'axis');
  site.arity(1, count);
  const axes = builder.integers(`${site.outputName()}.axes`, [axis]);
  const parts = operator.outputs.map((_, i) => builder.fresh(`${site.outputName(i)}.part`));
  if (count === 1) site.add('Identity', [site.float(0)], parts);
  else site.add('Split', [site.float(0)], parts, { axis: { i: axis }, num_outputs: { i: count } });
  parts.forEach((part, i) => {
    site.add('Squeeze', [part, axes], [site.target(i)]);
  });
}

function gather(site: Site): void {
  const axis = site.options.expect('Gather').int(0, 'axis');
  const batches = site.options.int(1, 'batch_dims');
  if (batches !== 0) refuse(site.where, 'rows picked for each of a batch', 'batch_dims 0', `${batches}`);
  site.arity(2).add('Gather', [site.float(0), site.raw(1)], [site.target()], { axis: { i: axis } });
}

function shape(site: Site): void {
  const type = site.options.expect('Shape').type_(0, 'out_type');
  const sizes = site.emit('Shape', [site.arity(1).raw(0)]);
  site.add('Cast', [sizes], [site.outputName()], { to: { i: type === 'INT64' ? 7 : 6 } });
}

const sized =
  (type: string, options: string): Translate =>
  (site) => {
    site.options.expect(options);
    move(site.arity(2), type, [sizesOf(site, 1, 'sizes')]);
  };

/** A shape and a number. */
function fill(site: Site): void {
  site.options.expect('Fill');
  const sizes = sizesOf(site.arity(2), 0, 'shape');
  site.add('Expand', [site.float(1), sizes], [site.target()]);
}

/** Zeros in front and behind, or another number. */
const pad =
  (options: string): Translate =>
  (site) => {
    site.options.expect(options);
    const given = site.arity(3).integers(1, 'the padding');
    const [before, after] = [0, 1].map((side) => given.filter((_, i) => i % 2 === side)) as [number[], number[]];
    const pads = site.builder.integers(`${site.outputName()}.pads`, [...before, ...after]);
    const filled = site.has(2) ? [site.float(2)] : [];
    site.add('Pad', [site.float(0), pads, ...filled], [site.target()]);
  };

function reverse(site: Site): void {
  site.options.expect('ReverseV2');
  const axes = site.arity(2).integers(1, 'the axes');
  const each = (n: number, what: string): string =>
    site.builder.integers(
      `${site.outputName()}.${what}`,
      axes.map(() => n),
    );
  const named = site.builder.integers(`${site.outputName()}.axes`, axes);
  move(site, 'Slice', [each(-1, 'begin'), each(-TO_END, 'end'), named, each(-1, 'steps')]);
}

export const SHAPES: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  BROADCAST_TO: sized('Expand', 'BroadcastTo'),
  CONCATENATION: concatenation,
  EXPAND_DIMS: expandDims,
  FILL: fill,
  GATHER: gather,
  PACK: pack,
  PAD: pad('Pad'),
  PADV2: pad('PadV2'),
  RESHAPE: reshape,
  REVERSE_V2: reverse,
  SHAPE: shape,
  SLICE: slice,
  SPLIT: split,
  SPLIT_V: splitV,
  SQUEEZE: squeeze,
  STRIDED_SLICE: stridedSlice,
  TILE: sized('Tile', 'Tile'),
  TRANSPOSE: transpose,
  UNPACK: unpack,
};
