import type { Command } from 'commander';
import { common, takesBuild, takesModel } from '../flags.js';
import type { Terminal } from '../terminal.js';
import type { BuildModelFlags } from '../work/build.js';

/** `gatewise build FILE --out model.mjs`: a model as a module of its own. */
export function addBuild(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('build').summary('a model as a JavaScript module of its own'))
    .description(
      'Writes a module that needs no other: kernels, weights packed for them, the code\nthat this model needs, and its types beside it. It exports createModel.',
    )
    .requiredOption('-o, --out <file>', 'name.mjs or name.js; - for the module alone')
    .option('--split', 'the weights in a file beside it, name.weights')
    .option('--only <methods>', 'less code: step, run, save, restore, …; with commas')
    .option('--with <methods>', 'a look inside too: trace, summary, graph, layers; with commas')
    .option('--wasm', 'kernels and weights in a file beside it, name.wasm');
  common(takesBuild(command)).action(async (file: string, flags: BuildModelFlags) => {
    const { buildFile } = await import('../work/build.js');
    await buildFile(file, flags, terminal);
  });
}
