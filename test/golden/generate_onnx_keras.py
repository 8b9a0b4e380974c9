"""What Keras 3's own export to ONNX and tf2onnx write, with what ONNX Runtime makes of it: for the ONNX importer.

`python generate_onnx_keras.py keras3` and `… keras2` (tf_keras) write a file each.
"""
import logging
import os
import sys
import tempfile

FLAVOUR = sys.argv[1] if len(sys.argv) > 1 else "keras3"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if FLAVOUR == "keras2":
    os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import onnx
import onnxruntime as ort
import tensorflow as tf
import tf2onnx

import prng
from onnx_case import HERE, case, write
from versions import record

if FLAVOUR == "keras2":
    import tf_keras as keras
else:
    import keras

logging.disable(logging.WARNING)
L = keras.layers
B, T = "batch", "time"


def seeded(name, model):
    """Weights that depend on the case's name alone."""
    weights = []
    for index, value in enumerate(model.get_weights()):
        new = prng.uniform(prng.seed_of(f"{name}/{index}"), value.shape, 0.6)
        weights.append(new)
    model.set_weights(weights)
    for layer in model.submodules if FLAVOUR == "keras2" else model._flatten_layers():
        if isinstance(layer, L.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma, beta, mean, np.abs(variance) + 0.3])
    return model


