import type { Stored } from '../formats/safetensors.js';

/** A tensor whose name or numbers are not the file's own. */
export interface Derived extends Stored {
  /** Its name in the file; if it is worked out of several, theirs. */
  readonly from: string;
  /** What is computed. */
  readonly how?: string | undefined;
}

const isDerived = (stored: Stored): stored is Derived => 'from' in stored;

/** The name of a tensor in its file. */
export const fromOf = (stored: Stored, name: string): string => (isDerived(stored) ? stored.from : name);
/** What was computed of it, if anything. */
export const howOf = (stored: Stored): string | undefined => (isDerived(stored) ? stored.how : undefined);
/** A tensor with its name in the file, where it is called otherwise. */
export const renamed = (stored: Stored, name: string): Derived => ({ ...stored, from: fromOf(stored, name) });
