import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { elementsOf, toFloats } from '../formats/elements.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { lazily, type NamedArray } from '../formats/npy.js';
import { plainPath } from '../formats/paths.js';
import type { Budget } from '../shared/budget.js';
import { checkKeys } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';
import { readManifest, type Shards } from '../shared/weights-manifest.js';

/**
 * Variables in the files that a manifest names: `weights_manifest.json` of TensorFlow.js' converter (a list of groups), a `model.json`
 * without a topology, or the `manifest.json` of deeplearn.js (`{ variable: { filename, shape } }`, float32), which ml5's CharRNN has.
 * @param note is told which were dequantised.
 * @throws {ImportError} no such manifest; a topology beside the weights; a file that is not given, or of the wrong size.
 */
export function readManifestFile(
  file: FileBytes,
  shards: Shards,
  budget: Budget,
  note: (text: string) => void,
): Map<string, NamedArray> {
  const manifest = parseJson(viewBytes(file, 'manifest'), 'manifest', budget);
  if (!isObject(manifest)) return readManifest(manifest, shards, budget, note);
  if (!('weightsManifest' in manifest)) return readEach(manifest, shards, budget);
  const { weightsManifest, modelTopology } = manifest;
  if (isObject(modelTopology))
    refuse(
      'manifest',
      'a topology beside the weights',
      'weights alone; fromTfjs reads a layers model',
      show(modelTopology),
    );
  return readManifest(weightsManifest, shards, budget, note);
}

/** A file for each variable. Those that nobody asks for (counters, other types) are not looked at. */
function readEach(
  manifest: Readonly<Record<string, unknown>>,
  shards: Shards,
  budget: Budget,
): Map<string, NamedArray> {
  if (Array.isArray(shards))
    refuse('shards', 'files without names', 'each by the name that the manifest has', `${shards.length} files`);
  const files = new Map(Object.entries(shards).map(([path, bytes]) => [plainPath(path), bytes as FileBytes]));
  const arrays = new Map<string, NamedArray>();
  for (const [name, entry] of Object.entries(manifest)) {
    const where = `variable ${JSON.stringify(name)}`;
    budget.characters(name.length, where.slice(0, 80));
    if (!isObject(entry) || typeof entry.filename !== 'string' || !Array.isArray(entry.shape))
      return refuse(where, 'not a variable', '{ filename, shape }', show(entry));
    checkKeys(entry, where, ['filename', 'shape']);
    const { filename, shape } = entry as { filename: string; shape: number[] };
    if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0))
      refuse(where, 'a shape that cannot be', 'sizes', show(shape));
    const bytes = viewBytes(
      files.get(plainPath(filename)) ??
        refuse(where, 'a file that is not given', show(filename), [...files.keys()].slice(0, 12).join(', ')),
    );
    arrays.set(
      name,
      lazily(shape, () => {
        const size = shape.reduce((product, n) => product * n, 4);
        if (bytes.length !== size) refuse(where, 'wrong size', `${size} bytes of float32`, `${bytes.length}`);
        return toFloats(elementsOf(bytes, 'F32', where, budget), 'F32', where, budget);
      }),
    );
  }
  return arrays;
}
