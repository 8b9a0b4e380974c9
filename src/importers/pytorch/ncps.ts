import type { Part, Site } from './site.js';

/** What a package's modules of one layer share: where they begin, and what stands behind them. */
export function beginNcps(site: Site): void {
  site.needSequence();
  site.reporter.defaulted(site.name, 'h0', 'zeros', "ncps' default");
  site.reporter.defaulted(site.name, 'timespans', '1', "ncps' default");
}

/** The linear layer at the end of a module, if it has one. */
export function project(site: Site, projSize: number | undefined): void {
  if (projSize === undefined) return;
  const owner = `${site.name}_fc`;
  const weight = site.take('fc.weight', [projSize, site.features], 'weight', 'one row per output', owner);
  const bias = site.take('fc.bias', [projSize], 'bias', '', owner);
  site.layer({ type: 'dense', units: projSize, tensors: { weight, bias } }, owner);
  site.features = projSize;
}

/** The LSTM that `mixed_memory` puts before a cell: rows g i f o, 1 added to f when it runs. */
export function memory(site: Site, units: number): Readonly<Record<string, string>> {
  const order = [1, 2, 0, 3];
  const how = 'rows g i f o reordered to i f g o';
  const blocks = (part: Part, field: string, columns: number, shape: number[], change = 0): string =>
    site.made(field, shape, [part], change ? `${how}; 1 added to f` : how, (data) => {
      const size = units * columns;
      order.forEach((from, to) => {
        data.set(part.data.subarray(from * size, (from + 1) * size), to * size);
      });
      for (let i = size; i < 2 * size && change; i++) (data[i] as number) += change;
    });
  const rows = 4 * units;
  const inputs = site.features;
  const ofX = site.read('lstm.input_map.weight', [rows, inputs], 'weightMemoryIh');
  const ofH = site.read('lstm.recurrent_map.weight', [rows, units], 'weightMemoryHh');
  const bias = site.read('lstm.input_map.bias', [rows], 'biasMemory');
  return {
    weightMemoryIh: blocks(ofX, 'weightMemoryIh', inputs, [rows, inputs]),
    weightMemoryHh: blocks(ofH, 'weightMemoryHh', units, [rows, units]),
    biasMemory: blocks(bias, 'biasMemory', 1, [rows], 1),
  };
}
