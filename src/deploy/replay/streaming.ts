import type * as asked from '../../graph/streaming.js';
import { recipeOfGraph } from './spec.js';

export const streamObstacle: typeof asked.streamObstacle = (graph) => recipeOfGraph(graph).obstacle;
