import type { Command } from 'commander';
import { common, takesModel } from '../flags.js';
import type { Terminal } from '../terminal.js';
import type { QuantizeFlags } from '../work/quantize.js';

/** `gatewise quantize FILE --out X`: the model with int8 weights, and how far it is from what it was. */
export function addQuantize(program: Command, terminal: Terminal): void {
  const several = (path: string, before: readonly string[]): string[] => [...before, path];
  const command = takesModel(program.command('quantize').summary('int8 weights, and an account of the error'))
    .description('Writes a model with int8 weights, as a container of ours, and an account of it.')
    .requiredOption('-o, --out <file>', 'name.gatewise.safetensors, or -')
    .option('--samples <file>', 'an input on which both are compared; may be repeated', several, [] as string[])
    .option('--compensate', 'round for the least error on the samples')
    .option('--block <n>', 'weights of an output that share a scale; default: all')
    .option('--keep <layers>', 'layers that stay float32, with commas')
    .option('--layers <which>', 'faster (the default), all, or exact: none is rounded')
    .option('--all', '--layers all');
  common(command).action(async (file: string, flags: QuantizeFlags) => {
    const { quantizeFile } = await import('../work/quantize.js');
    await quantizeFile(file, flags, terminal);
  });
}
