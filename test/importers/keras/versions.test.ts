import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../../src/importers/keras/index.js';
import type { ModelSpec } from '../../../src/index.js';
import { part } from '../../support/thorough.js';
import { expectClose, floats, refusal } from '../support.js';
import { bytesOf, type Case, casesOf, outputsOf } from './cases.js';

// The same small models as many versions of Keras wrote them, each with what that version computed: a file means that, or is refused.
// The table in docs/formats.md names these cases.

interface Version extends Case {
  readonly case: string;
  /** `keras 2.2.4`, `tf.keras 2.9.3`, `tf_keras 2.21.0`, `keras 3.4.1 tensorflow`. */
  readonly by: string;
}
const files = casesOf('keras-versions') as Version[];

/** What is refused: the case, the versions that wrote it, and why. */
const REFUSED: readonly (readonly [RegExp, RegExp, RegExp])[] = [
  [/^merge_(multiply|maximum|minimum)_(alike|broadcast)$/, /^(keras 2|tf)/, /a product or an extreme of masked values/],
  [
    /^merge_\w+_(both|first|second|third_unmasked|all_masked|one_step)$/,
    /^(keras 2|tf)/,
    /merges values that are masked differently/,
  ],
  [/^merge_(multiply|maximum)_(broadcast|one_step)$/, /^keras 3/, /masked values of different shapes/],
  [/^merge_concatenate_time/, /^(keras 2|tf|keras 3\.[0-3]\.|keras 3)/, /a masked input/],
  [/^merge_dot_normalized$/, /./, /normalize is not honoured/],
  [/^mask_(time_distributed_)?softmax$/, /^(keras 2|tf|keras 3)/, /a masked input/],
  [/^\w+_unrolled_masked_(bidirectional|backwards)/, /./, /an unrolled backward walk over a mask/],
  [/^bidirectional_masked_initial_state$/, /./, /a masked input together with initial_state/],
  [
    /^\w+_masked_initial_state$/,
    /^keras 2\.[0-2]\./,
    /a masked input together with initial_state, which Keras before 2.3 repeats/,
  ],
  [/^\w+_masked_initial_state$/, /^keras 3/, /a mask that a layer called with initial_state has forgotten/],
  [/^\w+_(bidirectional\w*|zero_output\w*|masked_sum)$/, /^tf\.keras (1|2\.[0-2])\./, /under one version of Keras/],
  // Keras 2.0 leaves the configs of cells out of its files.
  [/^rnn_cells_/, /^keras 2\.0\./, /cell 0: no units/],
  [/^layer_relu_all$/, /./, /threshold together with/],
  [/^layer_activation_layer_in_dense$/, /./, /activation is not honoured/],
  [/^layer_layer_normalization_rms$/, /^keras 3\.[0-3]\./, /wrong number of weights|no such dataset/],
  [/^activation_/, /./, /activation is not honoured/],
  [/^op_stack$/, /./, /axis is not honoured/],
  [/^op_/, /^tf\.keras 2\.[0-3]\./, /TensorFlowOpLayer \(\w+\)/],
];

/** The model in a file, or why there is none. */
function read(one: Version): { spec?: ModelSpec; refused?: string } {
  let spec: ModelSpec | undefined;
  const refused = refusal(() => {
    spec = fromKeras(bytesOf('keras-versions', one));
  });
  return spec ? { spec } : { refused };
}

describe.each([...new Set(files.map((one) => one.case))])('%s', (name) => {
  const own = files.filter((one) => one.case === name);
  it.each(part(own, 3).map((one) => [`${one.by} (.${one.format})`, one] as const))('%s', async (_, one) => {
    const { spec, refused } = read(one);
    if (!spec) {
      const known = REFUSED.filter(([which, by]) => which.test(one.case) && by.test(one.by));
      expect(
        known.some(([, , message]) => message.test(refused as string)),
        refused,
      ).toBe(true);
      return;
    }
    const got = await outputsOf(spec, one);
    expect(got.map(({ shape }) => shape)).toEqual(one.outputs.map(({ shape }) => shape));
    got.forEach(({ data }, index) => {
      const wanted = floats(one.outputs[index]?.data as string);
      expect(data.map(Number.isNaN as never)).toEqual(wanted.map(Number.isNaN as never));
      const numbers = (all: Float32Array): Float32Array => all.map((number) => (Number.isNaN(number) ? 0 : number));
      expectClose(numbers(data), numbers(wanted));
    });
  });
});

it('files of each family, from before and after what changed', () => {
  const by = new Set(files.map((one) => one.by));
  for (const wanted of [
    /^keras 2\.2/,
    /^keras 2\.3/,
    /^tf\.keras 2\.[0-4]/,
    /^tf\.keras 2\.9/,
    /^tf_keras 2/,
    /^keras 3\.[0-3]\./,
    /^keras 3\.4/,
  ])
    expect(
      [...by].some((version) => wanted.test(version)),
      `${wanted}`,
    ).toBe(true);
});
