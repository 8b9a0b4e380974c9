"""Layers models as the tensorflowjs converter writes them, with what Keras computes: for the tfjs importer.

The converter (`pip install --no-deps tensorflowjs tensorflow_hub`) imports more than it needs for Keras models; what is missing is
stood in for by empty modules. Quantised models are judged by what the framework makes of the weights as the converter reads them back.
"""
import base64
import json
import os
import sys
import tempfile
import types
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

# Before the stand-ins: Keras looks for JAX too.
import keras as keras3
import tf_keras as keras2

for name in ("tensorflow_decision_forests", "jax", "jax.experimental", "jax.experimental.jax2tf", "flax"):
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = types.ModuleType(name)
        holder, _, last = name.rpartition(".")
        if holder:
            setattr(sys.modules[holder], last, sys.modules[name])

import numpy as np

for name in ("object", "bool"):
    # The converter is older than NumPy 2.
    if name not in np.__dict__:
        setattr(np, name, __builtins__.__dict__[name])

import tensorflowjs as tfjs
from tensorflowjs import read_weights
from tensorflowjs.converters import converter

import prng
from versions import record

HERE = Path(__file__).parent / "tfjs-files"


def models(keras):
    L = keras.layers
    yield "stack", keras.Sequential([
        keras.Input((6, 4)), L.LSTM(5, return_sequences=True), L.BatchNormalization(), L.Bidirectional(L.GRU(3)), L.Dense(2)])
    yield "conv", keras.Sequential([
        keras.Input((6, 4)), L.Conv1D(5, 3, padding="causal", activation="relu"), L.LayerNormalization(), L.GRU(3, reset_after=False)])
    x = keras.Input((6, 4), name="x")
    a, b = L.SimpleRNN(3, return_sequences=True)(x), L.TimeDistributed(L.Dense(3))(x)
    yield "functional", keras.Model(x, L.Concatenate()([L.Add()([a, b]), L.LSTM(3, return_sequences=True, go_backwards=True)(x)]))


def saved(model, keras, folder, options):
    if keras is keras2:
        tfjs.converters.save_keras_model(model, folder, **options)
    else:
        path = f"{folder}.h5"
        model.save(path)
        converter.dispatch_keras_h5_to_tfjs_layers_model_conversion(path, folder, **options)


def main():
    cases = []
    for version, keras in (("keras2", keras2), ("keras3", keras3)):
        for title, model in models(keras):
            for kind in (None, "uint8", "uint16", "float16"):
                if kind and title != "stack":
                    continue
                name = "_".join(part for part in (version, title, kind) if part)
                for index, weight in enumerate(model.weights):
                    values = prng.uniform(prng.seed_of(f"converter/{title}/{index}"), list(weight.shape), 0.6)
                    label = getattr(weight, "path", weight.name)
                    weight.assign(np.abs(values) + 0.3 if "variance" in label else values)
                options = {"quantization_dtype_map": {kind: "*"}} if kind else {}
                if title == "conv":
                    options["weight_shard_size_bytes"] = 300
                with tempfile.TemporaryDirectory() as folder:
                    out = f"{folder}/model"
                    saved(model, keras, out, options)
                    told = json.loads(Path(out, "model.json").read_text())
                    paths = [path for group in told["weightsManifest"] for path in group["paths"]]
                    shards = {path: base64.b64encode(Path(out, path).read_bytes()).decode() for path in paths}
                    groups = read_weights.read_weights(told["weightsManifest"], out, flatten=False)
                # In the manifest, the weights of each layer stand as Keras lists them.
                stored = [one["data"] for group in groups for one in group]
                if kind:
                    own = [w for layer in sorted(model.layers, key=lambda layer: ORDER(told, layer.name)) for w in layer.weights]
                    assert [tuple(w.shape) for w in own] == [tuple(s.shape) for s in stored], name
                    for weight, values in zip(own, stored):
                        weight.assign(values.astype("float32"))
                seed = prng.seed_of(f"converter/{title}/x")
                y = np.asarray(model.predict(prng.uniform(seed, [2, 6, 4], 1.0), verbose=0))
                cases.append({
                    "name": name, "model": told, "shards": shards, "seed": seed, "shape": [2, 6, 4],
                    "output": {"shape": list(y.shape), "data": base64.b64encode(y.astype("<f4").tobytes()).decode()},
                })
    (HERE / "converted.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n")
    import tensorflow

    record(HERE, "converted", tensorflowjs=tfjs.__version__, keras=keras3.__version__, tf_keras=keras2.__version__, tensorflow=tensorflow.__version__, numpy=np.__version__)
    print(len(cases), "models")


def ORDER(told, layer):
    """Where the converter put the weights of a layer: it sorts the groups of an .h5 file by name."""
    for index, weight in enumerate(one for group in told["weightsManifest"] for one in group["weights"]):
        if layer in weight["name"].split("/"):
            return index
    return 10**6


main()
