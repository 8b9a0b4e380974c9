import { createModel } from 'gatewise';
import { quantize } from 'gatewise/quantize';

/** This package: a stream's `step` into the caller's array, and `run`. */
export async function open({ spec, units }, { build, int8 }) {
  const model = await createModel(int8 ? (await quantize(spec, { layers: 'all' })).spec : spec, { build });
  const stream = model.createStream();
  const out = new Float32Array(units);
  return {
    step: (frame) => stream.step(frame, out),
    sequence(x, { batch, time }) {
      const y = new Float32Array(batch * time * units);
      return { run: () => void model.run(x, { batch, out: y }), output: () => y };
    },
  };
}
