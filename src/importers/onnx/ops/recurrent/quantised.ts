import { refuse } from '../../../shared/refuse.js';
import { type Context, known, type Op } from '../../context.js';
import { bounded } from '../../fold/elements.js';
import { identity, once } from '../../fold/once.js';
import { type Constant, constant, type Item } from '../../value.js';
import { recurrent } from './layer.js';

const FLOAT = 1;

/**
 * W or R as the LSTM takes it: stored `[directions, rows, columns]`, transposed, with a scale and a zero point for each direction, or
 * for each column of each direction.
 */
function dequantised(op: Op, index: number, scaleIndex: number, what: string): Constant {
  const { where, inputs } = op;
  const stored = known(where, inputs[index], what);
  const scale = known(where, inputs[scaleIndex], `the scale of ${what}`);
  const zero = known(where, inputs[scaleIndex + 1], `the zero point of ${what}`);
  const [directions, rows, columns] = stored.dims as [number, number, number];
  const per = scale.data.length / directions;
  if ((per !== 1 && per !== columns) || zero.data.length !== scale.data.length)
    refuse(
      where,
      `scales of ${what} that do not fit`,
      `${directions} or ${directions}·${columns}`,
      `${scale.data.length}`,
    );
  const data = once(stored.data, `in columns by ${identity(scale.data)} and ${identity(zero.data)}`, () => {
    const floats = new Float32Array(bounded(op, [directions, rows, columns], FLOAT));
    for (let d = 0; d < directions; d++) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const place = d * per + (per === 1 ? 0 : c);
          const whole = (stored.data[(d * rows + r) * columns + c] as number) - (zero.data[place] as number);
          floats[(d * columns + c) * rows + r] = whole * (scale.data[place] as number);
        }
      }
    }
    return floats;
  });
  return constant([directions, columns, rows], data, FLOAT, stored.tensor);
}

/** `com.microsoft.DynamicQuantizeLSTM`: an LSTM whose W and R are stored as whole numbers. */
export function dynamicQuantizeLstm(op: Op, ctx: Context): (Item | undefined)[] {
  const inputs = op.inputs.slice(0, 8);
  inputs[1] = dequantised(op, 1, 8, 'W');
  inputs[2] = dequantised(op, 2, 10, 'R');
  ctx.reporter.note(`${op.where}: weights dequantised to float32; the activations are not quantised`);
  return recurrent('lstm')({ ...op, inputs }, ctx);
}
