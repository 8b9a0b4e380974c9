"""Weights without a model as Keras saves them, with what the model computes: for the Keras importer.

    python generate_keras_weight_files.py keras3|keras2

Keras 3 and TensorFlow's Keras 2.12 and newer write `.weights.h5`; Keras 2 `.h5` and checkpoints of TensorFlow as well.
"""
import base64
import gzip
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

FLAVOUR = sys.argv[1]
if FLAVOUR == "keras3":
    import keras
else:
    import tf_keras as keras

import prng
from versions import record

L = keras.layers
HERE = Path(__file__).parent / "keras-files"
VERSION = keras.__version__
BATCH, TIME, INPUTS = 2, 6, 3


def models():
    """A model, and its layers as the options name them; None where only its own JSON does."""
    yield "stack", keras.Sequential([
        keras.Input((None, INPUTS)), L.LSTM(4, return_sequences=True), L.Dropout(0.5), L.BatchNormalization(),
        L.LSTM(4, return_sequences=True), L.Bidirectional(L.GRU(3)), L.Dense(2, activation="relu")]), [
        {"type": "lstm", "units": 4, "recurrentActivation": "sigmoid", "returnSequences": True}, {"type": "dropout"},
        {"type": "batch_normalization"}, {"type": "lstm", "units": 4, "recurrentActivation": "sigmoid", "returnSequences": True},
        {"type": "bidirectional", "layer": {"type": "gru", "units": 3, "recurrentActivation": "sigmoid", "resetAfter": True}},
        {"type": "dense", "units": 2, "activation": "relu"}]
    yield "options", keras.Sequential([
        keras.Input((None, INPUTS)), L.Masking(0.5), L.GRU(4, return_sequences=True, reset_after=False, recurrent_activation="hard_sigmoid"),
        L.SimpleRNN(3, return_sequences=True, use_bias=False, activation="relu", go_backwards=True), L.LayerNormalization(epsilon=0.01, center=False),
        L.Bidirectional(L.LSTM(2, return_sequences=True, activation="softsign"), merge_mode="sum"), L.TimeDistributed(L.Dense(2, use_bias=False)),
        L.Activation("tanh")]), [
        {"type": "masking", "maskValue": 0.5},
        {"type": "gru", "units": 4, "resetAfter": False, "recurrentActivation": "hard_sigmoid", "returnSequences": True},
        {"type": "simple_rnn", "units": 3, "useBias": False, "activation": "relu", "goBackwards": True, "returnSequences": True},
        {"type": "layer_normalization", "epsilon": 0.01, "center": False},
        {"type": "bidirectional", "mergeMode": "sum", "layer": {"type": "lstm", "units": 2, "activation": "softsign", "recurrentActivation": "sigmoid", "returnSequences": True}},
        {"type": "time_distributed", "layer": {"type": "dense", "units": 2, "useBias": False}},
        {"type": "activation", "activation": "tanh"}]
    yield "tokens", keras.Sequential([keras.Input((None,), dtype="int32"), L.Embedding(7, 5, mask_zero=True), L.LSTM(4), L.Dense(3)]), [
        {"type": "embedding", "inputDim": 7, "outputDim": 5, "maskZero": True},
        {"type": "lstm", "units": 4, "recurrentActivation": "sigmoid"}, {"type": "dense", "units": 3}]
    x = keras.Input((None, INPUTS), name="x")
    inner = keras.Sequential([keras.Input((None, 4)), L.Dense(4), L.GRU(4, return_sequences=True)])
    y = L.RNN([L.LSTMCell(4), L.GRUCell(4)], return_sequences=True)(L.TimeDistributed(L.Dense(4))(x))
    yield "functional", keras.Model(x, L.Dense(2)(L.Add()([inner(y), y]))), None


def forms(model, folder):
    """Each form that this Keras saves weights in, by the names of its files."""
    model.save_weights(f"{folder}/w.weights.h5")
    yield "weights.h5", ["w.weights.h5"]
    if FLAVOUR == "keras2":
        model.save_weights(f"{folder}/w.h5")
        yield "h5", ["w.h5"]
        # With what an optimizer keeps beside the model.
        model.compile("adam", "mse")
        model.optimizer.build(model.trainable_variables)
        model.save_weights(f"{folder}/w")
        yield "checkpoint", ["w.index", "w.data-00000-of-00001"]


def main():
    cases = []
    for title, model, layers in models():
        for index, weight in enumerate(model.weights):
            label = getattr(weight, "path", weight.name)
            values = prng.uniform(prng.seed_of(f"weights/{title}/{index}"), [int(n) for n in weight.shape], 0.6)
            weight.assign(np.abs(values) + 0.3 if "variance" in label else values)
        seed = prng.seed_of(f"weights/{title}/x")
        shape = [BATCH, TIME] if title == "tokens" else [BATCH, TIME, INPUTS]
        x = prng.below(seed, shape, 7) if title == "tokens" else prng.uniform(seed, shape, 1.0)
        y = np.asarray(model.predict(x, verbose=0))
        with tempfile.TemporaryDirectory() as folder:
            for form, names in forms(model, folder):
                files = [base64.b64encode(gzip.compress(Path(folder, name).read_bytes(), mtime=0)).decode() for name in names]
                cases.append({
                    "name": f"{title}_{form}", "form": form, "version": VERSION, "architecture": json.loads(model.to_json()), "layers": layers,
                    "files": files, "seed": seed, "shape": shape, **({"tokens": 7} if title == "tokens" else {}),
                    "output": {"shape": list(y.shape), "data": base64.b64encode(y.astype("<f4").tobytes()).decode()}})
    text = json.dumps(cases, sort_keys=True)
    (HERE / f"{FLAVOUR}-weights.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    record(HERE, f"{FLAVOUR}-weights", keras=VERSION, numpy=np.__version__)
    print(VERSION, len(cases), "files of weights")


main()
