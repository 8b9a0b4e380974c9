import type { Trace } from '../index.js';
import { mountContents } from './client/view.js';
import { contentsOf, type ViewOptions } from './contents.js';
import type { LayersTrace } from './layers.js';

/** Numbers that are drawn at most, of all pictures together. */
const MOST_NUMBERS = 8_000_000;

/** An HTMLElement, for projects that have no types of the DOM too. */
export interface ViewElement {
  readonly ownerDocument: object;
  append(...nodes: never[]): void;
}

export interface Mounted {
  /** Takes the view out of the element, and everything that it listens to. */
  remove(): void;
}

/**
 * Shows a trace within an element of the caller's: what `tracePage` shows, in a shadow root, so that neither has a part in the other's styles.
 *
 * @param element is appended to; it should be as wide as the page allows. Taken out again by `remove()`.
 * @throws {InputError} as `tracePage`.
 */
export function mountTrace(element: ViewElement, trace: Trace | LayersTrace, options: ViewOptions = {}): Mounted {
  return mountContents(element as unknown as HTMLElement, contentsOf(trace, options, MOST_NUMBERS));
}
