"""Small files of Keras whose timesteps are images, (batch, time, rows, columns, channels): every layer and option, and seeded compositions.

    python generate_keras_volume_files.py keras3 [how many compositions, default 40]
    python generate_keras_volume_files.py keras2 [how many compositions, default 40]     by tf_keras

`keras3-volumes.bin` and its index are written as those of generate_keras_plane_files.py.
"""
import random
import sys

from generate_keras_plane_files import CASES, case, one as of_planes, write
from generate_keras_files import L, VERSION, keras

TIME, ROWS, COLUMNS, CHANNELS = 4, 5, 4, 3
IMAGES = (None, ROWS, COLUMNS, CHANNELS)


def one(name, *layers, shape=IMAGES):
    of_planes(name, *layers, shape=shape)


def each(layer):
    return L.TimeDistributed(layer)


def options():
    for padding in ("valid", "same"):
        one(f"conv_{padding}", each(L.Conv2D(4, 3, padding=padding, activation="relu")))
        one(f"conv_{padding}_dilated", each(L.Conv2D(3, (2, 3), padding=padding, dilation_rate=(2, 1))))
        one(f"conv_{padding}_strided", each(L.Conv2D(5, (3, 2), padding=padding, strides=2, use_bias=False)))
        one(f"depthwise_{padding}", each(L.DepthwiseConv2D(3, padding=padding, depth_multiplier=2, activation="tanh")))
        one(f"separable_{padding}", each(L.SeparableConv2D(4, (2, 3), padding=padding, depth_multiplier=2, activation="relu")))
        one(f"transposed_{padding}", each(L.Conv2DTranspose(2, (3, 2), strides=2, padding=padding, activation="tanh")))
        one(f"max_pool_{padding}", each(L.MaxPooling2D(2, padding=padding)), each(L.GlobalMaxPooling2D()))
        one(f"average_pool_{padding}", each(L.AveragePooling2D((2, 3), strides=(1, 2), padding=padding)), each(L.GlobalAveragePooling2D()))
    one("conv_one", each(L.Conv2D(4, 1)))
    one("conv_groups", each(L.Conv2D(6, 2, groups=3)))
    one("padding", each(L.ZeroPadding2D(((1, 2), (0, 3)))), each(L.Conv2D(2, 2)))
    one("padding_rows", each(L.ZeroPadding2D((2, 0))))
    one("cropping", each(L.Cropping2D(((1, 2), (1, 0)))))
    one("cropping_columns", each(L.Cropping2D((0, 1))), each(L.Conv2D(2, 2)))
    one("upsampling", each(L.UpSampling2D((2, 3))))
    one("upsampling_rows", each(L.UpSampling2D((3, 1))), each(L.MaxPooling2D(2)))
    one("batch_norm", each(L.Conv2D(4, 2)), each(L.BatchNormalization()), each(L.ReLU()))
    one("batch_norm_direct", L.BatchNormalization(), L.Activation("tanh"))
    one("batch_norm_axis", L.BatchNormalization(axis=4, scale=False), each(L.BatchNormalization(axis=3, center=False)))
    one("layer_norm", each(L.LayerNormalization()), L.LayerNormalization(epsilon=0.1))
    if VERSION == "keras3":
        one("group_norm", each(L.GroupNormalization(groups=3)))
        one("group_norm_direct", L.GroupNormalization(groups=-1))
    one("prelu", each(L.PReLU(shared_axes=[1, 2])), L.PReLU(shared_axes=[1, 2, 3]))
    one("prelu_each", each(L.PReLU()), L.PReLU(shared_axes=[1]))
    one("dense", each(L.Dense(4, activation="tanh")), L.Dense(2))
    one("by_number", each(L.Dropout(0.2)), L.Dropout(0.1), each(L.Activation("sigmoid")), L.LeakyReLU(), L.SpatialDropout3D(0.2))
    one("flatten", each(L.Conv2D(2, 2)), each(L.Flatten()), L.LSTM(4))
    one("flatten_sequence", L.Dense(4), each(L.Flatten()), L.GRU(3), shape=(None, 5))
    one("flatten_all", each(L.MaxPooling2D(2)), L.Flatten(), L.Dense(3), shape=(TIME, ROWS, COLUMNS, CHANNELS))
    one("reshape_row", L.Reshape((-1, ROWS * COLUMNS * CHANNELS)), L.GRU(3))
    one("reshape_row_fixed", L.Reshape((TIME, ROWS * COLUMNS * CHANNELS)), L.GRU(3), shape=(TIME, ROWS, COLUMNS, CHANNELS))
    one("reshape_plane", L.Reshape((-1, ROWS, COLUMNS * CHANNELS)), L.Conv2D(2, (1, 2)))
    one("reshape_to_images", L.Reshape((-1, 4, 3, 2)), each(L.Conv2D(2, 2)), shape=(None, 24))
    one("reshape_vector_to_images", L.Dense(24), L.Reshape((2, 3, 2, 2)), each(L.Conv2D(2, 2)), L.Flatten(), shape=(5,))
    one("reshape_each", each(L.Reshape((4, 3, 2))), each(L.Conv2D(2, 2)), each(L.Reshape((3, -1))), each(L.Conv1D(2, 2)), each(L.Reshape((-1,))), L.GRU(3), shape=(None, 24))
    x = keras.Input(IMAGES, name="x")
    a, b = each(L.Conv2D(3, 3, padding="same", name="a"))(x), each(L.Conv2D(3, 1, name="b"))(x)
    for name, layer in {"add": L.Add(), "subtract": L.Subtract(), "multiply": L.Multiply(), "average": L.Average(), "maximum": L.Maximum(), "minimum": L.Minimum(), "concatenate": L.Concatenate(), "concatenate_axis": L.Concatenate(axis=4)}.items():
        case(f"merge_{name}", keras.Model(x, layer([a, b])))
    for padding in ("valid", "same"):
        one(f"conv_lstm_{padding}", L.ConvLSTM2D(3, (3, 2), padding=padding, return_sequences=True))
        one(f"conv_lstm_{padding}_strided", L.ConvLSTM2D(2, 3, padding=padding, strides=2, return_sequences=True, recurrent_activation="sigmoid"))
        one(f"conv_lstm_{padding}_dilated", L.ConvLSTM2D(2, 2, padding=padding, dilation_rate=(2, 1), return_sequences=True, use_bias=False))
        one(f"conv_lstm1d_{padding}", L.ConvLSTM1D(3, 3, padding=padding, return_sequences=True, activation="relu"), shape=(None, 6, 3))
        one(f"conv_lstm1d_{padding}_strided", L.ConvLSTM1D(2, 2, padding=padding, strides=2, return_sequences=True), shape=(None, 6, 3))
    one("conv_lstm_hard", L.ConvLSTM2D(3, 2, recurrent_activation="hard_sigmoid", return_sequences=True))
    one("conv_lstm_last", L.ConvLSTM2D(3, 2, padding="same"), L.BatchNormalization(), L.Conv2D(2, 3), L.Flatten(), L.Dense(2))
    one("conv_lstm_last_alone", L.ConvLSTM2D(3, 2))
    one("conv_lstm1d_last", L.ConvLSTM1D(3, 2), L.Conv1D(2, 2), L.GlobalAveragePooling1D(), shape=(None, 6, 3))
    one("conv_lstm_backwards", L.ConvLSTM2D(3, 2, go_backwards=True, return_sequences=True))
    one("conv_lstm_stack", L.ConvLSTM2D(4, 3, padding="same", return_sequences=True), L.BatchNormalization(), L.ConvLSTM2D(3, 3, padding="same", return_sequences=True), each(L.Conv2D(1, 1, activation="sigmoid")))
    e, d = keras.Input(IMAGES, name="e"), keras.Input((TIME, 4, 3, 2), name="d")
    _, h, c = L.ConvLSTM2D(3, 2, return_state=True, name="encoder")(e)
    case("conv_lstm_states", keras.Model([e, d], L.ConvLSTM2D(3, 3, padding="same", return_sequences=True, name="decoder")(d, initial_state=[h, c])))
    z = keras.Input((None, 6, 3), name="z")
    case("conv_lstm1d_states", keras.Model(z, list(L.ConvLSTM1D(2, 3, padding="same", return_sequences=True, return_state=True)(z))))
    # A temporal convolutional network, which streams timestep by timestep.
    s = keras.Input((None, 3), name="s")
    t = s
    for gap in (1, 2, 4):
        u = L.Conv1D(3, 2, padding="causal", dilation_rate=gap, activation="relu")(t)
        t = L.Add()([t, L.Conv1D(3, 2, padding="causal", dilation_rate=gap)(u)])
    case("causal_residuals", keras.Model(s, L.Conv1D(2, 3)(L.ZeroPadding1D((2, 0))(t))))
    # What very many have: a model of images, applied to each.
    cnn = keras.Sequential([keras.Input((8, 8, 1)), L.Conv2D(4, 3, activation="relu", name="c1"), L.MaxPooling2D(2), L.Conv2D(5, 2, name="c2"), L.BatchNormalization(), L.ReLU(), L.Flatten(), L.Dense(6, activation="relu")], name="cnn")
    one("cnn_lstm", each(cnn), L.LSTM(5), L.Dense(2, activation="softmax"), shape=(None, 8, 8, 1))
    i = keras.Input((6, 5, 2))
    y = L.Conv2D(3, 3, padding="same", activation="relu")(i)
    y = L.Add()([y, L.Conv2D(3, 1)(i)])
    y = L.Concatenate(axis=3)([y, L.BatchNormalization(trainable=False)(y)])
    residual = keras.Model(i, L.GlobalAveragePooling2D()(y), name="residual")
    one("residual_gru", each(residual), L.GRU(4, return_sequences=True), shape=(None, 6, 5, 2))
    inner = keras.Sequential([keras.Input((4,)), L.Dense(3, activation="tanh"), L.Dense(2)], name="inner")
    one("model_of_features", each(inner), L.GRU(3), shape=(None, 4))
    nested = keras.Sequential([keras.Input((6, 5, 2)), keras.Sequential([keras.Input((6, 5, 2)), L.Conv2D(3, 2)], name="stem"), L.GlobalMaxPooling2D()], name="nested")
    one("nested_model", each(nested), L.LSTM(3), shape=(None, 6, 5, 2))
    frozen = keras.Sequential([keras.Input((6, 5, 2)), L.Conv2D(3, 2), L.BatchNormalization(), L.Flatten()], name="frozen")
    frozen.trainable = False
    one("frozen_model", each(frozen), L.Dense(3), L.LSTM(3), shape=(None, 6, 5, 2))


