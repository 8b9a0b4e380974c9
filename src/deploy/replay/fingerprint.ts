import type * as made from '../../state/fingerprint.js';
import { recipeOfGraph } from './spec.js';

/** Nothing is hashed: the fingerprint is known. */
export const digest: typeof made.digest = () => ({});

export const fingerprint: typeof made.fingerprint = (graph) => recipeOfGraph(graph).fingerprint;
