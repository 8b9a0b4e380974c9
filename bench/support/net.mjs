import { plainGru } from '../plain-js/gru.mjs';
import { plainLstm } from '../plain-js/rows.mjs';
import { gruSpec, randomGru } from './gru.mjs';
import { lstmSpec, multiplyAdds, randomLayers, SIZES, sizeName } from './lstm.mjs';

const CELLS = {
  lstm: { gates: 4, layers: randomLayers, spec: lstmSpec, plain: plainLstm },
  gru: { gates: 3, layers: randomGru, spec: gruSpec, plain: plainGru },
};

/** From what a sensor needs on, every size as an LSTM and as a GRU: `{ cell, size }`. */
export const NETS = SIZES.slice(2).flatMap((size) => Object.keys(CELLS).map((cell) => ({ cell, size })));

export const netName = ({ cell, size }) => `${cell.toUpperCase()} ${sizeName(size)}`;

/**
 * A network with its weights, the same for every engine.
 * @returns `layers` as `randomLayers` or `randomGru` makes them, `spec`, `plain()` in plain JS, and the products of a timestep
 */
export function makeNet({ cell, size }) {
  const { gates, layers: random, spec, plain } = CELLS[cell];
  const layers = random(size);
  const [inputs, units] = size;
  return {
    cell,
    inputs,
    units,
    layers,
    spec: spec(layers),
    plain: () => plain(layers),
    multiplyAdds: (gates * multiplyAdds(size)) / 4,
  };
}
