import type { Budget } from '../shared/budget.js';
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
  const given = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
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

export function usesOf(graph: Graph, budget: Budget): (name: string) => Uses {
  const ids = idsOf(graph);
  const windows = graph.node.filter(({ opType }) => /(Conv|Pool)/.test(opType));
  const slid = new Set(windows.map(({ input }) => input[0]));
  // What is rounded on the way to a window stands as it did before.
  for (const { opType, input, output } of [...graph.node].reverse())
    if (/QuantizeLinear$/i.test(opType) && output[0] && slid.has(output[0])) slid.add(input[0]);
  const { initial } = slotsOf(graph, budget);
  return (name) => ({ ids: ids.has(name), slid: slid.has(name), initial: initial.has(name) });
}

/**
 * The inputs of which nothing but whole numbers is taken: token ids, even where the file declares them as floats, as exporters
 * of Keras do.
 */
function idsOf({ node, input }: Graph): Set<string> {
  const cast = new Set(node.flatMap(({ opType, input: own }) => (opType === 'Cast' ? own : [])));
  const asNumbers = new Set(node.flatMap(readAsNumbers));
  const isIds = ({ name, type }: ValueInfo): boolean =>
    !isFloatType(type?.tensorType?.elemType ?? 1) || (cast.has(name) && !asNumbers.has(name));
  return new Set(input.filter(isIds).map(({ name }) => name));
}

/** What a node takes more of than whole numbers, graphs inside it included. */
function readAsNumbers({ opType, input, attribute }: Node): string[] {
  const toWhole = attribute.some(({ name, i }) => name === 'to' && (i === 6 || i === 7));
  if (opType === 'Shape' || opType === 'Equal' || (opType === 'Cast' && toWhole)) return [];
  return input.concat(attribute.flatMap(({ g }) => g?.node.flatMap(readAsNumbers) ?? []));
}
