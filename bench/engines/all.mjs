import { expected as expectedOfBrain, open as openBrain } from './brain.mjs';
import { open as openGatewise } from './gatewise.mjs';
import { open as openOrt } from './ort.mjs';
import { installed } from './peer.mjs';
import { openPacked, open as openPlain } from './plain.mjs';
import { openArithmetic, openRead } from './roofs.mjs';
import { open as openTfjs } from './tfjs.mjs';

/**
 * Everything that is compared. An engine has
 * - `open(net, { build, int8 })`: a network of `makeNet`, ready to run: `{ step, sequence }`. `step(frame)` takes one timestep, its state carried, and
 *   gives h of the last layer; `sequence(x, { batch, time })`, x `[batch][time][inputs]`, gives `{ run, output }`: `run()` computes all timesteps from a
 *   fresh state, `output()` is what it gave, `[batch][time][units]`. Both `step` and `run` may give promises. What it has none of is left out;
 * - `peer`: the package of bench/peers that it is;
 * - `int8`, `cells`, `kinds`: whether it runs int8 weights; which cells, and which of step, sequence and batch it has, if not all;
 * - `lastOnly(net, x, time)`: its sequences give one number only, which should be this;
 * - `roof`: it computes nothing, it only shows a limit of the machine.
 */
const ENGINES = {
  gatewise: { open: openGatewise, int8: true },
  'onnxruntime-node': {
    open: (net, options) => openOrt(net, options, 'onnxruntime-node'),
    peer: 'onnxruntime-node',
    int8: true,
  },
  'onnxruntime-web': {
    open: (net, options) => openOrt(net, options, 'onnxruntime-web'),
    peer: 'onnxruntime-web',
    int8: true,
  },
  'tfjs wasm': { open: (net, options) => openTfjs(net, options, 'wasm'), peer: '@tensorflow/tfjs-backend-wasm' },
  'tfjs cpu': { open: (net, options) => openTfjs(net, options, 'cpu'), peer: '@tensorflow/tfjs' },
  'brain.js': { open: openBrain, peer: 'brain.js', cells: ['lstm'], lastOnly: expectedOfBrain, kinds: ['sequence'] },
  'plain JS': { open: openPlain },
  'packed JS': { open: openPacked, cells: ['lstm'] },
  'bare read': { open: openRead, roof: true, int8: true, kinds: ['step', 'sequence'] },
  'mul+add': { open: openArithmetic, roof: true },
};

export const engine = (name) => ENGINES[name];

/** Names of those that can take part here. */
export function subjects({ kind, cell, int8 }) {
  return Object.keys(ENGINES).filter((name) => {
    const { peer, cells, kinds, int8: takesInt8 } = ENGINES[name];
    if (int8 && !takesInt8) return false;
    if (cells && !cells.includes(cell)) return false;
    if (kinds && !kinds.includes(kind)) return false;
    return peer === undefined || installed(peer);
  });
}
