import { refuse } from '../../shared/refuse.js';
import type { Build, Flow } from '../build.js';
import type { Config } from '../config.js';
import type { LayerEntry } from '../entries.js';
import type { Stored } from '../files/stored.js';
import { activation } from './activations.js';

/** A layer applied to values. */
export interface Call {
  readonly build: Build;
  readonly config: Config;
  readonly entry: LayerEntry;
  /** Wanted for the node. */
  readonly name: string;
  readonly inputs: readonly Flow[];
  readonly arrays: readonly Stored[];
  /** Whether the file names the mask of its input in the call. */
  readonly maskIsNamed: boolean;
  /** Of attention: whether timesteps after that of the query are left out. */
  readonly causal?: boolean;
  /** Of attention: whether nothing is to be made of the query's mask, though it is handed on. */
  readonly queryIsBare?: boolean;
  /** Whether TimeDistributed wraps it, so that it knows of no timesteps. */
  readonly wrapped?: boolean;
  /** Whether it is a window over time alone, of rows of one frequency. */
  readonly alongTime?: boolean;
}

export type Layer = (call: Call) => Flow[];

export const only = ({ config, inputs }: Call): Flow => {
  if (inputs.length !== 1) refuse(config.where, 'wrong number of inputs', '1', `${inputs.length}`);
  return inputs[0] as Flow;
};
/** Where Keras drops or reads the mask in a way of its own. */
export const needsNoMask = (where: string, x: Flow): void => {
  if (x.mask) refuse(where, 'a masked input', 'one without a mask');
};
export const after = (call: Call, x: Flow, key = 'activation'): Flow[] => {
  const found = activation(call.config, key, 'linear', call.build.rules);
  return [call.build.activate(x, `${call.name}.${key}`, found)];
};

/** How many axes a value has in the file. */
export const rankOf = (x: Flow): number =>
  (x.kind === 'sequence' ? 3 : 2) + (x.frequencies === undefined ? 0 : 1) + (x.rows === undefined ? 0 : 1);
/** How many axes the layer's input has to its own knowledge. */
export const ownRank = ({ wrapped }: Call, x: Flow): number => rankOf(x) - (wrapped ? 1 : 0);
