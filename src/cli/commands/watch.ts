import type { Command } from 'commander';
import { common, takesInput, takesModel } from '../flags.js';
import type { Terminal } from '../terminal.js';
import type { WatchFlags } from '../watch/command.js';

/** `gatewise watch FILE --input X`: one layer's gates while the model runs, in the terminal. */
export function addWatch(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('watch').summary('one layer live, timestep by timestep')).description(
    'Gates and states of one layer, live: heat maps that the arrow keys step through.',
  );
  takesInput(command)
    .option('--layer <name>', 'default: the first recurrent one')
    .option('--rate <n>', 'timesteps a second', '10')
    .option('--row <n>', 'of a batch, from 0', '0');
  common(command).action(async (file: string, flags: WatchFlags) => {
    const { watchFile } = await import('../watch/command.js');
    await watchFile(file, flags, terminal);
  });
}
