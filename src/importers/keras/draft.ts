import { inOrder } from '../shared/in-order.js';
import { refuse } from '../shared/refuse.js';
import type { Bare, Group } from './files/bare.js';

/** Characters of a draft in an error. */
const MOST_DRAFT = 1300;

/** A layer as its arrays tell it. */
interface Made {
  readonly layer: Readonly<Record<string, unknown>> & { readonly type: string };
  /** Features that it reads; undefined: token ids. */
  readonly from: number | undefined;
  readonly to: number;
}
interface Told extends Made {
  /** Of its name, without the number, and this. */
  readonly kind: string;
  readonly number: number;
}

/** The arrays of a layer by what they are: by name, or by number in the order in which Keras makes them. */
class Arrays {
  constructor(private readonly all: readonly (readonly [name: string, shape: readonly number[]])[]) {}

  get(name: string, number: number): readonly number[] | undefined {
    return this.all.find(([own]) => own === name || own === `${number}`)?.[1];
  }
  has(name: string): boolean {
    return this.all.some(([own]) => own === name);
  }
  get shapes(): readonly (readonly number[])[] {
    return this.all.map(([, shape]) => shape);
  }
}

/**
 * Weights whose model nobody says.
 * @throws {ImportError} always, with a draft of the options as far as names and shapes tell them.
 */
export function refuseWithDraft({ groups, version }: Bare): never {
  const { groups: all, ordered } = groups();
  const told = all.map((group) => toldOf(group, ordered));
  const embeddingsFirst = [...told].sort((a, b) => Number(a.from !== undefined) - Number(b.from !== undefined));
  // Groups of one class are numbered in the order of its layers.
  const isBefore = (one: Told, other: Told): boolean => one.kind === other.kind && one.number < other.number;
  const order = ordered ? told : (inOrder(embeddingsFirst, isBefore) ?? embeddingsFirst);
  const lastCell = order.map(({ layer }) => isCell(layer.type)).lastIndexOf(true);
  const layers = order.map(({ layer }, index) => {
    if (!isCell(layer.type) || index >= lastCell) return layer;
    const more = { returnSequences: true };
    return layer.type === 'bidirectional'
      ? { ...layer, layer: { ...(layer.layer as object), ...more } }
      : { ...layer, ...more };
  });
  const [first] = order;
  const inputShape = first?.from === undefined ? [null] : [null, first.from];
  const draft = { kerasVersion: version ?? '?', inputShape, layers };
  refuse(
    'file',
    'weights without a model',
    `options.architecture, the model's own JSON, or its layers; draft: ${JSON.stringify(draft).slice(0, MOST_DRAFT)}`,
    `arrays alone, which hold no activations, no layers without weights, ${ordered ? '' : 'no order of layers, '}${version ? 'nor what' : 'no version of Keras, nor what'} returns sequences`,
  );
}

const isCell = (type: string): boolean => ['lstm', 'gru', 'simple_rnn', 'bidirectional'].includes(type);

function toldOf({ name, arrays }: Group, ordered: boolean): Told {
  const all = [...arrays].map(([path, shape]) => [path, leafOf(path), shape] as const);
  const kind = name.replace(/_\d+$/, '');
  const number = Number(/_(\d+)$/.exec(name)?.[1] ?? 0);
  const forward = all.filter(([path]) => /(^|\/)forward/.test(path));
  const own = new Arrays((forward.length > 0 ? forward : all).map(([, leaf, shape]) => [leaf, shape] as const));
  // Other files do not say the layers' names.
  const named = ordered && !name.startsWith('layer_with_weights-') ? { name } : {};
  const told =
    (forward.length > 0 ? both(own) : undefined) ??
    (own.has('recurrent_kernel') || isCell(kind) ? cell(own) : undefined) ??
    plain(
      kind,
      own,
      all.some(([path]) => path.startsWith('layer/')),
    );
  const made = told ?? { layer: { type: '?' }, from: own.shapes[0]?.[0], to: own.shapes[0]?.at(-1) ?? 0 };
  return { ...made, layer: { ...made.layer, ...named }, kind, number };
}

const leafOf = (path: string): string => (path.split('/').at(-1) ?? '').replace(/:\d+$/, '');

function cell(arrays: Arrays): Made | undefined {
  const [kernel, recurrent, bias] = ['kernel', 'recurrent_kernel', 'bias'].map((part, k) => arrays.get(part, k));
  const [units = 0, width = 0] = recurrent ?? [];
  const type = ({ 4: 'lstm', 3: 'gru', 1: 'simple_rnn' } as Readonly<Record<number, string>>)[width / units];
  if (!type || !kernel) return undefined;
  const layer = {
    type,
    units,
    ...(type !== 'simple_rnn' && { recurrentActivation: 'sigmoid' }),
    // With the reset gate behind the product there are two biases.
    ...(type === 'gru' && { resetAfter: bias?.length === 2 }),
    ...(!bias && { useBias: false }),
  };
  return { layer, from: kernel[0] as number, to: units };
}

function both(arrays: Arrays): Made | undefined {
  const half = cell(arrays);
  return half && { layer: { type: 'bidirectional', layer: half.layer }, from: half.from, to: 2 * half.to };
}

/** Layers without a state. */
function plain(kind: string, arrays: Arrays, wrapped: boolean): Made | undefined {
  const [first = [], second] = arrays.shapes;
  const [rows = 0, columns] = first;
  if (columns === undefined) {
    if (arrays.has('moving_mean') || kind === 'batch_normalization')
      return { layer: { type: 'batch_normalization' }, from: rows, to: rows };
    if (arrays.has('gamma') || kind === 'layer_normalization')
      return { layer: { type: 'layer_normalization' }, from: rows, to: rows };
  }
  const kernel = arrays.get('kernel', 0);
  if (arrays.has('embeddings') || kind === 'embedding')
    return { layer: { type: 'embedding', inputDim: rows, outputDim: columns ?? 0 }, from: undefined, to: columns ?? 0 };
  if (kernel?.length !== 2 || arrays.shapes.length > 2) return undefined;
  const [from, units] = kernel as [number, number];
  const dense = { type: 'dense', units, ...(!second && { useBias: false }) };
  const layer = wrapped || kind === 'time_distributed' ? { type: 'time_distributed', layer: dense } : dense;
  return { layer, from, to: units };
}
