import type { ActivationSpec } from '../../spec.js';
import type { PyTorchCfc, PyTorchWiredCfc } from './config-packages.js';
import type { Filled } from './filled.js';
import { beginNcps, memory, project } from './ncps.js';
import type { Part, Site } from './site.js';

const BACKBONE: Readonly<Record<Required<PyTorchCfc>['activation'], ActivationSpec>> = {
  silu: 'silu',
  relu: 'relu',
  tanh: 'tanh',
  gelu: 'gelu',
  lecun_tanh: { type: 'scaled_tanh', alpha: 1.7159, beta: 0.666 },
};

type Mode = Required<PyTorchCfc>['mode'];

/** `CfCCell`, one timestep being one unit of time, so that the gate's σ(a·1 + b) is of one product. */
export function cfc(layer: Filled<PyTorchCfc>, site: Site): void {
  const { hiddenSize, backboneUnits, backboneLayers: layers, backboneDropout, mode, mixedMemory } = layer;
  beginNcps(site);
  const inputs = site.features;
  const units = hiddenSize ?? site.left.get(`${site.prefix}rnn_cell.ff1.bias`)?.shape[0] ?? 1;
  const more = mixedMemory ? memory(site, units) : {};
  if (layers === 0) {
    const heads = readHeads(site, 'rnn_cell.', mode, units, inputs + units);
    append(site, site.name, units, mode, { ...overBoth(site, heads, inputs, units), ...more }, layer);
  } else {
    const first = site.read('rnn_cell.backbone.0.weight', [backboneUnits, inputs + units], 'weightIh');
    const width = first.shape[0] as number;
    const biasIh = site.take('rnn_cell.backbone.0.bias', [width], 'biasIh');
    // Linear, activation, and from the second on a dropout, where there is one.
    const further = Array.from({ length: layers - 1 }, (_, index) => {
      const module = `rnn_cell.backbone.${2 + index * (backboneDropout > 0 ? 3 : 2)}`;
      return {
        weights: [site.read(`${module}.weight`, [width, width], 'weightBackbone')],
        biases: [site.read(`${module}.bias`, [width], 'biasBackbone')],
      };
    });
    const heads = readHeads(site, 'rnn_cell.', mode, units, width);
    const tensors = {
      weightIh: rowsOf(site, 'weightIh', [{ weights: [first] }], inputs + units, 0, inputs),
      weightHh: rowsOf(site, 'weightHh', [{ weights: [first] }], inputs + units, inputs, units),
      biasIh,
      ...(layers > 1 && {
        weightBackbone: rowsOf(site, 'weightBackbone', further, width, 0, width),
        biasBackbone: biasesOf(site, 'biasBackbone', further),
      }),
      weightHeads: rowsOf(site, 'weightHeads', heads, width, 0, width),
      biasHeads: biasesOf(site, 'biasHeads', heads),
      ...more,
    };
    const backbone = { units: width, layers, activation: BACKBONE[layer.activation] };
    append(site, site.name, units, mode, tensors, layer, { backbone });
  }
  project(site, layer.projSize);
}

/** `WiredCfCCell`: a cell for each layer of the wiring, which reads what the one before it makes at the same timestep. */
export function wiredCfc(layer: Filled<PyTorchWiredCfc>, site: Site): void {
  beginNcps(site);
  const { mode, projSize, returnSequences } = layer;
  const sizes: number[] = [];
  for (let size: number | undefined; ; sizes.push(size)) {
    size = site.left.get(`${site.prefix}rnn_cell.layer_${sizes.length}.ff1.bias`)?.shape[0];
    if (size === undefined) break;
  }
  const count = Math.max(1, sizes.length);
  for (let index = 0; index < count; index++) {
    const units = sizes[index] ?? 1;
    const module = `rnn_cell.layer_${index}.`;
    const name = `${site.name}_layer_${index}`;
    const columns = site.features + units;
    const mask = site.read(`${module}sparsity_mask`, [units, columns], 'weightIh', name);
    const heads = readHeads(site, module, mode, units, columns, mask, name);
    const tensors = overBoth(site, heads, site.features, units, name);
    append(site, name, units, mode, tensors, { returnSequences: returnSequences || index < count - 1 });
  }
  project(site, projSize);
}

