import { axisAt } from '../onnx/context.js';
import type { Call } from '../onnx/environment.js';
import { STEP } from '../onnx/loop/step.js';
import { sameNum, showSize, symbol } from '../onnx/num.js';
import type { Node } from '../onnx/proto/messages.js';
import { constant, dimsOf, INT64, type Item } from '../onnx/value.js';
import { refuse } from '../shared/refuse.js';
import { type AttributeValue, node } from '../translated/messages.js';

// What a node says depends at times on what TensorFlow's graph does not tell and ONNX' reader finds out: how many axes a value has, which numbers
// an input comes to. Such a node stands in a domain of its own until then.

export const DOMAIN = 'tensorflow';

type Rewrite = (call: Call, where: string) => Call;

/** The call of an operator of ONNX in the place of one. @param kept inputs that it has. */
function as(
  { node: own, inputs }: Call,
  type: string,
  kept: readonly number[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): Call {
  const made: Node = node(
    type,
    '',
    own.source ?? type,
    kept.map((i) => own.input[i] as string),
    own.output,
    attributes,
  );
  return { node: { ...made, name: own.name }, inputs: kept.map((i) => inputs[i]) };
}

/** The translation leaves none out. */
const given = (inputs: Call['inputs'], input: number): Item => inputs[input] as Item;

/** Whole numbers that an input comes to. @throws {ImportError} it does not, or depends on the run. */
function integers(inputs: Call['inputs'], input: number, where: string, what: string): number[] {
  const item = given(inputs, input);
  const data = item.kind === 'constant' ? Array.from(item.data) : undefined;
  if (!data?.every((n): n is number => typeof n === 'number'))
    refuse(where, `${what} are worked out at run time`, 'whole numbers', data?.map(showSize).join(', ') ?? 'a value');
  return data as number[];
}

const rank = (inputs: Call['inputs'], input: number): number => dimsOf(given(inputs, input)).length;

const intsOf = ({ attribute }: Node, wanted: string): readonly number[] =>
  attribute.find(({ name }) => name === wanted)?.ints ?? [];

/** The order of axes is an input. */
const transpose: Rewrite = (call, where) =>
  as(call, 'Transpose', [0], { perm: { ints: integers(call.inputs, 1, where, 'the order of axes') } });

/** The last two axes change places. */
const adjoint: Rewrite = (call, where) => {
  const count = rank(call.inputs, 0);
  if (count < 2) refuse(where, 'a factor of too few axes', 'at least 2', `${count}`);
  const axes = Array.from({ length: count - 2 }, (_, axis) => axis);
  return as(call, 'Transpose', [0], { perm: { ints: [...axes, count - 1, count - 2] } });
};

/** A value of as many rows as another says. @param problem what other ones would be. */
const sameRows =
  (problem: string): Rewrite =>
  (call, where) => {
    const [size] = dimsOf(given(call.inputs, 0));
    const rows = given(call.inputs, 1);
    const count = rows.kind === 'constant' && rows.data.length === 1 ? rows.data[0] : undefined;
    if (size === undefined || count === undefined || !sameNum(size, count))
      refuse(
        where,
        problem,
        size === undefined ? 'rows' : showSize(size),
        count === undefined ? 'a number made at run time' : showSize(count),
      );
    return as(call, 'Identity', [0]);
  };

/** What a loop collected, where TensorFlow has a list of so many rows: fewer timesteps would leave zeros. */
const collected = sameRows('a list of other than one row for each timestep');

/** A sequence of which an operator takes so many timesteps, and gives zeros for the others. */
const timesteps = sameRows('a part of the timesteps');

/** What a loop's step writes into a list: at the place of the step, or rows would be left out or written twice. */
const written: Rewrite = (call, where) => {
  const place = given(call.inputs, 1);
  const [at] = place.kind === 'constant' ? Array.from(place.data) : [];
  if (at === undefined || !sameNum(at, symbol(STEP)))
    refuse(
      where,
      'a list that is written at other places',
      'one row for each step',
      at === undefined ? 'a value' : showSize(at),
    );
  return as(call, 'Identity', [0]);
};

/** A condition of one axis says it of whole rows, which is no broadcast. */
const select: Rewrite = (call, where) => {
  const [own, of] = [rank(call.inputs, 0), rank(call.inputs, 1)];
  if (own !== 0 && own !== of) refuse(where, 'a condition for each row', `${of} axes, or none`, `${own}`);
  return as(call, 'Where', [0, 1, 2]);
};

/** An axis in equal parts, or in parts of given sizes, of which one may be what is left. */
const split: Rewrite = (call, where) => {
  const dims = dimsOf(given(call.inputs, 0));
  const stated = intsOf(call.node, 'sizes');
  const axis = axisAt(where, call.node.attribute.find(({ name }) => name === 'axis')?.i ?? 0, dims.length);
  const size = dims[axis];
  if (typeof size !== 'number')
    refuse(where, 'parts of an axis that depends on the run', 'a fixed size', showSize(size ?? 0));
  const count = call.node.output.length;
  const rest = size - stated.filter((n) => n >= 0).reduce((a, b) => a + b, 0);
  const sizes = stated.length > 0 ? stated.map((n) => (n === -1 ? rest : n)) : Array(count).fill(size / count);
  if (!sizes.every((n) => Number.isInteger(n) && n >= 0) || sizes.reduce((a, b) => a + b, 0) !== size)
    refuse(
      where,
      'parts that do not add up',
      `${count} parts of ${size}`,
      `${stated.length > 0 ? stated : size / count}`,
    );
  const made = as(call, count === 1 ? 'Identity' : 'Split', [0], count === 1 ? {} : { axis: { i: axis } });
  if (count === 1) return made;
  const [x = ''] = made.node.input;
  return {
    node: { ...made.node, input: [x, `${x}.sizes`] },
    inputs: [made.inputs[0], constant([count], sizes, INT64)],
  };
};

/** Over windows, channels first: how many groups there are, the shapes say. */
const convolution: Rewrite = (call, where) => {
  const [channels, own] = [0, 1].map((input) => dimsOf(given(call.inputs, input))[1]);
  if (typeof channels !== 'number' || typeof own !== 'number' || channels % own !== 0)
    refuse(where, 'channels that do not fit', `groups of ${own}`, `${channels}`);
  const made = as(call, 'Conv', [0, 1], { group: { i: channels / own } });
  return { ...made, node: { ...made.node, attribute: [...made.node.attribute, ...call.node.attribute] } };
};

/** Whole numbers of at least 0. */
const floorDiv: Rewrite = (call, where) => {
  for (const item of call.inputs)
    if (item?.kind !== 'constant' || Array.from(item.data).some((n) => typeof n === 'number' && n < 0))
      refuse(where, 'whole numbers that are divided', 'sizes', item?.kind === 'constant' ? 'below 0' : 'a value');
  return as(call, 'Div', [0, 1]);
};

export const REWRITES: Readonly<Record<string, Rewrite>> = {
  __proto__: null as never,
  Adjoint: adjoint,
  Collected: collected,
  Conv: convolution,
  FloorDiv: floorDiv,
  Select: select,
  Split: split,
  Timesteps: timesteps,
  Transpose: transpose,
  Written: written,
};
