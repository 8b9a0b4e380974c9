"""Small files of Keras 3 whose values have an axis of frequencies, (batch, time, frequency, channels): every layer and option, and seeded compositions.

    python generate_keras_plane_files.py keras3 [how many compositions, default 220]

`keras3-planes.bin` is deflated as a whole, files of a kind being alike; so is the index.
"""
import base64
import gzip
import importlib
import io
import json
import os
import random
import sys
import tempfile
from pathlib import Path

# TensorFlow 2.21's convolutions by oneDNN read what is not theirs where one of one channel has a stride and a single place.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np

from generate_keras_files import HERE, L, inputs_of, keras, seeded
from versions import record

TIME, FREQUENCY, CHANNELS = 6, 5, 3
CASES = {}


def case(name, model, **options):
    assert name not in CASES, name
    CASES[name] = (model, options)


def one(name, *layers, shape=(None, FREQUENCY, CHANNELS)):
    case(name, keras.Sequential([keras.Input(shape), *layers]))


def options():
    for padding in ("valid", "same"):
        one(f"conv2d_{padding}", L.Conv2D(4, 3, padding=padding, activation="relu"))
        one(f"conv2d_{padding}_dilated", L.Conv2D(3, (2, 3), padding=padding, dilation_rate=(2, 1)))
        one(f"conv2d_{padding}_strided", L.Conv2D(5, (3, 2), padding=padding, strides=(1, 2), use_bias=False))
        one(f"conv2d_{padding}_strided_time", L.Conv2D(5, (3, 2), padding=padding, strides=2), shape=(TIME, 5, 3))
        one(f"depthwise_{padding}", L.DepthwiseConv2D(3, padding=padding, activation="tanh"))
        one(f"depthwise_{padding}_multiplied", L.DepthwiseConv2D((1, 2), padding=padding, depth_multiplier=2, use_bias=False))
        one(f"separable_{padding}", L.SeparableConv2D(4, (2, 3), padding=padding, depth_multiplier=2, activation="relu"))
        one(f"transposed_{padding}", L.Conv2DTranspose(4, 3, padding=padding))
        one(f"transposed_{padding}_strided", L.Conv2DTranspose(2, (3, 2), strides=2, padding=padding, activation="tanh"), shape=(TIME, 5, 3))
        one(f"transposed_{padding}_across", L.Conv2DTranspose(3, (1, 3), strides=(1, 2), padding=padding))
        one(f"transposed_{padding}_gaps", L.Conv2DTranspose(2, (1, 2), strides=(1, 3), padding=padding, use_bias=False))
        one(f"max_pool_{padding}", L.MaxPooling2D((1, 2), padding=padding), L.GlobalMaxPooling2D())
        one(f"average_pool_{padding}", L.AveragePooling2D((2, 3), strides=(1, 2), padding=padding), L.GlobalAveragePooling2D())
    one("conv2d_groups", L.Conv2D(6, (2, 2), groups=3))
    one("pooling_default", L.MaxPooling2D(), shape=(TIME, 4, 2))
    one("causal", L.ZeroPadding2D(((2, 0), (1, 1))), L.Conv2D(4, 3, activation="relu"), L.ZeroPadding2D(((2, 0), (0, 0))), L.DepthwiseConv2D((2, 1), dilation_rate=(2, 1)))
    one("padding_one_size", L.ZeroPadding2D(1), L.Cropping2D((1, 2)), L.UpSampling2D((2, 3)))
    one("padding_kept", L.ZeroPadding2D((2, 1)), L.MaxPooling2D((2, 1), strides=(1, 1)))
    one("cropping", L.Cropping2D(((1, 2), (0, 1))), L.Conv2D(2, 1))
    one("upsampling", L.UpSampling2D((1, 2)))
    one("batch_norm", L.Conv2D(4, (1, 3)), L.BatchNormalization(), L.ReLU(max_value=6.0))
    one("batch_norm_plain", L.BatchNormalization(scale=False, center=False, axis=3))
    one("layer_norm", L.LayerNormalization())
    one("layer_norm_plain", L.LayerNormalization(scale=False, center=False, epsilon=0.1))
    one("group_norm", L.Conv2D(4, 1), L.GroupNormalization(groups=2))
    one("group_norm_each", L.GroupNormalization(groups=-1, epsilon=0.01, scale=False))
    one("group_norm_sequence", L.GroupNormalization(groups=2), L.GRU(3), shape=(None, 4))
    one("prelu", L.PReLU(shared_axes=[1, 2]))
    one("prelu_each", L.PReLU(shared_axes=[1]))
    for name, layer in {"leaky": L.LeakyReLU(), "elu": L.ELU(0.5), "dropout": L.Dropout(0.3), "spatial": L.SpatialDropout2D(0.2), "rescaling": L.Rescaling(2.0, 0.1), "activation": L.Activation("gelu")}.items():
        one(f"by_number_{name}", layer)
    one("dense", L.Dense(4, activation="tanh"))
    one("reshape_row", L.Reshape((-1, FREQUENCY * CHANNELS)), L.GRU(4, return_sequences=True), L.Dense(2))
    one("reshape_row_fixed", L.Reshape((TIME, FREQUENCY * CHANNELS)), L.LSTM(4), shape=(TIME, FREQUENCY, CHANNELS))
    one("reshape_to_plane", L.Reshape((-1, 3, 4)), L.Conv2D(2, (1, 2)), shape=(None, 12))
    one("reshape_all", L.Reshape((5, 6, 3)), L.Conv2D(2, 2), shape=(6, 5, 3))
    one("reshape_flat", L.Reshape((90,)), L.Dense(2), shape=(6, 5, 3))
    one("flatten", L.Conv2D(2, 3), L.Flatten(), L.Dense(3), shape=(TIME, 5, 3))
    for order in ((2, 1, 3), (2, 3, 1), (3, 1, 2), (3, 2, 1), (1, 2, 3)):
        one("permute_" + "".join(map(str, order)), L.Permute(order), shape=(TIME, 5, 3))
    one("permute_row", L.Permute((1, 3, 2)), L.Conv2D(2, (1, 2)))
    wrapped = {
        "dense": L.Dense(4), "conv": L.Conv1D(4, 2, activation="relu"), "conv_same": L.Conv1D(2, 3, padding="same", strides=2),
        "conv_causal": L.Conv1D(2, 3, padding="causal", dilation_rate=2), "separable": L.SeparableConv1D(4, 2), "depthwise": L.DepthwiseConv1D(2),
        "max_pool": L.MaxPooling1D(2), "average_pool": L.AveragePooling1D(2, strides=1, padding="same"), "padding": L.ZeroPadding1D((1, 2)),
        "cropping": L.Cropping1D(1), "upsampling": L.UpSampling1D(2), "batch_norm": L.BatchNormalization(), "layer_norm": L.LayerNormalization(),
        "lstm": L.LSTM(4, return_sequences=True), "gru": L.GRU(3, return_sequences=True, reset_after=False), "rnn_back": L.SimpleRNN(4, return_sequences=True, go_backwards=True),
        "both": L.Bidirectional(L.GRU(3, return_sequences=True)), "both_sum": L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode="sum"), "dropout": L.Dropout(0.1),
        "prelu": L.PReLU(shared_axes=[1]), "group_norm": L.GroupNormalization(groups=3),
    }
    for name, layer in wrapped.items():
        one(f"wrapped_{name}", L.TimeDistributed(layer), L.Conv2D(2, 1))
    for name, layer in {"lstm": L.LSTM(4), "both": L.Bidirectional(L.LSTM(3)), "flatten": L.Flatten(), "max": L.GlobalMaxPooling1D(), "average": L.GlobalAveragePooling1D()}.items():
        one(f"wrapped_last_{name}", L.TimeDistributed(layer), L.GRU(3))
    one("separable_sequence", L.SeparableConv1D(4, 3, padding="same", depth_multiplier=2, activation="relu"), L.GRU(3, return_sequences=True), shape=(None, 4))
    one("depthwise_sequence", L.DepthwiseConv1D(3, padding="same", strides=2, depth_multiplier=2), shape=(None, 4))
    one("transposed_sequence", L.Conv1DTranspose(3, 3, strides=2, padding="same"), L.Conv1DTranspose(2, 2), shape=(None, 4))
    x = keras.Input((None, 4, 2), name="x")
    a, b = L.Conv2D(3, (1, 3), padding="same", name="a")(x), L.Conv2D(3, 1, name="b")(x)
    for name, layer in {"add": L.Add(), "subtract": L.Subtract(), "multiply": L.Multiply(), "average": L.Average(), "maximum": L.Maximum(), "minimum": L.Minimum(), "concatenate": L.Concatenate(), "concatenate_frequency": L.Concatenate(axis=2)}.items():
        case(f"merge_{name}", keras.Model(x, layer([a, b])))
    y = keras.Input((TIME, 4, 2), name="y")
    case("merge_concatenate_time", keras.Model(y, L.Concatenate(axis=1)([y, L.ReLU()(y)])))
    case("u_net", keras.Model(x, [L.Conv2D(2, 1, name="mask")(L.Concatenate()([x, L.Conv2DTranspose(3, (1, 2), strides=(1, 2))(L.Conv2D(4, (1, 2), strides=(1, 2))(x))])), L.Reshape((-1, 8), name="row")(x)]))
    # A reader of images: columns are timesteps, and letters come of both directions.
    one("crnn", L.Conv2D(4, 3, padding="same", activation="relu"), L.MaxPooling2D((2, 2)), L.Conv2D(5, 3, padding="same"), L.BatchNormalization(), L.MaxPooling2D((1, 2)), L.Reshape((-1, 10)),
        L.Bidirectional(L.LSTM(4, return_sequences=True)), L.Dense(6, activation="softmax"), shape=(None, 8, 1))


