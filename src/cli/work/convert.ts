import { createModel } from '../../index.js';
import type { ModelFlags } from '../flags.js';
import { openFile } from '../open.js';
import type { Terminal } from '../terminal.js';
import { say, writeModel } from './container.js';

export interface ConvertFlags extends ModelFlags {
  readonly out: string;
}

/** `gatewise convert`. @throws {GatewiseError} the model. @throws {WriteError} */
export async function convertFile(file: string, { out, ...flags }: ConvertFlags, terminal: Terminal): Promise<void> {
  const { spec, report, size } = await openFile(file, flags, terminal);
  // What is no model is no container either.
  (await createModel(spec)).dispose();
  const bytes = await writeModel(out, spec, terminal);
  if (flags.json) await say(out, { out, format: report.format, bytes: [size, bytes] }, terminal);
  else await say(out, `${report.format}, ${size} bytes → ${out}, ${bytes} bytes`, terminal);
}
