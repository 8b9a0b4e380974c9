"""Operations in functional models (`y + e`, `y[:, -1]`, `keras.ops.mean`), and models of several times.

    python generate_keras_operation_files.py keras3
    python generate_keras_operation_files.py keras2
"""
import numpy as np

from generate_keras_files import FEATURES, L, TIME, VERSION, case, functional, keras, write

if VERSION == "keras3":
    from keras import ops

    NAMES = {
        "mean": ops.mean, "sum": ops.sum, "max": ops.max, "min": ops.min, "expand": ops.expand_dims, "squeeze": ops.squeeze,
        "concatenate": ops.concatenate, "stack": ops.stack, "reshape": ops.reshape, "transpose": ops.transpose, "flip": ops.flip,
        "matmul": ops.matmul, "where": ops.where, "clip": ops.clip, "maximum": ops.maximum, "minimum": ops.minimum, "multiply": ops.multiply,
        "softmax": ops.softmax, "relu": ops.relu, "sigmoid": ops.sigmoid, "tanh": ops.tanh, "elu": ops.elu, "gelu": ops.gelu,
        "abs": ops.abs, "exp": ops.exp, "sqrt": ops.sqrt, "rsqrt": ops.rsqrt, "square": ops.square, "log": ops.log,
        "leaky": lambda x: ops.leaky_relu(x, 0.1), "silu": ops.silu, "softplus": ops.softplus, "relu6": ops.relu6,
    }
    activation_relu = keras.activations.relu
    cast = lambda x: ops.cast(x, "float32")
else:
    import tensorflow as tf

    NAMES = {
        "mean": tf.reduce_mean, "sum": tf.reduce_sum, "max": tf.reduce_max, "min": tf.reduce_min, "expand": tf.expand_dims, "squeeze": tf.squeeze,
        "concatenate": tf.concat, "stack": tf.stack, "reshape": tf.reshape, "transpose": tf.transpose, "flip": lambda x, axis: tf.reverse(x, [axis]),
        "matmul": tf.matmul, "where": tf.where, "clip": tf.clip_by_value, "maximum": tf.maximum, "minimum": tf.minimum, "multiply": tf.multiply,
        "softmax": tf.nn.softmax, "relu": tf.nn.relu, "sigmoid": tf.sigmoid, "tanh": tf.tanh, "elu": tf.nn.elu, "gelu": tf.nn.gelu,
        "abs": tf.abs, "exp": tf.exp, "sqrt": tf.sqrt, "rsqrt": tf.math.rsqrt, "square": tf.square, "log": tf.math.log,
        "leaky": lambda x: tf.nn.leaky_relu(x, 0.1), "silu": tf.nn.silu, "softplus": tf.nn.softplus, "relu6": tf.nn.relu6,
    }
    activation_relu = keras.activations.relu
    cast = lambda x: tf.cast(x, "float32")
F = type("F", (), {name: staticmethod(value) for name, value in NAMES.items()})
FORMS = [["keras"], ["h5"]]


def add(name, make, open_time=True, forms=None, **options):
    """A case of an operation on two sequences, y and e."""
    x = keras.Input((None if open_time else TIME, FEATURES), name="x")
    y, e = L.LSTM(4, return_sequences=True)(x), L.Dense(4)(x)
    case(name, functional(x, make(y, e)), forms or FORMS[len(name) % 2], **options)


def arithmetic():
    add("plus", lambda y, e: y + e)
    add("minus", lambda y, e: y - e)
    add("times", lambda y, e: y * e)
    add("over", lambda y, e: y / (F.abs(e) + 1.0))
    add("times_10_plus_3", lambda y, e: y * 10 + 3)
    add("one_minus", lambda y, e: 1 - y)
    add("minus_one", lambda y, e: y - 1.5)
    add("over_4", lambda y, e: y / 4)
    add("one_over", lambda y, e: 1 / (F.exp(y) + 0.5))
    add("three_over", lambda y, e: 3 / (F.exp(y) + 0.5))
    add("squared", lambda y, e: y**2)
    add("cubed", lambda y, e: y**3.0)
    add("negative", lambda y, e: -y)
    add("absolute", lambda y, e: abs(y))
    add("plus_one_per_feature", lambda y, e: y + np.array([1, 2, 3, 4], "float32"))
    add("times_one_per_feature_in_front", lambda y, e: F.multiply(np.array([1, 2, 3, 4], "float32"), y))
    add("plus_one_per_timestep", lambda y, e: y + np.linspace(0, 1, TIME * 4, dtype="float32").reshape(1, TIME, 4), open_time=False)
    add("maximum", lambda y, e: F.maximum(y, e))
    add("maximum_number", lambda y, e: F.maximum(y, 0.1))
    add("minimum_number", lambda y, e: F.minimum(y, 0.1))
    add("where", lambda y, e: F.where(y > 0, y, e))
    add("where_less_number", lambda y, e: F.where(y <= e, y, 0.0))
    add("one_feature_beside_many", lambda y, e: y * F.sum(e, axis=-1, keepdims=True))
    add("one_timestep_beside_many", lambda y, e: y * F.mean(e, axis=1, keepdims=True))
    add("gate", lambda y, e: F.sigmoid(y) * e + (1 - F.sigmoid(y)) * F.tanh(y))
    add("residual_normalised", lambda y, e: (y - F.mean(y, axis=-1, keepdims=True)) * F.rsqrt(F.mean(F.square(y), axis=-1, keepdims=True) + 0.01))
    for name in ("relu", "tanh", "elu", "gelu", "square", "leaky", "silu", "softplus", "relu6", "softmax"):
        add(f"function_{name}", lambda y, e: getattr(F, name)(y))
    add("function_log_sqrt", lambda y, e: F.log(F.sqrt(F.abs(y)) + 1.0))
    add("function_clip", lambda y, e: F.clip(y, -0.1, 0.2))
    add("function_of_activations", lambda y, e: activation_relu(y))
    add("function_cast", lambda y, e: cast(y))


