"""The same small models in many versions of Keras, with what each computed: for the rules that changed between versions.

    python generate_keras_version_files.py run keras FOLDER       one battery, by this interpreter's Keras (any of 2.0 to 3)
    python generate_keras_version_files.py run tf.keras FOLDER    … by its tf.keras
    python generate_keras_version_files.py run tf_keras FOLDER    … by its tf_keras
    python generate_keras_version_files.py keep FOLDER            of all batteries of the folder: both sides of each change

What a version does not have, or refuses, is left out for it. `run` works from Python 3.6 on. GATEWISE_ONLY (parts of names, with commas)
makes a part of the battery, and GATEWISE_PART is what its folder's name ends in: `keep` puts the parts of a version together. The files
kept come of the whole battery in some versions, and of parts in others.
"""
import base64
import gzip
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "0")
warnings.filterwarnings("ignore")

import numpy as np

import prng

HERE = Path(__file__).parent / "keras-files"
TIME, FEATURES, IDS = 6, 3, 4
# Rows masked behind, before, amid, not at all. The second input is masked at others.
PADS = [[0, 4, 6], [1, 0, 2], [2, 2, 4]]
SECOND = [[0, 3, 5], [1, 1, 3], [3, 0, 1]]
ALL = PADS + [[3, 0, 6]]

CASES = {}


def case(name, make, **options):
    """`make` gives what a model is made of: (inputs, outputs), or a Sequential model's layers."""
    assert name not in CASES, name
    CASES[name] = (make, options)


