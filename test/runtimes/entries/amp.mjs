// For an AudioWorklet: an amplifier, sample by sample, and two to compare its heap with.
import { createModelSync } from './node_modules/gatewise/dist/simd.js';

class Amp extends AudioWorkletProcessor {
  #stream;
  #in = new Float32Array(1);
  #out = new Float32Array(1);

  constructor({ processorOptions }) {
    super();
    this.#stream = createModelSync(processorOptions.spec).createStream();
  }

  process(inputs, outputs) {
    const input = inputs[0][0];
    const output = outputs[0][0];
    for (let i = 0; i < output.length; i++) {
      this.#in[0] = input?.[i] ?? 0;
      output[i] = this.#stream.step(this.#in, this.#out)[0];
    }
    return true;
  }
}

/** What the browser itself allocates for a processor. */
class Nothing extends AudioWorkletProcessor {
  process() {
    return true;
  }
}

/** One small object a sample, as of a step that gives a new array. */
class Wasteful extends AudioWorkletProcessor {
  process(inputs, outputs) {
    const output = outputs[0][0];
    for (let i = 0; i < output.length; i++) output[i] = new Float32Array([inputs[0][0]?.[i] ?? 0])[0];
    return true;
  }
}

registerProcessor('amp', Amp);
registerProcessor('nothing', Nothing);
registerProcessor('wasteful', Wasteful);
