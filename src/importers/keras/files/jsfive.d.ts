/** The part of jsfive that is used; the package has no types of its own. */
declare module 'jsfive' {
  export class File {
    constructor(buffer: ArrayBuffer, name: string);
  }
}
