import { refuse } from '../shared/refuse.js';
import { type Num, symbol } from './num.js';
import type { Graph, Node, ValueInfo } from './proto/messages.js';
import { isFloatType, typeName } from './tensor.js';
import { type Atom, INT64 } from './value.js';

/** What an axis of an input is. `'time'` is the run's; `'fixed'` a time of fixed size. */
export type AxisRole = 'batch' | 'time' | 'features' | 'fixed';

export interface OnnxInput {
  readonly name: string;
  readonly type: number;
  /** Token ids. */
  readonly ids: boolean;
  /** A convolution or pooling slides over it: channels come before time. */
  readonly slid: boolean;
  /** A size, or the name of one that is open. */
  readonly dims: readonly (number | string)[];
}

/** An input as the file declares it, with what the caller fixes. */
export function declared(
  { name, type }: ValueInfo,
  shapes: Readonly<Record<string, readonly (number | null)[]>>,
  { ids, slid }: Uses,
): OnnxInput {
  const where = `input ${JSON.stringify(name)}`;
  const tensor = type?.tensorType;
  if (!tensor) refuse(where, 'not a tensor', 'a tensor');
  const given = shapes[name];
  const own = tensor.shape?.dim.map(({ dimValue, dimParam }, axis) =>
    dimValue > 0 ? dimValue : dimParam || `${name}.${axis}`,
  );
  if (given && own && given.length !== own.length)
    refuse(where, 'options.shapes has another rank', `${own.length} sizes`, `${given.length}`);
  const dims = given?.map((size, axis) => size ?? own?.[axis] ?? `${name}.${axis}`) ?? own;
  if (!dims) refuse(where, 'the file does not say its shape', `options.shapes[${JSON.stringify(name)}]`, 'nothing');
  own?.forEach((size, axis) => {
    if (typeof size === 'number' && dims[axis] !== size)
      refuse(where, 'options.shapes contradicts the file', `${size} for axis ${axis}`, `${dims[axis]}`);
  });
  return { name, type: ids && isFloatType(tensor.elemType) ? INT64 : tensor.elemType, ids, slid, dims };
}

/** What the graph does with an input. */
type Uses = Pick<OnnxInput, 'ids' | 'slid'>;

export function usesOf(graph: Graph): (name: string) => Uses {
  const ids = idsOf(graph);
  const windows = graph.node.filter(({ opType }) => /(Conv|Pool)/.test(opType));
  const slid = new Set(windows.map(({ input }) => input[0]));
  return (name) => ({ ids: ids.has(name), slid: slid.has(name) });
}

/**
 * The inputs of which nothing but whole numbers is taken: token ids, even where the file declares them as floats, as exporters
 * of Keras do.
 */
function idsOf({ node, input }: Graph): Set<string> {
  const whole = (one: Node, name: string): boolean =>
    one.opType === 'Shape' ||
    one.opType === 'Equal' ||
    (one.opType === 'Cast' &&
      one.attribute.some((attribute) => attribute.name === 'to' && (attribute.i === 6 || attribute.i === 7))) ||
    !(one.input.includes(name) || one.attribute.some(({ g }) => g?.node.some((inner) => !whole(inner, name))));
  return new Set(
    input.flatMap(({ name, type }) =>
      !isFloatType(type?.tensorType?.elemType ?? 1) ||
      (node.some(({ input: own, opType }) => opType === 'Cast' && own.includes(name)) &&
        node.every((one) => whole(one, name)))
        ? [name]
        : [],
    ),
  );
}

const BATCH = /^(n|b|bs|batch.*|.*batch.*)$/i;
const TIME = /^(t|s|l|seq.*|time.*|len.*|.*len.*|.*seq.*|.*time.*|steps?|frames?)$/i;

/** Whether an input has a size that is open and not the batch's: then the sizes that are fixed are no times. */
export const hasOpenTime = ({ dims }: OnnxInput): boolean =>
  dims.some((size) => typeof size === 'string' && !BATCH.test(size));

