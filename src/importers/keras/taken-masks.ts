import type { Build, Flow } from './build.js';

// MultiHeadAttention of Keras 3.8 and newer takes the masks off the values that it reads (`set_keras_mask(query, None)`): whoever reads one of them
// later finds none, and what is made of it has none. Where the file names the mask in a call it still holds.

/** Layers that make a mask of their own. */
const MASKING = ['Masking', 'Embedding'];
/** Of several values, the result has a mask where all have one. */
const MERGING = ['Add', 'Subtract', 'Average', 'Concatenate', 'Multiply', 'Maximum', 'Minimum'];
/** Layers whose numbers a mask changes, beside those of attention. */
const LOOKING = [
  'LSTM',
  'GRU',
  'SimpleRNN',
  'RNN',
  'Bidirectional',
  'ConvLSTM1D',
  'ConvLSTM2D',
  'GlobalAveragePooling1D',
  'Softmax',
  'Multiply',
  'Maximum',
  'Minimum',
];
const ATTENDING = ['Attention', 'AdditiveAttention', 'MultiHeadAttention'];

/** What a layer reads, as Keras runs it. */
export interface Read {
  readonly inputs: readonly Flow[];
  /** Of attention: whether the query's mask is taken, so that it says nothing, though it is there for those that name it. */
  readonly queryIsBare: boolean;
  /** Of each value: whether its mask is taken, so that what is made of it has none. */
  readonly taken: readonly boolean[];
}

/** Which values have lost their masks, as layers run one after another. */
export class TakenMasks {
  readonly #taken = new Set<string>();

  constructor(private readonly build: Build) {}

  /** @param named for each value, whether the call names its mask. */
  read(className: string, inputs: readonly Flow[], named: readonly boolean[]): Read {
    const attends = ATTENDING.includes(className);
    const taken = inputs.map(({ name, mask }) => mask !== undefined && this.#taken.has(name));
    const bare = (i: number): boolean =>
      taken[i] === true && !named[i] && (attends ? i > 0 : LOOKING.includes(className));
    // A query's mask is looked up anew by MultiHeadAttention, whatever the call names.
    const isNamed = named[0] === true && className !== 'MultiHeadAttention';
    return {
      inputs: inputs.map((x, i) => (bare(i) ? this.build.unmasked(x) : x)),
      queryIsBare: attends && taken[0] === true && !isNamed,
      taken: taken.map((own) => own && !(isNamed && this.build.rules.namedMaskIsHandedOn)),
    };
  }

  /** What becomes of masks when a layer has run. @param inputs as they came. @returns what it made, each a value of its own where it is one in Keras. */
  ran(className: string, inputs: readonly Flow[], taken: readonly boolean[], made: readonly Flow[]): readonly Flow[] {
    const lost = MASKING.includes(className) ? false : MERGING.includes(className) ? taken.includes(true) : taken[0];
    const before = new Set(inputs.map(({ name }) => name));
    // Layers that do nothing hand on the value itself, with what becomes of its mask later; but for wrapped ones.
    const own = made.map((x) =>
      className === 'TimeDistributed' && x.mask !== undefined && before.has(x.name)
        ? { ...x, name: this.build.add({ type: 'dropout', inputs: [x.name] }, `${x.name}.wrapped`) }
        : x,
    );
    if (lost) for (const { name } of own) if (!before.has(name)) this.#taken.add(name);
    if (className === 'MultiHeadAttention') for (const name of before) this.#taken.add(name);
    return own;
  }

  /** A model that is called with a mask by name puts it onto the value. */
  putBack({ name }: Flow): void {
    this.#taken.delete(name);
  }
}
