"""`.keras` files of Keras 2.12 to 2.14, which keep weights under `_layer_checkpoint_dependencies`: for the Keras importer.

    python generate_keras_tree_files.py

Each version of TensorFlow adds its models to `keras-trees.json` (and replaces those that it added before); also as Windows wrote them.
"""
import base64
import gzip
import json
import ntpath
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorflow as tf

try:
    from keras.src.saving import saving_lib
except ImportError:
    from keras.saving import saving_lib

import prng
from versions import record

L = keras.layers
HERE = Path(__file__).parent / "keras-files"


def models():
    yield "stack", keras.Sequential([
        keras.Input((6, 4)), L.Dropout(0.5), L.LSTM(5, return_sequences=True), L.BatchNormalization(), L.LSTM(3, return_sequences=True),
        L.Bidirectional(L.GRU(3)), L.Dense(2), L.Dense(3)])
    x, i = keras.Input((6, 4), name="x"), keras.Input((6, 4))
    inner = keras.Model(i, L.GRU(4, return_sequences=True)(L.GRU(3, return_sequences=True)(i)))
    h = L.RNN([L.LSTMCell(2), L.LSTMCell(3)], return_sequences=True)(keras.Sequential([L.Dense(4), L.Dense(3)])(inner(x)))
    yield "nested", keras.Model(x, L.TimeDistributed(L.Dense(2))(h) + 1.0)


def main():
    added = []
    join = tf.io.gfile.join
    for name, model in models():
        for index, weight in enumerate(model.weights):
            values = prng.uniform(prng.seed_of(f"trees/{name}/{index}"), list(weight.shape), 0.6)
            weight.assign(np.abs(values) + 0.3 if "variance" in weight.name else values)
        seed = prng.seed_of(f"trees/{name}/x")
        y = np.asarray(model.predict(prng.uniform(seed, [2, 6, 4], 1.0), verbose=0))
        for system in ("posix", "windows"):
            with tempfile.TemporaryDirectory() as folder:
                path = f"{folder}/model.keras"
                # What differs there is how TensorFlow joins paths.
                tf.io.gfile.join = ntpath.join if system == "windows" else join
                saving_lib.save_model(model, path)
                tf.io.gfile.join = join
                data = Path(path).read_bytes()
            added.append({
                "name": f"{name}, {system}", "by": keras.__version__, "file": base64.b64encode(gzip.compress(data, 9, mtime=0)).decode(),
                "input": {"shape": [2, 6, 4], "seed": seed},
                "output": {"shape": list(y.shape), "data": base64.b64encode(y.astype("<f4").tobytes()).decode()},
            })
    path = HERE / "keras-trees.json"
    cases = [case for case in (json.loads(path.read_text()) if path.exists() else []) if case["by"] != keras.__version__] + added
    cases.sort(key=lambda case: (case["by"], case["name"]))
    path.write_text("[\n" + ",\n".join(json.dumps(case, sort_keys=True) for case in cases) + "\n]\n")
    record(HERE, f"trees {keras.__version__}", keras=keras.__version__, tensorflow=tf.__version__, numpy=np.__version__)


main()
