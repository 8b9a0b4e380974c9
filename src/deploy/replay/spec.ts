import type { ModelEngine } from '../../engine/engine.js';
import type { Graph } from '../../graph/value.js';
import type { ModelSpec, TensorSpec } from '../../spec.js';
import type { Recipe } from '../recipe.js';

/** A tensor whose numbers are in the image: how many there are, and what had to be known of them. */
export interface Ghost {
  readonly length: number;
  readonly huge: boolean;
}

/** What puts the image into its places, once the memory is taken. @throws {ImportError} */
type Fill = (engine: ModelEngine, recipe: Recipe) => void;

/** What the engine takes for a spec, and hands on to those that stand in for its checks. */
interface RecipeSpec {
  readonly recipe: Recipe;
  readonly fill: Fill;
  readonly tensors: Readonly<Record<string, { readonly data: Ghost }>>;
}

export function specOf(recipe: Recipe, fill: Fill): ModelSpec {
  const tensors: Record<string, { readonly data: Ghost }> = Object.create(null);
  for (const [name, length, huge] of recipe.tensors) tensors[name] = { data: { length, huge } };
  const spec: RecipeSpec = { recipe, fill, tensors };
  return spec as object as ModelSpec;
}

export const recipeOf = (spec: ModelSpec): Recipe => (spec as object as RecipeSpec).recipe;

export const imageOf = (spec: ModelSpec): Fill => (spec as object as RecipeSpec).fill;

/** What stands in the place of a tensor's numbers. */
export const ghostOf = (data: TensorSpec['data']): Ghost => data as object as Ghost;

/** Of graphs that were made of a recipe: those who are asked about a graph have nothing else of the model. */
const recipes = new WeakMap<Graph, Recipe>();

export function remember(graph: Graph, recipe: Recipe): Graph {
  recipes.set(graph, recipe);
  return graph;
}

export const recipeOfGraph = (graph: Graph): Recipe => recipes.get(graph) as Recipe;
