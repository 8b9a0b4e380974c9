import type { Command } from 'commander';
import { common, takesInput, takesModel } from '../flags.js';
import type { Terminal } from '../terminal.js';
import type { TraceFlags } from '../trace/command.js';

/** `gatewise trace FILE --input X --html out.html`: a page of what goes on inside. */
export function addTrace(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('trace').summary('a page of every gate at every timestep')).description(
    'A page of heat maps: every gate and state of every layer, and its share of time.',
  );
  takesInput(command)
    .option('--html <file>', 'the page')
    .option('--png <file>', 'the same maps as an image')
    .option('--title <text>', 'default: the name of the file')
    .option('--against <file>', 'a second model, to be compared with')
    .option('--row <n>', 'of a batch, from 0', '0');
  common(command).action(async (file: string, flags: TraceFlags) => {
    const { traceFile } = await import('../trace/command.js');
    await traceFile(file, flags, terminal);
  });
}
