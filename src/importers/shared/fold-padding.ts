import type { Conv2dNode, NodeSpec, PaddingSpec, PadNode } from '../../spec.js';
import type { Mutable } from './spec-builder.js';

/**
 * Zeros that a node of their own adds in front of a 2-D convolution become the convolution's padding, which along time may then be causal: so
 * frameworks without causal 2-D convolutions write these, and only as one layer can they stream.
 *
 * @param nodes in topological order; those that are no longer needed are taken out.
 * @param outputs values that must stay.
 */
export function foldPadding(nodes: Mutable<NodeSpec>[], outputs: readonly string[]): void {
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap(({ inputs }) => inputs), ...outputs])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const pads = new Map<string, PadNode>();
  const gone = new Set<string>();
  for (const node of nodes) {
    if (node.type === 'pad' && isOfZeros(node) && readers.get(node.name) === 1) pads.set(node.name, node);
    if (node.type !== 'conv2d') continue;
    for (let pad = pads.get(node.inputs[0] as string); pad; pad = pads.get(node.inputs[0] as string)) {
      const padding = joined(node, pad);
      if (!padding) break;
      Object.assign(node, { inputs: pad.inputs, padding });
      gone.add(pad.name);
    }
    Object.assign(node, { padding: asCausal(node) });
  }
  nodes.splice(0, nodes.length, ...nodes.filter(({ name }) => !gone.has(name)));
}

const isOfZeros = ({ mode, value = 0, outputs }: PadNode): boolean => mode === 'constant' && value === 0 && !outputs;

type Padding = NonNullable<Conv2dNode['padding']>;
const NOTHING: Padding = [
  [0, 0],
  [0, 0],
];

/** The padding of a convolution with that of a node before it; undefined where they cannot be one. */
function joined({ channels, padding = NOTHING }: Conv2dNode, pad: PadNode): Padding | undefined {
  const axis = pad.axis === 'time' ? 0 : 1;
  if (axis === 1 && (pad.channels ?? 1) !== channels) return undefined;
  const own = padding[axis];
  if (typeof own === 'string') return undefined;
  const ends: PaddingSpec = [own[0] + pad.before, own[1] + pad.after];
  return axis === 0 ? [ends, padding[1]] : [padding[0], ends];
}

/** Padding that is all in front, as long as the kernel reaches back, is what a stream has of the frames before. */
function asCausal({ padding = NOTHING, kernelSize, dilation = [1, 1], stride = [1, 1] }: Conv2dNode): Padding {
  const [time, frequency] = padding;
  const reach = dilation[0] * (kernelSize[0] - 1);
  const isCausal = typeof time !== 'string' && reach > 0 && time[0] === reach && time[1] === 0 && stride[0] === 1;
  return isCausal ? ['causal', frequency] : padding;
}
