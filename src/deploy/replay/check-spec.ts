import type * as checked from '../../graph/check-spec.js';
import { deepFreeze } from '../../graph/own-spec.js';
import type { Graph, ValueInfo } from '../../graph/value.js';
import { recipeOf, remember } from './spec.js';

/** The graph as it was when the model was built: nothing is left to check. */
export const checkSpec: typeof checked.checkSpec = (spec) => {
  const recipe = recipeOf(spec);
  const { outputs, values, layouts, ...rest } = deepFreeze(recipe.graph);
  const known = new Map(values.map((value) => [value.name, value]));
  const graph: Graph = {
    name: undefined,
    ...rest,
    outputs: deepFreeze(outputs.map((output) => known.get(output) as ValueInfo)),
    values: known,
    layouts: new Map(layouts),
  };
  return remember(graph, recipe);
};
