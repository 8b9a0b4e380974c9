import type { Command } from 'commander';
import { common, type ModelFlags, takesModel } from '../flags.js';
import type { Terminal } from '../terminal.js';

interface InspectFlags extends ModelFlags {
  readonly report?: true;
}

/** `gatewise inspect FILE`: what a model file is, without running it. */
export function addInspect(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('inspect').summary('what a model file holds'))
    .description(
      'What a model file holds: inputs, outputs, layers, units, parameters, bytes,\n' +
        'multiply-adds; of a bare PyTorch state dict the config that it would take.',
    )
    .option('--report', 'which tensor became what, which settings were read');
  common(command).action(async (file: string, flags: InspectFlags) => {
    const { inspect } = await import('../inspecting.js');
    await terminal.write(await inspect(file, flags, terminal));
  });
}
