/**
 * What a file means by the version of Keras that wrote it: what changed its meaning between versions. docs/formats.md has a row for
 * each, with the test that holds it.
 */
export interface Rules {
  /** hard_sigmoid is `slope·x + 0.5`, bounded. */
  readonly hardSigmoidSlope: number;
  /** Of LSTM and GRU, where the config does not name it. */
  readonly gateActivation: 'hard_sigmoid' | 'sigmoid';
  /** A merged value is masked where any input is, where all are, or nowhere: the masks are lost. */
  readonly mergedMask: 'any' | 'all' | 'lost';
  /** Products and extremes leave masked values out; else they take them as they are. */
  readonly mergesLeaveOut: boolean;
  /** A layer that is called with a state forgets the mask of its input. */
  readonly stateForgetsMask: boolean;
  /** A masked timestep repeats h, where an initial state was given from the first one on; else the output before, at first zeros. */
  readonly maskedRepeatsState: boolean;
  /** Whose states come first where stacked cells are given or return them: the first cell's or, reversed, the last one's. */
  readonly stackedStates: 'in order' | 'reversed' | 'unknown';
  /** Whether outputs at masked timesteps become zeros where that is asked for, as by every Bidirectional; else they repeat. */
  readonly zerosAtMasked: 'honoured' | 'never' | 'unknown';
  /** Rescaling and Normalization hand their input's mask on. */
  readonly scalingHandsMaskOn: boolean;
  /** The layer ReLU hands its input's mask on. */
  readonly reluHandsMaskOn: boolean;
  /** An Identity hands its input's mask on. */
  readonly identityHandsMaskOn: boolean;
  /** MultiHeadAttention leaves out the timesteps that its inputs' masks do. */
  readonly headsMindMasks: boolean;
  /** MultiHeadAttention takes the masks off what it reads. */
  readonly headsTakeMasks: boolean;
  /** What is made of a value whose mask the call names has that mask, even where the value's own was taken. */
  readonly namedMaskIsHandedOn: boolean;
  /** A Softmax of which a mask leaves nothing gives zeros; else all numbers alike. */
  readonly softmaxOfNoneIsZeros: boolean;
  /** Calls of Functional models are counted from 0 by what reads them, and from 1 by the outputs; else alike by both. */
  readonly outputsCountModels: boolean;
  /** What reads a call counts those outside the model too, which the file does not hold; the outputs do not. */
  readonly readersCountAll: boolean;
}

/** @param version of Keras, as the file states it. */
export function rulesOf(version: string): Rules {
  const [major = 2, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const keras3 = major >= 3;
  const since = (least: number): boolean => keras3 && (major > 3 || minor >= least);
  // TensorFlow's Keras called its versions 2.x.y-tf until Keras itself ended with 2.3.
  const ofTensorFlow = version.endsWith('-tf');
  const itself = major === 2 && minor < 4 && !ofTensorFlow;
  const reversing = major === 2 && (minor < 2 || (minor === 2 && patch < 3));
  return {
    hardSigmoidSlope: keras3 ? 1 / 6 : 0.2,
    gateActivation: keras3 ? 'sigmoid' : 'hard_sigmoid',
    mergedMask: since(4) ? 'all' : keras3 ? 'lost' : 'any',
    mergesLeaveOut: since(4),
    stateForgetsMask: keras3,
    maskedRepeatsState: major === 2 && minor < (ofTensorFlow ? 2 : 3),
    stackedStates: !reversing ? 'in order' : ofTensorFlow ? 'unknown' : 'reversed',
    // TensorFlow 1.14 gave zeros, 2.0 and 2.1 did not, 2.2 did again: of 2.2.4-tf, of 2.3.0-tf there is one of either kind.
    zerosAtMasked: itself ? 'never' : ofTensorFlow ? 'unknown' : 'honoured',
    scalingHandsMaskOn: keras3,
    // Misspelt in TensorFlow's Keras until 2.5.
    reluHandsMaskOn: !/-tf$|^2\.4\./.test(version),
    identityHandsMaskOn: keras3,
    headsMindMasks: keras3 ? since(4) : major === 2 && minor >= 10 && !ofTensorFlow,
    headsTakeMasks: since(8),
    namedMaskIsHandedOn: since(11),
    softmaxOfNoneIsZeros: since(10),
    outputsCountModels: keras3,
    readersCountAll: keras3 && !since(2),
  };
}
