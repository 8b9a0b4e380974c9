"""Small model files as Keras saves them, with what Keras computed: for the Keras importer.

    python generate_keras_files.py keras3     .keras and .h5 by Keras 3
    python generate_keras_files.py keras2     .h5 and .keras by tf_keras (Keras 2)

All files of a version stand one after another in `<version>.bin`; `<version>.json` says where each begins, what goes in
(seeds, as in prng.py) and what came out.
"""
import base64
import gzip
import io
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

import prng
from versions import record

VERSION = sys.argv[1]
if VERSION == "keras3":
    import keras
else:
    import tf_keras as keras
L = keras.layers
HERE = Path(__file__).parent / "keras-files"
TIME, FEATURES = 6, 4


def seeded(model):
    """Weights that a seed decides, of a size that keeps the numbers moderate; variances positive."""
    for index, variable in enumerate(model.weights):
        shape = tuple(variable.shape)
        path = getattr(variable, "path", variable.name)
        if "seed_generator" in path or "seed" in path.split("/")[-1]:
            continue
        if "count" in path.split("/")[-1]:
            variable.assign(np.array(5, dtype="int64"))
            continue
        values = prng.uniform(prng.seed_of(f"{model.name}/{index}"), list(shape) or [1], 0.6).reshape(shape)
        variable.assign(np.abs(values) + 0.3 if "variance" in path else values)
    for layer in model.layers:
        # Normalization computes with what it last drew from its variables.
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
    return model


def sequential(*layers, shape=(TIME, FEATURES)):
    return keras.Sequential([keras.Input(shape), *layers])


CASES = {}


def case(name, model, formats=None, **options):
    assert name not in CASES, name
    CASES[name] = (model, formats, options)


def functional(inputs, outputs):
    return keras.Model(inputs, outputs)


