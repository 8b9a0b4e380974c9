"""V2 checkpoints of LSTMs with layer normalisation, for the TensorFlow importer: `LayerNormBasicLSTMCell` of tf.contrib, and the cell of sketch-rnn, which
is written out here as its equations.

Runs in an interpreter with TensorFlow 1.15 (Python 3.7): python generate_tensorflow_norm_files.py
Writes checkpoints-norm.json: what the cells kept and computed.
"""
import base64
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

import prng
from versions import record

HERE = Path(__file__).parent / "tensorflow-files"
BATCH, TIME, INPUTS = 2, 6, 3
tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)


class SketchCell(tf.contrib.rnn.RNNCell):
    """Each gate's sum of x and h is normalised (epsilon 0.001), and so is what the output sees of c; names are sketch-rnn's."""

    def __init__(self, units, forget_bias=1.0):
        super(SketchCell, self).__init__()
        self.units, self.forget_bias = units, forget_bias
        self.state_size, self.output_size = 2 * units, units

    state_size = output_size = None

    def normalised(self, v, scope, count):
        shaped = tf.reshape(v, [-1, count, self.units])
        mean, variance = tf.nn.moments(shaped, [2], keep_dims=True)
        flat = tf.reshape((shaped - mean) * tf.rsqrt(variance + 1e-3), [-1, count * self.units])
        with tf.variable_scope(scope):
            return flat * tf.get_variable("ln_gamma", [count * self.units]) + tf.get_variable("ln_beta", [count * self.units])

    def __call__(self, x, state, scope=None):
        with tf.variable_scope(scope or "LayerNormLSTMCell"):
            h, c = tf.split(state, 2, 1)
            sums = tf.matmul(x, tf.get_variable("W_xh", [INPUTS, 4 * self.units])) + tf.matmul(h, tf.get_variable("W_hh", [self.units, 4 * self.units]))
            i, j, f, o = tf.split(self.normalised(sums, "ln_all", 4), 4, 1)
            c = c * tf.sigmoid(f + self.forget_bias) + tf.sigmoid(i) * tf.tanh(j)
            h = tf.tanh(self.normalised(c, "ln_c", 1)) * tf.sigmoid(o)
            return h, tf.concat([h, c], 1)


norm = tf.contrib.rnn.LayerNormBasicLSTMCell
basic = {"type": "layer_norm_basic_lstm_cell", "prefix": "rnn/layer_norm_basic_lstm_cell"}
sketch = {"type": "sketch_layer_norm_lstm_cell", "prefix": "rnn/LayerNormLSTMCell"}
CASES = {
    "layer_norm_basic": (lambda: norm(5), [dict(basic, numUnits=5)]),
    "layer_norm_basic_forget_bias": (lambda: norm(4, forget_bias=0.3), [dict(basic, numUnits=4, forgetBias=0.3)]),
    "layer_norm_basic_relu": (lambda: norm(4, activation=tf.nn.relu), [dict(basic, numUnits=4, activation="relu")]),
    "layer_norm_sketch": (lambda: SketchCell(5), [dict(sketch, numUnits=5)]),
    "layer_norm_sketch_forget_bias": (lambda: SketchCell(4, 0.3), [dict(sketch, numUnits=4, forgetBias=0.3)]),
}


def encode(data):
    return base64.b64encode(data).decode()


def case(name, make, layers):
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [BATCH, TIME, INPUTS])
        y, _ = tf.nn.dynamic_rnn(make(), x, dtype=tf.float32)
        for variable in tf.global_variables():
            shape = variable.get_shape().as_list()
            drawn = prng.uniform(prng.seed_of("%s/%s" % (name, variable.name)), shape, 0.6)
            session.run(variable.assign(drawn + 1 if "gamma" in variable.name else drawn))
        seed = prng.seed_of("%s/x" % name)
        out = session.run(y, {x: prng.uniform(seed, [BATCH, TIME, INPUTS], 1.0)})
        with tempfile.TemporaryDirectory() as folder:
            tf.train.Saver(write_version=tf.train.SaverDef.V2).save(session, folder + "/model", write_meta_graph=False)
            files = {end: Path(folder + "/model" + end).read_bytes() for end in (".index", ".data-00000-of-00001")}
    return {
        "name": name, "config": {"inputSize": INPUTS, "layers": layers}, "seed": seed, "shape": [BATCH, TIME, INPUTS],
        "index": encode(files[".index"]), "data": encode(files[".data-00000-of-00001"]),
        "output": {"shape": list(out.shape), "data": encode(np.asarray(out, "<f4").tobytes())},
    }


if __name__ == "__main__":
    cases = [case(name, *one) for name, one in CASES.items()]
    (HERE / "checkpoints-norm.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n")
    record(HERE, "tensorflow-norm", tensorflow=tf.__version__, numpy=np.__version__)
    print(tf.__version__, len(cases), "checkpoints")
