"""More small files of Keras: options that `generate_keras_files.py` leaves at their defaults, and a stateful layer called twice.

    python generate_keras_option_files.py keras3
    python generate_keras_option_files.py keras2
"""
import base64
import gzip
import json
import tempfile
from pathlib import Path

import numpy as np

import prng
from generate_keras_files import FEATURES, HERE, L, TIME, VERSION, case, functional, keras, seeded, sequential, write


def build():
    cells = {"lstm": L.LSTM, "gru": L.GRU, "simple_rnn": L.SimpleRNN}
    forms = ["keras"]
    one = lambda name, *layers, **options: case(name, sequential(*layers, shape=options.pop("shape", (TIME, FEATURES))), forms, **options)
    for name, layer in cells.items():
        implementation = {} if layer is L.SimpleRNN else {"implementation": 1}
        one(f"{name}_unroll", layer(5, unroll=True, return_sequences=True, **implementation))
        one(f"{name}_zero_for_mask", L.Masking(0.0), layer(5, return_sequences=True, zero_output_for_mask=True), pads=True)
        one(f"{name}_backwards_masked", L.Masking(0.0), layer(5, return_sequences=True, go_backwards=True), pads=True)
        one(f"{name}_last_masked", L.Masking(0.0), layer(5), pads=True)
        x = keras.Input((TIME, FEATURES), name="x")
        case(f"{name}_state_masked", functional(x, list(layer(4, return_state=True)(L.Masking(0.0)(x)))), forms, pads=True)
        # An encoder of both directions starts a decoder of both.
        e, d = keras.Input((TIME, FEATURES), name="e"), keras.Input((TIME, 3), name="d")
        _, *state = L.Bidirectional(layer(4, return_state=True))(e)
        case(f"{name}_both_ways_seq2seq", functional([e, d], L.Bidirectional(layer(4, return_sequences=True))(d, initial_state=state)), forms)
    one("lstm_gates", L.LSTM(5, recurrent_activation="tanh", activation="softsign", unit_forget_bias=False))
    one("gru_gates", L.GRU(5, recurrent_activation="tanh", activation="softsign"))
    for name in ("lstm", "gru"):
        x = keras.Input((TIME, FEATURES), name="x")
        stacked = [L.LSTMCell(4), L.LSTMCell(3)] if name == "lstm" else [L.GRUCell(4), L.GRUCell(3)]
        y, *states = L.RNN(stacked, return_sequences=True, return_state=True)(x)
        states = [part for cell in states for part in (cell if isinstance(cell, (list, tuple)) else [cell])]
        case(f"rnn_{name}_states", functional(x, [y, *states]), forms)
    one("rnn_backwards", L.RNN(L.SimpleRNNCell(4, activation="relu", use_bias=False), go_backwards=True, return_sequences=True))
    one("masking_value", L.Masking(-1.0), L.LSTM(4, return_sequences=True), pads=True, pad=-1.0)
    for name, layer in {"max": L.GlobalMaxPooling1D, "average": L.GlobalAveragePooling1D}.items():
        one(f"global_{name}_keepdims", layer(keepdims=True), L.Dense(2))
    one("global_average_keepdims_masked", L.Masking(0.0), L.GlobalAveragePooling1D(keepdims=True), L.Dense(2), pads=True)
    one("relu_threshold", L.ReLU(threshold=0.2))
    one("softmax_vector", L.Dense(3), L.Softmax(), shape=(FEATURES,))
    one("prelu_vector", L.PReLU(), shape=(FEATURES,))
    one("flatten_vector", L.Flatten(), L.Dense(2), shape=(FEATURES,))
    one("reshape_to_vector", L.Reshape((TIME * FEATURES,)), L.Dense(2))
    one("reshape_from_vector", L.Reshape((2, 2)), L.LSTM(3), shape=(FEATURES,))
    one("permute_not", L.Permute((1, 2)), L.LSTM(3))
    one("padding_one_size", L.ZeroPadding1D(2), L.Cropping1D(1), L.UpSampling1D(3), L.Conv1D(2, 2))
    one("rescaling_offset", L.Rescaling(2.0, offset=0.3), L.Dense(3, activation="tanh"))
    one("layer_normalization_both", L.Dense(5), L.LayerNormalization(epsilon=0.01))
    one("normalization_scalar", L.Normalization(mean=0.1, variance=2.0), L.Dense(3))
    one("normalization_adapted_vector", L.Normalization(), L.Dense(3), shape=(FEATURES,))
    if VERSION == "keras3" or hasattr(L.Normalization(), "invert"):
        one("normalization_invert", L.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 0.5, 0.7], invert=True), L.Dense(3))
    for axes in (1, 2, (1, 2), (2, 2)):
        x, y = keras.Input((4, 4), name="x"), keras.Input((4, 4), name="y")
        name = str(axes).strip("()").replace(", ", "_")
        case(f"dot_axes_{name}", functional([x, y], L.Dot(axes=axes)([x, y])), forms)
    x, y = keras.Input((FEATURES,), name="x"), keras.Input((FEATURES,), name="y")
    case("dot_vectors", functional([x, y], L.Dot(axes=1)([x, y])), forms)
    x, y = keras.Input((3,), name="x"), keras.Input((FEATURES,), name="y")
    case("concatenate_vectors", functional([x, y], L.Concatenate(axis=1)([x, y])), forms)
    x, y = keras.Input((TIME, 3), name="x"), keras.Input((TIME, FEATURES), name="y")
    case("concatenate_axis_2", functional([x, y], L.Concatenate(axis=2)([x, y])), forms)
    x, y, z = (keras.Input((TIME, FEATURES), name=name) for name in "xyz")
    case("average_three", functional([x, y, z], L.Average()([x, y, z])), forms)
    # Functional models of Keras 3 say how masks are made and who is given them.
    ids = keras.Input((TIME,), name="ids", dtype="int32")
    h = L.Bidirectional(L.LSTM(3, return_sequences=True))(L.Dropout(0.2)(L.Embedding(9, 4, mask_zero=True)(ids)))
    case("functional_embedding_masked", functional(ids, L.GlobalAveragePooling1D()(L.GRU(3, return_sequences=True)(h))), forms, ids=9)
    a, b = keras.Input((TIME,), name="a", dtype="int32"), keras.Input((TIME,), name="b", dtype="int32")
    _, *state = L.LSTM(4, return_state=True)(L.Embedding(9, 4, mask_zero=True)(a))
    case("functional_masked_encoder", functional([a, b], L.LSTM(4)(L.Embedding(9, 3)(b), initial_state=state)), forms, ids=9)
    wrapped = {
        "layer_normalization": L.LayerNormalization(), "batch_normalization": L.BatchNormalization(), "relu": L.ReLU(max_value=0.5),
        "leaky_relu": L.LeakyReLU(0.1), "elu": L.ELU(0.5), "prelu": L.PReLU(), "softmax": L.Softmax(), "rescaling": L.Rescaling(0.5, 0.1),
        "activation": L.Activation("softsign"), "dropout": L.Dropout(0.3),
    }
    if VERSION == "keras3":
        wrapped["identity"] = L.Identity()
    for name, layer in wrapped.items():
        one(f"time_distributed_{name}", L.TimeDistributed(layer), L.LSTM(3))
    for name in ("relu6", "mish", "leaky_relu", "hard_tanh", "hard_swish", "celu"):
        try:
            keras.activations.get(name)
        except ValueError:
            continue
        one(f"activation_{name}_wide", L.Dense(8, activation=name), L.Rescaling(8.0), L.Activation(name))
    if VERSION == "keras2":
        one("thresholded_relu", L.ThresholdedReLU(0.3))
        one("leaky_relu_alpha", L.LeakyReLU(alpha=0.1))
    if VERSION == "keras3":
        one("layer_normalization_rms", L.Dense(5), L.LayerNormalization(epsilon=0.01, rms_scaling=True))
        one("rms_normalization", L.Dense(5), L.RMSNormalization(epsilon=0.01))
        one("lstm_seeds", L.LSTM(4, dropout=0.3, recurrent_dropout=0.3, seed=3), L.AlphaDropout(0.3))
        one("identity", L.Identity(), L.ActivityRegularization(0.1), L.Dense(3))


