"""What TensorFlow's converter makes of Keras models, with what the LiteRT interpreter computes: for the TFLite importer.

`python generate_tflite_files.py keras3` and `… keras2` (tf_keras, whose LSTMs become one operator) write a file each.
"""
import base64
import gzip
import json
import logging
import os
import sys
import tempfile

FLAVOUR = sys.argv[1] if len(sys.argv) > 1 else "keras3"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if FLAVOUR == "keras2":
    os.environ["TF_USE_LEGACY_KERAS"] = "1"

import ai_edge_litert
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import prng
from case import HERE
from versions import record

if FLAVOUR == "keras2":
    import tf_keras as keras
else:
    import keras

logging.disable(logging.WARNING)
L = keras.layers
OUT = HERE / "tflite-files"


def seeded(name, model):
    """Weights that depend on the case's name alone."""
    model.set_weights([prng.uniform(prng.seed_of(f"{name}/{index}"), value.shape, 0.6) for index, value in enumerate(model.get_weights())])
    for layer in model.submodules if FLAVOUR == "keras2" else model._flatten_layers():
        if isinstance(layer, L.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma, beta, mean, np.abs(variance) + 0.3])
    return model


def models():
    """name → (model, shapes of the inputs with None where the converter leaves a size open)"""
    out = {}

    def add(name, *layers, x=(6, 4), open=(1, 6, 4)):
        out[name] = (keras.Sequential([keras.Input(x), *layers]), [open])

    for kind, make in (("lstm", L.LSTM), ("gru", L.GRU), ("rnn", L.SimpleRNN)):
        add(f"{kind}_sequence", make(5, return_sequences=True), L.Dense(2))
        add(f"{kind}_last", make(5, use_bias=False), L.Dense(2, activation="softmax"))
        add(f"{kind}_open_time", make(5, return_sequences=True), L.Dense(2), x=(None, 4), open=(1, None, 4))
        add(f"{kind}_unrolled", make(5, return_sequences=True, unroll=True), L.Dense(2), x=(3, 4), open=(1, 3, 4))
        add(f"{kind}_both", L.Bidirectional(make(5, return_sequences=True)), L.Dense(2))
    add("lstm_stacked", L.LSTM(5, return_sequences=True), L.LSTM(6, return_sequences=True), L.LSTM(3), L.Dense(1, activation="sigmoid"))
    add("lstm_backwards", L.LSTM(5, return_sequences=True, go_backwards=True))
    add("lstm_both_last", L.Bidirectional(L.LSTM(4)), L.Dense(2))
    add("lstm_relu", L.LSTM(5, activation="relu", return_sequences=True))
    # Matrices of fewer than 1024 weights are left as they are.
    add("lstm_wide", L.LSTM(34, return_sequences=True), L.Dense(2), x=(6, 32), open=(1, 6, 32))
    add("gru_wide", L.GRU(20), L.Dense(2), x=(6, 20), open=(1, 6, 20))
    add("gru_reset_before", L.GRU(5, reset_after=False, return_sequences=True), L.Dense(2))
    add("gru_reset_before_unrolled", L.GRU(5, reset_after=False, unroll=True), L.Dense(2), x=(3, 4), open=(1, 3, 4))
    add("lstm_hard", L.LSTM(5, recurrent_activation="hard_sigmoid", return_sequences=True))
    add("conv", L.Conv1D(6, 3, padding="same", activation="relu"), L.MaxPooling1D(2), L.LSTM(5), L.Dense(2), x=(8, 4), open=(1, 8, 4))
    add("conv_causal", L.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"), L.GRU(5, return_sequences=True), L.Dense(2), x=(8, 4), open=(1, 8, 4))
    add("conv_strided", L.Conv1D(6, 3, strides=2, activation="tanh"), L.AveragePooling1D(2), L.GRU(5), L.Dense(2), x=(12, 4), open=(1, 12, 4))
    add("separable", L.SeparableConv1D(6, 3, padding="same", activation="relu"), L.LSTM(5), L.Dense(2), x=(8, 4), open=(1, 8, 4))
    add("plane", L.Conv2D(3, (3, 3), padding="same", activation="relu"), L.MaxPooling2D((1, 2)), L.Reshape((6, 12)), L.LSTM(5), L.Dense(2), x=(6, 8, 1), open=(1, 6, 8, 1))
    add("norms", L.LSTM(5, return_sequences=True), L.BatchNormalization(), L.LayerNormalization(), L.GRU(4), L.Dense(2, activation="gelu"))
    add("flatten", L.LSTM(5, return_sequences=True), L.Flatten(), L.Dense(3, activation="elu"))
    add("global_average", L.GRU(5, return_sequences=True), L.GlobalAveragePooling1D(), L.Dense(2, activation="relu"))
    add("global_max", L.LSTM(5, return_sequences=True), L.GlobalMaxPooling1D(), L.Dense(2, activation="relu6"))
    add("autoencoder", L.LSTM(5), L.RepeatVector(6), L.LSTM(6, return_sequences=True), L.TimeDistributed(L.Dense(4)))
    add("permute", L.Permute((2, 1)), L.GRU(5, return_sequences=True))
    add("dense", L.Dense(5, activation="selu"), L.LeakyReLU(**{"alpha" if FLAVOUR == "keras2" else "negative_slope": 0.2}), L.GRU(5), L.Dense(2, activation="swish"))
    add("prelu", L.Dense(5), L.PReLU(shared_axes=[1]), L.LSTM(5), L.Dense(2, activation="softplus"))
    add("embedding", L.Embedding(11, 5), L.GRU(4, unroll=True), L.Dense(2), x=(4,), open=(1, 4))
    add("requantised", L.Dense(5), L.LeakyReLU(**{"alpha" if FLAVOUR == "keras2" else "negative_slope": 0.2}), L.Conv1D(6, 3, activation="relu6"), L.GRU(3, unroll=True), x=(6, 4), open=(1, 6, 4))
    a, b = keras.Input((6, 4), name="a"), keras.Input((3,), name="b")
    y = L.Concatenate()([L.LSTM(5)(a), L.Dense(4, activation="relu")(b)])
    out["two_inputs"] = (keras.Model([a, b], L.Dense(2)(y)), [(1, 6, 4), (1, 3)])
    a = keras.Input((6, 4))
    one = L.LSTM(5, return_sequences=True)(a)
    out["residual"] = (keras.Model(a, [L.Dense(2)(L.Add()([one, L.Dense(5)(a)])), L.Dense(3)(L.GRU(4)(L.Multiply()([one, one])))]), [(1, 6, 4)])
    a, h, c = keras.Input((1, 4), name="x"), keras.Input((5,), name="h_in"), keras.Input((5,), name="c_in")
    y, h1, c1 = L.LSTM(5, return_sequences=True, return_state=True, unroll=True)(a, initial_state=[h, c])
    out["step"] = (keras.Model([a, h, c], [L.Dense(2)(y), h1, c1]), [(1, 1, 4), (1, 5), (1, 5)])
    a, h = keras.Input((1, 4), name="x"), keras.Input((5,), name="h_in")
    y, h1 = L.GRU(5, return_sequences=True, return_state=True, unroll=True)(a, initial_state=[h])
    out["step_gru"] = (keras.Model([a, h], [L.Dense(2)(y), h1]), [(1, 1, 4), (1, 5)])
    return out


QUANTISED = {
    "dynamic": ["lstm_wide", "gru_wide", "embedding"],
    "float16": ["lstm_sequence"],
    # Loops, which all but tf_keras' LSTM become, end the converter's process.
    "int8": ["lstm_unrolled", "gru_unrolled", "embedding", "requantised", *(["lstm_sequence", "flatten", "conv"] if FLAVOUR == "keras2" else [])],
}
# tf_keras' LSTM is one operator, the rest is as it is with Keras 3.
KERAS2 = ["lstm_sequence", "lstm_last", "lstm_both", "lstm_backwards", "lstm_stacked", "lstm_wide", "lstm_open_time", "conv", "flatten"]


def convert(model, shapes, how, inputs):
    names = [one.name for one in model.inputs]
    signature = [tf.TensorSpec(shape, one.dtype, name=name) for shape, one, name in zip(shapes, model.inputs, names)]
    function = tf.function(lambda *x: model(list(x) if len(x) > 1 else x[0]), input_signature=signature)
    concrete = function.get_concrete_function()
    if FLAVOUR == "keras2":
        with tempfile.TemporaryDirectory() as folder:
            model.save(folder, save_format="tf", signatures=concrete)
            return with_options(tf.lite.TFLiteConverter.from_saved_model(folder), how, inputs).convert()
    return with_options(tf.lite.TFLiteConverter.from_concrete_functions([concrete]), how, inputs).convert()


def with_options(converter, how, inputs):
    if how != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if how == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if how == "int8":
        converter.representative_dataset = lambda: ([x] for x in inputs)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        # Token ids stay what they are.
        if not any((x >= 2).any() for x in inputs):
            converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter


def run(bytes_, sizes, name):
    """Two calls of fresh interpreters: with the sizes that are open as they are given."""
    runs = []
    for call, open_sizes in enumerate(sizes):
        interpreter = Interpreter(model_content=bytes_, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
        details = interpreter.get_input_details()
        shapes = [[o if s < 0 else int(s) for s, o in zip(d["shape_signature"], open_sizes)] if len(d["shape_signature"]) else [int(s) for s in d["shape"]] for d in details]
        for detail, shape in zip(details, shapes):
            interpreter.resize_tensor_input(detail["index"], shape)
        interpreter.allocate_tensors()
        inputs = []
        for index, (detail, shape) in enumerate(zip(details, shapes)):
            x = prng.uniform(prng.seed_of(f"{name}/x{index}/{call}"), shape, 1.0)
            if detail["dtype"] is np.int8:
                scale, zero = detail["quantization"]
                x = np.clip(np.round(x / scale) + zero, -128, 127)
            if "embedding" in name:
                x = np.floor((x + 1) * 5.4)
            x = x.astype(detail["dtype"])
            interpreter.set_tensor(detail["index"], x)
            inputs.append({"name": detail["name"], "dims": shape, "data": x.astype(float).round(7).flatten().tolist()})
            interpreter.set_tensor(detail["index"], np.asarray(inputs[-1]["data"], detail["dtype"]).reshape(shape))
        interpreter.invoke()
        outputs = [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]
        runs.append({"inputs": inputs, "outputs": [{"name": d["name"], "dims": list(y.shape), "data": [float(f"{v:.9g}") for v in y.flatten()]} for d, y in zip(interpreter.get_output_details(), outputs)]})
    return runs


def main():
    chosen = sys.argv[2:]
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{FLAVOUR}.json"
    # What is there stays: converting takes long.
    cases = json.loads(path.read_text()) if path.exists() else []
    for name, (model, shapes) in models().items():
        if FLAVOUR == "keras2" and name not in KERAS2:
            continue
        seeded(name, model)
        for how in ["float", *(h for h, names in QUANTISED.items() if name in names)]:
            own = name if how == "float" else f"{name}_{how}"
            if (chosen and own not in chosen) or own in [one["name"] for one in cases] or own.endswith("_wide"):
                continue
            concrete = [[s or 1 for s in shape] for shape in shapes]
            samples = [prng.uniform(prng.seed_of(f"{name}/sample{i}"), concrete[0], 1.0).astype(np.float32) for i in range(8)]
            if name == "embedding":
                samples = [np.floor((x + 1) * 5.4) for x in samples]
            try:
                made = convert(model, shapes, how, samples)
                runs = run(made, [(2, 5, 4, 4), (1, 7, 4, 4)], own)
            except Exception as error:  # The converter or the interpreter refuses: nothing to compare with.
                print(own, "FAILED", str(error)[:200].replace("\n", " "), flush=True)
                continue
            cases.append({"name": own, "how": how, "model": base64.b64encode(gzip.compress(made, 9, mtime=0)).decode(), "runs": runs})
            path.write_text("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n")
            print(own, len(made), flush=True)
    record(OUT, FLAVOUR, tensorflow=tf.__version__, keras=keras.__version__, litert=ai_edge_litert.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
