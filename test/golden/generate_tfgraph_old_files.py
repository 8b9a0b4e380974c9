"""What TensorFlow 1.15 (Python 3.7) and early versions 2 write of whole graphs in graph mode, with what they compute: SavedModels and frozen graphs, for the importer of graphs.

`python generate_tfgraph_old_files.py` writes a file named after the version that runs it; names of cases write these alone.
"""
import base64
import gzip
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

import prng
from case import HERE
from versions import record

logging.disable(logging.WARNING)
v1 = tf.compat.v1
keras = tf.keras
L = keras.layers
OUT = HERE / "tfgraph-files"
FIRST = tf.__version__.startswith("1.")
FLAVOUR = "tensorflow" + ".".join(tf.__version__.split(".")[:2])
# Batch and time of each run, for what a model leaves open.
RUNS = [(2, 5), (1, 7)]


def encode(data):
    return base64.b64encode(gzip.compress(data, 9)).decode()


def value(name, array):
    array = np.asarray(array)
    return {"name": name, "dims": list(array.shape), "data": [float("%.9g" % v) for v in array.flatten()]}


def fed(name, shape):
    sizes = lambda batch, time: [{0: batch, 1: time}[axis] if size is None else size for axis, size in enumerate(shape)]
    return [prng.uniform(prng.seed_of("%s/x/%d" % (name, call)), sizes(*run), 1.0) for call, run in enumerate(RUNS)]


def written(folder):
    """A SavedModel's files."""
    folder = Path(folder)
    files = {"variables/%s" % path.name: encode(path.read_bytes()) for path in sorted((folder / "variables").iterdir())}
    return {"model": encode((folder / "saved_model.pb").read_bytes()), "files": files}


def graphs():
    """name → whether variables become constants, the shape of x, what makes y of it"""
    rnn, nn = v1.nn.rnn_cell, v1.nn
    run = lambda cell, x, **more: nn.dynamic_rnn(cell, x, dtype=tf.float32, **more)
    dense = lambda y, n: v1.layers.dense(y, n)
    zeros = lambda cell, x: nn.dynamic_rnn(cell, x, initial_state=cell.zero_state(tf.shape(x)[0], tf.float32))[0]
    both = lambda cell, x: tf.concat(nn.bidirectional_dynamic_rnn(cell(3), cell(3), x, dtype=tf.float32)[0], 2)
    turned = lambda x: tf.transpose(x, [1, 0, 2])
    cells = {
        "lstm": lambda x: dense(run(rnn.LSTMCell(4, forget_bias=0.5), x)[0][:, -1], 2),
        "lstm_zeros": lambda x: zeros(rnn.BasicLSTMCell(4), x),
        "lstm_projected": lambda x: run(rnn.LSTMCell(4, num_proj=2), x)[0],
        "lstm_projected_state": lambda x: tf.concat(run(rnn.LSTMCell(4, num_proj=2), x)[1], 1),
        "lstm_peephole": lambda x: run(rnn.LSTMCell(4, use_peepholes=True, num_proj=3, cell_clip=0.3), x)[0],
        "gru_both": lambda x: both(rnn.GRUCell, x),
        "gru_time_first": lambda x: turned(run(rnn.GRUCell(4), turned(x), time_major=True)[0]),
    }
    layers = {
        "keras_lstm": lambda: [L.LSTM(4, return_sequences=True), L.Dense(2)],
        "keras_gru": lambda: [L.GRU(4), L.Dense(2, activation="softmax")],
        "keras_both": lambda: [L.Bidirectional(L.LSTM(3, return_sequences=True))],
        "keras_conv": lambda: [L.Conv1D(4, 3, padding="same", activation="relu"), L.BatchNormalization(), L.GRU(3, return_sequences=True, go_backwards=True), L.TimeDistributed(L.Dense(2))],
    }
    saved = ["lstm", "keras_gru", "keras_conv"]
    kept = list(cells) + list(layers)
    if FIRST:
        from tensorflow.contrib.rnn import GRUBlockCellV2, LSTMBlockCell, LSTMBlockFusedCell

        fused = lambda x, **options: turned(LSTMBlockFusedCell(4, **options)(turned(x), dtype=tf.float32)[0])
        cells.update({
            "block_cell": lambda x: run(LSTMBlockCell(4, forget_bias=0.5, cell_clip=0.3), x)[0],
            "block_cell_peephole": lambda x: run(LSTMBlockCell(4, use_peephole=True), x)[0],
            "block_gru": lambda x: run(GRUBlockCellV2(4), x)[0],
            "block_lstm": lambda x: fused(x, forget_bias=0.5),
            "block_lstm_peephole": lambda x: fused(x, cell_clip=0.3, use_peephole=True),
        })
    else:
        kept = ["lstm_peephole", "keras_lstm", "keras_gru"]
        saved = ["keras_gru"]

        def block(x, **options):
            draw = lambda name, *shape: v1.get_variable(name, shape)
            state, peepholes = tf.zeros([tf.shape(x)[0], 4]), [draw("w%s" % gate, 4) for gate in "ifo"]
            length = tf.cast(tf.shape(x)[1], tf.int64)
            out = tf.raw_ops.BlockLSTMV2(seq_len_max=length, x=turned(x), cs_prev=state, h_prev=state, w=draw("w", 7, 16), wci=peepholes[0], wcf=peepholes[1], wco=peepholes[2], b=draw("b", 16), **options)
            return turned(out.h)

        cells["block_lstm_later"] = lambda x: block(x)
        cells["block_lstm_later_peephole"] = lambda x: block(x, cell_clip=0.3, use_peephole=True)
    out = {name: (name not in saved, (None, None, 3), make) for name, make in cells.items() if name in kept or name.startswith("block")}
    out.update({name: (name not in saved, (None, None, 3), lambda x, make=make: through(make(), x)) for name, make in layers.items() if name in kept})
    return out


