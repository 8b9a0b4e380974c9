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
  /** Rescaling and Normalization hand their input's mask on. */
  readonly scalingHandsMaskOn: boolean;
  /** An Identity hands its input's mask on. */
  readonly identityHandsMaskOn: boolean;
  /** Calls of models are counted from 0 by what reads them, and from 1 by the outputs; else alike by both. */
  readonly outputsCountModels: boolean;
}

/** @param version of Keras, as the file states it. */
export function rulesOf(version: string): Rules {
  const [major = 2, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const keras3 = major >= 3;
  const since = (least: number): boolean => keras3 && (major > 3 || minor >= least);
  return {
    hardSigmoidSlope: keras3 ? 1 / 6 : 0.2,
    gateActivation: keras3 ? 'sigmoid' : 'hard_sigmoid',
    mergedMask: since(4) ? 'all' : keras3 ? 'lost' : 'any',
    mergesLeaveOut: since(4),
    stateForgetsMask: keras3,
    scalingHandsMaskOn: keras3,
    identityHandsMaskOn: keras3,
    outputsCountModels: since(2),
  };
}
