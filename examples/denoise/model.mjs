// The trained network, its settings, and what PyTorch itself computed.
import { readFileSync } from 'node:fs';
import { readOnnx } from 'gatewise/onnx';
import { readSafetensors } from 'gatewise/safetensors';

const read = (name) => readFileSync(new URL(name, import.meta.url));

export const { hyperparameters, ...settings } = JSON.parse(read('settings.json').toString());
export const { spec, report } = readOnnx(read('model.onnx'));

/** PyTorch's own `inputs` and `outputs` of the first frames of another clip, `(frames, frequencies)` each. */
export const reference = readSafetensors(read('reference.safetensors')).tensors;
