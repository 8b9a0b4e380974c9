/** Models as files of their own: `gatewise build`, as a library. Packed once, and checked never again. */
export { LOOKS, METHODS, type Method } from './compose.js';
export type { Deployable, DeployOptions } from './deploy.js';
export { deploy } from './deploy.js';
