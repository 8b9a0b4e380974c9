import type { LayerEntry } from './entries.js';
import type { Called, Visitor } from './walk.js';

/** A value of the model: an input, by its name, or something that layers made. */
type Source = string | typeof MADE;
const MADE = Symbol();

/**
 * A first pass, which finds the inputs that hold token ids: those that an Embedding reads. Keras does not say it: it turns
 * numbers of any type into ids.
 */
export class FindTokenIds implements Visitor<Source> {
  readonly inputs = new Set<string>();

  input({ name }: LayerEntry): Source {
    return name;
  }

  call({ layer, inputs: [source] }: Called<Source>): readonly Source[] {
    if (layer.className === 'Embedding' && source !== MADE && source !== undefined) this.inputs.add(source);
    return [MADE];
  }

  missing(): Source {
    return MADE;
  }

  within(): this {
    return this;
  }
}
