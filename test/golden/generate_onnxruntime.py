"""Golden cases by ONNX Runtime, for what only ONNX has: peepholes, clip, coupled gates, per-gate activations, and
sequence lengths of 0.

Here ONNX's layouts are made from the canonical ones: LSTM gates i o f c, GRU gates z r h, peepholes i o f, a
direction axis in front, time before batch.
"""
import itertools
import platform

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from case import Case, write

OPERATORS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
# Where ONNX's gates stand in the canonical order.
GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn": (0,)}
PEEPHOLES = (0, 2, 1)
# ONNX's names, with parameters as ONNX means them when given.
ACTIVATIONS = {
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "Relu",
    "softsign": "Softsign",
    "softplus": "Softplus",
    "hard_sigmoid": ("HardSigmoid", 0.2, 0.5),
    "leaky_relu": ("LeakyRelu", 0.1, None),
    "thresholded_relu": ("ThresholdedRelu", 0.3, None),
    "elu": ("Elu", 1.0, None),
    "affine": ("Affine", 0.5, 0.1),
    "scaled_tanh": ("ScaledTanh", 1.7159, 0.6667),
}


def activation_spec(name):
    known = ACTIVATIONS[name]
    if isinstance(known, str):
        return name
    return {"type": name, **{key: value for key, value in zip(("alpha", "beta"), known[1:]) if value is not None}}


def cell(case, prefix, kind, features, units, bias=True, peephole=False, activations=None, **options):
    """A cell of the spec; `activations` are names, in the order of the spec's fields."""
    tensors = case.cell_tensors(prefix, kind, features, units, "both" if bias else None)
    if peephole:
        tensors["peephole"] = case.tensor(f"{prefix}.peephole", [3 * units], 0.8)
    made = {"type": kind, "units": units, "tensors": tensors, **options}
    if activations and kind == "rnn":
        made["activation"] = activation_spec(activations[0])
    elif activations:
        # LSTM: f is for i, f and o, g for the candidate, h for the output. GRU: f for r and z, g for n.
        fields = {"lstm": (("i", 0), ("f", 0), ("o", 0), ("g", 1), ("output", 2)), "gru": (("r", 0), ("z", 0), ("n", 1))}
        made["activations"] = {field: activation_spec(activations[index]) for field, index in fields[kind]}
    return made


def blocks(array, kind, units, order=None):
    """The gates of a canonical array in ONNX's order."""
    parts = [array[gate * units : (gate + 1) * units] for gate in order or GATES[kind]]
    return np.concatenate(parts)


