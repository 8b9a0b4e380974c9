import { refuse } from '../../shared/refuse.js';
import { isSym, type Num } from '../num.js';
import { isFloatType } from '../tensor.js';
import { BOOL, constant } from '../value.js';
import { activation } from './activate.js';
import { item, type Run } from './run.js';
import { truncated } from './whole.js';

export const CAST: Readonly<Record<string, Run>> = {
  Identity: (op) => [item(op)],
  Dropout(op) {
    op.attributes.ignore('ratio', 'seed');
    const training = op.inputs[2];
    if (training?.kind === 'constant' && training.data[0] !== 0) refuse(op.where, 'in training mode', 'inference');
    return [item(op)];
  },
  Cast(op, ctx) {
    op.attributes.ignore('saturate', 'round_mode');
    const to = op.attributes.int('to', 1);
    const x = item(op);
    if (x.kind === 'value') {
      if (ctx.isIds(x)) return [{ ...x, type: to }];
      if (isFloatType(to)) return [{ ...x, type: to, ...(!isFloatType(x.type) && { whole: true }) }];
      if (to !== BOOL) return [isFloatType(x.type) ? truncated(ctx, x, to) : { ...x, type: to }];
      if (x.type === BOOL) return [x];
      const equal = { ...x, name: ctx.add({ type: 'equal', inputs: [x.name, ctx.constant(0)] }, x.name) };
      return [activation(ctx, equal, { type: 'affine', alpha: -1, beta: 1 }, to)];
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
