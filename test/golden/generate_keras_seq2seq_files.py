"""Encoder-decoder models as they are trained, and what Keras computes of their encoder and decoder apart, a step at a time.

    python generate_keras_seq2seq_files.py

Of each: the training model (`.keras`), the names that Keras has for its outputs, what it computes; then the same layers as an encoder
(source to states) and a decoder (one timestep and states to the outputs and the next states), run over the target step by step.
"""
import base64
import gzip
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np

import prng
from versions import record

L = keras.layers
HERE = Path(__file__).parent / "keras-files"
BATCH, SOURCE, TARGET, FEATURES, UNITS, VOCABULARY = 2, 7, 5, 3, 6, 11


def models():
    """Name, training model, encoder, decoder of one timestep; both by the very layers of the first."""
    for kind, cell in ("lstm", L.LSTM), ("gru", L.GRU):
        parts = 2 if kind == "lstm" else 1
        source = keras.Input((None, FEATURES), name="source")
        target = keras.Input((None, FEATURES), name="target")
        _, *states = cell(UNITS, return_state=True, name="encoder")(source)
        decoder = cell(UNITS, return_sequences=True, return_state=True, name="decoder")
        y, *_ = decoder(target, initial_state=states)
        head = L.Dense(4, activation="softmax", name="head")
        training = keras.Model([source, target], head(y))
        given = [keras.Input((UNITS,)) for _ in range(parts)]
        y, *after = decoder(target, initial_state=given)
        yield kind, training, keras.Model(source, states), keras.Model([target, *given], [head(y), *after])

    # Words, padded with 0: the encoder's embedding masks them. Two cells on both sides, and no return_state in the decoder, whose states no
    # value of the file is.
    source = keras.Input((None,), name="source", dtype="int32")
    target = keras.Input((None,), name="target", dtype="int32")
    embedded = L.Embedding(VOCABULARY, FEATURES, mask_zero=True, name="source_words")(source)
    first, *low = L.LSTM(UNITS, return_sequences=True, return_state=True, name="encoder_low")(embedded)
    _, *high = L.LSTM(4, return_state=True, name="encoder_high")(first)
    words = L.Embedding(VOCABULARY, FEATURES, name="target_words")
    lower = L.LSTM(UNITS, return_sequences=True, name="decoder_low")
    upper = L.LSTM(4, return_sequences=True, name="decoder_high")
    logits = L.TimeDistributed(L.Dense(VOCABULARY), name="logits")
    training = keras.Model([source, target], logits(upper(lower(words(target), initial_state=low), initial_state=high)))
    given = [keras.Input((units,)) for units in (UNITS, UNITS, 4, 4)]
    copies = []
    for layer in lower, upper:
        copy = L.LSTM(layer.units, return_sequences=True, return_state=True)
        copies.append((copy, layer))
    a, *low_after = copies[0][0](words(target), initial_state=given[:2])
    b, *high_after = copies[1][0](a, initial_state=given[2:])
    stepping = keras.Model([target, *given], [logits(b), *low_after, *high_after])
    stepping.copies = copies
    yield "words", training, keras.Model(source, [*low, *high]), stepping

    # Names alone: a linear layer before its activation, one layer called twice, states put out, a model among the layers.
    x = keras.Input((4, FEATURES), name="x")
    inner = keras.Sequential([keras.Input((4, UNITS)), L.Dense(2, activation="relu", name="inmost")], name="inner")
    y, *states = L.LSTM(UNITS, return_sequences=True, return_state=True, name="lstm")(x)
    twice = L.Dense(UNITS, name="twice")
    once = twice(y)
    outputs = [twice(once), once, inner(y), y, states[1], L.Dense(2, activation="tanh", name="tanh")(y)]
    yield "names", keras.Model(x, outputs), None, None


def packed(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "data": base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()}


def drawn(name, value, length):
    """An input of a model: features, or token ids, padded at the end in the first row."""
    if "int" in str(value.dtype):
        ids = (np.abs(prng.uniform(prng.seed_of(name), [BATCH, length], 1.0)) * (VOCABULARY - 1)).astype("int32") + 1
        ids[0, length - 2 :] = 0
        return ids
    return prng.uniform(prng.seed_of(name), [BATCH, length, value.shape[-1]], 1.0)


def main():
    cases = []
    for name, training, encoder, decoder in models():
        for index, weight in enumerate(training.weights):
            weight.assign(prng.uniform(prng.seed_of(f"seq2seq/{name}/{index}"), list(weight.shape), 0.6))
        for copy, layer in getattr(decoder, "copies", []):
            copy.set_weights(layer.get_weights())
        lengths = [SOURCE, TARGET] if encoder else [4]
        inputs = [drawn(f"seq2seq/{name}/x{index}", value, length)
                  for index, (value, length) in enumerate(zip(training.inputs, lengths))]
        outputs = training(inputs if len(inputs) > 1 else inputs[0])
        case = {
            "name": name,
            "inputs": {value.name: packed(data) for value, data in zip(training.inputs, inputs)},
            "output_names": training.output_names,
            "outputs": [packed(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])],
        }
        if encoder:
            states = encoder(inputs[0])
            states = list(states) if isinstance(states, (list, tuple)) else [states]
            case["states"] = [packed(state) for state in states]
            case["steps"] = []
            for t in range(TARGET):
                made, *states = decoder([keras.ops.convert_to_tensor(inputs[1][:, t : t + 1]), *states])
                case["steps"].append({"output": packed(made), "states": [packed(state) for state in states]})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            training.save(path)
            case["file"] = base64.b64encode(gzip.compress(path.read_bytes(), 9, mtime=0)).decode()
        cases.append(case)
    (HERE / "keras3-seq2seq.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    record(HERE, "keras3-seq2seq", keras=keras.__version__, numpy=np.__version__)


main()