def run(case, cells, x, direction="forward", activations=None, lengths=None, state=None):
    """The operator over x [batch, time, features]. Returns y [directions, batch, time, units] and final states."""
    first = cells[0]
    kind, units = first["type"], first["units"]

    def stacked(field, **order):
        found = [case.arrays[one["tensors"][field]] for one in cells]
        return np.stack([blocks(array, kind, units, **order) for array in found])

    fed = {"X": x.transpose(1, 0, 2), "W": stacked("weightIh"), "R": stacked("weightHh")}
    if "biasIh" in first["tensors"]:
        fed["B"] = np.concatenate([stacked("biasIh"), stacked("biasHh")], axis=1)
    if lengths is not None:
        fed["sequence_lens"] = np.array(lengths, np.int32)
    if state is not None:
        fed["initial_h"] = np.stack([part["h"] for part in state])
        if kind == "lstm":
            fed["initial_c"] = np.stack([part["c"] for part in state])
    if "peephole" in first["tensors"]:
        fed["P"] = stacked("peephole", order=PEEPHOLES)
    slots = ["X", "W", "R", "B", "sequence_lens", "initial_h", *(["initial_c", "P"] if kind == "lstm" else [])]

    options = {"hidden_size": units, "direction": direction}
    if "clip" in first:
        options["clip"] = first["clip"]
    if first.get("coupled"):
        options["input_forget"] = 1
    if kind == "gru":
        options["linear_before_reset"] = int(first["resetAfter"])
    if activations:
        known = [ACTIVATIONS[name] if isinstance(ACTIVATIONS[name], tuple) else (ACTIVATIONS[name], None, None)
                 for name in activations] * len(cells)
        options["activations"] = [name for name, _, _ in known]
        options["activation_alpha"] = [alpha for _, alpha, _ in known if alpha is not None]
        options["activation_beta"] = [beta for _, _, beta in known if beta is not None]
        options = {key: value for key, value in options.items() if value != []}

    outputs = ["Y", "Y_h", "Y_c"][: 3 if kind == "lstm" else 2]
    node = helper.make_node(OPERATORS[kind], [name if name in fed else "" for name in slots], outputs, **options)
    types = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int32): TensorProto.INT32}
    graph = helper.make_graph(
        [node], "case",
        [helper.make_tensor_value_info(name, types[array.dtype], array.shape) for name, array in fed.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    y, *final = session.run(None, fed)
    return y.transpose(1, 2, 0, 3), final


def single(name, kind, batch=2, time=7, features=4, units=5, direction="forward", activations=None, lengths=None,
           state=False, **options):
    case = Case(name)
    x = case.sequence("x", batch, time, features)
    case.lengths = lengths
    prefixes = ["layer.forward", "layer.backward"] if direction == "bidirectional" else ["layer"]
    cells = [cell(case, prefix, kind, features, units, activations=activations, **options) for prefix in prefixes]
    given = case.initial_state([(prefix, batch, units, units if kind == "lstm" else None) for prefix in prefixes]) if state else None
    y, final = run(case, cells, x, direction, activations, lengths, given)
    if direction == "bidirectional":
        case.node(name="layer", type="bidirectional", inputs=["x"], forward=cells[0], backward=cells[1], merge="concat")
        case.output("layer", np.concatenate([y[0], y[1]], -1))
    else:
        backwards = direction == "reverse"
        case.node(name="layer", inputs=["x"], goBackwards=backwards or None, **cells[0])
        # ONNX puts a reverse walk's outputs at their input's timesteps; goBackwards in the order computed.
        case.output("layer", np.ascontiguousarray(np.flip(y[0], 1)) if backwards else y[0])
    for index, prefix in enumerate(prefixes):
        case.state(prefix, *[part[index] for part in final])
    return case


DIRECTIONS = ("forward", "reverse", "bidirectional")


def gates():
    """What bounds and couples gates, all together and one by one."""
    for peephole, clip, coupled, direction in itertools.product((False, True), (None, 0.3, 1.0), (False, True), DIRECTIONS):
        name = "-".join(filter(None, ("lstm", peephole and "peephole", clip and f"clip{clip}", coupled and "coupled", direction)))
        options = {**({"clip": clip} if clip else {}), **({"coupled": True} if coupled else {})}
        yield single(name, "lstm", direction=direction, peephole=peephole, state=direction != "forward", **options)
    for clip, reset_after, direction in itertools.product((None, 0.3, 1.0), (False, True), DIRECTIONS):
        name = f"gru-{'after' if reset_after else 'before'}{f'-clip{clip}' if clip else ''}-{direction}"
        yield single(name, "gru", direction=direction, resetAfter=reset_after, state=direction == "bidirectional",
                     **({"clip": clip} if clip else {}))
    for clip, direction in itertools.product((None, 0.3), DIRECTIONS):
        yield single(f"rnn{f'-clip{clip}' if clip else ''}-{direction}", "rnn", direction=direction,
                     **({"clip": clip} if clip else {}))
    for units, features, batch, time in ((1, 1, 1, 1), (1, 8, 5, 2), (3, 1, 2, 7), (8, 3, 1, 128), (20, 31, 5, 7), (64, 5, 2, 7)):
        name = f"lstm-u{units}-i{features}-b{batch}-t{time}"
        yield single(name, "lstm", batch, time, features, units, peephole=True, clip=0.7, coupled=True, bias=units != 20)
        yield single(f"gru-before-u{units}-i{features}-b{batch}-t{time}", "gru", batch, time, features, units,
                     resetAfter=False, clip=0.7, bias=units != 20)


def lengths():
    for kind, direction, (name, rows) in itertools.product(
            OPERATORS, DIRECTIONS, (("some", [7, 3, 1, 5, 7]), ("none", [0, 7, 2, 0, 4]))):
        reset = {"resetAfter": True} if kind == "gru" else {}
        yield single(f"lengths-{name}-{kind}-{direction}", kind, 5, direction=direction, lengths=rows,
                     state=name == "some", **reset)


def activations():
    for name in ACTIVATIONS:
        # ONNX Runtime spells f g h; those that are not bounded by 1 only where the state cannot run away.
        yield single(f"activations-lstm-gates-{name}", "lstm", time=3, activations=[name, "tanh", "tanh"])
        yield single(f"activations-lstm-{name}", "lstm", time=3, activations=["sigmoid", name, name], peephole=True)
        yield single(f"activations-gru-gates-{name}", "gru", time=3, activations=[name, "tanh"], resetAfter=True)
        yield single(f"activations-gru-{name}", "gru", time=3, activations=["sigmoid", name], resetAfter=False)
        yield single(f"activations-rnn-{name}", "rnn", time=3, activations=[name], clip=0.9)
    yield single("activations-three", "lstm", time=7, activations=["hard_sigmoid", "scaled_tanh", "softsign"],
                 peephole=True, clip=1.5, direction="bidirectional")


def main():
    versions = {"onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__, "numpy": np.__version__}
    write("onnxruntime", {**versions, "python": platform.python_version()},
          itertools.chain.from_iterable(group() for group in (gates, lengths, activations)))


main()
