import { maddRoof, readRoof } from '../support/roofs.mjs';

/** What no engine that reads its weights from memory can beat: a bare read of them by 128-bit loads, once a timestep. */
export async function openRead({ multiplyAdds }, { int8 }) {
  const bytes = multiplyAdds * (int8 ? 1 : 4);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
  // Pages that nobody has written to are all one page of zeros.
  new Uint8Array(memory.buffer).fill(1);
  const read = readRoof(memory);
  const step = () => void read(0, bytes);
  return { step, sequence: (_, { time }) => ({ run: () => repeat(step, time) }) };
}

/** What no 128-bit float32 arithmetic can beat: the same number of multiplications and additions in registers. */
export async function openArithmetic({ multiplyAdds }, { build }) {
  const { run, flops } = maddRoof(build);
  // As many timesteps as are as much work as one run, whole or not.
  const perRun = flops / (2 * multiplyAdds);
  return {
    step: run,
    stepsPerCall: perRun,
    sequence: (_, { batch }) => ({ run, stepsPerCall: perRun / batch }),
  };
}

function repeat(run, times) {
  for (let i = 0; i < times; i++) run();
}
