import { logAdd } from './log-probs.js';

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * A prefix of labels: a node of the tree of those that are kept, and of those that lead to one. Each stands there once, so that all alignments of
 * a prefix come together in it.
 */
export class Prefix {
  readonly parent: Prefix | undefined;
  /** Its last label; -1 of the empty prefix. */
  readonly label: number;
  readonly length: number;
  /** What the language model says of all its labels together. */
  readonly language: number;
  readonly children = new Map<number, Prefix>();
  /** What the language model says of each label after it, once asked: NaN before. */
  asked: Float64Array | undefined;
  /** Whether the search goes on from it. */
  kept = false;
  /** log p of its alignments that end in a blank, and of those that end in its last label. */
  blank = NEVER;
  repeat = NEVER;
  /** The same at the timestep that is being made. */
  nextBlank = NEVER;
  nextRepeat = NEVER;

  constructor(parent: Prefix | undefined, label: number, language: number) {
    this.parent = parent;
    this.label = label;
    this.length = parent ? parent.length + 1 : 0;
    this.language = language;
  }

  /** log p of all its alignments. */
  get logProb(): number {
    return logAdd(this.blank, this.repeat);
  }

  /** To the timestep that was made. */
  advance(): void {
    this.blank = this.nextBlank;
    this.repeat = this.nextRepeat;
  }

  labels(): number[] {
    const labels: number[] = [];
    for (let at: Prefix | undefined = this; at?.parent; at = at.parent) labels.push(at.label);
    return labels.reverse();
  }

  /** Takes it out of the tree, and those above it that it alone was the reason for. */
  drop(): void {
    this.kept = false;
    this.asked = undefined;
    this.blank = NEVER;
    this.repeat = NEVER;
    for (let at: Prefix = this; at.parent && !at.kept && at.children.size === 0; at = at.parent) {
      at.parent.children.delete(at.label);
    }
  }
}
