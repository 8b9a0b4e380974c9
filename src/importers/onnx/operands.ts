import { refuse } from '../shared/refuse.js';
import type { Node } from './proto/messages.js';

// How many inputs an operator has at most: one more would be passed over in silence. By the schemas of ONNX (domain ai.onnx) and of
// ONNX Runtime's contributed operators; what stands nowhere has any number.

type Most = number | readonly [since: number, inputs: number][];

const OF_ONE =
  'Abs Ceil Elu Erf Exp Floor HardSigmoid HardSwish LeakyRelu Log Mish Neg Not Reciprocal Relu Round Selu Sigmoid Sign Softplus ' +
  'Softsign Sqrt Tanh ThresholdedRelu Gelu Identity Cast Shape Size ConstantOfShape Transpose Flatten Softmax LogSoftmax ArgMax ' +
  'ArgMin AveragePool MaxPool GlobalAveragePool GlobalMaxPool DynamicQuantizeLinear If';
const OF_TWO =
  'Add Sub Mul Div Mod Pow Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor PRelu Reshape Expand Tile Gather GatherElements ' +
  'GatherND MatMul CumSum ReverseSequence Trilu';
const OF_THREE =
  'Where Gemm Conv ConvTranspose Range ScatterElements Scatter ScatterND InstanceNormalization LayerNormalization';

const alike = (names: string, most: number): [string, Most][] => names.split(' ').map((name) => [name, most]);

const ONNX: ReadonlyMap<string, Most> = new Map<string, Most>([
  ...alike(OF_ONE, 1),
  ...alike(OF_TWO, 2),
  ...alike(OF_THREE, 3),
  ['Constant', 0],
  ['BatchNormalization', 5],
  ...alike('MatMulInteger ConvInteger', 4),
  ['QuantizeLinear', 3],
  ['DequantizeLinear', 3],
  ['QLinearMatMul', 8],
  ['QLinearConv', 9],
  ['LSTM', 8],
  ['GRU', 6],
  ['RNN', 6],
  [
    'Attention',
    [
      [1, 6],
      [24, 7],
    ],
  ],
  ['LinearAttention', 6],
  ['CausalConvWithState', 4],
  // Attributes that became inputs.
  ...alike('Squeeze Unsqueeze Split ReduceSum', 2).map(([name]): [string, Most] => [
    name,
    [
      [1, 1],
      [13, 2],
    ],
  ]),
  ...alike(
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare',
    2,
  ).map(([name]): [string, Most] => [
    name,
    [
      [1, 1],
      [18, 2],
    ],
  ]),
  [
    'Slice',
    [
      [1, 1],
      [10, 5],
    ],
  ],
  [
    'Clip',
    [
      [1, 1],
      [11, 3],
    ],
  ],
  [
    'TopK',
    [
      [1, 1],
      [10, 2],
    ],
  ],
  [
    'Pad',
    [
      [1, 1],
      [11, 3],
      [18, 4],
    ],
  ],
  [
    'Dropout',
    [
      [1, 1],
      [12, 3],
    ],
  ],
]);

const MICROSOFT: ReadonlyMap<string, Most> = new Map<string, Most>([
  ['Gelu', 1],
  ['BiasGelu', 2],
  ['FastGelu', 2],
  ['FusedMatMul', 2],
  ['FusedGemm', 3],
  ['FusedConv', 4],
  ['SkipLayerNormalization', 5],
  ['DynamicQuantizeLSTM', 12],
  ['DynamicQuantizeMatMul', 5],
  ['MatMulIntegerToFloat', 7],
  ['MatMulNBits', 6],
  ['QGemm', 9],
  ...alike('QLinearAdd QLinearMul', 8),
  ...alike('QLinearSigmoid QLinearLeakyRelu QLinearSoftmax', 5),
]);

/** @throws {ImportError} more inputs than the operator has in its version. */
export function checkOperands(
  where: string,
  { opType, input }: Pick<Node, 'opType' | 'input'>,
  domain: string,
  opset: number,
): void {
  const most = (domain === '' ? ONNX : MICROSOFT).get(opType);
  const count = typeof most === 'number' ? most : most?.filter(([since]) => since <= opset).at(-1)?.[1];
  if (count !== undefined && input.length > count)
    refuse(where, 'more inputs than the operator has', `${count}`, `${input.length}`);
}
