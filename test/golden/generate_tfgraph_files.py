"""What TensorFlow writes of whole graphs, with what it computes: SavedModels and frozen graphs, for the importer of graphs.

`python generate_tfgraph_files.py keras3` (models that Keras 3 exports), `… keras2` (tf_keras saves), `… modules` (tf.Module), `… frozen` (constants in the place of
variables: functions kept as loops and lowered, and graphs of TensorFlow 1) write a file each.
"""
import base64
import gzip
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

FLAVOUR = sys.argv[1] if len(sys.argv) > 1 else "keras3"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
if FLAVOUR != "keras3":
    os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

import prng
from case import HERE
from versions import record

if FLAVOUR == "keras3":
    import keras
else:
    import tf_keras as keras

logging.disable(logging.WARNING)
L = keras.layers
v1 = tf.compat.v1
OUT = HERE / "tfgraph-files"
# Batch and time of each run, for what a model leaves open.
RUNS = [(2, 5), (1, 7)]


def encode(data):
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()


def seeded(name, model):
    """Weights that depend on the case's name alone."""
    model.set_weights([prng.uniform(prng.seed_of(f"{name}/{index}"), value.shape, 0.6) for index, value in enumerate(model.get_weights())])
    for layer in model._flatten_layers():
        if isinstance(layer, L.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma, beta, mean, np.abs(variance) + 0.3])
    return model


def fed(name, specs):
    """Inputs of each run, for (name, shape, dtype)."""
    runs = []
    for call, (batch, time) in enumerate(RUNS):
        sizes = {"batch": batch, "time": time}
        inputs = []
        for key, shape, dtype in specs:
            dims = [sizes.get(size, size) for size in shape]
            x = prng.uniform(prng.seed_of(f"{name}/{key}/{call}"), dims, 1.0)
            if dtype.is_integer:
                x = np.floor((x + 1) * 5)
            inputs.append((key, x.astype(dtype.as_numpy_dtype)))
        runs.append(inputs)
    return runs


def value(name, array):
    array = np.asarray(array)
    return {"name": name, "dims": list(array.shape), "data": [float(f"{v:.9g}") for v in array.flatten()]}


def opened(shape):
    """Sizes that are open: the batch first, then the time."""
    return [size if size is not None else ("batch" if axis == 0 else "time") for axis, size in enumerate(shape)]


def saved_case(name, folder, signature="serving_default"):
    """A SavedModel's files, and what its signature computes."""
    run = tf.saved_model.load(folder).signatures[signature]
    _, wanted = run.structured_input_signature
    specs = [(key, opened(spec.shape.as_list()), spec.dtype) for key, spec in sorted(wanted.items())]
    runs = []
    for inputs in fed(name, specs):
        outputs = run(**{key: tf.constant(x) for key, x in inputs})
        runs.append({"inputs": [value(*one) for one in inputs], "outputs": [value(key, y) for key, y in sorted(outputs.items())]})
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString(Path(folder, "saved_model.pb").read_bytes())
    # As it was, but that maps, which stand in any order, stand in one.
    files = {f"variables/{path.name}": encode(path.read_bytes()) for path in sorted(Path(folder, "variables").iterdir())}
    return {"name": name, "model": encode(saved.SerializeToString(deterministic=True)), "files": files, "runs": runs}


def frozen_case(name, graph, inputs, outputs, specs):
    """A graph's bytes, and what it computes. `inputs` and `outputs`: tensors of it by name."""
    with tf.Graph().as_default() as own, v1.Session(graph=own) as session:
        tf.import_graph_def(graph, name="")
        runs = []
        for given in fed(name, specs):
            made = session.run(outputs, {f"{key}:0": x for key, x in given})
            runs.append({"inputs": [value(*one) for one in given], "outputs": [value(key.removesuffix(":0"), y) for key, y in zip(outputs, made)]})
    return {"name": name, "model": encode(graph.SerializeToString(deterministic=True)), "files": {}, "runs": runs}


