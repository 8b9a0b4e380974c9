/** Gatewise's own container: a model in one safetensors file. */
export type { FileBytes } from '../formats/bytes.js';
export { fromSafetensors, toSafetensors } from './container.js';
