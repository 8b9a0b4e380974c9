"""Masks on their way through functional models, and random models with branches and masks.

    python generate_keras_mask_files.py keras3
    python generate_keras_mask_files.py keras2
"""
import numpy as np

from generate_keras_files import FEATURES, L, TIME, VERSION, case, functional, keras, write

FORMS = [["keras"], ["h5"]]
# Keras 3 leaves masked values out of an extreme, Keras 2 does not: the importer refuses the latter's.
MERGES = [L.Add, L.Average, L.Concatenate, L.Subtract] + ([L.Maximum, L.Minimum, L.Multiply] if VERSION == "keras3" else [])


def masks():
    for merge in MERGES:
        x = keras.Input((TIME, FEATURES), name="x")
        masked = L.Masking(0.0)(x)
        both = [L.LSTM(3, return_sequences=True)(masked), L.Dense(3)(masked)]
        case(f"masked_{merge.__name__}", functional(x, L.GRU(2)(merge()(both))), FORMS[0], pads=True)
        if VERSION == "keras3":
            # Masked where all are; Keras 2 masks where any is.
            a, b = keras.Input((TIME,), name="a"), keras.Input((TIME,), name="b")
            both = [L.Embedding(5, 3, mask_zero=True)(one) for one in (a, b)]
            case(f"two_masks_{merge.__name__}", functional([a, b], L.GRU(2)(merge()(both))), FORMS[0], ids=5)
    for size in (1, 3):
        ids = keras.Input((TIME,), name="ids")
        y = L.Conv1D(4, size, padding="same")(L.Embedding(9, 3, mask_zero=True)(ids))
        # A convolution hands no mask on.
        case(f"masked_conv1d_{size}", functional(ids, L.GlobalAveragePooling1D()(L.LSTM(3, return_sequences=True)(y))), FORMS[1], ids=9)


class Draw:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def chance(self, share):
        return bool(self.rng.random() < share)

    def pick(self, *all):
        return all[self.rng.integers(0, len(all))]

    def size(self, low, high):
        return int(self.rng.integers(low, high))


def recurrent(draw, sequences):
    units = draw.size(2, 6)
    kind, cell = draw.pick((L.LSTM, L.LSTMCell), (L.GRU, L.GRUCell), (L.SimpleRNN, L.SimpleRNNCell))
    options = {"activation": draw.pick("tanh", "tanh", "relu", "sigmoid", "softsign", "linear"), "use_bias": not draw.chance(0.2)}
    if kind is not L.SimpleRNN:
        options["recurrent_activation"] = draw.pick("sigmoid", "sigmoid", "hard_sigmoid", "tanh")
    if kind is L.GRU:
        options["reset_after"] = draw.chance(0.6)
    if draw.chance(0.15):
        cells = [cell(units, **options), cell(units + 1)] if draw.chance(0.5) else cell(units, **options)
        return L.RNN(cells, return_sequences=sequences)
    layer = kind(units, return_sequences=sequences, **options)
    if draw.chance(0.25):
        return L.Bidirectional(layer, merge_mode=draw.pick("concat", "sum", "mul", "ave"))
    backwards, zero = draw.chance(0.2), draw.chance(0.15)
    return kind(units, return_sequences=sequences, go_backwards=backwards, zero_output_for_mask=zero, **options)


def grow(draw, x):
    units = draw.size(2, 6)
    branch = lambda: [L.Dense(3)(recurrent(draw, True)(x)), L.Bidirectional(L.LSTM(3, return_sequences=True), merge_mode="sum")(x)]
    return draw.pick(
        lambda: recurrent(draw, True)(x),
        lambda: recurrent(draw, True)(x),
        lambda: L.Dense(units, activation=draw.pick("relu", "tanh", "softmax", "gelu"))(x),
        lambda: L.TimeDistributed(L.Dense(units, activation="tanh"))(x),
        lambda: draw.pick(L.LayerNormalization, L.BatchNormalization)(epsilon=0.02)(x),
        lambda: L.Conv1D(units, draw.size(1, 4), padding=draw.pick("same", "causal"), activation="relu")(x),
        lambda: L.Dropout(0.3)(x),
        lambda: draw.pick(L.Add, L.Average, L.Maximum if VERSION == "keras3" else L.Subtract, L.Concatenate)()(branch()),
        lambda: draw.pick(L.LeakyReLU, L.ELU, L.ReLU)()(x),
    )()


def compositions(count):
    for index in range(count):
        draw = Draw(1000 + index)
        kind = draw.pick("plain", "masked", "ids", "masked_ids")
        if "ids" in kind:
            x = keras.Input((TIME if draw.chance(0.5) else None,), name="x")
            y, options = L.Embedding(9, 4, mask_zero=kind == "masked_ids")(x), {"ids": 9}
        else:
            x = keras.Input((TIME, FEATURES), name="x")
            y, options = (L.Masking(0.0)(x), {"pads": True}) if kind == "masked" else (x, {})
        for _ in range(draw.size(1, 4)):
            y = grow(draw, y)
        outputs = [y] if draw.chance(0.3) else []
        end = draw.pick(lambda: recurrent(draw, False), L.GlobalAveragePooling1D, L.GlobalMaxPooling1D)()
        outputs.append(L.Dense(2, activation=draw.pick("softmax", "sigmoid", None))(end(y)))
        case(f"branches_{index}", functional(x, outputs), FORMS[index % 2], **options)


masks()
compositions(30)
write(f"{VERSION}-masks")
