// For an AudioWorklet: an amplifier, sample by sample, and one that allocates, to see that this would be seen.
import { createModelSync } from './node_modules/gatewise/dist/simd.js';

class Amp extends AudioWorkletProcessor {
  stream;
  in = new Float32Array(1);
  out = new Float32Array(1);
  #silence = new Float32Array(128);

  constructor({ processorOptions }) {
    super();
    this.stream = createModelSync(processorOptions.spec).createStream();
  }

  process(inputs, outputs) {
    const input = inputs[0][0] ?? this.#silence;
    const output = outputs[0][0];
    for (let i = 0; i < output.length; i++) {
      this.in[0] = input[i];
      output[i] = this.stream.step(this.in, this.out)[0];
    }
    return true;
  }
}

/** The same, but that a sample may be undefined, so that V8 keeps each as an object of 12 bytes. */
class Wasteful extends Amp {
  process(inputs, outputs) {
    const output = outputs[0][0];
    for (let i = 0; i < output.length; i++) {
      this.in[0] = inputs[0][0]?.[i] ?? 0;
      output[i] = this.stream.step(this.in, this.out)[0];
    }
    return true;
  }
}

registerProcessor('amp', Amp);
registerProcessor('wasteful', Wasteful);
