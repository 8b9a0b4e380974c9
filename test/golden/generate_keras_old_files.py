"""Keras files as older versions wrote them, with what the layers compute: for the Keras importer.

tf_keras saves the model; h5py then gives the file the form of Keras 2.0 (a Sequential config that is a list, no settings that came
later, another version number), or packs its arrays in chunks, shuffled and deflated, as other writers of HDF5 do.
"""
import base64
import gzip
import io
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py
import numpy as np
import tf_keras as keras

import prng
from versions import record

L = keras.layers
HERE = Path(__file__).parent / "keras-files"
LATER = ("reset_after", "time_major", "zero_output_for_mask", "groups", "ragged", "keepdims", "return_state", "unroll", "unit_forget_bias")


def old(file):
    """As Keras 2.0.8 wrote it."""
    config = json.loads(file.attrs["model_config"])
    layers = [one for one in config["config"]["layers"] if one["class_name"] != "InputLayer"]
    for one in layers:
        for key in LATER:
            one["config"].pop(key, None)
        one["config"].pop("dtype", None)
        one.pop("module", None), one.pop("registered_name", None), one.pop("build_config", None)
    layers[0]["config"]["batch_input_shape"] = [None, 6, 4]
    file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers})
    for holder in (file, file["model_weights"]):
        holder.attrs["keras_version"] = np.bytes_("2.0.8")


def packed(file):
    """Every array in chunks, shuffled and deflated."""
    names = []
    file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) and item.ndim else None)
    for name in names:
        data = file[name][()]
        del file[name]
        chunks = tuple(max(1, (n + 1) // 2) for n in data.shape)
        file.create_dataset(name, data=data, chunks=chunks, compression="gzip", shuffle=True)


def main():
    stacks = {
        "old_lstm": (old, [L.LSTM(5, recurrent_activation="hard_sigmoid", return_sequences=True), L.LSTM(3, recurrent_activation="hard_sigmoid")]),
        "old_gru": (old, [L.GRU(5, recurrent_activation="hard_sigmoid", reset_after=False, return_sequences=True), L.Dense(3, activation="softmax")]),
        "old_mixed": (old, [L.Conv1D(4, 3, padding="causal", activation="relu"), L.BatchNormalization(), L.SimpleRNN(3, go_backwards=True)]),
        "packed_lstm": (packed, [L.LSTM(7, return_sequences=True), L.Dense(3)]),
        "packed_bidirectional": (packed, [L.Bidirectional(L.GRU(9)), L.Dense(2)]),
    }
    blob, index = io.BytesIO(), []
    for name, (change, layers) in stacks.items():
        model = keras.Sequential([keras.Input((6, 4)), *layers], name=name)
        for at, weight in enumerate(model.weights):
            values = prng.uniform(prng.seed_of(f"{name}/{at}"), list(weight.shape), 0.6)
            weight.assign(np.abs(values) + 0.3 if "variance" in weight.name else values)
        seed = prng.seed_of(f"{name}/x")
        y = model.predict(prng.uniform(seed, [2, 6, 4], 1.0), verbose=0)
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.h5"
            model.save(path)
            with h5py.File(path, "r+") as file:
                change(file)
            data = gzip.compress(Path(path).read_bytes(), 9, mtime=0)
        index.append({
            "name": name, "format": "h5", "at": blob.tell(), "bytes": len(data), "inputs": [{"shape": [2, 6, 4], "seed": seed}],
            "outputs": [{"shape": list(y.shape), "data": base64.b64encode(np.asarray(y, "<f4").tobytes()).decode()}],
        })
        blob.write(data)
    (HERE / "keras-old.bin").write_bytes(blob.getvalue())
    (HERE / "keras-old.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in index) + "\n]\n")
    record(HERE, "keras-old", keras=keras.__version__, h5py=h5py.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
