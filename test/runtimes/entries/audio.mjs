// For a page with an amplifier in an AudioWorklet.
import { fromSafetensors } from './node_modules/gatewise/dist/importers/safetensors/index.js';
import { fingerprint, randomFloats } from './suite.mjs';

/** @param model the container as base64: text survives the way into the page. */
async function addAmp(context, processor, model) {
  const spec = fromSafetensors(Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0)));
  await context.audioWorklet.addModule('amp.mjs');
  const amp = new AudioWorkletNode(context, processor, { processorOptions: { spec } });
  const failed = new Promise((_, reject) => {
    amp.onprocessorerror = (event) => reject(new Error(event.message));
  });
  amp.connect(context.destination);
  return { amp, failed };
}

/** The bits of what a processor makes of seeded samples, as fast as it can. */
async function render(processor, model, count, sampleRate) {
  const context = new OfflineAudioContext(1, count, sampleRate);
  const { amp, failed } = await addAmp(context, processor, model);
  const buffer = new AudioBuffer({ length: count, sampleRate });
  buffer.copyToChannel(randomFloats(count, 1), 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(amp);
  source.start();
  const bits = fingerprint();
  bits.add((await Promise.race([context.startRendering(), failed])).getChannelData(0));
  return bits.text();
}

/** Plays for some seconds, to no device. */
async function play(processor, model, seconds, sampleRate) {
  const context = new AudioContext({ sampleRate });
  const { amp, failed } = await addAmp(context, processor, model);
  const tone = new OscillatorNode(context, { frequency: 110 });
  tone.connect(amp);
  tone.start();
  await context.resume();
  await Promise.race([new Promise((resolve) => setTimeout(resolve, 1000 * seconds)), failed]);
  const underruns = context.playbackStats?.underrunEvents;
  await context.close();
  return { underruns };
}

globalThis.audio = { render, play };
