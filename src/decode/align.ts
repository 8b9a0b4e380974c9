import { type Symbols, textOf } from './alphabet.js';
import type { CtcSymbol } from './result.js';

/**
 * The likeliest alignment of labels with timesteps (forced alignment: Viterbi over the labels with blanks around them, Graves et al.
 * 2006, section 4.1, the highest in the place of the sum):
 *
 *     v(t, s) = log p(l'_s | t) + max( v(t−1, s), v(t−1, s−1), v(t−1, s−2) where l'_s is no blank and not l'_{s−2} )
 *
 * @param logProbs `[time, classes]`, under which the labels are possible.
 */
export function align(
  logProbs: Float64Array,
  classes: number,
  labels: readonly number[],
  blank: number,
  symbols: Symbols,
): CtcSymbol[] {
  const time = logProbs.length / classes;
  const states = 2 * labels.length + 1;
  const labelOf = (state: number): number => (state % 2 === 1 ? (labels[(state - 1) / 2] as number) : blank);
  // How many states back the best way came from.
  const steps = new Uint8Array(time * states);
  let before = new Float64Array(states).fill(Number.NEGATIVE_INFINITY);
  let now = new Float64Array(states);
  // As if a blank stood before the first timestep: paths begin with a blank or the first label.
  before[0] = 0;
  for (let t = 0; t < time; t++) {
    for (let s = 0; s < states; s++) {
      let [best, step] = [before[s] as number, 0];
      const skips = s % 2 === 1 && s > 1 && labelOf(s) !== labelOf(s - 2);
      for (let back = 1; back <= (skips ? 2 : 1) && back <= s; back++) {
        if ((before[s - back] as number) > best) [best, step] = [before[s - back] as number, back];
      }
      now[s] = best + (logProbs[t * classes + labelOf(s)] as number);
      steps[t * states + s] = step;
    }
    [before, now] = [now, before];
  }
  const found: CtcSymbol[] = [];
  // Ends in the last label, or in the blank after it.
  let state = states > 1 && (before[states - 2] as number) > (before[states - 1] as number) ? states - 2 : states - 1;
  for (let t = time - 1, end = time; t >= 0; t--) {
    const step = steps[t * states + state] as number;
    if (step > 0 || t === 0) {
      if (state % 2 === 1) found.push(symbolAt(labelOf(state), t, end));
      end = t;
    }
    state -= step;
  }
  return found.reverse();

  function symbolAt(label: number, start: number, end: number): CtcSymbol {
    let logProb = Number.NEGATIVE_INFINITY;
    for (let t = start; t < end; t++) logProb = Math.max(logProb, logProbs[t * classes + label] as number);
    return { label, ...textOf(symbols, label), start, end, logProb };
  }
}
