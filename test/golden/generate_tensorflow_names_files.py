"""V2 checkpoints of TensorFlow 1.0 and 0.12, which name variables otherwise than later ones: for the TensorFlow importer.

Runs in an interpreter that has one of these versions: python generate_tensorflow_names_files.py
Writes checkpoints-1.0.json or checkpoints-0.12.json: what the cells of that version kept and computed.
"""
import base64
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import tensorflow as tf

import prng
from versions import record

HERE = Path(__file__).parent / "tensorflow-files"
BATCH, TIME, INPUTS = 2, 5, 3
VERSION = ".".join(tf.__version__.split(".")[:2])
OLD = VERSION.startswith("0.")
cells = tf.nn.rnn_cell if OLD else tf.contrib.rnn

# Scopes: camel case until 0.12.
RNN = "RNN" if OLD else "rnn"
NAMES = {"basic_lstm_cell": "BasicLSTMCell", "lstm_cell": "LSTMCell", "gru_cell": "GRUCell", "basic_rnn_cell": "BasicRNNCell"}
scope = lambda kind: NAMES[kind] if OLD else kind
within = (lambda n: "MultiRNNCell/Cell%d/" % n) if OLD else (lambda n: "multi_rnn_cell/cell_%d/" % n)


def layer(kind, units, at="", **more):
    return dict({"type": kind, "numUnits": units, "prefix": "%s/%s%s" % (RNN, at, scope(kind))}, **more)


CASES = {
    "basic_lstm": (lambda: cells.BasicLSTMCell(4), [layer("basic_lstm_cell", 4)]),
    "basic_lstm_forget_bias": (lambda: cells.BasicLSTMCell(4, forget_bias=0.25), [layer("basic_lstm_cell", 4, forgetBias=0.25)]),
    "lstm": (lambda: cells.LSTMCell(5), [layer("lstm_cell", 5)]),
    "lstm_all": (
        lambda: cells.LSTMCell(5, use_peepholes=True, num_proj=4, cell_clip=0.3, forget_bias=0.5),
        [layer("lstm_cell", 5, usePeepholes=True, numProj=4, cellClip=0.3, forgetBias=0.5)],
    ),
    "gru": (lambda: cells.GRUCell(4), [layer("gru_cell", 4)]),
    "basic_rnn": (lambda: cells.BasicRNNCell(4), [layer("basic_rnn_cell", 4)]),
    "multi": (
        lambda: cells.MultiRNNCell([cells.BasicLSTMCell(4), cells.GRUCell(3), cells.LSTMCell(5)]),
        [layer("basic_lstm_cell", 4, within(0)), layer("gru_cell", 3, within(1)), layer("lstm_cell", 5, within(2))],
    ),
}
HEADS = ("basic_lstm", "multi")


def encode(data):
    return base64.b64encode(data).decode()


def case(name, make, layers):
    title = "%s_%s" % (name, VERSION)
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [BATCH, TIME, INPUTS])
        y, _ = tf.nn.dynamic_rnn(make(), x, dtype=tf.float32)
        if name in HEADS:
            y = tf.contrib.layers.fully_connected(y, 2, activation_fn=None)
            layers = layers + [{"type": "dense", "units": 2, "prefix": "fully_connected"}]
        for variable in tf.global_variables():
            shape = variable.get_shape().as_list()
            session.run(variable.assign(prng.uniform(prng.seed_of("%s/%s" % (title, variable.name)), shape, 0.6)))
        seed = prng.seed_of("%s/x" % title)
        out = session.run(y, {x: prng.uniform(seed, [BATCH, TIME, INPUTS], 1.0)})
        with tempfile.TemporaryDirectory() as folder:
            tf.train.Saver(write_version=tf.train.SaverDef.V2).save(session, folder + "/model", write_meta_graph=False)
            files = {end: Path(folder + "/model" + end).read_bytes() for end in (".index", ".data-00000-of-00001")}
    return {
        "name": title, "config": {"inputSize": INPUTS, "layers": layers}, "seed": seed, "shape": [BATCH, TIME, INPUTS],
        "index": encode(files[".index"]), "data": encode(files[".data-00000-of-00001"]),
        "output": {"shape": list(out.shape), "data": encode(np.asarray(out, "<f4").tobytes())},
    }


def main():
    cases = [case(name, *one) for name, one in CASES.items()]
    path = HERE / ("checkpoints-%s.json" % VERSION)
    path.write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n")
    record(HERE, "tensorflow-%s" % VERSION, tensorflow=tf.__version__, numpy=np.__version__)
    print(tf.__version__, len(cases), "checkpoints")


main()