def compositions(count):
    for index in range(count):
        rng = random.Random(index)
        pick = rng.choice
        time = pick([None, TIME])
        x = first = keras.Input((time, pick([3, 4, 6]), pick([1, 2, 4])), name=f"x{index}")
        pairs = lambda most: (rng.randint(1, most), rng.randint(1, most))
        act = lambda: pick([None, "relu", "tanh", "sigmoid", "gelu"])

        def causal(y):
            taps, gap = rng.randint(2, 3), rng.randint(1, 2)
            y = L.ZeroPadding2D((((taps - 1) * gap, 0), pick([(0, 0), (1, 1), (0, 1)])))(y)
            return L.Conv2D(rng.randint(1, 4), (taps, rng.randint(1, 2)), dilation_rate=(gap, 1), activation=act())(y)

        def branch(y):
            z = L.Conv2D(y.shape[-1], (1, 3), padding="same", activation=act())(y)
            return pick([L.Add(), L.Multiply(), L.Concatenate(), L.Concatenate(axis=2), L.Maximum()])([y, z])

        steps = [
            lambda y: L.Conv2D(rng.randint(1, 5), pairs(3), padding="same", activation=act(), use_bias=pick([True, False]))(y),
            lambda y: L.Conv2D(rng.randint(1, 5), (1, rng.randint(1, min(3, y.shape[2]))), strides=(1, rng.randint(1, 2)), activation=act())(y),
            lambda y: L.Conv2D(2 * y.shape[-1], (1, 2), padding="same", groups=y.shape[-1])(y),
            lambda y: L.Conv2D(rng.randint(1, 4), (2, 2), padding="same", strides=pairs(2))(y),
            lambda y: L.DepthwiseConv2D(pairs(3), padding="same", depth_multiplier=rng.randint(1, 2), activation=act())(y),
            lambda y: L.SeparableConv2D(rng.randint(1, 4), (1, 2), padding="same")(y),
            lambda y: L.Conv2DTranspose(rng.randint(1, 4), (1, rng.randint(1, 3)), strides=(1, rng.randint(1, 2)), padding=pick(["valid", "same"]), activation=act())(y),
            lambda y: pick([L.MaxPooling2D, L.AveragePooling2D])((1, 2), strides=(1, rng.randint(1, 2)), padding="same")(y),
            lambda y: pick([L.BatchNormalization(), L.LayerNormalization(), L.PReLU(shared_axes=[1, 2]), L.LeakyReLU(0.1), L.Activation("softplus")])(y),
            lambda y: L.GroupNormalization(groups=pick([-1, 1]))(y),
            lambda y: L.TimeDistributed(pick([L.GRU(3, return_sequences=True), L.Bidirectional(L.LSTM(2, return_sequences=True)), L.Dense(3), L.Conv1D(3, 2, padding="same")]))(y),
            lambda y: L.UpSampling2D((1, 2))(y) if y.shape[2] < 8 else y,
            lambda y: L.Permute((1, 3, 2))(y),
            causal, causal, branch,
        ]
        for _ in range(rng.randint(2, 5)):
            x = pick(steps)(x)
        end = rng.randint(0, 3)
        if end > 0:
            x = L.Reshape((-1, x.shape[2] * x.shape[3]))(x)
            if end > 1:
                x = pick([L.GRU, L.LSTM])(4, return_sequences=end == 3)(x)
        case(f"composition_{index}", keras.Model(first, x))