def indexing():
    add("last", lambda y, e: y[:, -1, :])
    add("last_short", lambda y, e: y[:, -1])
    add("first", lambda y, e: y[:, 0])
    add("last_three", lambda y, e: y[:, -3:])
    add("but_the_ends", lambda y, e: y[:, 1:-1, :])
    add("first_three", lambda y, e: y[:, :3])
    add("every_other", lambda y, e: y[:, ::2])
    add("every_other_from_one", lambda y, e: y[:, 1::2], open_time=False)
    add("backwards", lambda y, e: y[:, ::-1])
    add("some_features", lambda y, e: y[:, :, 1:3])
    add("a_feature", lambda y, e: y[:, :, 0] + e[:, :, -1])
    add("a_feature_kept", lambda y, e: L.GRU(2)(y[:, :, 1:2]))
    add("a_number", lambda y, e: y[:, -1, 2])
    add("features_of_the_last", lambda y, e: y[:, -1][:, 1:3])
    add("ellipsis", lambda y, e: y[..., :2], forms=FORMS[1])
    if VERSION == "keras2":
        add("new_axis", lambda y, e: L.GRU(2)(y[:, -1][:, tf.newaxis]))
    else:
        add("new_axis", lambda y, e: L.GRU(2)(y[:, -1][:, None]))


def shapes():
    add("mean_of_time", lambda y, e: F.mean(y, axis=1))
    add("max_of_time", lambda y, e: F.max(y, axis=1))
    add("min_of_features", lambda y, e: F.min(y, axis=-1))
    add("sum_of_features_kept", lambda y, e: F.sum(y, axis=-1, keepdims=True))
    add("mean_of_all", lambda y, e: F.mean(y, axis=[1, 2]))
    add("mean_of_vector", lambda y, e: F.mean(y[:, -1], axis=1, keepdims=True))
    add("concatenate", lambda y, e: F.concatenate([y, e], axis=-1))
    add("concatenate_three", lambda y, e: F.concatenate([y, e, y], axis=2))
    add("concatenate_time", lambda y, e: F.concatenate([y, e], axis=1), open_time=False)
    add("concatenate_vectors", lambda y, e: F.concatenate([y[:, -1], F.mean(e, axis=1)], axis=-1))
    add("stack", lambda y, e: F.stack([y[:, -1], e[:, 0]], axis=1))
    add("stack_last", lambda y, e: F.stack([y[:, -1], e[:, 0], y[:, 0]], axis=-1))
    add("stack_features", lambda y, e: F.stack([y[:, :, 0], e[:, :, 1]], axis=-1))
    add("reshape", lambda y, e: F.reshape(y, (-1, TIME * 4)), open_time=False)
    add("reshape_sequence", lambda y, e: F.reshape(y, (-1, TIME * 2, 2)), open_time=False)
    add("expand_vector", lambda y, e: L.GRU(2)(F.expand(y[:, -1], 1)))
    add("expand_features", lambda y, e: L.GRU(2)(F.expand(y[:, -1], -1)))
    add("expand_a_feature", lambda y, e: L.GRU(2)(F.expand(y[:, :, 0], -1)))
    add("squeeze", lambda y, e: F.squeeze(F.mean(y, axis=1, keepdims=True), axis=1))
    add("squeeze_feature", lambda y, e: L.GRU(2)(F.expand(F.squeeze(L.Dense(1)(y), axis=-1), -1)))
    add("transpose", lambda y, e: F.transpose(y, (0, 2, 1)), open_time=False)
    add("matmul", lambda y, e: F.matmul(y, F.transpose(e, (0, 2, 1))), open_time=False)
    add("attention", lambda y, e: F.matmul(F.softmax(F.matmul(y, F.transpose(e, (0, 2, 1)))), e), open_time=False)
    add("flip", lambda y, e: F.flip(y, axis=1))
    series = keras.Input((None,), name="series")
    case("univariate", functional(series, L.LSTM(4)(F.expand(series, -1))), FORMS[0])
    series = keras.Input((TIME,), name="series")
    case("univariate_fixed", functional(series, L.LSTM(4)(F.expand(series, -1))), FORMS[1])
    series = keras.Input((None,), name="series")
    case("univariate_scaled", functional(series, L.LSTM(4, return_sequences=True)(F.expand(series * 2 - 1, -1))[:, :, 0]), FORMS[0])


