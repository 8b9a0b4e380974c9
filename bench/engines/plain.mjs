import { packedLstm } from '../plain-js/packed.mjs';

/** Plain JS as one writes it well: sequences timestep by timestep, a batch's rows one after the other. */
export const open = async (net) => driven(net, net.plain());

/** The fastest plain JS that we could make, by repacking an LSTM's weights. */
export const openPacked = async (net) => driven(net, packedLstm(net.layers));

function driven({ inputs, units }, layers) {
  const out = new Float32Array(units);
  return {
    step: (frame) => layers.step(frame, out),
    sequence(x, { batch, time }) {
      const y = new Float32Array(batch * time * units);
      const frames = Array.from({ length: batch * time }, (_, i) => x.subarray(i * inputs, (i + 1) * inputs));
      const outs = frames.map((_, i) => y.subarray(i * units, (i + 1) * units));
      const run = () => {
        for (let i = 0; i < frames.length; i++) {
          if (i % time === 0) layers.reset();
          layers.step(frames[i], outs[i]);
        }
      };
      return { run, output: () => y };
    },
  };
}
