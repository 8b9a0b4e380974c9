/**
 * Stands as a property on models and streams. `structuredClone` and `postMessage` copy properties and nothing that a class keeps
 * private, so a model would arrive as an empty object; a function cannot be cloned, and engines show its text in their
 * DataCloneError.
 */
export const cannotBeCloned = () =>
  'a model or stream lives where it was made: post the spec or the file, createModel there, and stream.save() for the state';
