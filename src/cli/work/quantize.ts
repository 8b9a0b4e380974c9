import type { Model } from '../../index.js';
import { quantize, type Sample } from '../../quantize/index.js';
import { UsageError, wholeNumber } from '../faults.js';
import type { ModelFlags } from '../flags.js';
import { openInput } from '../input/open.js';
import type { Table } from '../input/table.js';
import { openModel } from '../open.js';
import { gathered } from '../run/pieces.js';
import type { Terminal } from '../terminal.js';
import { say, writeModel } from './container.js';

export interface QuantizeFlags extends ModelFlags {
  readonly out: string;
  readonly samples: readonly string[];
  readonly block?: string;
  readonly keep?: string;
  readonly layers?: string;
  readonly all?: true;
  readonly compensate?: true;
}

/** `gatewise quantize`. @throws {GatewiseError} the model, the samples. @throws {WriteError} */
export async function quantizeFile(file: string, { out, ...flags }: QuantizeFlags, terminal: Terminal): Promise<void> {
  const layers = layersOf(flags);
  const block = flags.block === undefined ? undefined : wholeNumber('--block', flags.block);
  const { model, spec } = await openModel(file, flags, terminal);
  const samples: Sample[] = [];
  for (const path of flags.samples) samples.push(await sampleOf(path, model, terminal));
  model.dispose();
  const { spec: quantized, report } = await quantize(spec, {
    samples,
    ...(flags.compensate && { compensate: true }),
    ...(flags.keep !== undefined && { keep: flags.keep.split(',').map((name) => name.trim()) }),
    ...(block !== undefined && { block }),
    layers,
  });
  await writeModel(out, quantized, terminal);
  await say(out, flags.json ? { out, ...report } : report.toString(), terminal);
}

const LAYERS = ['faster', 'all', 'exact'] as const;

/** @throws {UsageError} */
function layersOf({ layers, all }: Pick<QuantizeFlags, 'layers' | 'all'>): (typeof LAYERS)[number] {
  const wanted = layers ?? (all ? 'all' : 'faster');
  const found = LAYERS.find((one) => one === wanted);
  if (all && wanted !== 'all') throw new UsageError(`--all: not with --layers ${wanted}`);
  if (!found) throw new UsageError(`--layers: no such choice; expected ${LAYERS.join(', ')}, got ${wanted}`);
  return found;
}

/** A file of samples as a run of the model takes it. @throws {InputError} */
async function sampleOf(path: string, model: Model, terminal: Terminal): Promise<Sample> {
  const { table, array, arrays } = await openInput(path, {}, terminal);
  if (arrays && (!array || model.inputs.length > 1)) return arrays as Sample;
  if (array) return (await array()) as Sample;
  try {
    const [inputs] = await gathered(model, table as Table, undefined, undefined);
    return inputs;
  } finally {
    await table?.close?.();
  }
}
