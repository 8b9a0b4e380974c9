import { isObject } from '../formats/json.js';
import type { Chain } from '../shared/chain.js';
import { anything, type Field, finiteNumber } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';

/**
 * What stands beside the layers, for the players of such files (AIDA-X 1.0 and newer, aidadsp-lv2): the input's gain, whether
 * the input is added to the output, the output's gain, both in dB; the sample rate, words, and a pair of test signals.
 */
export const PLAYER_FIELDS: Readonly<Record<string, Field>> = {
  __proto__: null as never,
  in_skip: ['0 or 1', (v) => v === 0 || v === 1],
  in_gain: finiteNumber,
  out_gain: finiteNumber,
  samplerate: finiteNumber,
  metadata: ['an object', isObject],
  input_batch: anything,
  output_batch: anything,
};

/** Players fall silent at this gain and below. */
const SILENCE = -90;
const factorOf = (decibels: number): number => (decibels > SILENCE ? 10 ** (decibels / 20) : 0);

type Fields = Readonly<Record<string, unknown>>;

/** `x[0] · gain`: the signal alone; further inputs are what a player's knobs are set to. */
export function beforeLayers(chain: Chain, { in_gain: gain = 0, samplerate, metadata }: Fields): void {
  const { reporter, features } = chain;
  const rate = isObject(metadata) && metadata.samplerate !== undefined ? metadata.samplerate : samplerate;
  if (rate !== undefined) reporter.read('file', 'samplerate', rate);
  if (metadata !== undefined) reporter.note('metadata: words for the player, not applied');
  if (gain === 0) return;
  reporter.read('file', 'in_gain', gain);
  const data = new Float32Array(features).fill(1);
  data[0] = factorOf(gain as number);
  const scale = chain.keep('in_gain', { shape: [features], data });
  chain.append('in_gain', { type: 'scale_shift', tensors: { scale } });
}

/** `y + x[0 … count - 1]`. @param signal the value that x is. */
export function addSignal(chain: Chain, signal: string, features: number, count: number, name: string): void {
  const first =
    features === count
      ? signal
      : chain.add({ type: 'slice', inputs: [signal], axis: 'features', start: 0, count }, 'signal');
  chain.value = chain.add({ type: 'add', inputs: [chain.value, first] }, name);
}

/** `(y + x[0]) · gain`. @param signal the value that the layers read, of so many features. */
export function afterLayers(
  chain: Chain,
  { in_skip: skip = 0, out_gain: gain = 0 }: Fields,
  signal: string,
  features: number,
): void {
  if (skip === 0 && gain === 0) return;
  const { reporter } = chain;
  if (chain.features !== 1)
    refuse('file', 'in_skip and out_gain of several outputs', 'one output, as players have', `${chain.features}`);
  if (skip === 1) {
    reporter.read('file', 'in_skip', skip);
    addSignal(chain, signal, features, 1, 'in_skip');
  }
  if (gain !== 0) {
    reporter.read('file', 'out_gain', gain);
    const scale = chain.keep('out_gain', { shape: [1], data: Float32Array.of(factorOf(gain as number)) });
    chain.append('out_gain', { type: 'scale_shift', tensors: { scale } });
  }
}
