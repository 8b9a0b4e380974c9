"""What TensorFlow's converter makes of models that keep variables from call to call, with what LiteRT computes in calls one after another."""
import base64
import gzip
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import ai_edge_litert
import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import prng
from case import HERE
from versions import record

OUT = HERE / "tflite-files"
INPUTS, UNITS, CALLS = 4, 3, 5


def drawn(name, *shape):
    return prng.uniform(prng.seed_of(name), shape, 0.9).astype(np.float32)


class Rnn(tf.Module):
    """h' = tanh(x·W + h·U), beside a variable that is only read."""

    def __init__(self):
        self.h = tf.Variable(tf.zeros((1, UNITS)), name="h")
        self.scale = tf.Variable(drawn("scale", UNITS), name="scale")
        self.w, self.u = tf.constant(drawn("w", INPUTS, UNITS)), tf.constant(drawn("u", UNITS, UNITS))

    @tf.function(input_signature=[tf.TensorSpec((1, INPUTS), tf.float32, name="x")])
    def step(self, x):
        self.h.assign(tf.tanh(x @ self.w + self.h @ self.u))
        return self.h * self.scale


class Lstm(tf.Module):
    """An LSTM of one timestep with its state in two variables."""

    def __init__(self):
        self.h, self.c = (tf.Variable(tf.zeros((1, UNITS)), name=name) for name in "hc")
        self.w, self.u = (tf.constant(drawn(f"lstm {n}", n, 4 * UNITS)) for n in (INPUTS, UNITS))

    @tf.function(input_signature=[tf.TensorSpec((1, INPUTS), tf.float32, name="x")])
    def step(self, x):
        i, f, g, o = tf.split(x @ self.w + self.h @ self.u, 4, axis=1)
        self.c.assign(tf.sigmoid(f) * self.c + tf.sigmoid(i) * tf.tanh(g))
        self.h.assign(tf.sigmoid(o) * tf.tanh(self.c))
        return tf.identity(self.h)


def of_keras(layer, batch_shape):
    x = keras.Input(batch_shape=batch_shape)
    model = keras.Model(x, layer(x))
    model.set_weights([drawn(f"{layer.name}{i}", *w.shape) for i, w in enumerate(model.get_weights())])
    function = tf.function(lambda x: model(x), input_signature=[tf.TensorSpec(batch_shape, tf.float32, name="x")])
    # The converter initialises the variables that it finds beneath what it is given.
    owner = tf.Module()
    owner.kept = [own.value for own in [*model.variables, *layer.states]]
    return owner, function


def main():
    rnn, lstm = Rnn(), Lstm()
    models = {"rnn": (rnn, rnn.step), "lstm": (lstm, lstm.step)}
    for kind in (keras.layers.LSTM, keras.layers.GRU):
        name = f"stateful_{kind.__name__.lower()}"
        models[name] = of_keras(kind(UNITS, stateful=True, unroll=True, return_sequences=True, name=name), (1, 1, INPUTS))
    cases = []
    for name, (owner, function) in models.items():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()], owner)
        converter.experimental_enable_resource_variables = True
        made = converter.convert()
        interpreter = Interpreter(model_content=made, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
        interpreter.allocate_tensors()
        (given,), (output,) = interpreter.get_input_details(), interpreter.get_output_details()
        calls = []
        for call in range(CALLS):
            x = drawn(f"{name}/{call}", *given["shape"])
            interpreter.set_tensor(given["index"], x)
            interpreter.invoke()
            y = interpreter.get_tensor(output["index"])
            calls.append({"x": x.astype(float).flatten().tolist(), "y": [float(f"{v:.9g}") for v in y.flatten()]})
        print(name, sorted({op["op_name"] for op in interpreter._get_ops_details()}), flush=True)
        cases.append({"name": name, "model": base64.b64encode(gzip.compress(made, 9, mtime=0)).decode(), "calls": calls})
    (OUT / "variables.json").write_text("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n")
    record(OUT, "variables", tensorflow=tf.__version__, keras=keras.__version__, litert=ai_edge_litert.__version__, numpy=np.__version__)


main()
