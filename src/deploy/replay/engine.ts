import { ModelEngine } from '../../engine/engine.js';
import { imageOf, recipeOf } from './spec.js';

/** An engine that takes the memory which the model had when it was built, by the same steps, and is filled with what was there. */
class BuiltEngine extends ModelEngine {
  constructor(...given: ConstructorParameters<typeof ModelEngine>) {
    super(...given);
    const [spec] = given;
    imageOf(spec)(this, recipeOf(spec));
  }
}

export { BuiltEngine as ModelEngine };
