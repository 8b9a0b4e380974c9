import type { Graph } from '../../graph/value.js';
import type { Layer } from '../../layers/layer.js';
import type { LayerRecipe } from '../recipe.js';
import { recipeOfGraph } from './spec.js';

/** A layer with all that `summary` and `layers` tell of it. Its cells stay the ones that its plan runs. */
export function told(layer: Layer, graph: Graph): Layer {
  const all = recipeOfGraph(graph).layers as readonly LayerRecipe[];
  const { own, cells } = all[graph.nodes.indexOf(layer.node)] as LayerRecipe;
  layer.cells.forEach((cell, index) => {
    Object.assign(cell, cells[index]);
  });
  return Object.assign(layer, own);
}