def battery(keras, ops, old):
    """`ops`: keras.ops, or a stand-in of tf.keras with the same names; None in versions without operators."""
    L = keras.layers
    cells = {"lstm": L.LSTM, "gru": L.GRU, "rnn": L.SimpleRNN}
    given = lambda: L.Input((TIME, FEATURES), name="x")
    masked = lambda x, value=0.0: L.Masking(value)(x)
    # What mask a value carries: the mean over time leaves masked timesteps out, from Keras 2.3 on. A recurrent layer shows it in all.
    walked = lambda y: L.SimpleRNN(2, return_sequences=True, name="seen")(y)
    seen = walked if old == "graph" else lambda y: L.GlobalAveragePooling1D(name="seen")(y)
    dense = lambda *a, **o: L.Dense(*a, **o)

    def line(*layers):
        """x, masked, through layers."""
        def make():
            x = given()
            y = masked(x)
            for layer in layers:
                y = layer()(y)
            return [x], [y]
        return make

    def through(layer, look=True):
        """x, masked, through a layer: what it gives, and what mask it hands on."""
        def make():
            x = given()
            y = layer()(masked(x))
            return [x], [y, seen(y)] if look else [y]
        return make

    # --- recurrent layers ---------------------------------------------------------------------------------------
    for name, layer in cells.items():
        # The rest of the battery for one kind only: what walks and masks is common to all.
        lstm = case if name == "lstm" else lambda *a, **o: None
        case(name + "_default", lambda layer=layer: [layer(3, input_shape=(TIME, FEATURES))])
        case(name + "_masked", line(lambda layer=layer: layer(3, return_sequences=True)), pads=ALL)
        lstm(name + "_masked_last", line(lambda layer=layer: layer(3)), pads=ALL)
        case(name + "_masked_backwards", line(lambda layer=layer: layer(3, return_sequences=True, go_backwards=True), lambda: L.SimpleRNN(2, return_sequences=True, name="seen")), pads=ALL)
        lstm(name + "_masked_backwards_last", line(lambda layer=layer: layer(3, go_backwards=True)), pads=ALL)
        case(name + "_masked_bidirectional", line(lambda layer=layer: L.Bidirectional(layer(2, return_sequences=True)), lambda: L.SimpleRNN(2, return_sequences=True, name="seen")), pads=PADS)
        lstm(name + "_masked_bidirectional_values", line(lambda layer=layer: L.Bidirectional(layer(2, return_sequences=True))), pads=ALL)
        lstm(name + "_masked_bidirectional_last", line(lambda layer=layer: L.Bidirectional(layer(2))), pads=ALL)
        lstm(name + "_unrolled_masked", line(lambda layer=layer: layer(3, return_sequences=True, unroll=True)), pads=ALL)
        lstm(name + "_unrolled_masked_last", line(lambda layer=layer: layer(3, unroll=True)), pads=ALL)
        case(name + "_unrolled_masked_backwards", line(lambda layer=layer: layer(3, return_sequences=True, unroll=True, go_backwards=True)), pads=ALL)
        lstm(name + "_unrolled_masked_backwards_last", line(lambda layer=layer: layer(3, unroll=True, go_backwards=True)), pads=ALL)
        case(name + "_unrolled_masked_bidirectional", line(lambda layer=layer: L.Bidirectional(layer(2, return_sequences=True, unroll=True))), pads=PADS)
        lstm(name + "_unrolled_masked_bidirectional_last", line(lambda layer=layer: L.Bidirectional(layer(2, unroll=True))), pads=PADS)
        case(name + "_zero_output", line(lambda layer=layer: layer(3, return_sequences=True, zero_output_for_mask=True)), pads=ALL)
        lstm(name + "_zero_output_last", line(lambda layer=layer: layer(3, zero_output_for_mask=True)), pads=ALL)
        lstm(name + "_zero_output_backwards", line(lambda layer=layer: layer(3, return_sequences=True, zero_output_for_mask=True, go_backwards=True)), pads=PADS)

        def states(layer=layer):
            x = given()
            return [x], list(layer(3, return_sequences=True, return_state=True)(masked(x)))
        lstm(name + "_masked_states", states, pads=ALL)

        def started(layer=layer, look=True):
            x, d = given(), L.Input((TIME, FEATURES), name="d")
            state = layer(3, return_state=True)(x)[1:]
            y = layer(3, return_sequences=True)(masked(d), initial_state=list(state))
            return [x, d], [y, seen(y)]
        case(name + "_masked_initial_state", started, pads=[[], PADS])

        def started_plain(layer=layer):
            x, d = given(), L.Input((TIME, FEATURES), name="d")
            state = layer(3, return_state=True)(masked(x))[1:]
            return [x, d], [layer(3, return_sequences=True)(d, initial_state=list(state))]
        lstm(name + "_initial_state", started_plain, pads=[PADS, []])

    def both_ways(merge, masks=True, look=True):
        def make():
            x = given()
            made = L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=merge)(masked(x) if masks else x)
            made = list(made) if merge is None else [made]
            return [x], made + ([seen(made[0])] if look else [])
        return make

    for merge in ("sum", "mul", "ave", None):
        case("bidirectional_masked_{}".format(merge or "none"), both_ways(merge), pads=PADS)

    def both_states():
        x = given()
        return [x], list(L.Bidirectional(L.LSTM(2, return_sequences=True, return_state=True))(masked(x)))
    case("bidirectional_masked_states", both_states, pads=PADS)

    def both_started(masks):
        def make():
            x, d = given(), L.Input((TIME, FEATURES), name="d")
            state = L.Bidirectional(L.LSTM(2, return_state=True))(x)[1:]
            y = L.Bidirectional(L.LSTM(2, return_sequences=True))(masked(d) if masks else d, initial_state=list(state))
            return [x, d], [y, seen(y)]
        return make
    case("bidirectional_initial_state", both_started(False))
    case("bidirectional_masked_initial_state", both_started(True), pads=[[], PADS])

    def two_kinds():
        x = given()
        back = L.GRU(2, return_sequences=True, go_backwards=True)
        y = L.Bidirectional(L.LSTM(2, return_sequences=True), backward_layer=back)(masked(x))
        return [x], [y, seen(y)]
    case("bidirectional_backward_layer", two_kinds, pads=PADS)
    stacked = lambda **o: L.RNN([L.LSTMCell(3), L.GRUCell(2)], **o)
    case("rnn_cells", lambda: [stacked(return_sequences=True, input_shape=(TIME, FEATURES))])
    case("rnn_cells_masked", through(lambda: stacked(return_sequences=True)), pads=PADS)
    case("rnn_cells_masked_last", line(stacked), pads=ALL)

    def stack_states():
        x = given()
        flat = []
        for one in stacked(return_state=True, return_sequences=True)(x):
            flat.extend(one if isinstance(one, (list, tuple)) else [one])
        return [x], flat
    case("rnn_cells_states", stack_states)

    def stack_started():
        x, *state = [given()] + [L.Input((n,), name="s{}".format(at)) for at, n in enumerate((3, 3, 2))]
        return [x] + state, [L.RNN([L.LSTMCell(3), L.GRUCell(2)])(x, initial_state=state)]
    case("rnn_cells_initial_state", stack_started)
    def stack_handed_on():
        x, d = given(), L.Input((TIME, FEATURES), name="d")
        flat = []
        for one in stacked(return_state=True)(x)[1:]:
            flat.extend(one if isinstance(one, (list, tuple)) else [one])
        return [x, d], [stacked()(d, initial_state=flat)]
    case("rnn_cells_handed_on", stack_handed_on)
    case("rnn_cell_backwards", through(lambda: L.RNN(L.GRUCell(3), return_sequences=True, go_backwards=True)), pads=PADS)
    for reset in (False, True):
        case("gru_reset_{}".format("after" if reset else "before"), lambda reset=reset: [L.GRU(3, reset_after=reset, input_shape=(TIME, FEATURES))])
    case("lstm_hard_sigmoid", lambda: [L.LSTM(3, recurrent_activation="hard_sigmoid", input_shape=(TIME, FEATURES))])
    case("lstm_sigmoid", lambda: [L.LSTM(3, recurrent_activation="sigmoid", input_shape=(TIME, FEATURES))])
    case("lstm_implementation_1", lambda: [L.LSTM(3, implementation=1, activation="relu", input_shape=(TIME, FEATURES))])
    case("stateful", lambda: [L.LSTM(3, stateful=True, return_sequences=True, batch_input_shape=(4, TIME, FEATURES))], no=["keras3"])

    def stateful3():
        x = L.Input(batch_shape=(4, TIME, FEATURES), name="x")
        return [x], [L.LSTM(3, stateful=True, return_sequences=True)(masked(x))]
    case("stateful_masked", stateful3, pads=PADS)
    case("masking_value", through(lambda: L.Activation("linear")), pads=PADS)

    def masking_other():
        x = given()
        y = masked(x, -1.5)
        return [x], [y, seen(y)]
    case("masking_minus", masking_other, pads=PADS, pad=-1.5)

    def masking_part():
        # One feature alone is the value: not masked, but does it stay?
        x = given()
        y = masked(L.ReLU()(x) if hasattr(L, "ReLU") else L.Activation("relu")(x))
        return [x], [y, seen(y)]
    case("masking_some_features", masking_part, pads=PADS)

    def masking_twice():
        x = given()
        y = L.Masking(0.0)(L.Activation("relu")(L.Masking(-1.5)(x)))
        return [x], [y, seen(y)]
    case("masking_twice", masking_twice, pads=PADS, pad=-1.5)

    def embedding(layer):
        def make():
            ids = L.Input((TIME,), name="ids")
            y = layer()(L.Embedding(IDS, 3, mask_zero=True)(ids))
            return [ids], [y] if len(y.shape) < 3 else [y, seen(y)]
        return make

    case("embedding_mask_zero", embedding(lambda: L.Dense(2)), ids=IDS)
    case("embedding_average", embedding(lambda: L.GlobalAveragePooling1D()), ids=IDS)

    # --- layers: what they do with a mask, and whether they hand it on -----------------------------------------------
    many = {
        "dense": lambda: dense(3), "activation": lambda: L.Activation("tanh"), "leaky_relu": lambda: L.LeakyReLU(), "elu": lambda: L.ELU(),
        "prelu": lambda: L.PReLU(shared_axes=[1]), "relu": lambda: L.ReLU(), "thresholded_relu": lambda: L.ThresholdedReLU(0.3),
        "softmax": lambda: L.Softmax(), "softmax_activation": lambda: L.Activation("softmax"), "dropout": lambda: L.Dropout(0.3),
        "spatial_dropout": lambda: L.SpatialDropout1D(0.3), "gaussian_noise": lambda: L.GaussianNoise(0.3), "gaussian_dropout": lambda: L.GaussianDropout(0.3),
        "alpha_dropout": lambda: L.AlphaDropout(0.3), "batch_normalization": lambda: L.BatchNormalization(), "layer_normalization": lambda: L.LayerNormalization(),
        "rms_normalization": lambda: L.RMSNormalization(), "activity_regularization": lambda: L.ActivityRegularization(l2=0.1),
        "conv1d_valid": lambda: L.Conv1D(3, 2), "conv1d_one": lambda: L.Conv1D(3, 1), "conv1d_same": lambda: L.Conv1D(3, 3, padding="same"),
        "conv1d_causal": lambda: L.Conv1D(3, 2, padding="causal"), "conv1d_strided": lambda: L.Conv1D(3, 2, strides=2), "max_pooling": lambda: L.MaxPooling1D(2),
        "average_pooling": lambda: L.AveragePooling1D(2), "max_pooling_1": lambda: L.MaxPooling1D(1), "average_pooling_same": lambda: L.AveragePooling1D(2, strides=1, padding="same"),
        "zero_padding": lambda: L.ZeroPadding1D((1, 2)), "zero_padding_none": lambda: L.ZeroPadding1D(0), "cropping": lambda: L.Cropping1D((1, 2)), "cropping_none": lambda: L.Cropping1D((0, 0)),
        "up_sampling": lambda: L.UpSampling1D(2), "up_sampling_1": lambda: L.UpSampling1D(1), "permute": lambda: L.Permute((2, 1)), "permute_same": lambda: L.Permute((1, 2)),
        "reshape_same": lambda: L.Reshape((TIME, FEATURES)), "reshape": lambda: L.Reshape((FEATURES, TIME)), "rescaling": lambda: L.Rescaling(0.5, offset=0.2),
        "normalization": lambda: L.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 1.0, 2.0]), "identity": lambda: L.Identity(), "time_distributed": lambda: L.TimeDistributed(dense(3)),
        "time_distributed_activation": lambda: L.TimeDistributed(L.Activation("tanh")), "time_distributed_dropout": lambda: L.TimeDistributed(L.Dropout(0.1)),
        "time_distributed_batch_normalization": lambda: L.TimeDistributed(L.BatchNormalization()), "time_distributed_layer_normalization": lambda: L.TimeDistributed(L.LayerNormalization()),
        "time_distributed_softmax": lambda: L.TimeDistributed(L.Softmax()), "time_distributed_leaky_relu": lambda: L.TimeDistributed(L.LeakyReLU()),
        "lstm": lambda: L.LSTM(3, return_sequences=True),
    }
    for name, layer in many.items():
        case("mask_" + name, through(layer), pads=PADS)
    for name, layer in {"global_average": lambda: L.GlobalAveragePooling1D(), "global_max": lambda: L.GlobalMaxPooling1D(), "flatten": lambda: L.Flatten(), "global_average_kept": lambda: L.GlobalAveragePooling1D(keepdims=True), "global_max_kept": lambda: L.GlobalMaxPooling1D(keepdims=True)}.items():
        case("mask_" + name, through(layer, look=False), pads=PADS)

    def averaged(layer):
        def make():
            x = given()
            return [x], [layer()(L.LSTM(3, return_sequences=True)(masked(x)))]
        return make
    case("mask_lstm_global_average", averaged(L.GlobalAveragePooling1D), pads=PADS)
    case("mask_lstm_global_max", averaged(L.GlobalMaxPooling1D), pads=PADS)
    case("mask_dense_flatten", line(lambda: dense(2), lambda: L.Flatten(), lambda: dense(2)), pads=PADS)
    case("mask_repeat_vector", line(lambda: L.LSTM(2), lambda: L.RepeatVector(3), lambda: L.GRU(2, return_sequences=True)), pads=PADS)
    case("mask_global_average_all", line(lambda: L.GlobalAveragePooling1D()), pads=ALL, nan=True)

    def nested(sequential):
        def make():
            x = given()
            if sequential:
                inner = keras.models.Sequential([L.Dense(3, input_shape=(TIME, FEATURES)), L.LSTM(2, return_sequences=True)], name="inner")
            else:
                i = L.Input((TIME, FEATURES), name="i")
                inner = keras.models.Model(inputs=i, outputs=L.LSTM(2, return_sequences=True)(L.Dense(3)(i)), name="inner")
            y = inner(masked(x))
            return [x], [y, seen(y)]
        return make
    case("mask_nested_model", nested(False), pads=PADS)
    case("mask_nested_sequential", nested(True), pads=PADS)

    def nested_twice():
        # The first call's value is read and given out, the second one's read alone.
        x, d = given(), L.Input((TIME, FEATURES), name="d")
        i = L.Input((TIME, FEATURES), name="i")
        inner = keras.models.Model(inputs=i, outputs=L.LSTM(2)(i), name="inner")
        first, second = inner(x), inner(d)
        return [x, d], [first, L.Dense(3)(L.Concatenate()([first, second]))]
    case("nested_model_twice", nested_twice)

    def nested_masking():
        i = L.Input((TIME, FEATURES), name="i")
        inner = keras.models.Model(inputs=i, outputs=L.Dense(3)(L.Masking(0.0)(i)), name="inner")
        x = given()
        y = inner(x)
        return [x], [y, seen(y)]
    case("mask_made_in_nested_model", nested_masking, pads=PADS)

    # --- merges of what is masked alike, differently, in part -------------------------------------------------------
    merges = {"add": L.Add, "subtract": getattr(L, "Subtract", None), "multiply": L.Multiply, "average": L.Average, "maximum": L.Maximum, "minimum": getattr(L, "Minimum", None), "concatenate": L.Concatenate}

    def merged(merge, which, seen=seen):
        def make():
            a, b = L.Input((TIME, FEATURES), name="a"), L.Input((TIME, FEATURES), name="b")
            ins = [a, b]
            one = dense(3, name="left")(masked(a)) if "a" in which else dense(3, name="left")(a)
            two = dense(3, name="right")(masked(b)) if "b" in which else dense(3, name="right")(b)
            y = merge()([one, two] + ([dense(3, name="third")(a)] if "c" in which else []))
            return ins, [y, seen(y)]
        return make

    def alike(merge):
        def make():
            x = given()
            m = masked(x)
            y = merge()([dense(3, name="left")(m), dense(3, name="right")(m)])
            return [x], [y, seen(y)]
        return make

    for name, merge in merges.items():
        case("merge_{}_alike".format(name), alike(merge), pads=PADS)
        for which, word in {"ab": "both", "a": "first", "b": "second"}.items():
            case("merge_{}_{}".format(name, word), merged(merge, which), pads=[PADS, SECOND])
    for name in ("add", "multiply", "maximum", "concatenate"):
        case("merge_{}_third_unmasked".format(name), merged(merges[name], "abc"), pads=[PADS, SECOND])
    case("merge_add_all_masked", merged(L.Add, "ab", walked), pads=[ALL, ALL])
    case("merge_multiply_all_masked", merged(L.Multiply, "ab", walked), pads=[ALL, ALL])
    case("merge_maximum_all_masked", merged(L.Maximum, "ab", walked), pads=[ALL, ALL])
    case("merge_concatenate_time", merged(lambda: L.Concatenate(axis=1), "ab"), pads=[PADS, SECOND])
    case("merge_concatenate_time_first", merged(lambda: L.Concatenate(axis=1), "a"), pads=[PADS, SECOND])
    case("merge_dot", merged(lambda: L.Dot(axes=2), "ab"), pads=[PADS, SECOND])
    case("merge_dot_plain", merged(lambda: L.Dot(axes=2), ""), pads=[PADS, SECOND])
    case("merge_dot_normalized", merged(lambda: L.Dot(axes=2, normalize=True), ""))

    def wide(merge):
        def make():
            x = given()
            m = masked(x)
            y = merge()([dense(3, name="left")(m), dense(1, name="right")(m)])
            return [x], [y, seen(y)]
        return make
    for name in ("add", "multiply", "maximum"):
        case("merge_{}_broadcast".format(name), wide(merges[name]), pads=PADS)

    def vector(merge):
        def make():
            x = given()
            m = masked(x)
            y = merge()([dense(3, name="left")(m), L.Reshape((1, 3))(L.LSTM(3)(m))])
            return [x], [y, seen(y)]
        return make
    case("merge_multiply_one_step", vector(L.Multiply), pads=PADS)
    case("merge_add_one_step", vector(L.Add), pads=PADS)

    # --- settings and activations ---------------------------------------------------------------------------------
    for name in ("relu6", "gelu", "leaky_relu", "elu", "selu", "softplus", "softsign", "swish", "silu", "mish", "exponential", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "log_sigmoid", "log_softmax", "softmax",
                 "celu", "tanh_shrink", "soft_shrink", "hard_shrink", "squareplus", "sparse_plus", "sparsemax", "sparse_sigmoid", "threshold", "sigmoid", "relu"):
        case("activation_" + name, lambda name=name: [L.Dense(3, activation=name, input_shape=(TIME, FEATURES)), L.Activation(name)])
    forms = {
        "leaky_relu": lambda: L.LeakyReLU(), "relu_6": lambda: L.ReLU(max_value=1.0), "relu_slope": lambda: L.ReLU(negative_slope=0.1), "relu_threshold": lambda: L.ReLU(threshold=0.4), "relu_all": lambda: L.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.4),
        "elu": lambda: L.ELU(), "elu_alpha": lambda: L.ELU(0.5), "thresholded_relu": lambda: L.ThresholdedReLU(), "softmax": lambda: L.Softmax(), "prelu": lambda: L.PReLU(shared_axes=[1]),
        "batch_normalization": lambda: L.BatchNormalization(), "batch_normalization_plain": lambda: L.BatchNormalization(scale=False, center=False), "layer_normalization": lambda: L.LayerNormalization(), "layer_normalization_rms": lambda: L.LayerNormalization(rms_scaling=True),
        "rms_normalization": lambda: L.RMSNormalization(), "rescaling": lambda: L.Rescaling([0.5, 1.0, 2.0]), "normalization": lambda: L.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 0.0, 2.0]),
        "normalization_stored": lambda: L.Normalization(), "conv1d_groups": lambda: L.Conv1D(6, 2, groups=3), "conv1d_causal": lambda: L.Conv1D(3, 2, padding="causal", dilation_rate=2), "conv1d_same_strided": lambda: L.Conv1D(3, 3, padding="same", strides=2), "average_pooling_same": lambda: L.AveragePooling1D(3, strides=2, padding="same"),
        "max_pooling_same": lambda: L.MaxPooling1D(3, strides=2, padding="same"), "activation_layer_in_dense": lambda: L.Dense(3, activation=L.LeakyReLU()), "activation_relu6_function": lambda: L.Activation(keras.activations.relu6), "flatten": lambda: L.Flatten(), "cropping": lambda: L.Cropping1D((1, 1)),
    }
    for name, layer in forms.items():
        def make(layer=layer):
            x = given()
            return [x], [layer()(x)]
        case("layer_" + name, make)

    # --- operators and functions ----------------------------------------------------------------------------------------
    if ops is not None:
        pair = {
            "add": lambda y, e: y + e, "subtract": lambda y, e: y - e, "multiply": lambda y, e: y * e, "divide": lambda y, e: y / (e * e + 1), "maximum": lambda y, e: ops.maximum(y, e), "concatenate": lambda y, e: ops.concatenate([y, e], axis=-1), "matmul": lambda y, e: ops.matmul(y, ops.transpose(e, [0, 2, 1])),
            "matmul_plain": lambda y, e: y @ ops.transpose(e, [0, 2, 1]), "stack": lambda y, e: ops.stack([y, e], axis=1)[:, 0], "where": lambda y, e: ops.where(y > e, y, e), "concatenate_time": lambda y, e: ops.concatenate([y, e], axis=1),
        }
        for name, run in pair.items():
            def make(run=run):
                a, b = L.Input((TIME, FEATURES), name="a"), L.Input((TIME, FEATURES), name="b")
                y = run(dense(3, name="left")(masked(a)), dense(3, name="right")(masked(b)))
                return [a, b], [y, seen(y)]
            case("op_" + name, make, pads=[PADS, SECOND])
        single = {
            "constants": lambda y: y * 10 + 3, "constant_first": lambda y: 1 - y, "divide_by": lambda y: y / 2, "negative": lambda y: -y, "power": lambda y: y ** 2, "slice": lambda y: y[:, 1:], "slice_features": lambda y: y[..., :2], "slice_back": lambda y: y[:, ::-1], "relu": lambda y: ops.relu(y), "sigmoid": lambda y: ops.sigmoid(y), "tanh": lambda y: ops.tanh(y), "softmax": lambda y: ops.softmax(y),
            "exp": lambda y: ops.exp(y), "abs": lambda y: ops.abs(y), "square": lambda y: ops.square(y), "reshape": lambda y: ops.reshape(y, [-1, TIME, FEATURES]), "transpose": lambda y: ops.transpose(y, [0, 2, 1]), "mean_features": lambda y: ops.mean(y, axis=-1, keepdims=True), "gelu": lambda y: ops.gelu(y), "leaky_relu": lambda y: ops.leaky_relu(y), "silu": lambda y: ops.silu(y), "hard_sigmoid": lambda y: keras.activations.hard_sigmoid(y), "activations_relu": lambda y: keras.activations.relu(y), "clip": lambda y: ops.clip(y, -0.2, 0.3),
        }
        for name, run in single.items():
            def make(run=run):
                x = given()
                y = run(dense(3)(masked(x)))
                return [x], [y, seen(y)]
            case("op_" + name, make, pads=PADS)
        ends = {
            "last": lambda y: y[:, -1, :], "first": lambda y: y[:, 0], "mean": lambda y: ops.mean(y, axis=1), "max": lambda y: ops.max(y, axis=1), "sum": lambda y: ops.sum(y, axis=1), "min": lambda y: ops.min(y, axis=1), "squeeze": lambda y: ops.squeeze(ops.mean(y, axis=1, keepdims=True), axis=1), "expand": lambda y: ops.expand_dims(y[:, -1], axis=1),
            "flat": lambda y: ops.reshape(y, [-1, TIME * 3]), "mean_all_features": lambda y: ops.mean(y, axis=-1),
        }
        for name, run in ends.items():
            def make(run=run):
                x = given()
                return [x], [dense(2)(run(L.LSTM(3, return_sequences=True)(masked(x))))]
            case("op_" + name, make, pads=PADS)

        def univariate():
            x = L.Input((TIME,), name="x")
            return [x], [L.LSTM(3)(ops.expand_dims(x, axis=-1))]
        case("op_expand_dims_univariate", univariate)

        def attention():
            x = given()
            y = L.LSTM(3, return_sequences=True)(x)
            scores = ops.softmax(ops.matmul(y, ops.transpose(y, [0, 2, 1])))
            return [x], [ops.matmul(scores, y)[:, -1]]
        case("op_attention", attention)

        def residual():
            x = given()
            y = L.LSTM(3, return_sequences=True)(x)
            return [x], [L.LSTM(2)(x + y)]
        case("op_residual", residual)
        case("op_on_input", lambda: (lambda x: ([x], [L.LSTM(2)(x * 2 - 0.5)]))(given()))

    def reshaped():
        x = L.Input((TIME,), name="x")
        return [x], [L.LSTM(3)(L.Reshape((TIME, 1))(x))]
    case("reshape_univariate", reshaped)

    # --- names of weights in files -------------------------------------------------------------------------------------
    def names(kind):
        def make():
            if kind == "sequential":
                return [L.LSTM(3, return_sequences=True, input_shape=(TIME, FEATURES)), L.LSTM(2, return_sequences=True), L.GRU(2, return_sequences=True), L.BatchNormalization(), L.Dense(2), L.Dense(3)]
            x = given()
            if kind == "bidirectional":
                return [x], [L.Bidirectional(L.LSTM(2))(L.Bidirectional(L.GRU(2, return_sequences=True))(x))]
            if kind == "cells":
                return [x], [L.RNN([L.LSTMCell(2), L.LSTMCell(3), L.GRUCell(2)])(L.RNN(L.SimpleRNNCell(2), return_sequences=True)(x))]
            if kind == "nested":
                i = L.Input((TIME, FEATURES), name="i")
                inner = keras.models.Model(inputs=i, outputs=L.LSTM(2)(L.LSTM(3, return_sequences=True)(i)), name="inner")
                return [x], [L.Dense(2)(inner(L.Dense(3)(x)))]
            if kind == "nested_sequential":
                inner = keras.models.Sequential([L.LSTM(3, return_sequences=True, input_shape=(TIME, FEATURES)), L.LSTM(2)], name="inner")
                return [x], [L.Dense(2)(inner(L.Dense(3)(x)))]
            if kind == "own_names":
                return [x], [L.Dense(2, name="the_end")(L.TimeDistributed(L.Dense(3, name="wrapped"), name="each")(L.LSTM(3, return_sequences=True, name="my_lstm")(x)))]
            if kind == "many":
                y = x
                for _ in range(12):
                    y = L.Dense(3)(y)
                return [x], [y]
            shared = L.LSTM(3, return_sequences=True)
            return [x], [L.Dense(2)(shared(shared(x)))]
        return make

    for kind in ("sequential", "bidirectional", "cells", "nested", "nested_sequential", "own_names", "many", "shared"):
        case("names_" + kind, names(kind))


