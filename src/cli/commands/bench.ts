import type { Command } from 'commander';
import { common, takesBuild, takesModel } from '../flags.js';
import type { Terminal } from '../terminal.js';
import type { BenchFlags } from '../work/bench.js';

/** `gatewise bench FILE`: how fast a model is on this machine. */
export function addBench(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('bench').summary('µs a timestep, beside plain JS'))
    .description('µs a timestep on this machine, beside the same layers in plain JS: step by\nstep, and as a sequence.')
    .option('--timesteps <n>', 'of the sequence', '128')
    .option('--seconds <n>', 'how long to measure', '2');
  common(takesBuild(command)).action(async (file: string, flags: BenchFlags) => {
    const { benchFile } = await import('../work/bench.js');
    await benchFile(file, flags, terminal);
  });
}
