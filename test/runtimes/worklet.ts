// For an AudioWorklet: nothing may be waited for, nothing but the core is there (no TextDecoder, no atob), and bytes come by structured clone.
import { createModelSync, type ModelSpec } from '../../src/index.js';

interface WorkletScope {
  readonly AudioWorkletProcessor: new () => object;
  registerProcessor(name: string, processor: unknown): void;
}
const { AudioWorkletProcessor, registerProcessor } = globalThis as unknown as WorkletScope;

class Effect extends AudioWorkletProcessor {
  readonly #stream;
  readonly #frame = new Float32Array(1);

  constructor({ processorOptions }: { processorOptions: { spec: ModelSpec; kernels: ArrayBuffer } }) {
    super();
    const { spec, kernels } = processorOptions;
    this.#stream = createModelSync(spec, { kernels }).createStream();
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [input, output] = [inputs[0]?.[0], outputs[0]?.[0]];
    for (let i = 0; output && i < output.length; i++) {
      this.#frame[0] = input?.[i] ?? 0;
      output[i] = this.#stream.step(this.#frame)[0] as number;
    }
    return true;
  }
}
registerProcessor('effect', Effect);
