import { refuse } from '../shared/refuse.js';
import type { Loop } from './frames.js';
import { plain, type Ref, sameRef } from './resolve.js';

// Lists of tensors, in TensorFlow's two forms: a TensorList is a value, which each write makes anew; of a TensorArray its handle stays, and a number
// that writes make anew (its flow) says what comes after what.

/** An element that is put into a list. */
export interface Write {
  /** The list before. */
  readonly list: Ref;
  readonly place: Ref;
  readonly item: Ref;
}

/** What makes a list of another by one element more; undefined for what else makes one. */
export function writeOf(list: Ref): Write | undefined {
  const { node } = plain(list);
  const [first, place, item, flow] = node.inputs;
  if (!first || !place || !item) return undefined;
  if (node.type === 'TensorListSetItem') return { list: plain(first), place: plain(place), item };
  if (node.type === 'TensorArrayWriteV3' && flow) return { list: plain(flow), place: plain(place), item };
  return undefined;
}

/** How many elements an empty list has; undefined for what else a value is. */
function emptyList(list: Ref): Ref | undefined {
  const { node, output } = plain(list);
  if (node.type === 'TensorListReserve') return node.inputs[1];
  return node.type === 'TensorArrayV3' && output === 1 ? node.inputs[0] : undefined;
}

/** A tensor whose rows a list has; and, where the file says which, their numbers. */
export function unstacked(list: Ref): { readonly tensor: Ref; readonly rows?: Ref } | undefined {
  const { node } = plain(list);
  const [first, second, third, flow] = node.inputs;
  if (node.type === 'TensorListFromTensor' && first) return { tensor: first };
  if (node.type === 'TensorArrayScatterV3' && second && third && flow && emptyList(flow))
    return { tensor: third, rows: second };
  return undefined;
}

/** The number up to which a range counts from 0, one by one; undefined for other values. */
export function countedTo(rows: Ref, wholesOf: (ref: Ref) => readonly number[] | undefined): Ref | undefined {
  const { node } = plain(rows);
  const [start, limit, step] = node.inputs;
  if (node.type !== 'Range' || !start || !limit || !step) return undefined;
  return `${wholesOf(start)}` === '0' && `${wholesOf(step)}` === '1' ? limit : undefined;
}

/** How a carried value goes on. */
export type Carried =
  /** What it was at first. */
  | { readonly kind: 'same' }
  | { readonly kind: 'state' }
  /** A list that each step adds a value to, as loops have it that may be differentiated. Nothing that is honoured reads one. */
  | { readonly kind: 'kept' }
  /** A list of so many elements, of which each step writes one: the step's, which is looked at once it is known which that is. */
  | { readonly kind: 'list'; readonly size: Ref }
  /** A list of one element, which each step writes again. */
  | { readonly kind: 'last'; readonly size: Ref; readonly of: number };

/**
 * How what a loop carries goes on.
 * @param args what stands for it at the beginning of a step. @param made what it is at the end.
 * @param wholesOf whole numbers of the file that a value is.
 */
export function carriedBy(
  loop: Loop,
  args: readonly Ref[],
  made: readonly Ref[],
  wholesOf: (ref: Ref) => readonly number[] | undefined,
): Carried[] {
  return args.map((arg, i): Carried => {
    const result = made[i] as Ref;
    if (sameRef(plain(result), arg)) return { kind: 'same' };
    const written = writeOf(result);
    const { type, inputs } = plain(result).node;
    if (type === 'TensorListPushBack' && inputs[0] && sameRef(plain(inputs[0]), arg)) return { kind: 'kept' };
    if (!written) return { kind: 'state' };
    const size = emptyList(loop.initial[i] as Ref);
    if (!size || !sameRef(written.list, arg))
      refuse(
        loop.where,
        'a list that is not made as a loop goes',
        'one write into an empty list at each step',
        plain(result).node.name,
      );
    if (`${wholesOf(written.place)}` !== '0' || `${wholesOf(size)}` !== '1') return { kind: 'list', size };
    const of = made.findIndex((own) => sameRef(plain(own), plain(written.item)));
    return of >= 0
      ? { kind: 'last', size, of }
      : refuse(loop.where, 'a list of what is no state', 'a state of the loop', plain(written.item).node.name);
  });
}
