import { refuse } from '../shared/refuse.js';
import type { LayerEntry } from './entries.js';
import { LAYERS } from './layers/all.js';
import { type Called, type Visitor, whereOf } from './walk.js';

/** A value of the model: an input, by its name, or something that layers made. */
type Source = string | typeof MADE;
const MADE = Symbol();

/**
 * A first pass: whether all layers are known, before any weight of theirs is counted; and which inputs hold token ids, which
 * are those that an Embedding reads. Keras does not say it: it turns numbers of any type into ids.
 */
export class Survey implements Visitor<Source> {
  readonly tokenIds = new Set<string>();

  input({ name }: LayerEntry): Source {
    return name;
  }

  call({ layer, operation, inputs: [source] }: Called<Source>): readonly Source[] {
    const { className } = layer;
    if (!operation && !LAYERS[className])
      refuse(whereOf(layer), 'a layer that is not honoured', Object.keys(LAYERS).join(', '), nameOf(layer));
    if (className === 'Embedding' && source !== MADE && source !== undefined) this.tokenIds.add(source);
    return [MADE];
  }

  missing(): Source {
    return MADE;
  }

  within(): this {
    return this;
  }
}

/** Its class; TensorFlow 2.0 to 2.3 wrap an operation in a layer that names it. */
function nameOf({ className, config }: LayerEntry): string {
  const definition = config.node_def as { readonly op?: unknown } | undefined;
  return typeof definition?.op === 'string' ? `${className} (${definition.op})` : className;
}