def masks():
    """Operations hand no mask on, layers of the same names do."""
    for name, make in {
        "plus": lambda y, e: y + e, "times_2": lambda y, e: y * 2, "maximum": lambda y, e: F.maximum(y, e), "relu": lambda y, e: F.relu(y),
        "concatenate": lambda y, e: F.concatenate([y, e], axis=-1), "features": lambda y, e: y[:, :, :2], "layer": lambda y, e: L.Add()([y, e]),
        "activation": lambda y, e: L.Activation("relu")(y),
    }.items():
        ids = keras.Input((None,), name="ids")
        e = L.Embedding(9, 4, mask_zero=True)(ids)
        y = L.LSTM(4, return_sequences=True)(e)
        case(f"masked_{name}", functional(ids, L.GRU(3)(make(y, e))), FORMS[len(name) % 2], ids=9)
    x = keras.Input((TIME, FEATURES), name="x")
    y = L.LSTM(4, return_sequences=True)(L.Masking(0.0)(x))
    case("masked_mean", functional(x, F.mean(y, axis=1)), FORMS[0], pads=True)
    x = keras.Input((TIME, FEATURES), name="x")
    y = L.LSTM(4, return_sequences=True)(L.Masking(0.0)(x))
    case("masked_both", functional(x, [L.GRU(2)(y), L.GRU(2)(y + 0.5)]), FORMS[1], pads=True)


def times():
    """Several times in one model, some of them fixed by the file."""
    lstm = lambda units=4, **o: L.LSTM(units, return_sequences=True, **o)
    a, b = keras.Input((5, FEATURES), name="a"), keras.Input((7, 3), name="b")
    case("two_windows", functional([a, b], L.Dense(2)(L.Concatenate()([L.LSTM(3)(a), L.GRU(3)(b)]))), FORMS[0])
    a, b = keras.Input((None, FEATURES), name="a"), keras.Input((None, 3), name="b")
    case("two_open", functional([a, b], L.Concatenate()([L.LSTM(3)(a), L.GRU(3)(b)])), FORMS[1], times=[5, 3])
    e, d = keras.Input((None, FEATURES), name="encoder"), keras.Input((None, 3), name="decoder")
    _, *state = L.LSTM(4, return_state=True)(e)
    case("encoder_decoder", functional([e, d], L.Dense(2)(lstm()(d, initial_state=state))), FORMS[0], times=[6, 3])
    e, d = keras.Input((8, FEATURES), name="encoder"), keras.Input((3, 3), name="decoder")
    _, *state = L.GRU(4, return_state=True)(e)
    case("encoder_decoder_fixed", functional([e, d], L.GRU(4, return_sequences=True)(d, initial_state=state)), FORMS[1])
    x, v = keras.Input((5, 3), name="x"), keras.Input((2,), name="v")
    case("repeated_beside", functional([x, v], L.LSTM(4)(L.Concatenate()([x, L.RepeatVector(5)(v)]))), FORMS[0])
    x = keras.Input((TIME, FEATURES), name="x")
    y = L.Dense(FEATURES)(lstm()(L.RepeatVector(TIME)(L.LSTM(3)(x))))
    case("autoencoder_residual", functional(x, L.Subtract()([x, y])), FORMS[1])
    x = keras.Input((None, FEATURES), name="x")
    y = L.Dense(FEATURES)(lstm()(L.RepeatVector(4)(L.LSTM(3)(x))))
    case("autoencoder_open", functional(x, L.Add()([x, y])), FORMS[0], times=[4])
    x, v = keras.Input((None, 3), name="x"), keras.Input((TIME, 3), name="w")
    case("open_beside_fixed", functional([x, v], L.LSTM(4)(L.Add()([x, v]))), FORMS[1])
    a, b, c = keras.Input((None, 3), name="a"), keras.Input((None, 3), name="b"), keras.Input((None, 2), name="c")
    case("three_of_two_times", functional([a, b, c], L.Concatenate()([L.LSTM(3)(L.Add()([a, b])), L.LSTM(2)(c)])), FORMS[0], times=[4, 4, 7])
    x = keras.Input((8, FEATURES), name="x")
    case("strided_beside", functional(x, L.Add()([L.Conv1D(3, 2, strides=2)(x), L.MaxPooling1D(2)(L.Dense(3)(x))])), FORMS[1])
    x, v = keras.Input((1, 3), name="x"), keras.Input((5, 3), name="w")
    case("single_beside", functional([x, v], L.LSTM(4)(L.Multiply()([x, v]))), FORMS[0])


arithmetic()
indexing()
shapes()
masks()
times()
write(f"{VERSION}-operations")
