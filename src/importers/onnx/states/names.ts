// How people name what a call takes from the one before and hands to the next: `h_in` and `h_out`, `h0` and `hn`, `hx` and `hy`, `old_h`
// and `h`, `h_t_1` and `h_t`, `h` and `h'`, `h.1` and `h.3`.

const OLD = /^(old|prev|previous|last|init|initial|start|in|input|past|before|tm|0)$/;
const NEW = /^(new|next|updated|final|end|out|output|present|after|n|')$/;
/** A letter for the one state and a letter for when: hx, hy, hn, h0. */
const SHORT = /^([hc])(?:x|y|n|t|0)$/;
/** What states are called, beside data that has an "in" and an "out" as well. */
const STATE =
  /^([hc]|states?|hidden|cells?|caches?|mem|memory|rnn|lstm|gru|recurrent|carry|past|present|buf|buffer|context)$/;

interface Words {
  /** What it is, without numbers. */
  readonly base: string;
  readonly numbers: string;
  readonly all: readonly string[];
}

function wordsOf(name: string): Words {
  const all = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/([0-9]+|')|[^a-z0-9']+/)
    .filter((word) => word !== undefined && word !== '');
  const meant = all.flatMap((word) => SHORT.exec(word)?.[1] ?? word);
  // A number behind a time is when, not which: h_t_1, h_tm1.
  const which = meant.filter((word, index) => !/^[0-9]+$/.test(word) || !/^tm?$/.test(meant[index - 1] ?? ''));
  const rest = which.filter((word) => !OLD.test(word) && !NEW.test(word) && !/^tm?$/.test(word));
  const isNumber = (word: string): boolean => /^[0-9]+$/.test(word);
  return {
    base: rest.filter((word) => !isNumber(word)).join(' '),
    numbers: rest.filter(isNumber).join(' '),
    all: meant,
  };
}

/** As `wordsOf`, once for each name. */
export function wordsByName(): (name: string) => Words {
  const known = new Map<string, Words>();
  return (name) => {
    const words = known.get(name) ?? wordsOf(name);
    known.set(name, words);
    return words;
  };
}

/** Whether a name is that of a state. */
export const isStateName = (name: string): boolean => wordsOf(name).all.some((word) => STATE.test(word));

/** Of different parts of a model, however alike they are named. */
const PARTS = [/^(enc|encoder|src|source)$/, /^(dec|decoder|tgt|trg|target)$/];

/**
 * How alike the names of an input and an output are: 3, the same but for old and new; 2, but for numbers; 1, they share a word, or one says old and
 * the other new, or the exporter numbered one; 0, not at all.
 */
export function likeness(a: Words, b: Words): 0 | 1 | 2 | 3 {
  const part = (words: Words): number => PARTS.findIndex((pattern) => words.all.some((word) => pattern.test(word)));
  if (part(a) !== part(b)) return 0;
  if (a.base !== '' && a.base === b.base) return a.numbers === b.numbers ? 3 : 2;
  const isNumbered = ({ base, numbers }: Words): boolean => base === '' && numbers !== '';
  const told = a.all.some((word) => OLD.test(word)) && b.all.some((word) => NEW.test(word));
  const shared = a.all.some((word) => b.all.includes(word));
  return shared || told || isNumbered(a) || isNumbered(b) ? 1 : 0;
}