def models():
    """name → what makes a Keras model"""
    out = {}

    def add(name, *layers, x=(None, 3)):
        out[name] = lambda: keras.Sequential([keras.Input(x), *(make() for make in layers)])

    kinds = {"lstm": L.LSTM, "gru": L.GRU, "rnn": L.SimpleRNN}
    for kind, make in kinds.items():
        add(f"{kind}_sequence", lambda make=make: make(4, return_sequences=True), lambda: L.Dense(2))
    add("lstm_last", lambda: L.LSTM(4, use_bias=False), lambda: L.Dense(2, activation="softmax"))
    add("gru_last", lambda: L.GRU(4, use_bias=False), lambda: L.Dense(2, activation="softmax"))
    add("lstm_both", lambda: L.Bidirectional(L.LSTM(3, return_sequences=True)), lambda: L.Dense(2))
    add("gru_reset_before", lambda: L.GRU(4, reset_after=False, return_sequences=True))
    add("lstm_backwards", lambda: L.LSTM(4, return_sequences=True, go_backwards=True))
    add("lstm_unrolled", lambda: L.LSTM(4, unroll=True), lambda: L.Dense(2), x=(3, 3))
    add("lstm_stacked", lambda: L.LSTM(4, return_sequences=True), lambda: L.GRU(5, return_sequences=True), lambda: L.SimpleRNN(3), lambda: L.Dense(1, activation="sigmoid"))
    add("lstm_relu", lambda: L.LSTM(4, activation="relu", recurrent_activation="hard_sigmoid", return_sequences=True))
    add("conv", lambda: L.Conv1D(4, 3, padding="same", activation="relu"), lambda: L.MaxPooling1D(2), lambda: L.LSTM(3), x=(8, 3))
    add("conv_causal", lambda: L.Conv1D(4, 3, padding="causal", activation="tanh"), lambda: L.GRU(3, return_sequences=True))
    add("separable", lambda: L.SeparableConv1D(4, 3, padding="same"), lambda: L.LSTM(3, return_sequences=True), x=(6, 3))
    add("norms", lambda: L.LSTM(4, return_sequences=True), lambda: L.BatchNormalization(), lambda: L.LayerNormalization(), lambda: L.Dense(2, activation="gelu"))
    add("pooled", lambda: L.GRU(4, return_sequences=True), lambda: L.GlobalAveragePooling1D(), lambda: L.Dense(2, activation="elu"))
    add("autoencoder", lambda: L.LSTM(4), lambda: L.RepeatVector(5), lambda: L.LSTM(3, return_sequences=True), lambda: L.TimeDistributed(L.Dense(2)), x=(5, 3))

    def tokens():
        ids = keras.Input((None,), dtype="int32", name="ids")
        return keras.Model(ids, L.Dense(2)(L.LSTM(4)(L.Embedding(10, 3)(ids))))

    def masked():
        ids = keras.Input((None,), dtype="int32", name="ids")
        return keras.Model(ids, L.LSTM(4)(L.Embedding(10, 3, mask_zero=True)(ids)))

    def two():
        a, b = keras.Input((None, 3), name="a"), keras.Input((2,), name="b")
        y = L.Concatenate()([L.LSTM(4)(a), L.Dense(3, activation="relu")(b)])
        return keras.Model([a, b], [L.Dense(2)(y), L.Dense(1)(y)])

    def step():
        x, h, c = keras.Input((1, 3), name="x"), keras.Input((4,), name="h_in"), keras.Input((4,), name="c_in")
        y, h1, c1 = L.LSTM(4, return_sequences=True, return_state=True)(x, initial_state=[h, c])
        return keras.Model([x, h, c], [L.Dense(2)(y), h1, c1])

    def states():
        x, h = keras.Input((None, 3), name="x"), keras.Input((4,), name="h_in")
        y, h1 = L.GRU(4, return_sequences=True, return_state=True)(x, initial_state=h)
        return keras.Model([x, h], [y, h1])

    def attention():
        x = keras.Input((None, 3), name="x")
        h = L.LSTM(4, return_sequences=True)(x)
        return keras.Model(x, L.Dense(2)(L.Attention()([h, h])))

    def stateful():
        x = keras.Input((None, 3), batch_size=1, name="x")
        return keras.Model(x, L.LSTM(4, stateful=True)(x))

    out.update(tokens=tokens, masked=masked, two_inputs=two, step=step, states=states, attention=attention, stateful=stateful)
    return out


