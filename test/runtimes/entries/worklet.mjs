// For an AudioWorklet: nothing may be waited for, and nothing but the language is there (no TextDecoder, no atob).
import { acceptsBuild, createModelSync } from './node_modules/gatewise/dist/simd.js';
import { conform } from './suite.mjs';

class Conform extends AudioWorkletProcessor {
  constructor({ processorOptions: questions }) {
    super();
    conform({ createModel: createModelSync, acceptsBuild }, questions).then(
      (answers) => this.port.postMessage({ answers }),
      (error) => this.port.postMessage({ error: `${error.stack}` }),
    );
  }

  process() {
    return false;
  }
}
registerProcessor('conform', Conform);