/** Rows of one head: the sum of what is named, times a mask where there is one. */
interface Head {
  readonly weights: readonly Part[];
  readonly biases?: readonly Part[];
  readonly mask?: Part | undefined;
}

/** The heads f, g and t of gated modes, or the one of the pure mode with what goes with it. Masks are of all but t. */
function readHeads(
  site: Site,
  module: string,
  mode: Mode,
  units: number,
  columns: number,
  mask?: Part,
  owner = site.name,
): Head[] {
  const names = mode === 'pure' ? [['ff1']] : [['ff1'], ['ff2'], ['time_a', 'time_b']];
  return names.map((parts) => ({
    weights: parts.map((part) => site.read(`${module}${part}.weight`, [units, columns], 'weight', owner)),
    biases: parts.map((part) => site.read(`${module}${part}.bias`, [units], 'bias', owner)),
    mask: parts.length > 1 ? undefined : mask,
  }));
}

/** Weights and biases of heads that read x and h. */
const overBoth = (site: Site, heads: readonly Head[], inputs: number, units: number, owner = site.name) => ({
  weightIh: rowsOf(site, 'weightIh', heads, inputs + units, 0, inputs, owner),
  weightHh: rowsOf(site, 'weightHh', heads, inputs + units, inputs, units, owner),
  biasIh: biasesOf(site, 'biasIh', heads, owner),
});

/** Some columns of all heads, one head's rows below the other's. @param from the first of `count` columns, of `columns`. */
function rowsOf(
  site: Site,
  field: string,
  heads: readonly Head[],
  columns: number,
  from: number,
  count: number,
  owner = site.name,
): string {
  const units = heads[0]?.weights[0]?.shape[0] as number;
  const parts = heads.flatMap(({ weights, mask }) => [...weights, ...(mask && heads[0]?.mask === mask ? [mask] : [])]);
  const how = `columns ${from}-${from + count - 1}; ${heads.length} heads, sums where several, masked where a mask is`;
  return site.made(
    field,
    [heads.length * units, count],
    [...new Set(parts)],
    how,
    (data) => {
      heads.forEach(({ weights, mask }, head) => {
        for (let row = 0; row < units; row++) {
          for (let k = 0; k < count; k++) {
            const at = row * columns + from + k;
            const sum = weights.reduce((all, { data }) => all + (data[at] as number), 0);
            data[(head * units + row) * count + k] = sum * (mask ? (mask.data[at] as number) : 1);
          }
        }
      });
    },
    owner,
  );
}

function biasesOf(site: Site, field: string, heads: readonly Head[], owner = site.name): string {
  const parts = heads.flatMap(({ biases = [] }) => biases);
  const units = parts[0]?.shape[0] as number;
  return site.made(
    field,
    [heads.length * units],
    parts,
    `${heads.length} heads, sums where several`,
    (data) => {
      heads.forEach(({ biases = [] }, head) => {
        for (const part of biases)
          for (let row = 0; row < units; row++) (data[head * units + row] as number) += part.data[row] as number;
      });
    },
    owner,
  );
}

/** Adds the cell. */
function append(
  site: Site,
  name: string,
  units: number,
  mode: Mode,
  tensors: object,
  { returnSequences, mixedMemory = false }: { readonly returnSequences: boolean; readonly mixedMemory?: boolean },
  more: object = {},
): void {
  const module = name === site.name ? 'rnn_cell.' : `rnn_cell.${name.slice(site.name.length + 1)}.`;
  const own =
    mode === 'pure'
      ? {
          type: 'cfc_pure',
          tensors: {
            ...tensors,
            tau: vector(site, `${module}w_tau`, units, 'tau', name),
            limit: vector(site, `${module}A`, units, 'limit', name),
          },
        }
      : { type: 'cfc', mode, tensors };
  const node = { ...own, units, returnSequences, ...more, ...(mixedMemory && { mixedMemory }) };
  site.layer(node as never, name);
  site.features = units;
  site.vector = !returnSequences;
}

/** A row `(1, units)` of the file as a vector. */
function vector(site: Site, tensor: string, units: number, field: string, owner: string): string {
  const flat = ({ data }: { readonly data: Float32Array }) => ({ shape: [units], data });
  return site.take(tensor, [1, units], field, 'its one row', owner, flat);
}
