import type { PyTorchLayer } from './config.js';
import type { Facts } from './facts.js';
import type { Weights } from './weights.js';

/** A module of the file as one of the layers it may be. */
export interface Reading {
  readonly layer: PyTorchLayer;
  /** Features it reads; undefined: token ids. */
  readonly from: number | undefined;
  readonly to: number;
}

export interface Module {
  readonly path: string;
  readonly readings: readonly Reading[];
  /** What only a config can say of it. */
  readonly open?: string;
}

/** No module has a path as long as this; what follows compares paths with each other. */
const LONGEST_PATH = 500;

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Modules with tensors, and those without that the file lets see: by their paths, or as gaps in a Sequential's numbers. */
export function modulesOf({ tensors, modules, facts }: Weights, most: number): Module[] {
  const found = new Map<string, Map<string, readonly number[]>>();
  for (const [name, { shape }] of tensors) {
    const dot = name.lastIndexOf('.');
    const path = name.slice(0, Math.max(dot, 0));
    const shapes = found.get(path) ?? new Map();
    found.set(path, shapes.set(name.slice(dot + 1), shape));
  }
  if (found.size > most || modules.length > 10 * most)
    return [{ path: '', readings: [], open: `more than ${most} modules` }];
  for (const path of [...found.keys(), ...modules])
    if (path.length > LONGEST_PATH)
      return [{ path: '', readings: [], open: `a module whose path is longer than ${LONGEST_PATH} characters` }];
  const paths = modules.length > 0 ? modules : [...found.keys()].flatMap((path) => [...gap(path, found, most), path]);
  const isLeaf = (path: string) => path !== '' && !paths.some((other) => other.startsWith(`${path}.`));
  const all = new Set([...paths.filter((path) => found.has(path) || isLeaf(path)), ...found.keys()]);
  return [...all].map((path) => {
    const shapes = found.get(path);
    return shapes
      ? proven(moduleOf(path, shapes), facts.get(path))
      : { path, readings: [], open: 'a module without tensors' };
  });
}

/** What neither the class nor the tensors of a module say. */
const OPEN: Readonly<Record<string, readonly string[]>> = {
  __proto__: null as never,
  rnn: ['nonlinearity'],
  rnn_cell: ['nonlinearity'],
  conv1d: ['stride', 'padding', 'dilation', 'groups'],
};

/** A module of which the file says more than names and shapes do: of a traced one its class alone. */
function proven(module: Module, facts: Facts | undefined): Module {
  const readings = module.readings.filter(({ layer }) => layer.type === facts?.type);
  if (!facts || readings.length === 0) return module;
  const isSaid = (OPEN[facts.type] ?? []).every((field) => field in facts.fields);
  const layers = readings.map((reading) => ({
    ...reading,
    layer: { ...reading.layer, ...facts.fields } as PyTorchLayer,
  }));
  const { path, open } = module;
  return { path, readings: layers, ...(!isSaid && open !== undefined && { open }) };
}

/** The numbers before this one at which no tensor is: `1` before `2`, if `0` has some. */
function gap(path: string, found: ReadonlyMap<string, unknown>, most: number): string[] {
  const dot = path.lastIndexOf('.');
  const [parent, number] = [path.slice(0, dot + 1), path.slice(dot + 1)];
  if (!/^\d+$/.test(number)) return [];
  const gap: string[] = [];
  for (let k = Number(number) - 1; k >= 0 && gap.length < most; k--) {
    const other = parent + k;
    if ([...found.keys()].some((path) => path === other || path.startsWith(`${other}.`))) break;
    gap.unshift(other);
  }
  return gap;
}

/** A reading of the module at a path. */
function reading(path: string, from: number | undefined, to: number | undefined, layer: object): Reading {
  return { layer: { ...layer, ...(path && { prefix: path }) } as PyTorchLayer, from, to: to ?? 0 };
}

/** By the names of its tensors and their ranks, as `torch.nn` names them. */
function moduleOf(path: string, shapes: Shapes): Module {
  return (
    recurrentModule(path, shapes) ??
    batchNormModule(path, shapes) ??
    weightModule(path, shapes) ?? {
      path,
      readings: [],
      open: `no module is known by ${[...shapes.keys()].slice(0, 8).join(', ')}`,
    }
  );
}

/** By the number of gates that its first weight has a block of rows for. */
const RECURRENT: Readonly<Record<number, 'rnn' | 'gru' | 'lstm'>> = { 1: 'rnn', 3: 'gru', 4: 'lstm' };

/** LSTM, GRU, RNN and their cells, whose tensors have no number of a layer. */
function recurrentModule(path: string, shapes: Shapes): Module | undefined {
  const size = (tensor: string, axis = 0) => shapes.get(tensor)?.[axis];
  const isCell = shapes.has('weight_ih');
  const end = isCell ? '' : '_l0';
  const projSize = size(`weight_hr${end}`);
  const hiddenSize = size(`weight_hr${end}`, 1) ?? size(`weight_hh${end}`, 1) ?? 0;
  const type = RECURRENT[(size(`weight_ih${end}`) ?? 0) / hiddenSize];
  if (!type) return undefined;
  let numLayers = 1;
  while (shapes.has(`weight_ih_l${numLayers}`)) numLayers++;
  const bidirectional = shapes.has('weight_ih_l0_reverse');
  const layer = {
    type: isCell ? `${type}_cell` : type,
    hiddenSize,
    ...(numLayers > 1 && { numLayers }),
    ...(bidirectional && { bidirectional }),
    ...(projSize && { projSize }),
    ...(!shapes.has(`bias_ih${end}`) && { bias: false }),
    ...(type === 'rnn' && { nonlinearity: 'tanh' }),
  };
  const to = (projSize ?? hiddenSize) * (bidirectional ? 2 : 1);
  const readings = [reading(path, size(`weight_ih${end}`, 1), to, layer)];
  return { path, readings, ...(type === 'rnn' && { open: 'its nonlinearity, tanh or relu' }) };
}

function batchNormModule(path: string, shapes: Shapes): Module | undefined {
  const features = shapes.get('running_mean')?.[0];
  if (features === undefined) return undefined;
  const layer = { type: 'batch_norm', ...(!shapes.has('weight') && { affine: false }) };
  return { path, readings: [reading(path, features, features, layer)] };
}

/** Modules of one weight, by its rank: LayerNorm, Linear or Embedding, Conv1d. */
function weightModule(path: string, shapes: Shapes): Module | undefined {
  const [out, input, kernelSize, ...further] = shapes.get('weight') ?? [];
  if (out === undefined || further.length > 0) return undefined;
  const hasBias = shapes.has('bias');
  const bias = hasBias ? {} : { bias: false };
  if (input === undefined) {
    const readings = [reading(path, out, out, { type: 'layer_norm', ...bias })];
    return { path, readings, ...(!hasBias && { open: 'layer_norm without bias, or prelu' }) };
  }
  if (kernelSize !== undefined) {
    const layer = { type: 'conv1d', kernelSize, stride: 1, padding: 0, dilation: 1, groups: 1, ...bias };
    return { path, readings: [reading(path, input, out, layer)], open: 'its stride, padding, dilation and groups' };
  }
  const linear = reading(path, input, out, { type: 'linear', ...bias });
  const embedding = reading(path, undefined, input, { type: 'embedding' });
  return { path, readings: hasBias ? [linear] : [embedding, linear] };
}