class TensorFlow:
    """The functions of keras.ops by TensorFlow's names for them: tf.keras makes layers of them from 2.4 on."""

    def __init__(self, tf):
        nn, math = tf.nn, tf.math
        plain = dict(maximum=math.maximum, matmul=tf.matmul, transpose=tf.transpose, where=tf.where, relu=nn.relu, sigmoid=math.sigmoid, tanh=math.tanh,
                     softmax=nn.softmax, exp=math.exp, abs=math.abs, square=math.square, reshape=tf.reshape, mean=tf.reduce_mean, max=tf.reduce_max, sum=tf.reduce_sum, min=tf.reduce_min,
                     squeeze=tf.squeeze, expand_dims=tf.expand_dims, stack=tf.stack, concatenate=tf.concat, clip=tf.clip_by_value, leaky_relu=nn.leaky_relu,
                     silu=getattr(nn, "silu", None), gelu=getattr(nn, "gelu", None))
        for name, run in plain.items():
            setattr(self, name, run)


def values_for(name, layer, counts):
    """Weights by the case, the class and the shape, not by names, which versions count otherwise; alike layers in the model's order."""
    if hasattr(layer, "layers") and layer.__class__.__name__ in ("Sequential", "Functional", "Model"):
        for inner in layer.layers:
            values_for(name, inner, counts)
        return
    kind = layer.__class__.__name__
    made = []
    for at, old in enumerate(layer.get_weights()):
        shape = list(np.shape(old))
        key = "{}/{}/{}/{}".format(name, kind, at, shape)
        counts[key] = counts.get(key, -1) + 1
        if kind == "Normalization":
            made.append(np.array(5, "int64") if at == 2 else np.array([0.1, -0.2, 0.3] if at == 0 else [0.5, 1.0, 2.0], "float32").reshape(shape))
            continue
        one = prng.uniform(prng.seed_of(key + "/" + str(counts[key])), shape or [1], 0.6).reshape(shape)
        normal = kind == "BatchNormalization" or (kind == "TimeDistributed" and layer.layer.__class__.__name__ == "BatchNormalization")
        made.append(np.abs(one) + 0.3 if normal and at == len(layer.get_weights()) - 1 else one)
    if made:
        layer.set_weights(made)
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def inputs_of(name, tensors, options):
    arrays, told = [], []
    for index, tensor in enumerate(tensors):
        shape = [None if getattr(n, "value", n) is None else int(getattr(n, "value", n)) for n in tensor.shape]
        shape = [4] + [TIME if n is None else int(n) for n in shape[1:]]
        seed = prng.seed_of("{}/in/{}".format(name, index))
        called = tensor.name.split(":")[0]
        if "ids" in options:
            arrays.append(prng.below(seed, shape, options["ids"]))
            told.append({"name": called, "shape": shape, "seed": seed, "below": options["ids"]})
            continue
        data = prng.uniform(seed, shape, 1.0)
        one = {"name": called, "shape": shape, "seed": seed}
        pads = options.get("pads", [])
        if pads and (not pads[0] or isinstance(pads[0][0], list)):
            pads = pads[index]
        if pads and len(shape) == 3:
            for row, start, end in pads:
                data[row, start:end] = options.get("pad", 0)
            one["pads"] = pads
            if "pad" in options:
                one["pad"] = options["pad"]
        arrays.append(data)
        told.append(one)
    return arrays, told


