/** Model files from a disk: Node, Deno, Bun. */
export { load, loadFile, type PathLike } from './load-file.js';
