import type { Command } from 'commander';
import { common, takesBuild, takesInput, takesModel } from '../flags.js';
import type { RunCommandFlags } from '../run/command.js';
import type { Terminal } from '../terminal.js';

/** `gatewise run FILE --input X`: outputs of a model, as rows. */
export function addRun(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('run').summary('outputs for an input file')).description(
    'Outputs for an input file, which streams through the model where that can.',
  );
  takesInput(command)
    .option('-o, --output <file>', 'csv, tsv, npy, npz or json; default: csv on -')
    .option('--to <format>', 'of the output; default: by its name')
    .option('--workers <n>', 'the sequences of a batch on so many cores')
    .option('--generate <n>', 'n timesteps after the input: outputs fed back');
  common(takesBuild(command)).action(async (file: string, flags: RunCommandFlags) => {
    const { runFile } = await import('../run/command.js');
    await runFile(file, flags, terminal);
  });
}