def compositions():
    """Random stacks of layers, by seed."""
    recurrent = [lambda n, **k: L.LSTM(n, **k), lambda n, **k: L.GRU(n, **k), lambda n, **k: L.SimpleRNN(n, **k), lambda n, **k: L.Bidirectional(L.GRU(n, **k)), lambda n, **k: L.GRU(n, reset_after=False, **k)]
    between = [
        lambda n: L.Dense(n, activation="tanh"), lambda n: L.Dense(n, use_bias=False), lambda n: L.Activation("softplus"), lambda n: L.BatchNormalization(),
        lambda n: L.LayerNormalization(), lambda n: L.Conv1D(n, 3, padding="same", activation="relu"), lambda n: L.Dropout(0.5), lambda n: L.LeakyReLU(0.2),
        lambda n: L.Conv1D(n, 2, padding="causal"), lambda n: L.PReLU(shared_axes=[1]), lambda n: L.Conv1D(n, 3, strides=2, padding="same"), lambda n: L.ELU(),
        lambda n: L.AveragePooling1D(2, padding="same"), lambda n: L.TimeDistributed(L.Dense(n, activation="softmax")), lambda n: L.ZeroPadding1D((1, 2)), lambda n: L.Cropping1D((1, 0)),
    ]

    def compose(name):
        picks = iter(prng.integers(prng.seed_of(name), 40).tolist())
        layers = [keras.Input((None, 3))]
        for depth in range(1 + next(picks) % 3):
            for _ in range(next(picks) % 3):
                layers.append(between[next(picks) % len(between)](2 + next(picks) % 4))
            which, units, backwards = next(picks) % len(recurrent), 2 + next(picks) % 4, next(picks) % 4 == 0
            layers.append(recurrent[which](units, return_sequences=True, **({"go_backwards": True} if backwards and which != 3 else {})))
        if next(picks) % 2:
            layers.append([L.GlobalAveragePooling1D, L.GlobalMaxPooling1D, lambda: L.LSTM(3)][next(picks) % 3]())
        layers.append(L.Dense(2))
        return keras.Sequential(layers)

    # Frozen ones are a fifth as large.
    seeds = {"keras3": range(4, 7), "keras2": range(3), "frozen": range(12)}[FLAVOUR]
    return {f"random{i}": (lambda name=f"{FLAVOUR}/random{i}": compose(name)) for i in seeds}


def keras_cases(chosen):
    for name, make in {**models(), **compositions()}.items():
        if chosen and name not in chosen:
            continue
        if name not in KERAS2 if FLAVOUR == "keras2" else name == "stateful":
            continue
        keras.backend.clear_session()
        model = seeded(name, make())
        with tempfile.TemporaryDirectory() as folder:
            if FLAVOUR == "keras2" and name in WHOLE:
                model.save(folder, save_format="tf")
            else:
                model.export(folder, **({"verbose": False} if FLAVOUR == "keras3" else {}))
            yield saved_case(name, folder)


# Of the models: what tf_keras' differ in; those that it saves whole, of which there are ten times as many bytes.
KERAS2 = ["lstm_sequence", "gru_last", "rnn_sequence", "gru_reset_before", "conv", "norms", "two_inputs", "states", "stateful", "random0", "random1", "random2"]
WHOLE = ["gru_last", "stateful"]


