import type { Command } from 'commander';
import { common, takesBuild, takesInput, takesModel } from '../flags.js';
import type { Terminal } from '../terminal.js';
import type { VerifyFlags } from '../work/verify.js';

/** `gatewise verify FILE --input X --against Y`: whether a model gives what it should. */
export function addVerify(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('verify').summary('outputs against those of a framework')).description(
    'Compares outputs with expected ones: the largest error, and where. Exits with 1\nif it is above the tolerance.',
  );
  takesInput(command)
    .requiredOption('-a, --against <file>', 'expected outputs: csv, tsv, npy, npz, json')
    .option('--tolerance <n>', 'of |got - expected|', '1e-4');
  common(takesBuild(command)).action(async (file: string, flags: VerifyFlags) => {
    const { verifyFile } = await import('../work/verify.js');
    await verifyFile(file, flags, terminal);
  });
}
