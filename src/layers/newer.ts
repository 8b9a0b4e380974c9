import { furtherLayers } from './further.js';
import { integerLstm } from './integer/lstm.js';
import { rescaleLayer } from './integer/rescale.js';
import type { LayerKinds } from './layer.js';
import { NEWER_CELLS } from './newer/cells.js';
import { watched } from './newer/composed.js';
import { bidirectionalOf } from './recurrent/bidirectional.js';
import { CELLS } from './recurrent/cells.js';
import { withLengths } from './recurrent/lengths.js';
import { recurrent } from './recurrent/recurrent.js';
import { roundedLstm } from './rounded/lstm.js';
import { roundRows } from './rounded/round-rows.js';

/** `furtherLayers`, recurrent layers of the newer cells, the LSTM of whole numbers, and what rounds to 8 bits. */
// By `assign`, as `furtherLayers`.
export const newerLayers: LayerKinds = /* @__PURE__ */ Object.assign(
  Object.create(null),
  furtherLayers,
  /* @__PURE__ */ Object.fromEntries(
    /* @__PURE__ */ Object.entries(NEWER_CELLS).map(([type, kind]) => [type, withLengths(watched(recurrent(kind)))]),
  ),
  {
    bidirectional: withLengths(watched(bidirectionalOf({ ...CELLS, ...NEWER_CELLS }))),
    integer_lstm: recurrent(integerLstm),
    rounded_lstm: recurrent(roundedLstm),
    rescale: rescaleLayer,
    round_rows: roundRows,
  } satisfies LayerKinds,
);
