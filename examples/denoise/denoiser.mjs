// Sound in, sound out, a hop at a time: the short-time Fourier transform, the model's mask, and back by overlap and add.
import { fourier } from './fft.mjs';

/**
 * @param model what `model.onnx` became.
 * @param window samples of a frame; half of them are new, a hop.
 * @param floor what is added to the power before its logarithm.
 * @returns `step(hop, out)`: the next samples in, and as many out, a hop later than they came; nothing is allocated. `dispose()` ends its stream.
 */
export function createDenoiser(model, { window, floor }) {
  const [hop, bins] = [window / 2, window / 2];
  const transform = fourier(window);
  // The square root of a Hann window, before and after: the squares of two that overlap by half are 1 together.
  const shape = Float64Array.from({ length: window }, (_, n) => Math.sin((Math.PI * n) / window));
  const [frame, before] = [new Float32Array(window), new Float64Array(hop)];
  const [re, im] = [new Float64Array(window), new Float64Array(window)];
  const [power, mask] = [new Float32Array(bins), new Float32Array(bins)];
  const stream = model.createStream();
  return {
    /** The mask of the last step, by frequency from 1 · rate / window on. */
    mask,
    step(samples, out) {
      frame.copyWithin(0, hop);
      frame.set(samples, hop);
      for (let n = 0; n < window; n++) {
        re[n] = frame[n] * shape[n];
        im[n] = 0;
      }
      transform(re, im);
      for (let k = 1; k <= bins; k++) power[k - 1] = Math.log10(re[k] * re[k] + im[k] * im[k] + floor);
      stream.step(power, mask);
      re[0] = 0;
      im[0] = 0;
      for (let k = 1; k <= bins; k++) {
        re[k] *= mask[k - 1];
        im[k] *= mask[k - 1];
        // Of real samples, the other half is the conjugate.
        re[window - k] = re[k];
        im[window - k] = -im[k];
      }
      im[bins] = 0;
      transform(im, re);
      for (let n = 0; n < hop; n++) {
        out[n] = before[n] + (re[n] * shape[n]) / window;
        before[n] = (re[n + hop] * shape[n + hop]) / window;
      }
    },
    dispose: () => stream.dispose(),
  };
}

/** A whole clip through a denoiser of its own. @returns as many samples, none of them late. */
export function denoise(model, samples, settings) {
  const hop = settings.window / 2;
  const denoiser = createDenoiser(model, settings);
  const hops = Math.ceil(samples.length / hop) + 1; // one more, since what comes out is a hop late
  const padded = new Float32Array(hops * hop);
  padded.set(samples);
  const all = new Float32Array(hops * hop);
  for (let at = 0; at < all.length; at += hop) {
    denoiser.step(padded.subarray(at, at + hop), all.subarray(at, at + hop));
  }
  denoiser.dispose();
  return all.slice(hop, hop + samples.length);
}
