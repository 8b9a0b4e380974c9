"""Two axes of known size beside the batch, as models of one frame have them: windows over both, cells over one of them, parts of caches put in place; with
what ONNX Runtime makes of it. Streams: caches of frames that go in and out by hand.
"""
import numpy as np
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh

import prng
from onnx_recorded import B, recorded, write

n = h.make_node
i = lambda *values: np.array(values, np.int64)
SIZES = [{"batch": 3}, {"batch": 2}]
CASES = []


def w(name, *shape, scale=0.6):
    return prng.uniform(prng.seed_of(name), list(shape), scale)


def add(kind, name, nodes, inputs, init, outputs, opset=17, sizes=SIZES, made=("Y",), **more):
    typed = [h.make_tensor_value_info(key, TP.FLOAT, dims) for key, dims in inputs]
    numbers = [nh.from_array(np.asarray(value), key) for key, value in init.items()]
    graph = h.make_graph(nodes, "graph", typed, [h.make_tensor_value_info(one, TP.FLOAT, None) for one in made], numbers)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)], ir_version=10)
    CASES.append(recorded(kind, name, model, [(key, dims, None) for key, dims in inputs], outputs, sizes, **more))


def windows():
    """Every option of windows over [batch, 4, 5, 7]."""
    x = [("X", [B, 4, 5, 7])]
    shapes = {"plain": ([3, 3], {}), "wide": ([1, 5], {"pads": [0, 2, 0, 2]}), "deep": ([5, 1], {"pads": [2, 0, 2, 0]}), "stride": ([3, 3], {"strides": [2, 3], "pads": [1, 0, 0, 2]}), "dilation": ([3, 2], {"dilations": [2, 3]}), "one_left": ([5, 3], {"pads": [0, 1, 0, 1]}), "groups": ([3, 3], {"group": 2, "pads": [1, 1, 1, 1]}), "depthwise": ([2, 3], {"group": 4, "pads": [1, 1, 0, 1], "dilations": [1, 2]}), "point": ([1, 1], {}), "point_groups": ([1, 1], {"group": 2})}
    for name, (kernel, more) in shapes.items():
        group = more.get("group", 1)
        size = lambda k: [(length + more.get("pads", [0] * 4)[k] + more.get("pads", [0] * 4)[k + 2] - (kernel[k] - 1) * more.get("dilations", [1, 1])[k] - 1) // more.get("strides", [1, 1])[k] + 1 for length in ([5, 7][k],)][0]
        add("windows", f"conv_{name}", [n("Conv", ["X", "K", "b"], ["Y"], kernel_shape=kernel, **more)], x, {"K": w(f"K{name}", 8, 4 // group, *kernel), "b": w("b", 8)}, [[B, 8, size(0), size(1)]])
        back = lambda k: (([5, 7][k] - 1) * more.get("strides", [1, 1])[k] + (kernel[k] - 1) * more.get("dilations", [1, 1])[k] + 1 - more.get("pads", [0] * 4)[k] - more.get("pads", [0] * 4)[k + 2])
        add("windows", f"transposed_{name}", [n("ConvTranspose", ["X", "K", "b"], ["Y"], kernel_shape=kernel, **more)], x, {"K": w(f"T{name}", 4, 8 // group, *kernel), "b": w("b", 8)}, [[B, 8, back(0), back(1)]])
    for auto, at in (("SAME_UPPER", [3, 4]), ("SAME_LOWER", [3, 4]), ("VALID", [2, 3])):
        add("windows", f"conv_{auto.lower()}", [n("Conv", ["X", "K"], ["Y"], auto_pad=auto, strides=[2, 2])], x, {"K": w("Ka", 3, 4, 2, 3)}, [[B, 3, *at]])
    add("windows", "transposed_output_padding", [n("ConvTranspose", ["X", "K"], ["Y"], strides=[2, 3], output_padding=[1, 2])], x, {"K": w("To", 4, 2, 3, 3)}, [[B, 2, 12, 23]])
    flat = [("X", [B, 4, 1, 7])]
    add("windows", "conv_padded_frame", [n("Conv", ["X", "K"], ["Y"], pads=[1, 1, 1, 1])], flat, {"K": w("Kf", 3, 4, 3, 3)}, [[B, 3, 1, 7]])
    add("windows", "conv_one_filter", [n("Conv", ["X", "K"], ["Y"], pads=[1, 1, 1, 1])], x, {"K": w("K1", 1, 4, 3, 3)}, [[B, 1, 5, 7]])
    add("windows", "conv_one_channel", [n("Conv", ["X", "K"], ["Y"])], [("X", [B, 1, 5, 7])], {"K": w("Kc", 3, 1, 3, 3)}, [[B, 3, 3, 5]])
    for pool in ("MaxPool", "AveragePool"):
        for name, more, at in (("plain", {"kernel_shape": [2, 3], "strides": [2, 2]}, [2, 3]), ("padded", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 0], "strides": [2, 2]}, [3, 3]), ("ceil", {"kernel_shape": [2, 3], "strides": [2, 2], "ceil_mode": 1}, [3, 3]), ("one_axis", {"kernel_shape": [1, 3]}, [5, 5]), ("same", {"kernel_shape": [2, 2], "auto_pad": "SAME_UPPER", "strides": [2, 2]}, [3, 4])):
            add("windows", f"{pool.lower()}_{name}", [n(pool, ["X"], ["Y"], **more)], x, {}, [[B, 4, *at]])
    add("windows", "averagepool_with_padding", [n("AveragePool", ["X"], ["Y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)], x, {}, [[B, 4, 5, 7]])


def around():
    """What stands between windows."""
    x = [("X", [B, 4, 5, 7])]
    stats = {"g": w("g", 8), "be": w("be", 8), "mu": w("mu", 8), "va": np.abs(w("va", 8)) + np.float32(0.5)}
    conv = [n("Conv", ["X", "K", "b"], ["c"], pads=[1, 1, 1, 1])]
    init = {"K": w("Ka8", 8, 4, 3, 3), "b": w("b", 8)}
    full = [[B, 8, 5, 7]]
    add("around", "normalised", [*conv, n("BatchNormalization", ["c", "g", "be", "mu", "va"], ["Y"])], x, {**init, **stats}, full)
    add("around", "instance_norm", [*conv, n("InstanceNormalization", ["c", "g", "be"], ["Y"])], x, {**init, "g": stats["g"], "be": stats["be"]}, full)
    for name, shape in (("one", [1, 1, 1]), ("channels", [8, 1, 1])):
        add("around", f"prelu_{name}", [*conv, n("PRelu", ["c", "s"], ["Y"])], x, {**init, "s": w(f"s{name}", *shape)}, full)
    add("around", "normalised_frame", [*conv, n("Transpose", ["c"], ["t"], perm=[0, 2, 3, 1]), n("LayerNormalization", ["t", "lg", "lb"], ["Y"], axis=2)], x, {**init, "lg": w("lg", 7, 8), "lb": w("lb", 7, 8)}, [[B, 5, 7, 8]])
    add("around", "padded", [n("Pad", ["X", "p"], ["q"]), n("Conv", ["q", "K", "b"], ["Y"])], x, {**init, "p": i(0, 0, 2, 1, 0, 0, 0, 1)}, full)
    add("around", "unfolded", [n("Pad", ["X", "p"], ["q"]), n("Gather", ["q", "at"], ["u"], axis=3), n("Transpose", ["u"], ["t"], perm=[0, 1, 3, 2, 4]), n("Reshape", ["t", "to"], ["r"]), n("Conv", ["r", "K", "b"], ["Y"])], x, {"K": w("Ku", 8, 12, 1, 1), "b": w("b", 8), "p": i(0, 0, 0, 1, 0, 0, 0, 1), "at": np.array([[k + f for f in range(7)] for k in range(3)], np.int64), "to": i(0, 12, 5, 7)}, full)
    add("around", "flattened", [*conv, n("Relu", ["c"], ["r"]), n("MaxPool", ["r"], ["m"], kernel_shape=[2, 2], strides=[2, 2]), n("Flatten", ["m"], ["f"]), n("Gemm", ["f", "M"], ["Y"])], x, {**init, "M": w("Mf", 48, 5)}, [[B, 5]])
    add("around", "resized", [*conv, n("ConvTranspose", ["c", "U"], ["u"], strides=[1, 2], group=8, kernel_shape=[1, 2]), n("Sigmoid", ["u"], ["Y"])], x, {**init, "U": w("U", 8, 1, 1, 2)}, [[B, 8, 5, 14]])
    frames = np.stack(np.meshgrid(np.arange(1), np.arange(4), np.arange(1, 4), np.arange(7), indexing="ij"), -1).astype(np.int64)
    one = [("X", [1, 4, 5, 7])]
    add("around", "part_put", [n("Tanh", ["X"], ["t"]), n("Slice", ["t", "from", "to", "axis"], ["p"]), n("Neg", ["p"], ["q"]), n("ScatterND", ["X", "at", "q"], ["Y"])], one, {"from": i(0), "to": i(3), "axis": i(2), "at": frames}, [[1, 4, 5, 7]], sizes=[{}])
    add("around", "row_put", [n("Gather", ["X", "two"], ["p"], axis=1), n("Neg", ["p"], ["q"]), n("Reshape", ["q", "as"], ["r"]), n("Transpose", ["X"], ["t"], perm=[1, 0, 2, 3]), n("ScatterND", ["t", "at", "r"], ["Y"])], one, {"two": i(2)[0], "as": i(1, 1, 5, 7), "at": np.array([[1]], np.int64)}, [[4, 1, 5, 7]], sizes=[{}])


def cells():
    """One timestep at each of 5 frequencies, a state of its own in each; and layers over the frequencies of a frame."""
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}
    for kind, count in gates.items():
        for name, more in (("forward", {}), ("both", {"direction": "bidirectional"}), ("reset", {"linear_before_reset": 1}) if kind == "GRU" else ("coupled", {"input_forget": 1}) if kind == "LSTM" else ("relu", {"activations": ["Relu"]})):
            sides = 2 if name == "both" else 1
            init = {"W": w(f"{kind}{name}W", sides, count * 6, 3), "R": w(f"{kind}{name}R", sides, count * 6, 6), "b": w(f"{kind}{name}b", sides, 2 * count * 6)}
            given = [("X", [1, 3, 1, 5]), ("H", [sides, 5, 6]), *([("C", [sides, 5, 6])] if kind == "LSTM" else [])]
            states = ["H", "C"] if kind == "LSTM" else ["H"]
            made = ["Y", "Z", "V"] if kind == "LSTM" else ["Y", "Z"]
            front = [n("Conv", ["X", "K"], ["c"], pads=[0, 1, 0, 1]), n("Squeeze", ["c", "zero"], ["s"]), n("Transpose", ["s"], ["t"], perm=[1, 2, 0])]
            init = {**init, "K": w("Kx", 3, 3, 1, 3), "zero": i(0)}
            add("cells", f"{kind.lower()}_{name}", [*front, n(kind, ["t", "W", "R", "b", "", *states], made, hidden_size=6, **more)], given, init, [[1, sides, 5, 6], *[[sides, 5, 6] for _ in states]], sizes=[{}], made=tuple(made), options={"states": []})


def stream():
    """A small denoiser: convolutions over frames that it is handed back, a cell over frequencies and one at each of them, state through inputs and outputs."""
    f, c = 6, 4
    init = {
        "K1": w("s1", c, 2, 3, 3), "b1": w("sb1", c), "K2": w("s2", c, 1, 3, 3), "P": w("sp", c, 1, 1),
        "W": w("sW", 2, 9, c), "R": w("sR", 2, 9, 3), "bW": w("sbW", 2, 18), "M": w("sM", 6, c),
        "V": w("sV", 1, 12, c), "Q": w("sQ", 1, 12, c), "bV": w("sbV", 1, 24),
        "D": w("sD", c, 2, 3, 3), "two": i(2), "one": i(1), "zero": i(0), "end": i(2**40), "three": i(3), "ff": i(f, 1, c), "fc": i(1, 1, f, c), "back": i(0, 0, -1),
    }
    nodes = [
        n("Concat", ["cache1", "X"], ["x1"], axis=2), n("Slice", ["x1", "one", "end", "two"], ["cache1_out"]),
        n("Conv", ["x1", "K1", "b1"], ["c1"], pads=[0, 1, 0, 1]), n("PRelu", ["c1", "P"], ["p1"]),
        n("Concat", ["cache2", "p1"], ["x2"], axis=2), n("Slice", ["x2", "one", "end", "two"], ["cache2_out"]),
        n("Conv", ["x2", "K2"], ["c2"], pads=[0, 1, 0, 1], group=c, dilations=[2, 1]), n("Add", ["c2", "p1"], ["a2"]),
        # Over the frequencies of the frame.
        n("Transpose", ["a2"], ["t"], perm=[0, 2, 3, 1]), n("Squeeze", ["t", "one"], ["t3"]), n("Transpose", ["t3"], ["over"], perm=[1, 0, 2]),
        n("GRU", ["over", "W", "R", "bW"], ["g"], hidden_size=3, direction="bidirectional", linear_before_reset=1), n("Transpose", ["g"], ["gt"], perm=[0, 2, 1, 3]), n("Reshape", ["gt", "back"], ["gr"]), n("MatMul", ["gr", "M"], ["gm"]),
        # Of each frequency over the frames.
        n("Reshape", ["gm", "ff"], ["ef"]),
        n("Transpose", ["ef"], ["et"], perm=[1, 0, 2]), n("GRU", ["et", "V", "Q", "bV", "", "h"], ["e", "h_next"], hidden_size=c), n("Reshape", ["e", "fc"], ["er"]), n("Transpose", ["er"], ["em"], perm=[0, 3, 1, 2]),
        n("Concat", ["cache3", "em"], ["x3"], axis=2), n("Slice", ["x3", "one", "end", "two"], ["cache3_out"]),
        n("ConvTranspose", ["x3", "D"], ["d"], pads=[2, 1, 2, 1]), n("Tanh", ["d"], ["mask"]), n("Mul", ["mask", "X"], ["Y"]),
    ]
    inputs = [("X", [1, 2, 1, f]), ("cache1", [1, 2, 2, f]), ("cache2", [1, c, 4, f]), ("h", [1, f, c]), ("cache3", [1, c, 2, f])]
    outputs = [[1, 2, 1, f], [1, 2, 2, f], [1, c, 4, f], [1, f, c], [1, c, 2, f]]
    states = [("cache1", "cache1_out"), ("cache2", "cache2_out"), ("h", "h_next"), ("cache3", "cache3_out")]
    add("stream", "denoiser", nodes, inputs, init, outputs, sizes=[{}], made=("Y", "cache1_out", "cache2_out", "h_next", "cache3_out"), states=states, steps=8, explicit=False)


def main():
    windows()
    around()
    cells()
    write("planes", CASES)
    CASES.clear()
    stream()
    write("frames", CASES)


if __name__ == "__main__":
    main()
