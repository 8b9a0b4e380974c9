import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import type { Graph, Node, ValueInfo } from './proto/messages.js';
import { slotsOf } from './states/slots.js';
import { isFloatType } from './tensor.js';

export interface OnnxInput {
  readonly name: string;
  readonly type: number;
  /** Token ids. */
  readonly ids: boolean;
  /** A convolution or pooling slides over it: channels come before time. */
  readonly slid: boolean;
  /** An initial state of recurrent layers. */
  readonly initial: boolean;
  /** A size, or the name of one that is open. */
  readonly dims: readonly (number | string)[];
}

/** An input as the file declares it, with what the caller fixes. */
export function declared(
  { name, type }: ValueInfo,
  shapes: Readonly<Record<string, readonly (number | null)[]>>,
  uses: Uses,
): OnnxInput {
  const where = `input ${JSON.stringify(name)}`;
  const tensor = type?.tensorType;
  if (!tensor) refuse(where, 'not a tensor', 'a tensor');
  refuseForeign(where, type, tensor, tensor.shape, ...(tensor.shape?.dim ?? []));
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
  return { name, type: tensor.elemType, ...uses, dims };
}

/** What the graph does with an input. */
type Uses = Pick<OnnxInput, 'ids' | 'slid' | 'initial'>;

export function usesOf(graph: Graph): (name: string) => Uses {
  const ids = idsOf(graph);
  const windows = graph.node.filter(({ opType }) => /(Conv|Pool)/.test(opType));
  const slid = new Set(windows.map(({ input }) => input[0]));
  const { initial } = slotsOf(graph);
  return (name) => ({ ids: ids.has(name), slid: slid.has(name), initial: initial.has(name) });
}

/**
 * The inputs of which nothing but whole numbers is taken: token ids, even where the file declares them as floats, as exporters
 * of Keras do.
 */
function idsOf({ node, input }: Graph): Set<string> {
  const whole = ({ opType, input: read, attribute }: Node, name: string): boolean =>
    opType === 'Shape' ||
    opType === 'Equal' ||
    (opType === 'Cast' && attribute.some(({ name: field, i }) => field === 'to' && (i === 6 || i === 7))) ||
    !(read.includes(name) || attribute.some(({ g }) => g?.node.some((inner) => !whole(inner, name))));
  return new Set(
    input.flatMap(({ name, type }) =>
      !isFloatType(type?.tensorType?.elemType ?? 1) ||
      (node.some(({ input: own, opType }) => opType === 'Cast' && own.includes(name)) &&
        node.every((reader) => whole(reader, name)))
        ? [name]
        : [],
    ),
  );
}
