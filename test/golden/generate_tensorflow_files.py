"""V2 checkpoints of TensorFlow 1's recurrent cells, with what the cells computed: for the TensorFlow importer."""
import base64
import json
import os
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
v1.disable_eager_execution()
HERE = Path(__file__).parent / "tensorflow-files"
BATCH, TIME, INPUTS = 2, 5, 3


def basic(n, **o):
    return cells.BasicLSTMCell(n, **o)


CASES = {
    "basic_lstm": (lambda: basic(4), [{"type": "basic_lstm_cell", "numUnits": 4, "prefix": "rnn/basic_lstm_cell"}]),
    "basic_lstm_forget_bias": (lambda: basic(4, forget_bias=0.25), [{"type": "basic_lstm_cell", "numUnits": 4, "forgetBias": 0.25, "prefix": "rnn/basic_lstm_cell"}]),
    "basic_lstm_relu": (lambda: basic(4, activation=tf.nn.relu), [{"type": "basic_lstm_cell", "numUnits": 4, "activation": "relu", "prefix": "rnn/basic_lstm_cell"}]),
    "lstm": (lambda: cells.LSTMCell(5), [{"type": "lstm_cell", "numUnits": 5, "prefix": "rnn/lstm_cell"}]),
    "lstm_peepholes": (lambda: cells.LSTMCell(5, use_peepholes=True), [{"type": "lstm_cell", "numUnits": 5, "usePeepholes": True, "prefix": "rnn/lstm_cell"}]),
    "lstm_projection": (lambda: cells.LSTMCell(5, num_proj=3), [{"type": "lstm_cell", "numUnits": 5, "numProj": 3, "prefix": "rnn/lstm_cell"}]),
    "lstm_cell_clip": (lambda: cells.LSTMCell(5, cell_clip=0.2), [{"type": "lstm_cell", "numUnits": 5, "cellClip": 0.2, "prefix": "rnn/lstm_cell"}]),
    "lstm_all": (lambda: cells.LSTMCell(5, use_peepholes=True, num_proj=4, cell_clip=0.3, forget_bias=0.5), [{"type": "lstm_cell", "numUnits": 5, "usePeepholes": True, "numProj": 4, "cellClip": 0.3, "forgetBias": 0.5, "prefix": "rnn/lstm_cell"}]),
    "gru": (lambda: cells.GRUCell(4), [{"type": "gru_cell", "numUnits": 4, "prefix": "rnn/gru_cell"}]),
    "basic_rnn": (lambda: cells.BasicRNNCell(4), [{"type": "basic_rnn_cell", "numUnits": 4, "prefix": "rnn/basic_rnn_cell"}]),
    "multi": (lambda: cells.MultiRNNCell([basic(4), cells.GRUCell(3), cells.LSTMCell(5)]), [
        {"type": "basic_lstm_cell", "numUnits": 4, "prefix": "rnn/multi_rnn_cell/cell_0/basic_lstm_cell"},
        {"type": "gru_cell", "numUnits": 3, "prefix": "rnn/multi_rnn_cell/cell_1/gru_cell"},
        {"type": "lstm_cell", "numUnits": 5, "prefix": "rnn/multi_rnn_cell/cell_2/lstm_cell"},
    ]),
}


def main():
    index = []
    for name, (make, layers) in CASES.items():
        for dense in (False, True):
            if dense and name not in ("basic_lstm", "gru"):
                continue
            title = f"{name}_dense" if dense else name
            with tf.Graph().as_default(), v1.Session() as session:
                x = v1.placeholder(tf.float32, [BATCH, TIME, INPUTS])
                y, _ = v1.nn.dynamic_rnn(make(), x, dtype=tf.float32)
                config = list(layers)
                if dense:
                    with v1.variable_scope("head"):
                        width = int(y.shape[-1])
                        kernel = v1.get_variable("kernel", [width, 2])
                        bias = v1.get_variable("bias", [2])
                    y = tf.einsum("btf,fu->btu", y, kernel) + bias
                    config.append({"type": "dense", "units": 2, "prefix": "head"})
                    # What trainers leave beside the model.
                    v1.get_variable("global_step", initializer=np.int64(7))
                for variable in v1.global_variables():
                    if variable.name.startswith("global_step"):
                        continue
                    seed = prng.seed_of(f"{title}/{variable.name}")
                    variable.load(prng.uniform(seed, [int(n) for n in variable.shape], 0.6), session)
                session.run([v for v in [one.initializer for one in v1.global_variables() if one.name.startswith("global_step")]])
                seed = prng.seed_of(f"{title}/x")
                out = session.run(y, {x: prng.uniform(seed, [BATCH, TIME, INPUTS], 1.0)})
                with tempfile.TemporaryDirectory() as folder:
                    v1.train.Saver().save(session, f"{folder}/model", write_meta_graph=False)
                    files = {suffix: Path(f"{folder}/model{suffix}").read_bytes() for suffix in (".index", ".data-00000-of-00001")}
            encode = lambda data: base64.b64encode(data).decode()
            index.append({
                "name": title, "config": {"inputSize": INPUTS, "layers": config}, "seed": seed, "shape": [BATCH, TIME, INPUTS],
                "index": encode(files[".index"]), "data": encode(files[".data-00000-of-00001"]),
                "output": {"shape": list(out.shape), "data": encode(np.asarray(out, "<f4").tobytes())},
            })
    (HERE / "checkpoints.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in index) + "\n]\n")
    record(HERE, "tensorflow", tensorflow=tf.__version__, numpy=np.__version__)
    print(tf.__version__, len(index), "checkpoints")


if __name__ == "__main__":
    main()