def rename(model, name):
    """tf_keras has the name of a model for reading alone."""
    try:
        model.name = name
    except AttributeError:
        model._name = name


def write(stem, backend="tensorflow"):
    blob, index = io.BytesIO(), []
    for name, (model, options) in CASES.items():
        rename(model, name)
        seeded(model)
        arrays, told = inputs_of(name, model, options)
        outputs = model(arrays if len(arrays) > 1 else arrays[0], training=False)
        outputs = [np.asarray(o) for o in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
        assert all(np.isfinite(o).all() for o in outputs), name
        with tempfile.TemporaryDirectory() as folder:
            model.save(f"{folder}/model.keras")
            data = plain_zip(Path(f"{folder}/model.keras").read_bytes())
        index.append({
            "name": name, "format": "keras", "at": blob.tell(), "bytes": len(data), "inputs": told,
            "outputs": [{"shape": list(o.shape), "data": base64.b64encode(o.astype("<f4").tobytes()).decode()} for o in outputs],
        })
        blob.write(data)
    (HERE / f"{stem}.bin").write_bytes(gzip.compress(blob.getvalue(), 9, mtime=0))
    (HERE / f"{stem}.json.gz").write_bytes(gzip.compress(json.dumps(index).encode(), 9, mtime=0))
    versions = {backend: importlib.import_module(backend).__version__}
    record(HERE, stem, keras=keras.__version__, numpy=np.__version__, **versions)
    print(stem, keras.__version__, len(index), "files")


def plain_zip(data):
    """Its entries as they are: what is deflated together is smaller than what is deflated twice."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for entry in old.namelist():
            new.writestr(zipfile.ZipInfo(entry), old.read(entry))
    return out.getvalue()


if __name__ == "__main__":
    options()
    compositions(int(sys.argv[2]) if len(sys.argv) > 2 else 220)
    write("keras3-planes")
