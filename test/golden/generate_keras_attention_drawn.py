"""Seeded compositions with attention by Keras 3: heads, dot products and additive scores, of itself and of a memory of another time, causal or not, with
masks, among recurrent layers, convolutions, norms, sums and products. MultiHeadAttention takes the masks off what it reads, so the order counts.

    python generate_keras_attention_drawn.py keras3 [STEM [how many, default 50]]      STEM keras3-attention-drawn; other versions by another name

Deflated as a whole, as `keras3-planes` is.
"""
import random
import sys

import generate_keras_plane_files as whole
import prng
from generate_keras_files import L, keras

STEM = sys.argv[2] if len(sys.argv) > 2 else "keras3-attention-drawn"
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 50
TIMES, BATCH = [7, 4], 3
# Attention of 3.9 fails over a masked value.
KINDS = ["heads", "heads", "heads", "dot", "concat", "additive"] if "3.9" not in STEM else ["heads"]


class Value:
    def __init__(self, tensor, time):
        self.tensor, self.time = tensor, time

    def then(self, layer):
        return Value(layer(self.tensor), self.time)


class Composition:
    def __init__(self, index):
        self.rng = random.Random(index)
        self.inputs, self.fed = [], []

    def source(self):
        """An input, of values or of token ids, which may carry a mask; rows begin or end with what is masked."""
        rng, which = self.rng, len(self.inputs)
        kind, open_ = rng.choice(["plain", "masking", "ids", "ids masked"]), rng.random() < 0.5
        time = TIMES[which]
        features = rng.randint(2, 4)
        shape = (None if open_ else time,) if kind.startswith("ids") else (None if open_ else time, features)
        x = keras.Input(shape, name=f"in{which}")
        self.inputs.append(x)
        pads = [[0, time - rng.randint(1, 2), time], [BATCH - 1, 0, rng.randint(1, 2)]] if kind == "masking" else []
        self.fed.append({"ids": kind.startswith("ids"), "pads": pads})
        if kind.startswith("ids"):
            x = L.Embedding(6, features, mask_zero=kind == "ids masked")(x)
        elif kind == "masking":
            x = L.Masking(0.0)(x)
        return Value(x, (which, time))

    def recurrent(self, value):
        rng = self.rng
        layer = rng.choice([L.LSTM, L.GRU, L.SimpleRNN])(rng.randint(2, 4), return_sequences=True)
        return value.then(L.Bidirectional(layer, merge_mode=rng.choice(["concat", "sum"])) if rng.random() < 0.3 else layer)

    def other(self, value):
        rng, features = self.rng, value.tensor.shape[-1]
        layer = rng.choice([
            lambda x: L.Dense(rng.randint(2, 4), activation="tanh")(x), lambda x: L.Conv1D(3, 2, padding=rng.choice(["same", "causal"]))(x),
            L.LayerNormalization(), L.BatchNormalization(), L.Dropout(0.2), L.Activation("sigmoid"), L.TimeDistributed(L.Dense(3)),
            lambda x: rng.choice([L.Add, L.Multiply, L.Maximum])()([x, L.Dense(features)(x)]),
        ])
        return value.then(layer)

    def attend(self, query, memory):
        rng, q, v = self.rng, query.tensor, memory.tensor
        named = {"use_causal_mask": True} if rng.random() < 0.35 else {}
        kind = rng.choice(KINDS)
        if kind == "heads":
            # Keras 3 on TensorFlow adds a bias of (heads, 1) to the wrong axis where there are as many timesteps.
            heads = rng.randint(1, 3)
            sizes = {key: rng.randint(2, 4) for key in ("key_dim", "value_dim")}
            layer = L.MultiHeadAttention(heads, **sizes, dropout=rng.choice([0.0, 0.3]), use_bias=rng.random() < 0.7)
            key = {"key": L.Dense(2)(v)} if rng.random() < 0.3 else {}
            made = layer(q, v, **key, **named) if rng.random() < 0.5 else layer(query=q, value=v, **key, **named)
        else:
            options = {"use_scale": rng.random() < 0.5}
            layer = L.AdditiveAttention(**options) if kind == "additive" else L.Attention(score_mode=kind, **options)
            fitting = v if v.shape[-1] == q.shape[-1] else L.Dense(q.shape[-1])(v)
            made = layer([q, v, fitting] if rng.random() < 0.4 else [q, fitting], **named)
        same = made.shape[-1] == q.shape[-1]
        how = rng.random()
        if how < 0.4 and same:
            made = rng.choice([L.Add, L.Add, L.Multiply])()([q, made])
        elif how < 0.55:
            made = L.Concatenate()([q, made])
        elif same:
            made = L.LayerNormalization()(L.Add()([made, q]))
        return Value(made, query.time)

    def model(self):
        rng = self.rng
        value = self.source()
        memory = self.source() if rng.random() < 0.5 else None
        values = [value]
        attended = False
        for step in range(rng.randint(2, 5)):
            how = rng.random()
            if how < 0.25:
                value = self.recurrent(value)
            elif how < 0.4:
                value = self.other(value)
            elif how < 0.5 and memory:
                memory = self.recurrent(memory)
            else:
                of = memory if memory and rng.random() < 0.6 else rng.choice([value, value, *values])
                value, attended = self.attend(value, of), True
            values.append(value)
        if not attended:
            value = self.attend(value, memory or value)
        x = value.tensor
        ends = [lambda: [L.GlobalAveragePooling1D()(x)], lambda: [L.GlobalMaxPooling1D()(x)], lambda: [L.LSTM(3)(x)], lambda: [x], lambda: [L.Dense(3, activation="softmax")(x), L.GRU(2)(x)]]
        return keras.Model(self.inputs, rng.choice(ends)())


def fed(name, model, options):
    arrays, told = [], []
    for index, one in enumerate(options["fed"]):
        shape = [BATCH, TIMES[index], *model.inputs[index].shape[2:]]
        seed = prng.seed_of(f"{name}/in/{index}")
        own = {"name": f"in{index}", "shape": shape, "seed": seed}
        if one["ids"]:
            arrays.append(prng.below(seed, shape, 6))
            own["below"] = 6
        else:
            data = prng.uniform(seed, shape, 1.0)
            for row, begin, end in one["pads"]:
                data[row, begin:end] = 0
            arrays.append(data)
            own["pads"] = one["pads"]
        told.append(own)
    return arrays, told


whole.inputs_of = fed
for index in range(COUNT):
    composition = Composition(index)
    model = composition.model()
    name, options = f"composition_{index}", {"fed": composition.fed}
    arrays = fed(name, model, options)[0] if len(model.inputs) == len(composition.inputs) else []
    try:
        model(arrays if len(arrays) > 1 else arrays[0], training=False)
    except (IndexError, TypeError, ValueError):
        continue  # An input that nothing reads; what the version fails at itself.
    whole.case(name, model, **options)
whole.write(STEM)