def models():
    """name → (model, [(dims, vocabulary)], dims of the outputs)"""
    out = {}
    S = lambda *layers, x=(None, 4): keras.Sequential([keras.Input(x), *layers])
    seq, fixed = [B, T, 4], [B, 5, 4]
    for kind, make in (("lstm", L.LSTM), ("gru", L.GRU), ("rnn", L.SimpleRNN)):
        out[f"{kind}_last"] = (S(make(5), L.Dense(2)), [(seq, None)], [[B, 2]])
        out[f"{kind}_last_fixed"] = (S(make(5), L.Dense(2, activation="softmax"), x=(5, 4)), [(fixed, None)], [[B, 2]])
        out[f"{kind}_sequence"] = (S(make(5, return_sequences=True), L.Dense(2)), [(seq, None)], [[B, T, 2]])
        out[f"{kind}_stacked"] = (S(make(5, return_sequences=True), L.Dropout(0.2), make(6, return_sequences=True), make(3), L.Dense(1, activation="sigmoid")), [(seq, None)], [[B, 1]])
        out[f"{kind}_both"] = (S(L.Bidirectional(make(5, return_sequences=True)), L.Dense(2)), [(seq, None)], [[B, T, 2]])
        out[f"{kind}_both_last"] = (S(L.Bidirectional(make(5)), L.Dense(2)), [(seq, None)], [[B, 2]])
        out[f"{kind}_both_sum"] = (S(L.Bidirectional(make(5, return_sequences=True), merge_mode="sum")), [(seq, None)], [[B, T, 5]])
        out[f"{kind}_backwards"] = (S(make(5, return_sequences=True, go_backwards=True)), [(seq, None)], [[B, T, 5]])
        out[f"{kind}_no_bias"] = (S(make(5, use_bias=False)), [(seq, None)], [[B, 5]])
        out[f"{kind}_relu"] = (S(make(5, activation="relu", return_sequences=True)), [(seq, None)], [[B, T, 5]])
    out["gru_reset_before"] = (S(L.GRU(5, reset_after=False, return_sequences=True), L.Dense(2)), [(seq, None)], [[B, T, 2]])
    out["lstm_hard"] = (S(L.LSTM(5, recurrent_activation="hard_sigmoid", return_sequences=True)), [(seq, None)], [[B, T, 5]])
    out["masking"] = (S(L.Masking(0.0), L.LSTM(5), L.Dense(2)), [(seq, None)], [[B, 2]])
    out["embedding"] = (S(L.Embedding(11, 4), L.LSTM(5), L.Dense(2, activation="softmax"), x=(None,)), [([B, T], 11)], [[B, 2]])
    out["embedding_masked"] = (S(L.Embedding(11, 4, mask_zero=True), L.GRU(5), L.Dense(2, activation="softmax"), x=(None,)), [([B, T], 11)], [[B, 2]])
    out["conv"] = (S(L.Conv1D(6, 3, padding="same", activation="relu"), L.MaxPooling1D(2), L.LSTM(5), L.Dense(2)), [(seq, None)], [[B, 2]])
    out["conv_causal"] = (S(L.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"), L.GRU(5, return_sequences=True), L.Dense(2)), [(seq, None)], [[B, T, 2]])
    out["conv_fixed"] = (S(L.Conv1D(6, 3, activation="relu"), L.AveragePooling1D(2), L.LSTM(5), L.Dense(2), x=(8, 4)), [([B, 8, 4], None)], [[B, 2]])
    out["distributed"] = (S(L.TimeDistributed(L.Dense(5, activation="tanh")), L.LSTM(5, return_sequences=True), L.TimeDistributed(L.Dense(2, activation="softmax"))), [(seq, None)], [[B, T, 2]])
    out["batch_norm"] = (S(L.LSTM(5, return_sequences=True), L.BatchNormalization(), L.GRU(4), L.BatchNormalization(), L.Dense(2)), [(seq, None)], [[B, 2]])
    out["layer_norm"] = (S(L.LSTM(5, return_sequences=True), L.LayerNormalization(), L.Dense(2, activation="gelu")), [(seq, None)], [[B, T, 2]])
    out["global_average"] = (S(L.GRU(5, return_sequences=True), L.GlobalAveragePooling1D(), L.Dense(2)), [(seq, None)], [[B, 2]])
    out["global_max"] = (S(L.GRU(5, return_sequences=True), L.GlobalMaxPooling1D(), L.Dense(2)), [(seq, None)], [[B, 2]])
    out["autoencoder"] = (S(L.LSTM(5), L.RepeatVector(5), L.LSTM(6, return_sequences=True), L.TimeDistributed(L.Dense(4)), x=(5, 4)), [(fixed, None)], [[B, 5, 4]])
    out["flatten"] = (S(L.LSTM(5, return_sequences=True), L.Flatten(), L.Dense(3, activation="elu"), x=(5, 4)), [(fixed, None)], [[B, 3]])
    out["reshape"] = (S(L.Reshape((5, 4)), L.GRU(5), L.Dense(3, activation="softplus"), x=(20,)), [([B, 20], None)], [[B, 3]])
    out["permute"] = (S(L.Permute((2, 1)), L.GRU(5, return_sequences=True), x=(5, 4)), [(fixed, None)], [[B, 4, 5]])
    out["dense_first"] = (S(L.Dense(5, activation="selu"), L.LeakyReLU(0.2) if FLAVOUR == "keras3" else L.LeakyReLU(alpha=0.2), L.GRU(5), L.Dense(2, activation="swish")), [(seq, None)], [[B, 2]])
    a, b = keras.Input((None, 4), name="a"), keras.Input((3,), name="b")
    y = L.Concatenate()([L.LSTM(5)(a), L.Dense(4, activation="relu")(b)])
    out["two_inputs"] = (keras.Model([a, b], L.Dense(2)(y)), [(seq, None), ([B, 3], None)], [[B, 2]])
    a = keras.Input((None, 4))
    one = L.LSTM(5, return_sequences=True)(a)
    out["residual"] = (keras.Model(a, [L.Dense(2)(L.Add()([one, L.Dense(5)(a)])), L.Dense(3)(L.GRU(4)(L.Multiply()([one, one])))]), [(seq, None)], [[B, T, 2], [B, 3]])
    a = keras.Input((None, 4))
    y, h, c = L.LSTM(5, return_sequences=True, return_state=True)(a)
    out["states"] = (keras.Model(a, [y, h, c]), [(seq, None)], [[B, T, 5], [B, 5], [B, 5]])
    a, b = keras.Input((None, 4)), keras.Input((None, 3))
    _, h, c = L.LSTM(5, return_state=True)(a)
    out["encoder_decoder"] = (keras.Model([a, b], L.Dense(2)(L.LSTM(5, return_sequences=True)(b, initial_state=[h, c]))), [(seq, None), ([B, T, 3], None)], [[B, T, 2]])
    a = keras.Input((5, 4))
    y = L.LSTM(6, return_sequences=True)(a)
    w = L.Softmax(axis=1)(L.Dense(1)(y))
    out["attention_pooled"] = (keras.Model(a, L.Dense(2)(L.Flatten()(L.Dot(axes=1)([w, y])))), [(fixed, None)], [[B, 2]])
    a = keras.Input((5, 4))
    y = L.GRU(6, return_sequences=True)(a)
    out["attention"] = (keras.Model(a, L.Attention()([y, y])), [(fixed, None)], [[B, 5, 6]])
    if FLAVOUR == "keras3":
        st = keras.Input(batch_shape=(1, 5, 4))
        out["stateful"] = (keras.Model(st, L.LSTM(5, stateful=True)(st)), [([1, 5, 4], None)], [[1, 5]])
    return out


def export(model, how, opset):
    signature = [tf.TensorSpec(one.shape, one.dtype, name=f"x{index}") for index, one in enumerate(model.inputs)]
    if how == "export":
        with tempfile.TemporaryDirectory() as folder:
            model.export(f"{folder}/model.onnx", format="onnx", verbose=False)
            return onnx.load(f"{folder}/model.onnx")
    if FLAVOUR == "keras2":
        return tf2onnx.convert.from_keras(model, signature, opset=opset)[0]
    function = tf.function(lambda *x: model(list(x) if len(x) > 1 else x[0]), input_signature=signature)
    return tf2onnx.convert.from_function(function, signature, opset=opset)[0]


# What is stored; `all` stores everything.
KEPT = {
    "keras3": ("lstm_last", "lstm_both", "lstm_hard", "gru_sequence", "gru_last_fixed", "gru_both_sum", "gru_backwards", "gru_no_bias", "gru_reset_before", "rnn_stacked", "rnn_relu", "embedding", "conv", "batch_norm", "autoencoder", "two_inputs", "states", "encoder_decoder", "attention", "attention_pooled"),
    "keras2": ("lstm_stacked", "lstm_both_last", "gru_sequence", "gru_reset_before", "rnn_both", "embedding", "conv_causal", "distributed", "residual", "permute"),
}


def main():
    everything = "all" in sys.argv
    only = [one for one in sys.argv[2:] if one != "all"]
    cases = []
    for name, (model, inputs, outputs) in models().items():
        if name not in (only or KEPT[FLAVOUR]) and not everything:
            continue
        seeded(name, model)
        model([tf.zeros([3 if n == B else 5 if n == T else n for n in dims], tf.int32 if vocabulary else tf.float32) for dims, vocabulary in inputs] if len(inputs) > 1 else tf.zeros([3 if n == B else 5 if n == T else n for n in inputs[0][0]], tf.int32 if inputs[0][1] else tf.float32))
        for how in (("export", "tf2onnx") if FLAVOUR == "keras3" and everything else ("export",) if FLAVOUR == "keras3" else ("tf2onnx",)):
            title = f"{FLAVOUR}_{how}_{name}"
            try:
                exported = export(model, how, 17)
                names = [one.name for one in exported.graph.input]
                told = [(key, dims, vocabulary) for key, (dims, vocabulary) in zip(names, inputs, strict=True)]
                sizes = {True: ((3, 5), (2, 7)), False: ((3, 5),)}[any(T in dims for dims, _ in inputs)]

                def check(*arrays):
                    got = model([tf.constant(one) for one in arrays] if len(arrays) > 1 else tf.constant(arrays[0]))
                    return [np.asarray(one) for one in (got if isinstance(got, (list, tuple)) else [got])]

                cases.append(case(title, exported, told, outputs, None, sizes, None if name == "stateful" else check))
            except Exception as error:  # noqa: BLE001
                print("NOT EXPORTED", title, type(error).__name__, str(error)[:300].replace("\n", " "))
    write(FLAVOUR, cases)
    record(HERE, FLAVOUR, keras=keras.__version__, tensorflow=tf.__version__, tf2onnx=tf2onnx.__version__, onnx=onnx.__version__, onnxruntime=ort.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