def through(layers, x):
    for layer in layers:
        x = layer(x)
    return x


def graph_case(name, frozen, shape, make):
    with tf.Graph().as_default() as graph, v1.Session(graph=graph) as session:
        v1.keras.backend.set_session(session)
        v1.keras.backend.set_learning_phase(0)
        x = v1.placeholder(tf.float32, shape, name="x")
        y = tf.identity(make(x), name="y")
        session.run(v1.global_variables_initializer())
        for index, variable in enumerate(v1.global_variables()):
            array = session.run(variable)
            numbers = prng.uniform(prng.seed_of("%s/%d" % (name, index)), array.shape, 0.6)
            variable.load(np.abs(numbers) + np.float32(0.3) if "variance" in variable.name else numbers, session)
        runs = []
        for data in fed(name, shape):
            runs.append({"inputs": [value("x", data)], "outputs": [value("y", session.run(y, {x: data}))]})
        if frozen:
            graph = v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
            return {"name": name, "model": encode(graph.SerializeToString(deterministic=True)), "files": {}, "runs": runs}
        with tempfile.TemporaryDirectory() as folder:
            v1.saved_model.simple_save(session, folder + "/m", {"x": x}, {"y": y})
            return {"name": name, **written(folder + "/m"), "runs": runs}


def main():
    chosen = sys.argv[1:]
    path = OUT / (FLAVOUR + ".json")
    cases = {one["name"]: one for one in (json.loads(path.read_text()) if chosen and path.exists() else [])}
    for name, args in graphs().items():
        if not chosen or name in chosen:
            cases[name] = graph_case(name, *args)
            print(name, len(cases[name]["model"]), flush=True)
    path.write_text("[\n" + ",\n".join(json.dumps(one) for one in cases.values()) + "\n]\n")
    record(OUT, FLAVOUR, tensorflow=tf.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