def build():
    dense = lambda **o: L.Dense(3, **o)
    # --- recurrent layers and their options ---------------------------------------------------------------------
    cells = {"lstm": L.LSTM, "gru": L.GRU, "simple_rnn": L.SimpleRNN}
    for name, layer in cells.items():
        case(f"{name}", sequential(layer(5), dense()))
        case(f"{name}_sequences", sequential(layer(5, return_sequences=True), layer(3)))
        case(f"{name}_go_backwards", sequential(layer(5, go_backwards=True, return_sequences=True)))
        case(f"{name}_no_bias", sequential(layer(5, use_bias=False)))
        case(f"{name}_stateful_unroll", sequential(layer(5, unroll=True, return_sequences=True)))
        case(f"{name}_masked", sequential(L.Masking(0.0), layer(5, return_sequences=True)), pads=True)
        case(f"{name}_activation", sequential(layer(5, activation="relu")))
        x = keras.Input((TIME, FEATURES), name="x")
        outputs = layer(4, return_sequences=True, return_state=True)(x)
        case(f"{name}_return_state", functional(x, list(outputs)))
        # An encoder's state starts the decoder.
        e, d = keras.Input((TIME, FEATURES), name="e"), keras.Input((TIME, 3), name="d")
        _, *state = layer(4, return_state=True)(e)
        case(f"{name}_seq2seq", functional([e, d], layer(4, return_sequences=True)(d, initial_state=state)))
        for merge in ("concat", "sum", "mul", "ave"):
            case(f"bidirectional_{name}_{merge}", sequential(L.Bidirectional(layer(4, return_sequences=True), merge_mode=merge)))
        case(f"bidirectional_{name}_last", sequential(L.Bidirectional(layer(4)), dense()))
        x = keras.Input((TIME, FEATURES), name="x")
        case(f"bidirectional_{name}_none", functional(x, list(L.Bidirectional(layer(4, return_sequences=True), merge_mode=None)(x))))
        case(f"bidirectional_{name}_masked", sequential(L.Masking(0.0), L.Bidirectional(layer(4, return_sequences=True))), pads=True)
    x = keras.Input((TIME, FEATURES), name="x")
    case("bidirectional_state", functional(x, list(L.Bidirectional(L.LSTM(4, return_state=True, return_sequences=True))(x))))
    case("bidirectional_two_layers", sequential(L.Bidirectional(L.LSTM(4, return_sequences=True), backward_layer=L.LSTM(4, activation="relu", return_sequences=True, go_backwards=True))))
    case("lstm_hard_sigmoid", sequential(L.LSTM(5, recurrent_activation="hard_sigmoid")))
    case("gru_reset_before", sequential(L.GRU(5, reset_after=False)))
    case("gru_reset_before_no_bias", sequential(L.GRU(5, reset_after=False, use_bias=False)))
    case("lstm_zero_output_for_mask", sequential(L.Masking(0.0), L.LSTM(5, return_sequences=True, zero_output_for_mask=True)), pads=True)
    case("lstm_zero_last_for_mask", sequential(L.Masking(0.0), L.LSTM(5, zero_output_for_mask=True)), pads=True)
    case("rnn_cell", sequential(L.RNN(L.LSTMCell(4), return_sequences=True)))
    case("rnn_gru_cell", sequential(L.RNN(L.GRUCell(4, reset_after=False))))
    case("rnn_stacked", sequential(L.RNN([L.LSTMCell(4), L.GRUCell(3), L.SimpleRNNCell(5)], return_sequences=True)))
    case("rnn_stacked_last", sequential(L.RNN(L.StackedRNNCells([L.LSTMCell(4), L.LSTMCell(3)]))))
    # --- around them --------------------------------------------------------------------------------------------
    lstm = lambda: L.LSTM(4, return_sequences=True)
    case("time_distributed", sequential(lstm(), L.TimeDistributed(dense(activation="tanh"))))
    case("embedding", sequential(L.Embedding(11, 4), lstm(), shape=(TIME,)), ids=11)
    case("embedding_mask_zero", sequential(L.Embedding(11, 4, mask_zero=True), lstm(), dense(), shape=(TIME,)), ids=11)
    case("embedding_masked_average", sequential(L.Embedding(11, 4, mask_zero=True), lstm(), L.GlobalAveragePooling1D(), shape=(TIME,)), ids=11)
    for padding in ("valid", "same", "causal"):
        case(f"conv1d_{padding}", sequential(L.Conv1D(5, 3, padding=padding, activation="relu"), L.GRU(3)))
        case(f"conv1d_{padding}_dilated", sequential(L.Conv1D(5, 2, padding=padding, dilation_rate=2)))
        case(f"conv1d_{padding}_strided", sequential(L.Conv1D(5, 3, padding=padding, strides=2, use_bias=False)))
    case("conv1d_groups", sequential(L.Conv1D(6, 3, groups=2)))
    for kind, layer in {"max": L.MaxPooling1D, "average": L.AveragePooling1D}.items():
        for padding in ("valid", "same"):
            case(f"{kind}_pooling_{padding}", sequential(layer(3, strides=2, padding=padding), L.LSTM(3)))
        case(f"{kind}_pooling_default", sequential(layer(2)))
    case("global_max", sequential(lstm(), L.GlobalMaxPooling1D()))
    case("global_average", sequential(lstm(), L.GlobalAveragePooling1D()))
    case("batch_normalization", sequential(L.BatchNormalization(epsilon=0.01), lstm(), L.BatchNormalization(scale=False, center=False)))
    case("layer_normalization", sequential(L.LayerNormalization(epsilon=0.01), lstm(), L.LayerNormalization(scale=False, center=False)))
    case("dropouts", sequential(L.Dropout(0.5), L.SpatialDropout1D(0.5), L.GaussianNoise(0.5), L.GaussianDropout(0.5), L.LSTM(4, dropout=0.3, recurrent_dropout=0.3)))
    case("flatten", sequential(lstm(), L.Flatten(), dense()))
    case("reshape", sequential(L.Reshape((TIME * 2, FEATURES // 2)), lstm()))
    case("reshape_open", sequential(L.Reshape((3, -1)), lstm()))
    case("repeat_vector", sequential(L.LSTM(4), L.RepeatVector(3), lstm()))
    case("permute", sequential(L.Permute((2, 1)), lstm()))
    case("up_sampling", sequential(L.UpSampling1D(2), lstm()))
    case("zero_padding", sequential(L.ZeroPadding1D((1, 2)), lstm()))
    case("cropping", sequential(lstm(), L.Cropping1D((1, 2))))
    names = ["linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign", "hard_sigmoid", "exponential", "gelu", "swish"]
    if VERSION == "keras3":
        names += ["silu", "relu6", "mish", "log_sigmoid", "leaky_relu", "hard_silu", "log_softmax"]
    for name in names:
        case(f"activation_{name}", sequential(dense(activation=name), L.Activation(name)))
    case("leaky_relu", sequential(L.LeakyReLU(0.2)))
    case("leaky_relu_default", sequential(L.LeakyReLU()))
    case("prelu", sequential(L.PReLU(shared_axes=[1])))
    case("elu_layer", sequential(L.ELU(0.7)))
    case("relu_layer", sequential(L.ReLU(max_value=0.5)))
    case("relu_slope", sequential(L.ReLU(negative_slope=0.1)))
    case("softmax_layer", sequential(dense(), L.Softmax()))
    for name, layer in {"add": L.Add, "subtract": L.Subtract, "multiply": L.Multiply, "average": L.Average, "maximum": L.Maximum, "minimum": L.Minimum, "concatenate": L.Concatenate}.items():
        x = keras.Input((TIME, FEATURES), name="x")
        case(f"merge_{name}", functional(x, layer()([L.LSTM(3, return_sequences=True)(x), L.Dense(3)(x)])))
    x = keras.Input((TIME, FEATURES), name="x")
    case("concatenate_time", functional(x, L.Concatenate(axis=1)([L.Dense(4)(x), x])))
    x = keras.Input((TIME, FEATURES), name="x")
    attention = L.Activation("softmax")(L.Dot(axes=2)([L.Dense(4)(x), x]))
    case("dot_attention", functional(x, L.Dot(axes=(2, 1))([attention, x])))
    x, y = keras.Input((TIME, FEATURES), name="x"), keras.Input((TIME, FEATURES), name="y")
    shared = L.LSTM(3)
    case("shared_layer", functional([x, y], L.Concatenate()([shared(x), shared(y)])))
    inner = functional((i := keras.Input((TIME, FEATURES))), L.LSTM(4, return_sequences=True)(i))
    x = keras.Input((TIME, FEATURES), name="x")
    case("nested_model", functional(x, L.Dense(2)(inner(x))))
    case("nested_sequential", sequential(keras.Sequential([L.Dense(3), L.LSTM(4)]), dense()))
    x, v = keras.Input((TIME, FEATURES), name="x"), keras.Input((3,), name="v")
    h = L.LSTM(4)(x)
    case("two_inputs_outputs", functional([x, v], [L.Dense(2, name="a")(L.Concatenate()([h, v])), L.Dense(3, name="b")(h)]))
    case("rescaling", sequential(L.Rescaling(0.5, offset=-0.1), lstm()))
    case("normalization", sequential(L.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 0.5, 0.7]), lstm()))
    adapted = L.Normalization()
    adapted.build((None, TIME, FEATURES))
    case("normalization_adapted", sequential(adapted, lstm()))
    case("stateful", keras.Sequential([keras.Input(batch_shape=(1, TIME, FEATURES)) if VERSION == "keras3" else keras.Input((TIME, FEATURES), batch_size=1), L.LSTM(4, stateful=True, return_sequences=True)]), batch=1)
    case("open_time", sequential(L.Masking(0.0), lstm(), shape=(None, FEATURES)), pads=True)
    case("vector_model", sequential(L.Dense(5, activation="tanh"), L.BatchNormalization(), dense(), shape=(FEATURES,)))
    # --- compositions -------------------------------------------------------------------------------------------
    rng = np.random.default_rng(11)
    for index in range(40):
        layers, steps = [], TIME
        for _ in range(rng.integers(2, 5)):
            units = int(rng.integers(1, 6))
            back = bool(rng.integers(0, 2))
            options = [
                lambda: L.LSTM(units, return_sequences=True, go_backwards=back),
                lambda: L.GRU(units, return_sequences=True, reset_after=back),
                lambda: L.SimpleRNN(units, return_sequences=True, activation=["tanh", "relu"][back]),
                lambda: L.Bidirectional([L.LSTM, L.GRU][back](units, return_sequences=True), merge_mode=["concat", "sum", "ave", "mul"][units % 4]),
                lambda: L.Conv1D(units, 2, padding=["same", "causal"][back], activation=["relu", "tanh"][back]),
                lambda: L.Dense(units, activation=["elu", "sigmoid"][back]),
                lambda: L.LayerNormalization(),
                lambda: L.BatchNormalization(),
                lambda: L.MaxPooling1D(2, strides=1, padding="same"),
                lambda: L.Dropout(0.2),
            ]
            layers.append(options[rng.integers(0, len(options))]())
        layers.append([lambda: L.LSTM(3), lambda: L.GlobalMaxPooling1D(), lambda: L.Flatten(), lambda: L.GRU(2)][rng.integers(0, 4)]())
        case(f"composition_{index}", sequential(*layers))


def inputs_of(name, model, options):
    batch = options.get("batch", 2)
    arrays, told = [], []
    for index, tensor in enumerate(model.inputs):
        time = options["times"][index] if "times" in options else TIME
        shape = [batch, *[time if n is None else n for n in tensor.shape[1:]]]
        seed = prng.seed_of(f"{name}/in/{index}")
        if "ids" in options:
            data = prng.below(seed, shape, options["ids"])
            told.append({"shape": shape, "seed": seed, "below": options["ids"]})
        else:
            data = prng.uniform(seed, shape, 1.0)
            told.append({"shape": shape, "seed": seed})
            if options.get("pads"):
                data[0, 4:] = options.get("pad", 0)
                data[-1, :2] = options.get("pad", 0)
                told[-1]["pads"] = [[0, 4, TIME], [shape[0] - 1, 0, 2]]
                if "pad" in options:
                    told[-1]["pad"] = options["pad"]
        arrays.append(data)
    return arrays, told


def write(stem):
    """All cases, into `<stem>.bin` and `<stem>.json`."""
    blob, index = io.BytesIO(), []
    for name, (model, formats, options) in CASES.items():
        if VERSION == "keras3":
            model.name = name
        else:
            model._name = name
        seeded(model)
        arrays, told = inputs_of(name, model, options)
        outputs = model.predict(arrays if len(arrays) > 1 else arrays[0], verbose=0, batch_size=len(arrays[0]))
        if isinstance(outputs, dict):
            outputs = list(outputs.values())
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        position = list(CASES).index(name)
        wanted = formats or ([["keras"], ["h5"]][position % 2] if VERSION == "keras3" else [["h5"], ["h5"], ["keras"]][position % 3])
        with tempfile.TemporaryDirectory() as folder:
            for suffix in wanted:
                path = f"{folder}/model.{suffix}"
                model.save(path)
                data = Path(path).read_bytes()
                data = gzip.compress(data, 9, mtime=0)
                index.append({
                    "name": name, "format": suffix, "at": blob.tell(), "bytes": len(data), "inputs": told,
                    "outputs": [{"shape": list(o.shape), "data": base64.b64encode(np.asarray(o, "<f4").tobytes()).decode()} for o in outputs],
                })
                blob.write(data)
    (HERE / f"{stem}.bin").write_bytes(blob.getvalue())
    (HERE / f"{stem}.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in index) + "\n]\n")
    import tensorflow

    record(HERE, stem, keras=keras.__version__, tensorflow=tensorflow.__version__, numpy=np.__version__)
    print(stem, keras.__version__, len(index), "files", len(blob.getvalue()), "bytes")


if __name__ == "__main__":
    build()
    write(VERSION)
