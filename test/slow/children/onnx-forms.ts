import { MICROSOFT, OPERATORS } from '../../../src/importers/onnx/ops/all.js';

// What operators are given, so that most files come past the first check. One that is in no line here is given anything.

/**
 * Inputs in words of `onnx-files.ts`, a question mark behind what may be left out; attributes by name. Words: `x` a value of the run,
 * `like` what broadcasts with it, and kinds of constants.
 */
interface Form {
  readonly domain: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: readonly string[];
  /** Attributes that it cannot do without. */
  readonly always: readonly string[];
}

const ACTIVATIONS = 'activations activation_alpha activation_beta';
const WINDOW = 'auto_pad dilations pads strides';

/** Inputs, attributes that may be there, and after another line those that must; then the operators. */
const LINES: Readonly<Record<string, string>> = {
  'x |':
    'Relu Sigmoid Tanh Softplus Softsign Exp Log Sqrt Abs Reciprocal Erf Floor Ceil Round Sign Mish HardSwish Neg Not Identity ' +
    'DynamicQuantizeLinear GlobalAveragePool GlobalMaxPool Size com.microsoft.Gelu',
  'x | alpha': 'LeakyRelu ThresholdedRelu Elu',
  'x | alpha beta': 'HardSigmoid',
  'x | alpha gamma': 'Selu',
  'x | approximate': 'Gelu',
  'x scalar? bool? | ratio seed': 'Dropout',
  'x | saturate | to': 'Cast',
  'x scalar? scalar? |': 'Clip',
  'x like like? | | axis': 'Concat',
  'x axis | exclusive reverse': 'CumSum',
  'x like? | | equation': 'Einsum',
  'x like | fmod': 'Mod',
  'x like |': 'PRelu Add Sub Mul Div Xor Pow Equal Less LessOrEqual Greater GreaterOrEqual And Or',
  'x like? like? |': 'Sum Max Min',
  'like x like |': 'Where',
  'x expanded |': 'Expand',
  'x repeats |': 'Tile',
  'x indices | axis': 'Gather',
  'x indices | batch_dims': 'GatherND',
  'x picks | axis': 'GatherElements',
  'x last? last? | axis epsilon stash_type': 'LayerNormalization',
  'x second second second second | epsilon momentum training_mode spatial': 'BatchNormalization',
  'x second second | epsilon': 'InstanceNormalization',
  'x pads scalar? | mode': 'Pad',
  'x matrix |': 'MatMul',
  'x matrix | alpha transA transB transBatchA transBatchB': 'com.microsoft.FusedMatMul',
  'x matrix bias? | alpha beta transA transB': 'Gemm',
  'x matrix bias? | alpha beta transA transB activation_alpha activation_beta | activation': 'com.microsoft.FusedGemm',
  'x | axis keepdims select_last_index': 'ArgMax ArgMin',
  'x scale zero? | axis block_size output_dtype saturate precision': 'QuantizeLinear',
  'whole scale zero? | axis block_size output_dtype': 'DequantizeLinear',
  'x whole zero? zero? |': 'MatMulInteger',
  'x whole scale zero? bias? |': 'com.microsoft.DynamicQuantizeMatMul',
  'x whole scale scale zero? zero? bias? |': 'com.microsoft.MatMulIntegerToFloat',
  [`x recurrence recurrence recurrence? lengths? state? state? recurrence? | direction layout clip ${ACTIVATIONS} input_forget | hidden_size`]:
    'LSTM',
  [`x recurrence recurrence recurrence? lengths? state? | direction layout clip ${ACTIVATIONS} linear_before_reset | hidden_size`]:
    'GRU',
  [`x recurrence recurrence recurrence? lengths? state? | direction layout clip ${ACTIVATIONS} | hidden_size`]: 'RNN',
  [`x recurrence recurrence recurrence? lengths? state? state? recurrence? scale zero scale zero | direction layout clip ${ACTIVATIONS} | hidden_size`]:
    'com.microsoft.DynamicQuantizeLSTM',
  'x axes? | keepdims noop_with_empty_axes':
    'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp',
  'number number number |': 'Range',
  'x count | axis largest sorted k': 'TopK',
  'x indices like | axis reduction': 'ScatterElements Scatter ScatterND',
  'x | start end': 'Shape',
  'shape | value': 'ConstantOfShape',
  'x | perm': 'Transpose',
  'x shape | allowzero': 'Reshape',
  'x | axis': 'Flatten Softmax LogSoftmax',
  'x axes |': 'Squeeze Unsqueeze',
  'x starts starts axes? steps? |': 'Slice',
  'x lengths | batch_axis time_axis': 'ReverseSequence',
  'x sizes? | num_outputs | axis': 'Split',
  [`x kernel bias? | ${WINDOW} group`]: 'Conv',
  [`x kernel zero? zero? | ${WINDOW} group`]: 'ConvInteger',
  [`x kernel bias? | ${WINDOW} group output_padding output_shape`]: 'ConvTranspose',
  [`x kernel bias? | ${WINDOW} group activation_params | activation`]: 'com.microsoft.FusedConv',
  [`x | ${WINDOW} ceil_mode count_include_pad | kernel_shape`]: 'AveragePool',
  [`x | ${WINDOW} ceil_mode storage_order | kernel_shape`]: 'MaxPool',
  'x last |': 'com.microsoft.BiasGelu',
  'x last? |': 'com.microsoft.FastGelu',
  'x like last last? last? | epsilon': 'com.microsoft.SkipLayerNormalization',
  '| | constant': 'Constant',
  'bool | | then_branch else_branch': 'If',
  'number bool x | | body': 'Loop',
};
/** Any of these, at times, where it is not due. */
export const STRAY =
  'axis axes keepdims alpha beta to perm value epsilon starts ends split min max k pads group value_ints kernel_shape';

export const words = (text: string): string[] => text.trim().split(/\s+/).filter(Boolean);

/** How every operator that the importer knows is called; those of the table above first said, others with anything. */
export const FORMS: readonly Form[] = (() => {
  const lines = new Map<string, Pick<Form, 'inputs' | 'attributes' | 'always'>>();
  for (const [line, operators] of Object.entries(LINES)) {
    const [inputs = [], attributes = [], always = []] = line.split('|').map(words);
    for (const operator of words(operators)) lines.set(operator, { inputs, attributes, always });
  }
  const known = [
    ...['Constant', 'If', 'Loop', ...Object.keys(OPERATORS)].map((op) => ['', op] as const),
    ...Object.keys(MICROSOFT).map((op) => ['com.microsoft', op] as const),
  ];
  const any = { inputs: words('x like? like?'), attributes: words(STRAY), always: [] };
  return known.map(([domain, op]) => ({ domain, op, ...(lines.get(domain ? `${domain}.${op}` : op) ?? any) }));
})();
