// For an AudioWorklet: nothing may be waited for, and nothing but the language is there (no TextDecoder, no atob).
import { loadInt8Sync } from './node_modules/gatewise/dist/layers/int8/index.js';
import { acceptsBuild, createModelSync } from './node_modules/gatewise/dist/simd.js';
import { conform } from './suite.mjs';

class Conform extends AudioWorkletProcessor {
  constructor({ processorOptions: { questions, integers } }) {
    super();
    const int8 = { int8: loadInt8Sync({ kernels: integers }) };
    conform({ createModel: createModelSync, acceptsBuild, int8 }, questions).then(
      (answers) => this.port.postMessage({ answers }),
      (error) => this.port.postMessage({ error: `${error.stack}` }),
    );
  }

  process() {
    return false;
  }
}
registerProcessor('conform', Conform);
