import { refuse } from '../shared/refuse.js';
import type { PyTorchLtc } from './config-packages.js';
import type { Filled } from './filled.js';
import { beginNcps } from './ncps.js';
import type { Part, Site } from './site.js';

/** `LTCCell`: synapses are stored (source, neuron), and here one row per neuron; its maps of inputs and outputs are layers around it. */
export function ltc(layer: Filled<PyTorchLtc>, site: Site): void {
  const { inputMapping, outputMapping, odeUnfolds, epsilon, implicitParamConstraints, returnSequences } = layer;
  beginNcps(site);
  const { name } = site;
  const inputs = site.features;
  const units = layer.hiddenSize ?? site.left.get(`${site.prefix}rnn_cell.gleak`)?.shape[0] ?? 1;
  map(site, inputMapping, 'input', inputs, `${name}_inputs`);
  const positive = implicitParamConstraints ? softplus : (x: number): number => x;
  const how = implicitParamConstraints ? 'softplus' : '';

  const synapses = (sensory: string, side: 'Ih' | 'Hh', sources: number) => {
    const read = (part: string, field: string) => site.read(`rnn_cell.${sensory}${part}`, [sources, units], field);
    const turned = (field: string, parts: readonly Part[], each: (...values: number[]) => number, what: string) =>
      site.made(field, [units, sources], parts, `transposed: one row per neuron${what}`, (data) => {
        for (let unit = 0; unit < units; unit++)
          for (let k = 0; k < sources; k++)
            data[unit * sources + k] = each(...parts.map((part) => part.data[k * units + unit] as number));
      });
    const same = (value: number): number => value;
    const [weight, mask] = [read('w', `weight${side}`), read('sparsity_mask', `weight${side}`)];
    return {
      [`weight${side}`]: turned(
        `weight${side}`,
        [weight, mask],
        (w, m) => positive(w as number) * (m as number),
        `; ${how ? 'softplus of w' : 'w'} times the mask`,
      ),
      [`reversal${side}`]: turned(`reversal${side}`, [read('erev', `reversal${side}`)], same as never, ''),
      [`sigma${side}`]: turned(`sigma${side}`, [read('sigma', `sigma${side}`)], same as never, ''),
      [`mu${side}`]: turned(`mu${side}`, [read('mu', `mu${side}`)], same as never, ''),
    };
  };
  const kept = (tensor: string, field: string) =>
    site.take(`rnn_cell.${tensor}`, [units], field, how, name, ({ shape, data }) => ({
      shape,
      data: data.map(positive),
    }));
  const tensors = {
    ...synapses('sensory_', 'Ih', inputs),
    ...synapses('', 'Hh', units),
    capacitance: kept('cm', 'capacitance'),
    leak: kept('gleak', 'leak'),
    leakReversal: site.take('rnn_cell.vleak', [units], 'leakReversal'),
  };
  site.layer({ type: 'ltc', units, unfolds: odeUnfolds, epsilon, returnSequences, tensors } as never);
  site.features = units;
  site.vector = !returnSequences;
  if (outputMapping === null && layer.outputSize === undefined)
    refuse(site.where, 'how many motor neurons there are is not in the file', 'outputSize', 'outputMapping null alone');
  const motors = layer.outputSize ?? site.left.get(`${site.prefix}rnn_cell.output_w`)?.shape[0] ?? 1;
  if (motors > units) refuse(site.where, 'more motor neurons than neurons', `at most ${units}`, `${motors}`);
  if (motors !== units) {
    site.layer({ type: 'slice', axis: 'features', start: 0, count: motors }, `${name}_motors`);
    site.features = motors;
  }
  map(site, outputMapping, 'output', motors, `${name}_outputs`);
}

/** `x·w + b`, `x·w`, or nothing. */
function map(site: Site, mapping: 'affine' | 'linear' | null, side: string, features: number, owner: string): void {
  if (mapping === null) return;
  const scale = site.take(`rnn_cell.${side}_w`, [features], 'scale', '', owner);
  const shift = mapping === 'affine' ? { shift: site.take(`rnn_cell.${side}_b`, [features], 'shift', '', owner) } : {};
  site.layer({ type: 'scale_shift', tensors: { scale, ...shift } }, owner);
}

/** As `nn.Softplus`, which gives x itself above 20: there is no float32 between that and ln(1 + e^x). */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