def stateful():
    """Two calls in a row, the second from where the first ended; then again after the states were reset."""
    told = []
    for name, layer in {"lstm": L.LSTM, "gru": L.GRU, "simple_rnn": L.SimpleRNN}.items():
        size = (3, FEATURES)
        entry = keras.Input(batch_shape=(2, *size)) if VERSION == "keras3" else keras.Input(size, batch_size=2)
        model = keras.Sequential([entry, layer(4, stateful=True, return_sequences=True), layer(3, stateful=True)], name=f"stateful_{name}")
        seeded(model)
        pieces = [prng.seed_of(f"stateful_{name}/{index}") for index in range(2)]
        fed = [prng.uniform(seed, [2, *size], 1.0) for seed in pieces]
        run = lambda x: np.asarray(model.predict(x, verbose=0, batch_size=2))
        outputs = [run(x) for x in fed]
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.keras"
            model.save(path)
            data = gzip.compress(Path(path).read_bytes(), 9, mtime=0)
        told.append({
            "name": f"stateful_{name}", "file": base64.b64encode(data).decode(), "shape": [2, *size], "seeds": pieces,
            "outputs": [base64.b64encode(y.astype("<f4").tobytes()).decode() for y in outputs],
        })
    text = "[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in told) + "\n]\n"
    (HERE / f"{VERSION}-stateful.json").write_text(text)


build()
write(f"{VERSION}-options")
stateful()
