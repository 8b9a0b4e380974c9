import type { PyTorchLayer } from './config.js';
import type { Weights } from './tensor.js';

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

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Modules with tensors, and those without that the file lets see: by their paths, or as gaps in a Sequential's numbers. */
export function modulesOf({ tensors, modules = [] }: Weights, most: number): Module[] {
  const found = new Map<string, Map<string, readonly number[]>>();
  for (const [name, { shape }] of tensors) {
    const dot = name.lastIndexOf('.');
    const path = name.slice(0, Math.max(dot, 0));
    const shapes = found.get(path) ?? new Map();
    found.set(path, shapes.set(name.slice(dot + 1), shape));
  }
  // What follows compares paths with each other.
  if (found.size > most || modules.length > 10 * most)
    return [{ path: '', readings: [], open: `more than ${most} modules` }];
  const paths = modules.length > 0 ? modules : [...found.keys()].flatMap((path) => [...gap(path, found, most), path]);
  const isLeaf = (path: string) => path !== '' && !paths.some((other) => other.startsWith(`${path}.`));
  const all = new Set([...paths.filter((path) => found.has(path) || isLeaf(path)), ...found.keys()]);
  return [...all].map((path) => {
    const shapes = found.get(path);
    return shapes ? moduleOf(path, shapes) : { path, readings: [], open: 'a module without tensors' };
  });
}

/** The numbers before this one at which no tensor is: `1` before `2`, if `0` has some. */
function gap(path: string, found: ReadonlyMap<string, unknown>, most: number): string[] {
  const [, parent = '', number] = /^(.*\.|)(\d+)$/.exec(path) ?? [];
  const gap: string[] = [];
  for (let k = Number(number) - 1; k >= 0 && gap.length < most; k--) {
    const other = parent + k;
    if ([...found.keys()].some((one) => one === other || one.startsWith(`${other}.`))) break;
    gap.unshift(other);
  }
  return gap;
}

/** By the names of its tensors and their ranks, as `torch.nn` names them. */
function moduleOf(path: string, shapes: Shapes): Module {
  const prefix = path === '' ? {} : { prefix: path };
  const module = (from: number | undefined, to: number | undefined, layer: object, open?: string): Module => ({
    path,
    readings: [{ layer: { ...layer, ...prefix } as PyTorchLayer, from, to: to ?? 0 }],
    ...(open && { open }),
  });
  const end = shapes.has('weight_ih') ? '' : '_l0';
  const [rows, input] = shapes.get(`weight_ih${end}`) ?? [];
  if (rows !== undefined) {
    const [projSize, units = shapes.get(`weight_hh${end}`)?.[1]] = shapes.get(`weight_hr${end}`) ?? [];
    const type = ({ 4: 'lstm', 3: 'gru', 1: 'rnn' } as Record<number, string>)[rows / (units ?? 0)];
    let numLayers = 1;
    while (shapes.has(`weight_ih_l${numLayers}`)) numLayers++;
    const bidirectional = shapes.has('weight_ih_l0_reverse');
    const layer = {
      type: type + (end ? '' : '_cell'),
      hiddenSize: units,
      ...(numLayers > 1 && { numLayers }),
      ...(bidirectional && { bidirectional }),
      ...(projSize && { projSize }),
      ...(!shapes.has(`bias_ih${end}`) && { bias: false }),
      ...(type === 'rnn' && { nonlinearity: 'tanh' }),
    };
    const to = (projSize ?? units ?? 0) * (bidirectional ? 2 : 1);
    if (type) return module(input, to, layer, type === 'rnn' ? 'its nonlinearity, tanh or relu' : undefined);
  }
  const [size] = shapes.get('running_mean') ?? [];
  if (size !== undefined) {
    return module(size, size, { type: 'batch_norm', ...(!shapes.has('weight') && { affine: false }) });
  }
  const [first, second, third, ...more] = shapes.get('weight') ?? [];
  const noBias = !shapes.has('bias') && { bias: false };
  if (first === undefined || more.length > 0) {
    return { path, readings: [], open: `no module is known by ${[...shapes.keys()].slice(0, 8).join(', ')}` };
  }
  if (second === undefined) {
    return module(
      first,
      first,
      { type: 'layer_norm', ...noBias },
      noBias ? 'layer_norm without bias, or prelu' : undefined,
    );
  }
  if (third !== undefined) {
    const window = { kernelSize: third, stride: 1, padding: 0, dilation: 1, groups: 1 };
    return module(second, first, { type: 'conv1d', ...window, ...noBias }, 'its stride, padding, dilation and groups');
  }
  const linear = module(second, first, { type: 'linear', ...noBias });
  if (!noBias) return linear;
  const { readings } = module(undefined, second, { type: 'embedding' });
  return { path, readings: [...readings, ...linear.readings] };
}