def imported(flavour):
    """The module, its version as files will say it, whether it is Keras 3, and the operators."""
    if flavour == "tf.keras":
        import tensorflow as tf
        version = getattr(tf.keras, "__version__", None) or tf.__version__
        return tf.keras, "tf.keras {}".format(tf.__version__), "graph" if tf.__version__.startswith("1.") else "keras2", TensorFlow(tf)
    if flavour == "tf_keras":
        import tensorflow as tf
        import tf_keras
        return tf_keras, "tf_keras {}".format(tf_keras.__version__), "keras2", TensorFlow(tf)
    import keras
    if keras.__version__.startswith("2."):
        import tensorflow
        return keras, "keras {}".format(keras.__version__), "graph", None
    ops = type("Ops", (), {})
    for name in (one for one in dir(keras.ops) if not one.startswith("_")):
        setattr(ops, name, staticmethod(getattr(keras.ops, name)))
    return keras, "keras {} {}".format(keras.__version__, keras.backend.backend()), "keras3", ops


def run(flavour, folder):
    keras, label, dialect, ops = imported(flavour)
    battery(keras, ops, dialect)
    # Step by step: compiling each small model takes longer than all that it computes.
    if "tensorflow" in sys.modules and dialect != "graph":
        config = sys.modules["tensorflow"].config
        getattr(config, "run_functions_eagerly", None) and config.run_functions_eagerly(True)
        getattr(config, "run_functions_eagerly", None) or config.experimental_run_functions_eagerly(True)
    folder = Path(folder) / (label.replace(" ", "-") + os.environ.get("GATEWISE_PART", ""))
    folder.mkdir(parents=True, exist_ok=True)
    only = os.environ.get("GATEWISE_ONLY")
    index, refused = [], {}
    for name, (make, options) in CASES.items():
        if dialect in options.get("no", []) or (only and not any(one in name for one in only.split(","))):
            continue
        try:
            keras.backend.clear_session()
            made = make()
            if isinstance(made, list):
                model = keras.models.Sequential(made, name=name)
            else:
                model = keras.models.Model(inputs=made[0] if len(made[0]) > 1 else made[0][0], outputs=made[1] if len(made[1]) > 1 else made[1][0], name=name)
            counts = {}
            for layer in model.layers:
                values_for(name, layer, counts)
            arrays, told = inputs_of(name, model.inputs, options)
            fed = arrays if len(arrays) > 1 else arrays[0]
            outputs = model.predict(fed, batch_size=4, verbose=0) if dialect == "graph" or "numpy" in label else model(fed, training=False)
            outputs = [np.asarray(one, "<f4") for one in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
        except Exception as error:
            refused[name] = "{}: {}".format(type(error).__name__, str(error).strip()[:200])
            continue
        for suffix in ("h5", "keras"):
            with tempfile.TemporaryDirectory() as inner:
                path = "{}/model.{}".format(inner, suffix)
                try:
                    if suffix == "h5":
                        model.save(path, include_optimizer=False)
                    else:
                        model.save(path)
                        if Path(path).is_file() and Path(path).read_bytes()[:2] != b"PK":
                            # Keras 2.12 writes its new form only when asked by name.
                            model.save(path, save_format="keras_v3")
                    if not Path(path).is_file():
                        continue
                    data = Path(path).read_bytes()
                except Exception as error:
                    refused[name + "." + suffix] = "{}: {}".format(type(error).__name__, str(error).strip()[:200])
                    continue
            if suffix == "keras" and data[:4] != b"PK\x03\x04":
                continue  # An older version's HDF5 under that name.
            (folder / "{}.{}".format(name, suffix)).write_bytes(data)
            index.append({"name": name, "format": suffix, "inputs": told, "outputs": [{"shape": list(one.shape), "data": base64.b64encode(one.tobytes()).decode()} for one in outputs]})
    (folder / "index.json").write_text(json.dumps({"by": label, "python": sys.version.split()[0], "cases": index, "refused": refused}))
    print(label, len(index), "files", len(refused), "refused")


def order(by):
    """By family, then by number: keras 2, tf.keras, tf_keras, keras 3."""
    family, number = by.split()[:2]
    parts = [int(n) for n in number.split(".")[:3]]
    return [["keras", "tf.keras", "tf_keras"].index(family) if family != "keras" or parts[0] < 3 else 3] + parts + [by]


def same(a, b):
    if [one["shape"] for one in a] != [one["shape"] for one in b]:
        return False
    numbers = [[np.frombuffer(base64.b64decode(one["data"]), "<f4") for one in side] for side in (a, b)]
    return all(np.allclose(x, y, rtol=2e-5, atol=2e-5, equal_nan=True) for x, y in zip(*numbers))


def read(folder):
    """All batteries of the folder, in order: a version's may be in parts."""
    runs = {}
    for path in sorted(Path(folder).glob("*/index.json")):
        one = json.loads(path.read_text())
        cases = [dict(entry, folder=str(path.parent)) for entry in one["cases"]]
        whole = runs.setdefault(one["by"], {"python": one["python"], "cases": [], "refused": {}})
        known = {entry["name"] for entry in whole["cases"]}
        whole["cases"] += [entry for entry in cases if entry["name"] not in known]
        whole["refused"].update(one["refused"])
    return [(by, runs[by]) for by in sorted(runs, key=order)]


def eras(runs):
    """By case: runs of versions, in order, that computed the same: [[(by, outputs, formats), …], …]."""
    found = {}
    for by, one in runs:
        by_name = {}
        for entry in one["cases"]:
            by_name.setdefault(entry["name"], []).append(entry)
        for name, entries in by_name.items():
            groups = found.setdefault(name, [])
            if groups and same(groups[-1][-1][1][0]["outputs"], entries[0]["outputs"]):
                groups[-1].append((by, entries))
            else:
                groups.append([(by, entries)])
    return found


def formed(name, group):
    """Versions whose files differ in form, though not in what they compute: weights' names, numbers of calls, operators."""
    if name.startswith("names_") or "nested_model" in name:
        return [one for one in group if any(entry["format"] == "keras" for entry in one[1])]
    if not name.startswith("op_"):
        return []
    family = lambda one: order(one[0])[0]
    return [one for at, one in enumerate(group) if at in (0, len(group) - 1) or family(group[at - 1]) != family(one) or family(group[at + 1]) != family(one)]


def keep(folder):
    """What a case computed in the first and the last version of each era; of one that never changed the newest alone.
    Of forms that files have, more versions.

    All files stand one after another in `keras-versions.bin`, deflated as a whole, since those of one version are much alike:
    `at` and `bytes` of the index, `keras-versions.json.gz`, count in what it inflates to.
    """
    runs = read(folder)
    chosen = []
    for name, groups in sorted(eras(runs).items()):
        for group in groups:
            ends = group[-1:] if len(groups) == 1 else [group[0], group[-1]][: len(group)]
            ends += [one for one in formed(name, group) if one not in ends]
            for at, (by, entries) in enumerate(ends):
                forms = {entry["format"]: entry for entry in entries}
                wanted = ["keras", "h5"] if at > 0 or len(groups) == 1 or formed(name, group) else ["h5", "keras"]
                chosen.append(dict(forms.get(wanted[0]) or forms[wanted[1]], by=by))
    chosen.sort(key=lambda one: (order(one["by"]), one["format"]))
    blob, index = [], []
    for entry in chosen:
        data = (Path(entry.pop("folder")) / "{}.{}".format(entry["name"], entry["format"])).read_bytes()
        case = entry.pop("name")
        index.append(dict(entry, name="{}, {}".format(case, entry["by"]), case=case, at=sum(map(len, blob)), bytes=len(data)))
        blob.append(data)
    (HERE / "keras-versions.bin").write_bytes(gzip.compress(b"".join(blob), 9, mtime=0))
    text = "[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in index) + "\n]\n"
    (HERE / "keras-versions.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    from versions import record

    record(HERE, "keras-versions", **{by: "python " + one["python"] for by, one in runs})
    print(len(index), "files", (HERE / "keras-versions.bin").stat().st_size, "bytes, inflated", sum(map(len, blob)))


if __name__ == "__main__":
    if sys.argv[1] == "run":
        run(sys.argv[2], sys.argv[3])
    else:
        keep(sys.argv[2])
