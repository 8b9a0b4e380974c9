import type { Command } from 'commander';
import { common, type ModelFlags, takesModel } from '../flags.js';
import { printable, type Terminal } from '../terminal.js';

/** `gatewise explain FILE [LAYER]`: what layers are, in words, with their numbers. */
export function addExplain(program: Command, terminal: Terminal): void {
  const command = takesModel(program.command('explain').summary('layers in words, parameters by gate'))
    .description('Layers in words: units, cell, layer, and the parameters counted by gate.')
    .argument('[layer]', 'name of a layer; default: all');
  common(command).action(async (file: string, layer: string | undefined, flags: ModelFlags) => {
    const [{ openModel }, { explain }] = await Promise.all([import('../open.js'), import('../../inspect/explain.js')]);
    const { model } = await openModel(file, flags, terminal);
    const names = layer === undefined ? model.layers.map(({ node }) => node.name) : [layer];
    const layers = names.map((name) => ({ name, words: explain(model, name) }));
    const text = flags.json
      ? JSON.stringify(layers, null, 2)
      : layers.map(({ words }) => printable(words)).join('\n\n');
    await terminal.write(`${text}\n`);
  });
}
