"""What ONNX Runtime's own unit tests of LSTM, GRU and RNN look at, rebuilt with numbers of our own: rows of mixed and of no length in every direction, initial
states beside them, clips that bite, inputs of 1e20, activations with alpha and beta in both directions, peepholes; all of Y, Y_h and Y_c.
"""
import numpy as np
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh

import prng
from onnx_recorded import B, T, recorded, write

UNITS, WIDTH = 5, 3
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
RUNS = [{"batch": 4, "time": 6}, {"batch": 2, "time": 1}]
LENGTHS = {"mixed": [[6, 2, 5, 1], [1, 1]], "empty": [[0, 6, 0, 3], [0, 1]], "all_empty": [[0, 0, 0, 0], [0, 0]]}
LARGE = np.array([1e20, -1e20, 0, -1e20, 1e20, 1e20, 1e20, 0, -1e20], np.float32)
# Of f, g, h, with parameters; each direction has its own.
ACTIVATIONS = {
    "LSTM": [(("HardSigmoid", "LeakyRelu", "ScaledTanh"), (0.3, 0.2, 1.3), (0.4, None, 0.7)), (("Sigmoid", "Affine", "ThresholdedRelu"), (None, 0.6, 0.1), (None, 0.2, None))],
    "GRU": [(("HardSigmoid", "ScaledTanh"), (0.3, 1.3), (0.4, 0.7)), (("Sigmoid", "Elu"), (None, 0.8), (None, None))],
    "RNN": [(("ScaledTanh",), (1.3,), (0.7,)), (("LeakyRelu",), (0.2,), (None,))],
}
CASES = []


def w(name, *shape, scale=0.6):
    return prng.uniform(prng.seed_of(name), list(shape), scale)


def add(name, kind, direction, lengths=None, states=False, large=False, peepholes=False, bias=True, activations=None, **attributes):
    sides, rows = 2 if direction == "bidirectional" else 1, GATES[kind] * UNITS
    dims = [("X", [T, B, WIDTH], {index: np.resize(LARGE, [one["time"], one["batch"], WIDTH]) for index, one in enumerate(RUNS)} if large else None)]
    weights = {"W": w(f"{name}W", sides, rows, WIDTH), "R": w(f"{name}R", sides, rows, UNITS)}
    read = ["X", "W", "R", "", "", "", "", ""]
    if bias:
        weights["Wb"], read[3] = w(f"{name}b", sides, 2 * rows), "Wb"
    if peepholes:
        weights["P"], read[7] = w(f"{name}P", sides, 3 * UNITS), "P"
    if lengths:
        dims.append(("lengths", [B], {index: np.array(one) for index, one in enumerate(LENGTHS[lengths])}))
        read[4] = "lengths"
    if states:
        for at, one in list(enumerate(("h", "c")))[: 2 if kind == "LSTM" else 1]:
            dims.append((one, [sides, B, UNITS], None))
            read[5 + at] = one
    if activations:
        chosen = ACTIVATIONS[kind][:sides]
        attributes["activations"] = [one for names, _, _ in chosen for one in names]
        # A list has a number for each activation that has one, in order.
        for key, at in (("activation_alpha", 1), ("activation_beta", 2)):
            attributes[key] = [float(one) for each in chosen for one in each[at] if one is not None]
    outputs = ["Y", "Y_h", "Y_c"][: 3 if kind == "LSTM" else 2]
    while read[-1] == "":
        read.pop()
    node = h.make_node(kind, read, outputs, hidden_size=UNITS, direction=direction, **attributes)
    typed = [h.make_tensor_value_info(key, TP.INT32 if key == "lengths" else TP.FLOAT, one) for key, one, _ in dims]
    graph = h.make_graph([node], "graph", typed, [h.make_tensor_value_info(one, TP.FLOAT, None) for one in outputs], [nh.from_array(value, key) for key, value in weights.items()])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=10)
    state = [sides, B, UNITS]
    CASES.append(recorded("strict", name, model, dims, [[T, sides, B, UNITS], state, state][: len(outputs)], RUNS, options={"states": []} if states else None))


def main():
    for kind in GATES:
        low = kind.lower()
        for direction in ("forward", "reverse", "bidirectional"):
            for lengths in LENGTHS:
                add(f"{low}_{direction}_{lengths}", kind, direction, lengths, states=lengths != "all_empty")
                if lengths == "mixed":
                    add(f"{low}_{direction}_{lengths}_no_states", kind, direction, lengths)
            add(f"{low}_{direction}_large", kind, direction, large=True)
            add(f"{low}_{direction}_large_clip", kind, direction, "mixed", large=True, clip=2.5)
            add(f"{low}_{direction}_clip", kind, direction, "mixed", states=True, clip=0.35)
            add(f"{low}_{direction}_activations", kind, direction, "mixed", states=True, activations=True)
            add(f"{low}_{direction}_no_bias", kind, direction, bias=False)
            if kind == "LSTM":
                add(f"{low}_{direction}_peepholes", kind, direction, "empty", states=True, peepholes=True)
                add(f"{low}_{direction}_coupled", kind, direction, "mixed", peepholes=True, input_forget=1)
            if kind == "GRU":
                add(f"{low}_{direction}_reset_after", kind, direction, "empty", states=True, linear_before_reset=1)
                add(f"{low}_{direction}_reset_after_clip", kind, direction, "mixed", linear_before_reset=1, clip=0.35, activations=True)
    write("strict", CASES)


if __name__ == "__main__":
    main()
