import { type Stored, tensorAt } from '../formats/safetensors.js';
import { refuse } from '../shared/refuse.js';

const STACKED = /^(|.*\.)_all_weight_values\.(\d+)\.(weight|bias)_(ih|hh)$/;

/**
 * Names the tensors of quantised LSTMs and GRUs, which are numbered from layer to layer and within it by direction, as the modules
 * before had them: `_all_weight_values.1.weight_ih` is `weight_ih_l1`, or with two directions `weight_ih_l0_reverse`.
 * @param isBidirectional what a config says of the module at a path, if anything: else their shapes do.
 * @throws {ImportError} shapes that leave it open.
 */
export function nameStacked(
  tensors: Map<string, Stored>,
  isBidirectional: (path: string) => boolean | undefined,
): void {
  const modules = new Map<string, (readonly [name: string, number: number, tensor: string])[]>();
  for (const name of tensors.keys()) {
    const [, stem, number, kind, which] = STACKED.exec(name) ?? [];
    if (stem === undefined) continue;
    const found = modules.get(stem) ?? [];
    found.push([name, Number(number), `${kind}_${which}`]);
    modules.set(stem, found);
  }
  for (const [stem, parts] of modules) {
    const given = isBidirectional(stem.replace(/\.$/, ''));
    const isBoth = given ?? hasTwoDirections(stem, tensors);
    for (const [name, number, tensor] of parts) {
      const layer = isBoth ? Math.floor(number / 2) : number;
      const renamed = `${stem}${tensor}_l${layer}${isBoth && number % 2 === 1 ? '_reverse' : ''}`;
      if (tensors.has(renamed)) refuse(tensorAt(renamed), 'stands beside what is packed', 'one of them', name);
      tensors.set(renamed, tensors.get(name) as Stored);
      tensors.delete(name);
    }
  }
}

/** Whether the second is of the first's inputs, and no layer above it. */
function hasTwoDirections(stem: string, tensors: ReadonlyMap<string, Stored>): boolean {
  const columns = (number: number, which: string) =>
    tensors.get(`${stem}_all_weight_values.${number}.weight_${which}`)?.shape[1];
  const [inputs, units, second, third] = [columns(0, 'ih'), columns(0, 'hh') ?? 0, columns(1, 'ih'), columns(2, 'ih')];
  if (second === undefined) return false;
  if (inputs !== units) return second === inputs;
  if (third === undefined)
    refuse(
      `module ${stem.replace(/\.$/, '')}`,
      'two layers or two directions',
      'config.layers, with numLayers or bidirectional',
      'shapes that fit both',
    );
  return third === 2 * units;
}