def compositions(count):
    for index in range(count):
        rng = random.Random(1000 + index)
        pick = rng.choice
        x = first = keras.Input((pick([None, TIME]), pick([3, 4, 5]), pick([3, 4, 6]), pick([1, 2, 4])), name=f"x{index}")
        pairs = lambda most: (rng.randint(1, most), rng.randint(1, most))
        act = lambda: pick([None, "relu", "tanh", "sigmoid"])
        steps = [
            lambda y: each(L.Conv2D(rng.randint(1, 5), pairs(3), padding=pick(["same", "valid"]), activation=act(), use_bias=pick([True, False])))(y),
            lambda y: each(L.Conv2D(rng.randint(1, 5), pairs(2), padding="same", strides=pairs(2)))(y),
            lambda y: each(L.Conv2D(2 * y.shape[-1], 2, padding="same", groups=y.shape[-1]))(y),
            lambda y: each(L.DepthwiseConv2D(pairs(3), padding="same", depth_multiplier=rng.randint(1, 2), activation=act()))(y),
            lambda y: each(L.SeparableConv2D(rng.randint(1, 4), pairs(2), padding="same"))(y),
            lambda y: each(L.Conv2DTranspose(rng.randint(1, 3), pairs(3), strides=pairs(2), padding=pick(["valid", "same"])))(y),
            lambda y: each(pick([L.MaxPooling2D, L.AveragePooling2D])(pairs(2), strides=pairs(2), padding=pick(["same", "valid"])))(y),
            lambda y: pick([L.BatchNormalization(), each(L.BatchNormalization()), each(L.LayerNormalization()), L.LeakyReLU(), L.Activation("softplus")])(y),
            lambda y: each(L.ZeroPadding2D(((rng.randint(0, 1), rng.randint(0, 2)), (rng.randint(0, 1), 0))))(y),
            lambda y: each(L.UpSampling2D(pairs(2)))(y) if y.shape[2] * y.shape[3] < 30 else y,
            lambda y: pick([L.Add(), L.Concatenate(), L.Maximum()])([y, each(L.Conv2D(y.shape[-1], 3, padding="same"))(y)]),
            lambda y: each(L.Dense(3))(y),
        ]
        for _ in range(rng.randint(2, 4)):
            if x.shape[2] < 3 or x.shape[3] < 3:
                break
            x = pick(steps)(x)
        end = rng.randint(0, 3)
        if end > 0:
            x = each(pick([L.Flatten, L.GlobalAveragePooling2D, L.GlobalMaxPooling2D])())(x)
            x = pick([L.GRU, L.LSTM])(3, return_sequences=end > 1)(x)
        case(f"composition_{index}", keras.Model(first, x))


if __name__ == "__main__":
    options()
    compositions(int(sys.argv[2]) if len(sys.argv) > 2 else 40)
    write(f"{VERSION}-volumes")
