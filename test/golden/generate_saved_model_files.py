"""What SavedModels keep in variables/, and object-based checkpoints: for the TensorFlow importer.

A graph of TensorFlow 1 keeps variables under their own names; tf.Module and tf.train.Checkpoint under paths of attributes,
which end in /.ATTRIBUTES/VARIABLE_VALUE.
"""
import base64
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
import tensorflow as tf
from tf_keras.src.layers.rnn import legacy_cells as cells

import prng
from versions import record

v1 = tf.compat.v1
HERE = Path(__file__).parent / "tensorflow-files"
BATCH, TIME, INPUTS = 2, 5, 3


def encode(data):
    return base64.b64encode(data).decode()


def case(name, layers, seed, out, folder, stem):
    return {
        "name": name, "config": {"inputSize": INPUTS, "layers": layers}, "seed": seed, "shape": [BATCH, TIME, INPUTS],
        "index": encode(Path(f"{folder}/{stem}.index").read_bytes()),
        "data": encode(Path(f"{folder}/{stem}.data-00000-of-00001").read_bytes()),
        "output": {"shape": list(out.shape), "data": encode(np.asarray(out, "<f4").tobytes())},
    }


def graph():
    name = "saved_model_graph"
    seed = prng.seed_of(f"{name}/x")
    with tf.Graph().as_default(), v1.Session() as session, tempfile.TemporaryDirectory() as folder:
        x = v1.placeholder(tf.float32, [BATCH, TIME, INPUTS])
        cell = cells.MultiRNNCell([cells.GRUCell(4), cells.LSTMCell(5, use_peepholes=True)])
        y, _ = v1.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        for variable in v1.global_variables():
            variable.load(prng.uniform(prng.seed_of(f"{name}/{variable.name}"), [int(n) for n in variable.shape], 0.6), session)
        out = session.run(y, {x: prng.uniform(seed, [BATCH, TIME, INPUTS], 1.0)})
        v1.saved_model.simple_save(session, f"{folder}/model", {"x": x}, {"y": y})
        layers = [
            {"type": "gru_cell", "numUnits": 4, "prefix": "rnn/multi_rnn_cell/cell_0/gru_cell"},
            {"type": "lstm_cell", "numUnits": 5, "usePeepholes": True, "prefix": "rnn/multi_rnn_cell/cell_1/lstm_cell"},
        ]
        return case(name, layers, seed, out, f"{folder}/model/variables", "variables")


class Unrolled(tf.Module):
    """A cell called timestep by timestep, and a layer without a name of its own in the checkpoint."""

    def __init__(self, name, kernel, bias, head):
        super().__init__()
        self.cell = tf.Module()
        self.cell.kernel = tf.Variable(kernel)
        self.cell.bias = tf.Variable(bias)
        self.head = tf.Module()
        self.head.kernel = tf.Variable(head)

    @tf.function(input_signature=[tf.TensorSpec([BATCH, TIME, INPUTS])])
    def __call__(self, x):
        units = self.cell.bias.shape[0] // 4
        h = c = tf.zeros([BATCH, units])
        out = []
        for t in range(TIME):
            i, j, f, o = tf.split(tf.concat([x[:, t], h], 1) @ self.cell.kernel + self.cell.bias, 4, 1)
            c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
            h = tf.tanh(c) * tf.sigmoid(o)
            out.append(h)
        return tf.stack(out, 1) @ self.head.kernel


def objects(name, save):
    draw = lambda part, *shape: prng.uniform(prng.seed_of(f"{name}/{part}"), list(shape), 0.6)
    model = Unrolled(name, draw("kernel", INPUTS + 4, 16), draw("bias", 16), draw("head", 4, 2))
    seed = prng.seed_of(f"{name}/x")
    out = model(tf.constant(prng.uniform(seed, [BATCH, TIME, INPUTS], 1.0))).numpy()
    layers = [
        {"type": "basic_lstm_cell", "numUnits": 4, "prefix": "cell"},
        {"type": "dense", "units": 2, "bias": False, "prefix": "head"},
    ]
    with tempfile.TemporaryDirectory() as folder:
        return case(name, layers, seed, out, *save(model, folder))


def saved_model(model, folder):
    tf.saved_model.save(model, folder)
    return f"{folder}/variables", "variables"


def checkpoint(model, folder):
    # The counter that Checkpoint.save keeps beside the model is no weight.
    tf.train.Checkpoint(cell=model.cell, head=model.head).save(f"{folder}/model")
    return folder, "model-1"


def main():
    found = [objects("saved_model_objects", saved_model), objects("checkpoint_objects", checkpoint)]
    v1.disable_eager_execution()
    found.insert(0, graph())
    (HERE / "saved-models.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in found) + "\n]\n")
    record(HERE, "tensorflow-saved-models", tensorflow=tf.__version__, numpy=np.__version__)
    print(tf.__version__, len(found), "variables of SavedModels and checkpoints")


if __name__ == "__main__":
    sys.exit(main())
