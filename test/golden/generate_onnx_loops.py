"""LSTM, GRU and RNN written out step by step within Scan and Loop, with what ONNX Runtime makes of them: cells that weigh input and state by one matrix, or apart."""
import numpy as np
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh

import prng
from onnx_recorded import B, T, recorded, write

n = h.make_node
i = lambda *values: np.array(values, np.int64)
SIZES = [{"batch": 3, "time": 5}, {"batch": 1, "time": 7}]
X, H = 4, 5
CASES = []


def weights(name, rows, columns):
    return {f"{name}W": prng.uniform(prng.seed_of(f"loops {name}W"), [rows, columns], 0.6), f"{name}b": prng.uniform(prng.seed_of(f"loops {name}b"), [columns], 0.6)}


def weighed(name, given, into):
    return [n("MatMul", [given, f"{name}W"], [f"{into}m"]), n("Add", [f"{into}m", f"{name}b"], [into])]


JOINED = [n("Concat", ["x", "h"], ["xh"], axis=1)]


def rnn():
    return [*JOINED, *weighed("all", "xh", "s"), n("Relu", ["s"], ["h_next"])], ["h"], weights("all", X + H, H)


def lstm():
    """Gates i g f o of one product, in TensorFlow's order; f has 1 added to it."""
    nodes = [
        *JOINED, *weighed("all", "xh", "s"), n("Split", ["s"], ["si", "sg", "sf", "so"], axis=1, num_outputs=4), n("Add", ["sf", "forget"], ["sf1"]),
        n("Sigmoid", ["si"], ["i"]), n("Tanh", ["sg"], ["g"]), n("Sigmoid", ["sf1"], ["f"]), n("Sigmoid", ["so"], ["o"]),
        n("Mul", ["f", "c"], ["kept"]), n("Mul", ["i", "g"], ["fresh"]), n("Add", ["kept", "fresh"], ["c_next"]), n("Tanh", ["c_next"], ["out"]), n("Mul", ["o", "out"], ["h_next"]),
    ]
    return nodes, ["h", "c"], {**weights("all", X + H, 4 * H), "forget": np.ones(H, np.float32)}


def gru(after):
    """Gates r, z of one product; the reset gate after the recurrent product or before it."""
    inner = [*weighed("u", "h", "uh"), n("Mul", ["r", "uh"], ["rest"])] if after else [n("Mul", ["r", "h"], ["rh"]), *weighed("u", "rh", "rest")]
    nodes = [
        *JOINED, *weighed("rz", "xh", "s"), n("Split", ["s"], ["sr", "sz"], axis=1, num_outputs=2), n("Sigmoid", ["sr"], ["r"]), n("Sigmoid", ["sz"], ["z"]),
        *weighed("n", "x", "xn"), *inner, n("Add", ["xn", "rest"], ["sn"]), n("Tanh", ["sn"], ["new"]),
        n("Sub", ["one", "z"], ["z1"]), n("Mul", ["z1", "new"], ["a"]), n("Mul", ["z", "h"], ["kept"]), n("Add", ["kept", "a"], ["h_next"]),
    ]
    return nodes, ["h"], {**weights("rz", X + H, 2 * H), **weights("n", X, H), **weights("u", H, H), "one": np.ones(1, np.float32)}


def value(name, dims, kind=TP.FLOAT):
    return h.make_tensor_value_info(name, kind, dims)


def add(name, holder, cell, axis, given):
    """axis: that of the timesteps. given: the first state is what the file has, not zeros."""
    nodes, states, init = cell
    init = {**init, "H": i(H), "axis0": i(0), "batch_at": i(1 - axis)[0], "time_at": i(axis)[0]}
    dims = [B, T, X] if axis else [T, B, X]
    first = h.make_tensor("first", TP.FLOAT, [1], [0.25 if given else 0.0])
    front = [n("Shape", ["X"], ["shape"]), n("Gather", ["shape", "batch_at"], ["rows"]), n("Unsqueeze", ["rows", "axis0"], ["rows1"]), n("Concat", ["rows1", "H"], ["size"], axis=0)]
    front += [n("ConstantOfShape", ["size"], [f"{one}0"], value=first) for one in states]
    carried = [value(one, [B, H]) for one in states]
    made = [f"{one}_next" for one in states]
    again = n("Identity", ["h_next"], ["y"])
    last = [f"{one}_last" for one in states]
    if holder == "Scan":
        body = h.make_graph([*nodes, again], "body", [*carried, value("x", [B, X])], [*[value(one, [B, H]) for one in made], value("y", [B, H])])
        front.append(n("Scan", [*[f"{one}0" for one in states], "X"], [*last, "Y"], body=body, num_scan_inputs=1, scan_input_axes=[axis], scan_output_axes=[axis]))
    else:
        body = h.make_graph([n("Gather", ["X", "step"], ["x"], axis=axis), *nodes, again, n("Identity", ["go"], ["go_on"])], "body", [value("step", [], TP.INT64), value("go", [], TP.BOOL), *carried], [value("go_on", [], TP.BOOL), *[value(one, [B, H]) for one in made], value("y", [B, H])])
        init["yes"] = np.array(True)
        collected = "Y" if axis == 0 else "Yt"
        front += [n("Gather", ["shape", "time_at"], ["steps"]), n("Loop", ["steps", "yes", *[f"{one}0" for one in states]], [*last, collected], body=body)]
        front += [n("Transpose", ["Yt"], ["Y"], perm=[1, 0, 2])] if axis else []
    graph = h.make_graph(front, "graph", [value("X", dims)], [value("Y", None), value("h_last", None)], [nh.from_array(np.asarray(one), key) for key, one in init.items()])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=10)
    options = {"axes": {"X": ["batch", "time", "features"] if axis else ["time", "batch", "features"]}}
    CASES.append(recorded("loops", name, model, [("X", dims, None)], [[B, T, H] if axis else [T, B, H], [B, H]], SIZES, options))


def main():
    for cell, make in {"rnn": rnn, "lstm": lstm, "gru_after": lambda: gru(True), "gru_before": lambda: gru(False)}.items():
        for holder in ("Scan", "Loop"):
            for axis in (0, 1):
                add(f"{holder.lower()}_{cell}_{'rows' if axis else 'time'}_first", holder, make(), axis, given=axis == 1)
    write("loops", CASES)


if __name__ == "__main__":
    main()