/** Ways to read the axes of an input, the likeliest first. */
export function candidates(input: OnnxInput, given: readonly AxisRole[] | undefined, openTime: boolean): AxisRole[][] {
  const { dims, ids, name } = input;
  if (given) {
    if (given.length !== dims.length)
      refuse(
        `input ${JSON.stringify(name)}`,
        'options.axes has another rank',
        `${dims.length} axes`,
        `${given.length}`,
      );
    return [[...given]];
  }
  const named = (axis: number, pattern: RegExp): boolean =>
    typeof dims[axis] === 'string' && pattern.test(dims[axis] as string);
  const open = (axis: number): boolean => typeof dims[axis] === 'string';
  const score = (roles: readonly AxisRole[]): number =>
    roles.reduce(
      (sum, role, axis) => {
        if (role === 'batch')
          return sum + (named(axis, BATCH) ? 4 : named(axis, TIME) ? -4 : open(axis) ? 1 : dims[axis] === 1 ? 1 : -3);
        if (role === 'time')
          return (
            sum +
            (named(axis, TIME) ? 4 : named(axis, BATCH) ? -4 : open(axis) ? 2 : dims.length > 2 && !openTime ? 1.5 : 0)
          );
        return sum + (open(axis) ? -6 : 1);
      },
      roles[2] === 'time' && !open(2) && !input.slid ? -2 : 0,
    );
  const all: Record<number, AxisRole[][]> = {
    0: [[]],
    1: [['time'], ['batch'], ['features']],
    2: ids
      ? [
          ['batch', 'time'],
          ['time', 'batch'],
          ['batch', 'fixed'],
        ]
      : [
          ['batch', 'features'],
          ['batch', 'time'],
          ['time', 'features'],
          ['features', 'features'],
          ['time', 'batch'],
        ],
    3: ids
      ? [
          ['batch', 'time', 'features'],
          ['time', 'batch', 'features'],
        ]
      : [
          ['batch', 'time', 'features'],
          ['time', 'batch', 'features'],
          ['batch', 'features', 'time'],
          ['features', 'batch', 'features'],
          ['batch', 'fixed', 'features'],
          ['batch', 'features', 'features'],
          ['features', 'features', 'features'],
        ],
    4: [
      ['batch', 'features', 'time', 'features'],
      ['batch', 'time', 'features', 'features'],
      ['batch', 'features', 'features', 'time'],
      ['batch', 'features', 'features', 'features'],
      ['features', 'features', 'features', 'features'],
    ],
  };
  const ways =
    all[dims.length] ??
    refuse(`input ${JSON.stringify(name)}`, 'too many axes', 'at most 4; options.axes', `${dims.length}`);
  return ways
    .map((roles, order) => ({ roles, rank: score(roles) - order / 100 }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ roles }) => roles);
}

/**
 * Whether the inputs can be read so together: a size of one name is one thing everywhere, and where one input has an open
 * batch, no other has open sizes without it.
 */
export function agree(inputs: readonly OnnxInput[], roles: readonly (readonly AxisRole[])[]): boolean {
  const meaning = new Map<string, AxisRole>();
  const told = inputs.slice(0, roles.length);
  for (const [index, { dims }] of told.entries()) {
    for (const [axis, size] of dims.entries()) {
      const role = roles[index]?.[axis] as AxisRole;
      if (typeof size !== 'string') continue;
      if ((meaning.get(size) ?? role) !== role) return false;
      meaning.set(size, role);
    }
  }
  const open = (size: number | string): boolean => typeof size === 'string';
  const batched = told.map(({ dims }, index) =>
    dims.some((size, axis) => open(size) && roles[index]?.[axis] === 'batch'),
  );
  return !batched.includes(true) || told.every(({ dims }, index) => batched[index] || !dims.some(open));
}

/** The atoms of an input's axes. */
export function atomsOf({ name, dims, type }: OnnxInput, roles: readonly AxisRole[], batch: Atom | undefined) {
  const where = `input ${JSON.stringify(name)}`;
  const time: Atom[] = [];
  const features: Atom[] = [];
  const axes = roles.map((role, axis): Atom[] => {
    const size = dims[axis] as number | string;
    if (role === 'batch') return batch ? [batch] : [];
    if (role === 'time') {
      const atom: Atom = { kind: 'time', size: (typeof size === 'number' ? size : symbol('time')) as Num };
      time.push(atom);
      return [atom];
    }
    if (typeof size !== 'number')
      refuse(
        where,
        `the size of axis ${axis} is open`,
        'options.shapes, or options.axes if it is the batch or the time',
        `${size}`,
      );
    if (size === 1) return [];
    const atom: Atom = { kind: role === 'fixed' ? 'steps' : 'block', size };
    (role === 'fixed' ? time : features).push(atom);
    return [atom];
  });
  if (!isFloatType(type) && !['I32', 'I64', 'U8', 'I8', 'U16', 'I16', 'BOOL'].includes(typeName(type)))
    refuse(where, 'a type that is not honoured', 'floats or whole numbers', typeName(type));
  return { time, features, axes };
}
