/** What goes on inside of a model, as pictures: heat maps of every gate and state of every layer. docs/view.md */

export type { ViewOptions } from './contents.js';
export type { LayersTrace, TracedLayer, TracedMap } from './layers.js';
export { type Mounted, mountTrace, type ViewElement } from './mount.js';
export { tracePage } from './page.js';
export { type TracePicture, tracePicture } from './picture/picture.js';
export { type TraceLayersOptions, traceLayers } from './trace-layers.js';