class Cell(tf.Module):
    """An LSTM written out, over a loop that autograph makes of `for`, and one that is unrolled."""

    def __init__(self, name, units, inputs):
        super().__init__()
        draw = lambda what, shape: tf.Variable(prng.uniform(prng.seed_of(f"{name}/{what}"), shape, 0.6), name=what)
        self.units = units
        self.kernel = draw("kernel", [inputs + units, 4 * units])
        self.bias = draw("bias", [4 * units])
        self.head = draw("head", [units, 2])

    def step(self, x, h, c):
        i, j, f, o = tf.split(tf.concat([x, h], 1) @ self.kernel + self.bias, 4, 1)
        c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        return tf.tanh(c) * tf.sigmoid(o), c

    @tf.function(input_signature=[tf.TensorSpec([None, 4, 3], name="x")])
    def unrolled(self, x):
        h = c = tf.zeros([tf.shape(x)[0], self.units])
        out = []
        for t in range(4):
            h, c = self.step(x[:, t], h, c)
            out.append(h)
        return {"y": tf.einsum("bti,ij->btj", tf.stack(out, 1), self.head)}

    @tf.function(input_signature=[tf.TensorSpec([None, None, 3], name="x")])
    def looped(self, x):
        time = tf.shape(x)[1]
        h = c = tf.zeros([tf.shape(x)[0], self.units])
        out = tf.TensorArray(tf.float32, size=time)
        for t in tf.range(time):
            h, c = self.step(x[:, t, :], h, c)
            out = out.write(t, h)
        return {"y": tf.transpose(out.stack(), [1, 0, 2]), "h": h, "c": c}

    def once(self, x, h, c):
        h, c = self.step(x, h, c)
        return {"y": tf.matmul(h, self.head), "h_out": h, "c_out": c}

    @property
    def one_step(self):
        specs = [tf.TensorSpec([None, 3], name=name) for name in ("x", "h", "c")]
        return tf.function(self.once).get_concrete_function(*specs)


class Arithmetic(tf.Module):
    """Operators that Keras' layers make little use of."""

    @tf.function(input_signature=[tf.TensorSpec([None, None, 4], name="x")])
    def elementwise(self, x):
        y = tf.nn.relu6(x * 8) + tf.abs(x) - tf.square(x) / 3.0 + tf.math.rsqrt(x * x + 1) + tf.maximum(x, 0.1) * tf.minimum(x, 0.3)
        y = y + tf.where(x > 0, tf.exp(x), tf.math.log(x * x + 0.5)) + tf.clip_by_value(x, -0.5, 0.5) + tf.math.softsign(x) + tf.nn.leaky_relu(x)
        return {"y": y + tf.math.squared_difference(x, 0.5) + tf.nn.selu(x) + tf.round(x * 3) + tf.floor(x * 2) + tf.math.ceil(x) + tf.sign(x) + tf.math.erf(x)}

    @tf.function(input_signature=[tf.TensorSpec([None, None, 4], name="x")])
    def moves(self, x):
        a, b = tf.split(x, 2, -1)
        c, d = tf.split(x, [1, 3], 2)
        y = tf.concat([b, a, c, d[..., 1:], x[..., ::-1]], -1)
        y = tf.pad(y, [[0, 0], [0, 0], [1, 2]], constant_values=0.5)
        z = tf.stack(tf.unstack(x, axis=-1)[::2], -1)
        return {"y": y, "z": tf.squeeze(tf.expand_dims(z, 1), [1]), "last": x[:, -1], "tile": tf.tile(x[:, -1:, :2], [1, 1, 2])}

    @tf.function(input_signature=[tf.TensorSpec([None, None, 4], name="x")])
    def sums(self, x):
        return {"mean": tf.reduce_mean(x, 1), "max": tf.reduce_max(x, [1]), "norm": x / tf.sqrt(tf.reduce_sum(x * x, -1, keepdims=True) + 1e-3), "softmax": tf.nn.softmax(x), "log": tf.nn.log_softmax(x)}


def module_cases(chosen):
    for name, module, run in [
        ("cell_unrolled", Cell("cell_unrolled", 3, 3), "unrolled"), ("cell_looped", Cell("cell_looped", 3, 3), "looped"), ("cell_step", Cell("cell_step", 3, 3), "one_step"),
        ("elementwise", Arithmetic(), "elementwise"), ("moves", Arithmetic(), "moves"), ("sums", Arithmetic(), "sums"),
    ]:
        if chosen and name not in chosen:
            continue
        with tempfile.TemporaryDirectory() as folder:
            tf.saved_model.save(module, folder, signatures=getattr(module, run))
            yield saved_case(name, folder)


