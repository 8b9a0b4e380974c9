import { refuse } from '../../shared/refuse.js';
import { bounded, typed } from '../fold/elements.js';
import { isSym, type Num } from '../num.js';
import { isFloatType } from '../tensor.js';
import { BOOL, constant } from '../value.js';
import { castNumber, newNumbers } from '../whole-types.js';
import { activation } from './activate.js';
import { item, type Run } from './run.js';
import { truncated } from './whole.js';

export const CAST: Readonly<Record<string, Run>> = {
  __proto__: null as never,
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
    // Of a size it is only known that it is above 0.
    const cast = (n: Num): Num =>
      isSym(n) ? (to === BOOL ? 1 : n) : isFloatType(to) ? n : castNumber(op.where, x.type, to, n);
    if (x.kind === 'filled') return [{ ...x, value: cast(x.value), type: to }];
    if (to === x.type) return [x];
    bounded(op, x.dims, to);
    if (Array.isArray(x.data)) return [typed(x.dims, Array.from(x.data as Num[], cast), to)];
    const data = newNumbers(to, x.data.length);
    for (let i = 0; i < data.length; i++) data[i] = cast(x.data[i] as number) as number;
    return [{ ...constant(x.dims, data, to), ...(isFloatType(to) && { tensor: x.tensor }) }];
  },
};
