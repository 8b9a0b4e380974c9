import type { Conv1dNode, Conv2dNode, InputSpec, NodeSpec, PaddingSpec, PadNode, SliceNode } from '../../spec.js';
import type { Mutable } from './spec-builder.js';

type Convolution = Conv1dNode | Conv2dNode;

/**
 * Zeros that a node of their own adds in front of a convolution become the convolution's padding, and outputs that a node of its own drops at the end are not
 * computed (the `Chomp1d` of temporal convolutional networks). What is left may be padding with nothing but the past: then it is causal. So frameworks without
 * causal convolutions write these, and only as one layer can they stream.
 *
 * @param nodes in topological order; those that are no longer needed are taken out.
 * @param outputs values that must stay.
 */
export function foldPadding(
  nodes: Mutable<NodeSpec>[],
  outputs: readonly string[],
  inputs: readonly InputSpec[],
): void {
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap((node) => node.inputs), ...outputs])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const isReadOnce = (name: string): boolean => readers.get(name) === 1;
  const pads = new Map<string, PadNode>();
  const convolutions = new Map<string, Mutable<Convolution>>();
  const gone = new Set<string>();
  for (const node of nodes) {
    if (node.type === 'pad' && isOfZeros(node) && isReadOnce(node.name)) pads.set(node.name, node);
    if (node.type === 'slice') dropEnd(node, convolutions, gone);
    if (node.type !== 'conv2d' && node.type !== 'conv1d') continue;
    for (let pad = pads.get(node.inputs[0] as string); pad; pad = pads.get(node.inputs[0] as string)) {
      const padding = joined(node, pad);
      if (!padding) break;
      Object.assign(node, { inputs: pad.inputs, padding });
      gone.add(pad.name);
    }
    if (!node.outputs && isReadOnce(node.name)) convolutions.set(node.name, node);
  }
  nodes.splice(0, nodes.length, ...nodes.filter(({ name }) => !gone.has(name)));
  const still = stillValues(nodes, inputs);
  for (const node of nodes) {
    if ((node.type === 'conv2d' || node.type === 'conv1d') && !still.has(node.inputs[0] as string))
      Object.assign(node, asCausal(node));
  }
}

const isOfZeros = ({ mode, value = 0, outputs }: PadNode): boolean => mode === 'constant' && value === 0 && !outputs;

/** A convolution of so many outputs fewer has as much less padding behind, if it has that much: it takes the name of what is left. */
function dropEnd(slice: SliceNode, convolutions: Map<string, Mutable<Convolution>>, gone: Set<string>): void {
  const { axis, start, step = 1, count, drop = 0, inputs, name, outputs } = slice;
  const node = convolutions.get(inputs[0] as string);
  if (!node || axis !== 'time' || start !== 0 || step !== 1 || count !== undefined || outputs) return;
  const along = alongTime(node);
  if (typeof along.padding === 'string' || along.stride !== 1 || along.padding[1] < drop) return;
  Object.assign(node, withTime(node, [along.padding[0], along.padding[1] - drop]), { outputs: [name] });
  gone.add(name);
}

const NOTHING = [0, 0] as const;

/** The window along time. */
function alongTime(node: Convolution) {
  if (node.type === 'conv1d') {
    const { kernelSize, stride = 1, dilation = 1, padding = NOTHING } = node;
    return { kernelSize, stride, dilation, padding };
  }
  const { kernelSize, stride = [1, 1], dilation = [1, 1], padding = [NOTHING, NOTHING] } = node;
  return { kernelSize: kernelSize[0], stride: stride[0], dilation: dilation[0], padding: padding[0] };
}

/** Other padding along time. */
const withTime = (node: Convolution, time: PaddingSpec | 'causal') => ({
  padding: node.type === 'conv1d' ? time : [time, node.padding?.[1] ?? NOTHING],
});

/** The padding of a convolution with that of a node before it; undefined where they cannot be one. */
function joined(node: Convolution, pad: PadNode): Convolution['padding'] | undefined {
  const isTime = pad.axis === 'time';
  if (!isTime && (node.type === 'conv1d' || (pad.channels ?? 1) !== node.channels)) return undefined;
  const time = alongTime(node).padding;
  const own = isTime ? time : ((node as Conv2dNode).padding?.[1] ?? NOTHING);
  if (typeof own === 'string') return undefined;
  const ends: PaddingSpec = [own[0] + pad.before, own[1] + pad.after];
  return (isTime ? withTime(node, ends).padding : [time, ends]) as Convolution['padding'];
}

/** Padding that is all in front, as long as the kernel reaches back, is what a stream has of the timesteps before. */
function asCausal(node: Convolution) {
  const { kernelSize, stride, dilation, padding } = alongTime(node);
  const reach = dilation * (kernelSize - 1);
  return reach > 0 && stride === 1 && `${padding}` === `${reach},0` ? withTime(node, 'causal') : {};
}

/** Values that have no timestep of a stream's at a time: vectors, and sequences of a number of timesteps that is their own. */
function stillValues(nodes: readonly NodeSpec[], inputs: readonly InputSpec[]): ReadonlySet<string> {
  const still = new Set(
    inputs.filter(({ kind, time }) => kind === 'vector' || typeof time === 'number').map(({ name }) => name),
  );
  for (const node of nodes) {
    const { type, axis, count, returnSequences } = node as NodeSpec & Readonly<Record<string, unknown>>;
    const stops =
      ['constant', 'reshape', 'transpose', 'timestep', 'gather_time'].includes(type) ||
      (axis === 'time' && (type === 'reduce' || type === 'arg_reduce' || (type === 'slice' && count !== undefined))) ||
      returnSequences === false;
    if (stops || node.inputs.every((name) => still.has(name)))
      for (const name of node.outputs ?? [node.name]) still.add(name);
  }
  return still;
}
