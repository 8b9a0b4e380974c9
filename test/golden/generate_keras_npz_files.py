"""`.keras` files with `model.weights.npz`, with what Keras computed: for the Keras importer.

    KERAS_BACKEND=… python generate_keras_npz_files.py [keras2]

Keras pickles its own variables there, so what a file holds differs by backend, by Keras and by NumPy: each such environment adds
its models to `keras-npz.json` (and replaces those that it added before).
"""
import base64
import gzip
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

import prng
from versions import record

if sys.argv[1:] == ["keras2"]:
    import tf_keras as keras
    from tf_keras.src.saving import saving_lib

    BACKEND = "tensorflow"
else:
    import keras

    try:
        from keras.src.saving import saving_lib
    except ImportError:
        from keras.saving import saving_lib
    BACKEND = keras.backend.backend()
L = keras.layers
HERE = Path(__file__).parent / "keras-files"
BY = f"keras {keras.__version__}, {BACKEND}, numpy {np.__version__}"


def models():
    yield "stack", keras.Sequential([
        keras.Input((6, 4)), L.Dropout(0.5), L.LSTM(5, return_sequences=True), L.BatchNormalization(),
        L.Bidirectional(L.GRU(3)), L.Dense(2)])
    x = keras.Input((6, 4), name="x")
    inner = keras.Sequential([keras.Input((6, 4)), L.Dense(4), L.RNN([L.LSTMCell(4), L.GRUCell(3)], return_sequences=True)])
    h = L.LayerNormalization()(inner(x))
    yield "nested", keras.Model(x, L.Concatenate()([L.SimpleRNN(3)(h), L.SimpleRNN(2, go_backwards=True)(h)]))


def main():
    added = []
    for name, model in models():
        for index, weight in enumerate(model.weights):
            title = getattr(weight, "path", weight.name)
            if "seed" in title:
                continue
            values = prng.uniform(prng.seed_of(f"npz/{name}/{index}"), list(weight.shape), 0.6)
            weight.assign(np.abs(values) + 0.3 if "variance" in title else values)
        seed = prng.seed_of(f"npz/{name}/x")
        y = np.asarray(model.predict(prng.uniform(seed, [2, 6, 4], 1.0), verbose=0))
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.keras"
            saving_lib.save_model(model, path, weights_format="npz")
            data = Path(path).read_bytes()
        added.append({
            "name": name, "by": BY, "file": base64.b64encode(gzip.compress(data, 9, mtime=0)).decode(),
            "inputs": [{"shape": [2, 6, 4], "seed": seed}],
            "outputs": [{"shape": list(y.shape), "data": base64.b64encode(y.astype("<f4").tobytes()).decode()}],
        })
    path = HERE / "keras-npz.json"
    cases = [one for one in (json.loads(path.read_text()) if path.exists() else []) if one["by"] != BY] + added
    cases.sort(key=lambda one: (one["by"], one["name"]))
    path.write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n")
    record(HERE, f"npz {BY}", keras=keras.__version__, backend=BACKEND, numpy=np.__version__)


main()