def first_graphs():
    """name → what makes a graph of TensorFlow 1, from x `[batch, time, 3]`"""
    from tf_keras.src.layers.rnn import legacy_cells as cells

    return {
        "dynamic_lstm": lambda x: v1.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, dtype=tf.float32)[0],
        "dynamic_gru": lambda x: v1.nn.dynamic_rnn(cells.GRUCell(4), x, dtype=tf.float32)[1],
        "dynamic_rnn": lambda x: v1.nn.dynamic_rnn(cells.BasicRNNCell(4), x, dtype=tf.float32)[0],
        "dynamic_both": lambda x: tf.concat(v1.nn.bidirectional_dynamic_rnn(cells.LSTMCell(3), cells.LSTMCell(3), x, dtype=tf.float32)[0], 2),
        "dynamic_head": lambda x: tf.nn.softmax(v1.layers.dense(v1.nn.dynamic_rnn(cells.LSTMCell(4), x, dtype=tf.float32)[0][:, -1, :], 2)),
        "dynamic_stacked": lambda x: v1.nn.dynamic_rnn(cells.MultiRNNCell([cells.GRUCell(3), cells.BasicLSTMCell(3)]), x, dtype=tf.float32)[0],
        "dynamic_peephole": lambda x: v1.nn.dynamic_rnn(cells.LSTMCell(4, use_peepholes=True), x, dtype=tf.float32)[0],
        "static_lstm": lambda x: v1.nn.static_rnn(cells.BasicLSTMCell(4), tf.unstack(x[:, :3], axis=1), dtype=tf.float32)[0][-1],
    }


def first_case(name, make):
    v1.disable_control_flow_v2()
    with tf.Graph().as_default() as graph, v1.Session(graph=graph) as session:
        x = v1.placeholder(tf.float32, [None, 3 if name == "static_lstm" else None, 3], name="x")
        tf.identity(make(x), name="y")
        for variable in v1.global_variables():
            variable.load(prng.uniform(prng.seed_of(f"{name}/{variable.name}"), [int(n) for n in variable.shape], 0.6), session)
        frozen = v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
    v1.enable_control_flow_v2()
    return frozen_case(name, frozen, ["x"], ["y:0"], [("x", ["batch", 3 if name == "static_lstm" else "time", 3], tf.float32)])


def frozen_cases(chosen):
    for name, make in first_graphs().items():
        if not chosen or name in chosen:
            yield first_case(name, make)
    kept = {name: make for name, make in models().items() if name in ("lstm_sequence", "gru_last", "lstm_both", "conv", "norms", "lstm_stacked", "separable")}
    both = [(f"{name}_{'lowered' if lowered else 'functions'}", make, lowered) for name, make in kept.items() for lowered in (False, True)]
    random = [(name, make, number % 2 == 0) for number, (name, make) in enumerate(compositions().items())]
    for own, make, lowered in both + random:
        if chosen and own not in chosen:
            continue
        keras.backend.clear_session()
        model = seeded(own, make())
        shape = model.inputs[0].shape.as_list()
        run = tf.function(lambda x: model(x), input_signature=[tf.TensorSpec(shape, name="x")])
        frozen = convert_variables_to_constants_v2(run.get_concrete_function(), lower_control_flow=lowered)
        yield frozen_case(own, frozen.graph.as_graph_def(), ["x"], ["Identity:0"], [("x", opened(shape), tf.float32)])


def main():
    chosen = sys.argv[2:]
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{FLAVOUR}.json"
    cases = {one["name"]: one for one in (json.loads(path.read_text()) if chosen and path.exists() else [])}
    for one in {"modules": module_cases, "frozen": frozen_cases}.get(FLAVOUR, keras_cases)(chosen):
        cases[one["name"]] = one
        print(one["name"], len(one["model"]), flush=True)
        path.write_text("[\n" + ",\n".join(json.dumps(one) for one in cases.values()) + "\n]\n")
    record(OUT, FLAVOUR, tensorflow=tf.__version__, keras=keras.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
