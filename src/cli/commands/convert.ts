import type { Command } from 'commander';
import { common, takesModel } from '../flags.js';
import type { Terminal } from '../terminal.js';
import type { ConvertFlags } from '../work/convert.js';

/** `gatewise convert FILE --out X`: any model as a container of ours. */
export function addConvert(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('convert').summary('any format to a container of ours'))
    .description(
      'Writes a model as a container of ours: one safetensors file, bit for bit the\nmodel as it was read, which opens without a config.',
    )
    .requiredOption('-o, --out <file>', 'name.gatewise.safetensors, or -');
  common(command).action(async (file: string, flags: ConvertFlags) => {
    const { convertFile } = await import('../work/convert.js');
    await convertFile(file, flags, terminal);
  });
}
