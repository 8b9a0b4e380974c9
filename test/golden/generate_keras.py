"""Golden cases by Keras 3 on its TensorFlow backend: what it means by masks, directions, merges and activations."""
import itertools
import math
import os
import platform

os.environ.update(KERAS_BACKEND="tensorflow", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")

import keras
import numpy as np
import tensorflow as tf

import prng
from case import BATCHES, SIZES, TIMES, Case, mask_runs, pad, write
from keras_model import activation_spec, run

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

# Keras' names; the GRU in both its forms.
KINDS = ("lstm", "gru", "gru-before", "rnn")
PADDINGS = ("pre", "post", "mid")


def chosen(name, *options):
    """One of the options, by the hash of a name: options that are not crossed fully still meet all others."""
    return options[(prng.seed_of(name) >> 7) % len(options)]


def cell(case, prefix, kind, features, units, bias=True, **options):
    kind, _, before = kind.partition("-")
    biases = {"gru": "ih" if before else "both"}.get(kind, "ih") if bias else None
    made = {"type": kind, "units": units, "tensors": case.cell_tensors(prefix, kind, features, units, biases)}
    if kind == "gru":
        made["resetAfter"] = not before
    return {**made, **{key: value for key, value in options.items() if value is not None}}


def layer(case, name, kind, source, features, units, outputs=None, **options):
    """A recurrent node; options as in the spec."""
    return case.node(name=name, inputs=[source], outputs=outputs, **cell(case, name, kind, features, units, **options))


def bidirectional(case, name, kind, source, features, units, merge="concat", sequences=True, outputs=None, backward=None,
                  **options):
    # Keras turns zero_output_for_mask on in both halves, if they return sequences.
    options.update({"zeroOutputForMask": True} if sequences else {"returnSequences": False})
    halves = [cell(case, f"{name}.{half}", one, features, units, **options)
              for half, one in (("forward", kind), ("backward", backward or kind))]
    return case.node(name=name, type="bidirectional", inputs=[source], outputs=outputs, forward=halves[0],
                     backward=halves[1], merge=merge)


def dense(case, name, source, features, units, activation=None, bias=True):
    tensors = {"weight": case.tensor(f"{name}.weight", [units, features], 1 / math.sqrt(features))}
    if bias:
        tensors["bias"] = case.tensor(f"{name}.bias", [units], 0.5)
    return case.node(name=name, type="dense", inputs=[source], units=units, tensors=tensors, activation=activation)


def layer_norm(case, name, source, features, epsilon=1e-3):
    tensors = {"gamma": case.tensor(f"{name}.gamma", [features], 1.0), "beta": case.tensor(f"{name}.beta", [features], 0.5)}
    return case.node(name=name, type="layer_norm", inputs=[source], epsilon=epsilon, tensors=tensors)


def done(case, *outputs):
    run(case, outputs)
    return case


def state_of(kind, names, batch, units):
    """For Case.initial_state."""
    return [(name, batch, units, units if kind == "lstm" else None) for name in names]


def sizes():
    for index, (units, features) in enumerate(itertools.product(SIZES, SIZES)):
        kind = KINDS[(index + index // 4 + index // 9) % 4]
        batch, time = BATCHES[(index // 2 + index // 9) % 4], TIMES[(index + index // 5) % 4]
        case = Case(f"size-{kind}-u{units}-i{features}-b{batch}-t{time}")
        case.sequence("x", batch, time, features)
        yield done(case, layer(case, "layer", kind, "x", features, units))


def options():
    """Direction, sequences and masks in all combinations; bias, initial and final state in many."""
    masks = [(None, None), *itertools.product(PADDINGS, (None, True))]
    for kind, backwards, sequences, (padding, zero) in itertools.product(KINDS, (None, True), (None, False), masks):
        name = "-".join(filter(None, ("option", kind, backwards and "backwards", sequences is False and "last", padding,
                                      zero and "zero")))
        case = Case(name)
        batch, time = 5, 7
        units, features = chosen(f"{name} units", 3, 4, 5, 8), chosen(f"{name} inputs", 1, 3, 4, 8)
        case.sequence("x", batch, time, features)
        if padding:
            case.mask_runs = mask_runs(padding, batch, time, len(name))
        if chosen(f"{name} state", False, True):
            case.initial_state(state_of(kind, ["layer"], batch, units))
        outputs = None
        if chosen(f"{name} outputs", False, True):
            outputs = ["y", "hn", "cn"] if kind == "lstm" else ["y", "hn"]
        layer(case, "layer", kind, "x", features, units, outputs, bias=chosen(f"{name} bias", True, True, False),
              goBackwards=backwards, returnSequences=sequences, zeroOutputForMask=zero)
        yield done(case, *(outputs or ["layer"]))
    for kind, padding in itertools.product(KINDS, PADDINGS):
        case = Case(f"long-{kind}-{padding}")
        case.sequence("x", 5, 128, 3)
        case.mask_runs = mask_runs(padding, 5, 128)
        yield done(case, layer(case, "layer", kind, "x", 3, 20))
        for batch, time in ((1, 1), (1, 2), (2, 2), (32, 7)):
            case = Case(f"mask-{kind}-{padding}-b{batch}-t{time}")
            case.sequence("x", batch, time, 3)
            case.mask_runs = mask_runs(padding, batch, time, 3)
            yield done(case, layer(case, "layer", kind, "x", 3, 5))


ACTIVATIONS = ("linear", "sigmoid", "tanh", "relu", "hard_sigmoid", "leaky_relu", "elu", "selu", "softsign", "softplus",
               "gelu", "silu", "exponential")
# Gates that are not bounded by 1 make the state grow from step to step.
GROWING = ("linear", "relu", "leaky_relu", "elu", "selu", "softplus", "gelu", "silu", "exponential")


def activations():
    for kind, name in itertools.product(KINDS, ACTIVATIONS):
        spec = activation_spec(name)
        for role in ("activation",) if kind == "rnn" else ("activation", "recurrent"):
            case = Case(f"{role}-{kind}-{name}")
            time = 2 if name == "exponential" else 3 if name in GROWING else 7
            case.sequence("x", 2, time, 4, scale=0.3 if name == "exponential" else 1.0)
            fields = {("lstm", "activation"): ("g", "output"), ("lstm", "recurrent"): ("i", "f", "o"),
                      ("gru", "activation"): ("n",), ("gru", "recurrent"): ("r", "z")}
            if kind == "rnn":
                layer(case, "layer", kind, "x", 4, 8, activation=spec)
            else:
                gates = fields[kind.partition("-")[0], role]
                layer(case, "layer", kind, "x", 4, 8, activations={gate: spec for gate in gates})
            done(case, "layer")
            assert max(abs(values).max() for _, values in case.expected + case.states) < 50, (case.id, case.expected)
            yield case
    for name in (*ACTIVATIONS, "gelu_tanh"):
        case = Case(f"pointwise-{name}")
        case.sequence("x", 2, 7, 31, scale=3.0 if name == "exponential" else 9.0)
        case.node(name="y", type="activation", inputs=["x"], activation=activation_spec(name))
        yield done(case, dense(case, "dense", "y", 31, 4, activation_spec(name) if name != "exponential" else None), "y")


def bidirectionals():
    merges = ("concat", "sum", "mul", "ave", "none")
    for index, (kind, merge, sequences, masked) in enumerate(itertools.product(KINDS, merges, (True, False), (False, True))):
        padding = PADDINGS[(index // 2 + index // 5) % 3] if masked else None
        name = "-".join(filter(None, ("bidirectional", kind, merge, None if sequences else "last", padding)))
        case = Case(name)
        units, features, batch = chosen(f"{name} units", 3, 4, 5, 8), chosen(f"{name} inputs", 1, 3, 4, 8), 5
        case.sequence("x", batch, 7, features)
        if padding:
            case.mask_runs = mask_runs(padding, batch, 7, index)
        if chosen(f"{name} state", False, True, False):
            case.initial_state(state_of(kind, ["both.forward", "both.backward"], batch, units))
        outputs = ["ahead", "back"] if merge == "none" else ["both"]
        bidirectional(case, "both", kind, "x", features, units, merge, sequences, outputs,
                      bias=chosen(f"{name} bias", True, True, False))
        yield done(case, *outputs)
    for one, two in (("lstm", "gru"), ("gru-before", "rnn"), ("rnn", "lstm")):
        for padding in (None, "post"):
            case = Case(f"bidirectional-{one}-{two}{'-post' if padding else ''}")
            case.sequence("x", 5, 7, 3)
            if padding:
                case.mask_runs = mask_runs(padding, 5, 7)
            yield done(case, bidirectional(case, "both", one, "x", 3, 4, backward=two))
    for kind in KINDS:
        case = Case(f"bidirectional-long-{kind}")
        case.sequence("x", 2, 128, 8)
        bidirectional(case, "first", kind, "x", 8, 20)
        yield done(case, bidirectional(case, "second", kind, "first", 40, 31, "sum"))


def masks():
    """Masks that layers make, and what becomes of them on the way."""
    for kind, padding in itertools.product(KINDS, PADDINGS):
        runs = mask_runs(padding, 5, 7, 11)
        case = Case(f"embedding-{kind}-{padding}")
        case.ids("tokens", 5, 7, 20, [pad(runs, 0)])
        case.node(name="embedding", type="embedding", inputs=["tokens"], maskZero=True,
                  tensors={"weight": case.tensor("embedding.weight", [20, 5], 1.0)})
        case.node(name="dropout", type="dropout", inputs=["embedding"])
        layer(case, "first", kind, "dropout", 5, 8)
        layer(case, "second", kind, "first", 8, 4, returnSequences=False)
        dense(case, "head", "second", 4, 3)
        case.node(name="classes", type="softmax", inputs=["head"])
        yield done(case, "classes", "first")

        case = Case(f"masking-{kind}-{padding}")
        value = {"pre": 0.0, "post": -1.0, "mid": 0.1}[padding]
        # Timesteps where only some features have the value are not masked.
        case.sequence("x", 5, 7, 4, [pad(mask_runs("mid", 5, 7, 5), value, features=3), pad(runs, value)])
        case.node(name="masking", type="masking", inputs=["x"], maskValue=value)
        dense(case, "dense", "masking", 4, 5, "relu")
        layer_norm(case, "norm", "dense", 5)
        case.node(name="act", type="activation", inputs=["norm"], activation="tanh")
        case.node(name="soft", type="softmax", inputs=["act"])
        bidirectional(case, "both", kind, "soft", 5, 4)
        layer(case, "last", kind, "both", 8, 3, zeroOutputForMask=chosen(case.id, True, None))
        yield done(case, "last", "both", "masking")

    for kind in KINDS:
        # The mask goes on in the order of the input, the outputs in the order computed.
        case = Case(f"backwards-stack-{kind}")
        case.sequence("x", 5, 7, 3)
        case.mask_runs = mask_runs("post", 5, 7, 2)
        layer(case, "first", kind, "x", 3, 4, goBackwards=True)
        layer(case, "second", kind, "first", 4, 5)
        yield done(case, "second", "first")

        case = Case(f"masking-again-{kind}")
        case.sequence("x", 5, 7, 3, [pad(mask_runs("pre", 5, 7, 1), 0.0), pad(mask_runs("post", 5, 7, 2), -1.0)])
        case.node(name="one", type="masking", inputs=["x"], maskValue=0)
        case.node(name="two", type="masking", inputs=["one"], maskValue=-1)
        yield done(case, layer(case, "layer", kind, "two", 3, 4))

    for merge, second in itertools.product(("add", "multiply", "concatenate"), ("masked", "unmasked")):
        case = Case(f"merge-{merge}-{second}")
        for name, padding, seed in (("a", "pre", 1), ("b", "mid", 2)):
            masked = name == "a" or second == "masked"
            case.sequence(name, 5, 7, 4, [pad(mask_runs(padding, 5, 7, seed), 0.0)] if masked else [])
            source = case.node(name=f"mask_{name}", type="masking", inputs=[name], maskValue=0) if masked else name
            dense(case, f"dense_{name}", source, 4, 5)
        case.node(name="joined", type=merge, inputs=["dense_a", "dense_b"])
        yield done(case, layer(case, "layer", "lstm", "joined", 10 if merge == "concatenate" else 5, 4), "joined")
    case = Case("merge-three")
    for name, padding, seed in (("a", "pre", 1), ("b", "mid", 2), ("c", "post", 3)):
        case.ids(name, 5, 7, 20, [pad(mask_runs(padding, 5, 7, seed), 0)])
        case.node(name=f"embed_{name}", type="embedding", inputs=[name], maskZero=True,
                  tensors={"weight": case.tensor(f"{name}.weight", [20, 4], 1.0)})
    case.node(name="joined", type="add", inputs=["embed_a", "embed_b", "embed_c"])
    yield done(case, layer(case, "layer", "gru", "joined", 4, 5), "joined")


def graphs():
    for kind in KINDS:
        for padding in (None, "pre", "post"):
            case = Case(f"seq2seq-{kind}{f'-{padding}' if padding else ''}")
            case.ids("source", 5, 7, 31, [pad(mask_runs(padding, 5, 7, 9), 0)] if padding else [])
            case.ids("target", 5, 7, 20)
            for side, size in (("source", 31), ("target", 20)):
                case.node(name=f"embed_{side}", type="embedding", inputs=[side], maskZero=True if padding else None,
                          tensors={"weight": case.tensor(f"{side}.weight", [size, 5], 1.0)})
            states = ["hn", "cn"] if kind == "lstm" else ["hn"]
            layer(case, "encoder", kind, "embed_source", 5, 8, ["encoded", *states], returnSequences=False)
            layer(case, "decoder", kind, "embed_target", 5, 8)
            case.nodes[-1]["inputs"] += states
            dense(case, "head", "decoder", 8, 20)
            case.node(name="words", type="softmax", inputs=["head"])
            yield done(case, "words", "encoded", *states)

    for order in itertools.permutations(("lstm", "gru", "rnn")):
        for padding in (None, chosen("-".join(order), *PADDINGS)):
            case = Case("mixed-" + "-".join(order) + (f"-{padding}" if padding else ""))
            case.sequence("x", 5, 7, 5)
            if padding:
                case.mask_runs = mask_runs(padding, 5, 7, 4)
            layer(case, "one", order[0], "x", 5, 8)
            bidirectional(case, "two", order[1], "one", 8, 4)
            case.node(name="sum", type="add", inputs=["one", "two"])
            layer_norm(case, "norm", "sum", 8)
            layer(case, "three", order[2], "norm", 8, 5, returnSequences=False)
            yield done(case, dense(case, "head", "three", 5, 3, "silu"), "norm")


def main():
    cases = []
    for group in (sizes, options, activations, bidirectionals, masks, graphs):
        for case in group():
            cases.append(case)
            keras.backend.clear_session()
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    write("keras", {**versions, "python": platform.python_version()}, cases)


main()
