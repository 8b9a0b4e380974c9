import { refuse } from '../../shared/refuse.js';
import { isSym, type Num } from '../num.js';
import { isFloatType } from '../tensor.js';
import { BOOL, constant } from '../value.js';
import { item, type Run } from './run.js';

export const CAST: Readonly<Record<string, Run>> = {
  Identity: (op) => [item(op)],
  Dropout(op) {
    op.attributes.ignore('ratio', 'seed', 'is_test');
    const training = op.inputs[2];
    if (training?.kind === 'constant' && training.data[0] !== 0) refuse(op.where, 'in training mode', 'inference');
    return [item(op)];
  },
  Cast(op, ctx) {
    op.attributes.ignore('saturate', 'round_mode');
    const to = op.attributes.int('to', 1);
    const x = item(op);
    if (x.kind === 'value') {
      if (x.ids) return [{ ...x, type: to }];
      if (isFloatType(to) || (to !== BOOL && !isFloatType(x.type))) return [{ ...x, type: to }];
      if (to === BOOL) {
        const zero = ctx.tensor('zero', [1], new Float32Array(1));
        const none = ctx.add({ type: 'constant', inputs: [], tensors: { value: zero } }, 'zero');
        const equal = ctx.add({ type: 'equal', inputs: [x.name, none] }, x.name);
        return [
          {
            ...x,
            name: ctx.add(
              { type: 'activation', inputs: [equal], activation: { type: 'affine', alpha: -1, beta: 1 } },
              x.name,
            ),
            type: to,
          },
        ];
      }
      return refuse(op.where, 'rounds values to whole numbers', 'a type of floating point', `type ${to}`);
    }
    if (x.kind === 'filled')
      return [{ ...x, value: isFloatType(to) || isSym(x.value) ? x.value : Math.trunc(x.value), type: to }];
    if (isFloatType(to)) {
      if (Array.prototype.some.call(x.data, isSym)) return [{ ...x, type: to, tensor: undefined }];
      return [{ ...constant(x.dims, Float32Array.from(x.data as ArrayLike<number>), to), tensor: x.tensor }];
    }
    const whole = (n: Num): Num => (isSym(n) ? (to === BOOL ? 1 : n) : to === BOOL ? Number(n !== 0) : Math.trunc(n));
    return [constant(x.dims, Array.from(x.data, whole), to)];
  },
};
