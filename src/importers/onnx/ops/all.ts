import { tableOf } from '../../formats/record.js';
import { ACTIVATE } from './activate.js';
import { ATTENTION } from './attention.js';
import { BITS } from './bits.js';
import { CAST } from './cast.js';
import { CLIP } from './clip.js';
import { CONCAT } from './concat.js';
import { CUMULATIVE } from './cumulative.js';
import { EINSUM } from './einsum.js';
import { ELEMENTWISE } from './elementwise.js';
import { EXPAND } from './expand.js';
import { FUSED } from './fused.js';
import { GATHER } from './gather.js';
import { NORM } from './norm.js';
import { PAD } from './pad.js';
import { PARTS } from './pairs.js';
import { PLACE } from './place.js';
import { POOL } from './pool.js';
import { PRODUCT } from './product.js';
import { QLINEAR, QLINEAR_FUSED } from './qlinear.js';
import { QUANTISE } from './quantise.js';
import { QUANTISED, QUANTISED_FUSED } from './quantised.js';
import { QUANTISED_LSTM, RECURRENT } from './recurrent/operators.js';
import { REDUCE } from './reduce.js';
import { ROWS } from './rows.js';
import type { Run } from './run.js';
import { SHAPE } from './shape.js';
import { SLICE } from './slice.js';
import { SOFTMAX } from './softmax.js';
import { STATEFUL } from './stateful.js';
import { WINDOW } from './window.js';

/** Every operator that is honoured, by name. */
export const OPERATORS = /* @__PURE__ */ tableOf<Run>(
  ACTIVATE,
  ATTENTION,
  CAST,
  CLIP,
  CONCAT,
  CUMULATIVE,
  EINSUM,
  ELEMENTWISE,
  EXPAND,
  GATHER,
  NORM,
  PAD,
  PARTS,
  POOL,
  PRODUCT,
  PLACE,
  QLINEAR,
  QUANTISE,
  QUANTISED,
  RECURRENT,
  REDUCE,
  ROWS,
  SHAPE,
  SLICE,
  SOFTMAX,
  STATEFUL,
  WINDOW,
);

/** Those of the domain com.microsoft. */
export const MICROSOFT = /* @__PURE__ */ tableOf<Run>(FUSED, BITS, QLINEAR_FUSED, QUANTISED_FUSED, QUANTISED_LSTM);
