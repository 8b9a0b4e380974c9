import { toSafetensors } from '../../importers/safetensors/index.js';
import type { ModelSpec } from '../../index.js';
import { writing } from '../output/sink.js';
import type { Terminal } from '../terminal.js';

/** A model as a container of ours. @returns its bytes. @throws {WriteError} */
export async function writeModel(out: string, spec: ModelSpec, terminal: Terminal): Promise<number> {
  const bytes = toSafetensors(spec);
  await writing(out, terminal, (sink) => sink.write(bytes));
  return bytes.length;
}

/** On the standard output, unless the model itself goes there. */
export async function say(out: string, result: object | string, terminal: Terminal): Promise<void> {
  const text = typeof result === 'string' ? result : JSON.stringify(result, null, 2);
  if (out === '-') terminal.note(text);
  else await terminal.write(`${text}\n`);
}
