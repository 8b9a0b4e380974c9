import { basename } from 'node:path';
import { type LayersTrace, traceLayers, tracePage, tracePicture, type ViewOptions } from '../../view/index.js';
import { UsageError } from '../faults.js';
import type { InputFlags, ModelFlags, RunFlags } from '../flags.js';
import { openInput } from '../input/open.js';
import { openModel } from '../open.js';
import { writing } from '../output/sink.js';
import { type Everything, everything } from '../run/plan.js';
import type { Terminal } from '../terminal.js';
import { pngOf } from './png.js';

export interface TraceFlags extends ModelFlags, InputFlags, Pick<RunFlags, 'columns' | 'batch'> {
  readonly input: string;
  readonly html?: string;
  readonly png?: string;
  readonly title?: string;
  readonly against?: string;
  readonly row: string;
}

/** `gatewise trace`. @throws {GatewiseError} a model, the input, two models that cannot be compared. @throws {WriteError} an output. */
export async function traceFile(file: string, flags: TraceFlags, terminal: Terminal): Promise<void> {
  const { html, png, against } = flags;
  if (html === undefined && png === undefined) throw new UsageError('nowhere to draw; give --html, --png or both');
  if ([html, png, flags.json && '-'].filter((path) => path === '-').length > 1) {
    throw new UsageError('two things on the standard output');
  }
  if ([file, flags.input, against].filter((path) => path === '-').length > 1) {
    throw new UsageError('two things on the standard input');
  }
  const row = Number(flags.row);
  if (!Number.isSafeInteger(row)) throw new UsageError(`--row: expected a whole number, got ${flags.row}`);
  const { traced, inputs } = await trace(file, flags, terminal);
  const other = against === undefined ? undefined : await trace(against, flags, terminal, inputs);
  const options: ViewOptions = {
    title: flags.title ?? basename(file),
    row,
    ...(other && { against: other.traced, labels: labelsOf(file, against as string) }),
  };
  if (html !== undefined) {
    const page = tracePage(traced, options);
    await writing(html, terminal, (sink) => sink.write(page));
  }
  if (png !== undefined) {
    const image = pngOf(tracePicture(traced, options));
    await writing(png, terminal, (sink) => sink.write(image));
  }
  if (!flags.json) return;
  const layers = traced.layers.map(({ name, type, output, micros }) => ({
    name,
    type,
    output,
    ...(micros && { micros }),
  }));
  await terminal.write(`${JSON.stringify({ html, png, layers }, null, 2)}\n`);
}

/** @param inputs what another model has been run on: a file is read once. */
async function trace(
  file: string,
  flags: TraceFlags,
  terminal: Terminal,
  inputs?: Everything,
): Promise<{ traced: LayersTrace; inputs: Everything }> {
  const { spec, model } = await openModel(file, flags, terminal);
  const [values, options] = inputs ?? (await read());
  model.dispose();
  return { traced: await traceLayers(spec, values, options), inputs: [values, options] };

  async function read(): Promise<Everything> {
    const given = await openInput(flags.input, flags, terminal);
    try {
      return await everything(model, given, flags);
    } finally {
      await given.table?.close?.();
    }
  }
}

/** The names of both files, as far up as they differ. */
function labelsOf(a: string, b: string): [string, string] {
  const names = [basename(a), basename(b)] as [string, string];
  return names[0] === names[1] ? [a, b] : names;
}
