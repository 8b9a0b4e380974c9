import type { Model } from '../../index.js';
import { quantize, type Sample } from '../../quantize/index.js';
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
  readonly keep?: string;
  readonly all?: true;
  readonly compensate?: true;
}

/** `gatewise quantize`. @throws {GatewiseError} the model, the samples. @throws {WriteError} */
export async function quantizeFile(file: string, { out, ...flags }: QuantizeFlags, terminal: Terminal): Promise<void> {
  const { model, spec } = await openModel(file, flags, terminal);
  const samples: Sample[] = [];
  for (const path of flags.samples) samples.push(await sampleOf(path, model, terminal));
  model.dispose();
  const { spec: quantized, report } = await quantize(spec, {
    samples,
    ...(flags.compensate && { compensate: true }),
    ...(flags.keep !== undefined && { keep: flags.keep.split(',').map((name) => name.trim()) }),
    layers: flags.all ? 'all' : 'faster',
  });
  await writeModel(out, quantized, terminal);
  await say(out, flags.json ? { out, ...report } : report.toString(), terminal);
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
