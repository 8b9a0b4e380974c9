"""Small ONNX models and what ONNX Runtime makes of them: for the ONNX importer.

Each model is run at two sizes of batch and time. A case says which of its axes are batch and time by their names.
"""
import base64
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

import prng
from versions import record

HERE = Path(__file__).parent / "onnx-files"
CASES = []
B, TT = "batch", "time"


def w(name, *shape, scale=0.6):
    return prng.uniform(prng.seed_of(name), list(shape), scale)


def case(name, nodes, inputs, outputs, init=(), opset=17, options=None, differs_from=None, domains=(), sizes=((2, 6), (1, 4)), quantised=False):
    """inputs: {name: dims}; int inputs end with '#vocabulary' in their name. outputs: names. init: {name: array or TensorProto}"""
    tensors = [value if isinstance(value, onnx.TensorProto) else nh.from_array(np.asarray(value), key) for key, value in dict(init).items()]
    typed = []
    for key, dims in inputs.items():
        typed.append(h.make_tensor_value_info(key.split("#")[0], T.INT64 if "#" in key else T.FLOAT, dims))
    graph = h.make_graph(nodes, name, typed, [h.make_tensor_value_info(one, T.FLOAT, None) for one in outputs], tensors)
    imports = [h.make_opsetid("", opset)] + [h.make_opsetid(d, 1) for d in domains]
    model = h.make_model(graph, opset_imports=imports, ir_version=8)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    runs = []
    for batch, time in sizes:
        feeds, told = {}, {}
        for key, dims in inputs.items():
            shape = [{B: batch, TT: time}.get(n, n) for n in dims]
            seed = prng.seed_of(f"{name}/{key}/{batch}")
            plain = key.split("#")[0]
            if plain == "lengths":
                feeds[plain] = np.array([time, max(1, time - 2)][:batch], np.int32)
                continue
            feeds[plain] = prng.below(seed, shape, int(key.split("#")[1])).astype(np.int64) if "#" in key else prng.uniform(seed, shape, 1.0)
            told[plain] = {"dims": dims, "seed": seed, **({"below": int(key.split("#")[1])} if "#" in key else {})}
        got = session.run(outputs, feeds)
        runs.append({
            "batch": batch, "time": time, "inputs": told, **({"lengths": feeds["lengths"].tolist()} if "lengths" in feeds else {}),
            "outputs": [{"shape": list(o.shape), "data": base64.b64encode(np.asarray(o, "<f4").tobytes()).decode()} for o in got],
        })
    CASES.append({"name": name, "model": base64.b64encode(model.SerializeToString()).decode(), "options": options or {}, "runs": runs, "outputs": list(outputs)})
    if differs_from is not None:
        other = next(one for one in CASES if one["name"] == differs_from)
        assert other["runs"][0]["outputs"] != runs[0]["outputs"], f"{name}: the option changes nothing"


GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def recurrent(kind, name, units=4, features=3, directions=1, bias=True, extra=(), outputs=("Y",), opset=17, more_inputs=None, x=None, differs_from=None, **attributes):
    g = GATES[kind]
    key = kind  # the same weights for every option
    init = {"W": w(f"{key}/W{directions}", directions, g * units, features), "R": w(f"{key}/R{directions}", directions, g * units, units)}
    names = ["X", "W", "R"]
    if bias:
        init["B"] = w(f"{key}/B{directions}", directions, 2 * g * units)
    names.append("B" if bias else "")
    init.update(dict(extra))
    slots = {"lengths": 4, "h0": 5, "c0": 6, "P": 7}
    inputs = {"X": x or [TT, B, features], **(more_inputs or {})}
    for one in list(dict(extra)) + [k.split("#")[0] for k in (more_inputs or {})]:
        if one in slots:
            names += [""] * (slots[one] + 1 - len(names))
            names[slots[one]] = one
    all_outputs = ["Y", "Y_h", "Y_c"][: 3 if kind == "LSTM" else 2]
    node = h.make_node(kind, names, [o if o in outputs else "" for o in all_outputs], name=kind.lower(), hidden_size=units, **attributes)
    case(name, [node], inputs, list(outputs), init, opset=opset, differs_from=differs_from)


def recurrent_cases():
    for kind in GATES:
        k = kind.lower()
        recurrent(kind, k)
        recurrent(kind, f"{k}_no_bias", bias=False, differs_from=k)
        recurrent(kind, f"{k}_reverse", direction="reverse", differs_from=k)
        recurrent(kind, f"{k}_bidirectional", directions=2, direction="bidirectional")
        states = ("Y", "Y_h", "Y_c") if kind == "LSTM" else ("Y", "Y_h")
        recurrent(kind, f"{k}_states", outputs=states)
        recurrent(kind, f"{k}_last", outputs=("Y_h",))
        recurrent(kind, f"{k}_bidirectional_states", directions=2, direction="bidirectional", outputs=states)
        recurrent(kind, f"{k}_lengths", more_inputs={"lengths": [B]} if False else None, extra=(), outputs=states)
        recurrent(kind, f"{k}_clip", clip=0.2, differs_from=k)
        h0 = {"h0": np.repeat(w(f"{k}/h0", 1, 1, 4), 2, 1)}
        first = dict(h0, **({"c0": np.repeat(w(f"{k}/c0", 1, 1, 4), 2, 1)} if kind == "LSTM" else {}))
        g = GATES[kind]
        init = {"W": w(f"{kind}/W1", 1, g * 4, 3), "R": w(f"{kind}/R1", 1, g * 4, 4), "B": w(f"{kind}/B1", 1, 2 * g * 4), **first}
        node = h.make_node(kind, ["X", "W", "R", "B", "", "h0"] + (["c0"] if kind == "LSTM" else []), ["Y"], hidden_size=4)
        case(f"{k}_initial_constant", [node], {"X": [TT, B, 3]}, ["Y"], init, differs_from=k, sizes=((2, 6),))
        recurrent(kind, f"{k}_initial_inputs", more_inputs={"h0": [1, B, 4], **({"c0": [1, B, 4]} if kind == "LSTM" else {})}, differs_from=k)
        recurrent(kind, f"{k}_initial_bidirectional", directions=2, direction="bidirectional", more_inputs={"h0": [2, B, 4], **({"c0": [2, B, 4]} if kind == "LSTM" else {})})
        for name, alpha, beta in (("Affine", 0.6, 0.1), ("LeakyRelu", 0.2, None), ("ThresholdedRelu", 0.1, None), ("ScaledTanh", 1.2, 0.7), ("HardSigmoid", 0.3, 0.4), ("Elu", 0.8, None), ("Relu", None, None), ("Softsign", None, None), ("Softplus", None, None)):
            slots = {"LSTM": ["Sigmoid", name, "Tanh"], "GRU": ["Sigmoid", name], "RNN": [name]}[kind]
            a = {"activation_alpha": [alpha]} if alpha is not None else {}
            b = {"activation_beta": [beta]} if beta is not None else {}
            if kind == "LSTM" or name in ("Affine", "HardSigmoid", "Relu"):
                recurrent(kind, f"{k}_{name.lower()}", activations=slots, differs_from=k, **a, **b)
        for opset in (7, 11, 14, 19):
            recurrent(kind, f"{k}_opset{opset}", opset=opset)
    recurrent("LSTM", "lstm_peepholes", extra={"P": w("P", 1, 12)}, differs_from="lstm")
    recurrent("LSTM", "lstm_peepholes_bidirectional", directions=2, direction="bidirectional", extra={"P": w("P2", 2, 12)})
    recurrent("LSTM", "lstm_input_forget", input_forget=1, differs_from="lstm")
    recurrent("GRU", "gru_linear_before_reset", linear_before_reset=1, differs_from="gru")
    recurrent("GRU", "gru_linear_before_reset_bidirectional", linear_before_reset=1, directions=2, direction="bidirectional")
    lstm = {"W": w("dq/W", 1, 3, 16), "R": w("dq/R", 1, 4, 16)}
    q = {}
    for key, value in lstm.items():
        scale = np.abs(value).max(axis=(1, 2)) / 127
        q[f"{key}q"] = np.clip(np.round(value / scale[:, None, None]), -127, 127).astype(np.int8)
        q[f"{key}s"], q[f"{key}z"] = scale.astype(np.float32), np.zeros(1, np.int8)
    q["B"] = w("dq/B", 1, 32)


def f(name, *inputs):
    return lambda out, **a: h.make_node(name, list(inputs), [out], **a)


def graph_cases():
    seq, vec = [B, TT, 6], [B, 6]
    n = h.make_node
    one = lambda name, node, init=(), x=seq, **o: case(name, [node] if not isinstance(node, list) else node, {"X": x}, ["Y"], init, **o)
    for op in ("Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "Exp", "Abs", "Neg", "Erf", "Floor", "Elu", "Selu", "LeakyRelu", "HardSigmoid", "ThresholdedRelu", "Sign"):
        one(op.lower(), n(op, ["X"], ["Y"]))
    for op in ("Sqrt", "Log", "Reciprocal"):
        one(op.lower(), [n("Exp", ["X"], ["e"]), n(op, ["e"], ["Y"])])
    one("hardswish", n("HardSwish", ["X"], ["Y"]))
    one("mish", n("Mish", ["X"], ["Y"]), opset=18)
    one("gelu", n("Gelu", ["X"], ["Y"]), opset=20)
    one("gelu_tanh", n("Gelu", ["X"], ["Y"], approximate="tanh"), opset=20)
    one("prelu", n("PRelu", ["X", "s"], ["Y"]), {"s": w("s", 6)})
    one("clip6", n("Clip", ["X"], ["Y"], min=-0.3, max=0.4), opset=7)
    one("clip11", n("Clip", ["X", "lo", "hi"], ["Y"]), {"lo": np.float32(-0.3), "hi": np.float32(0.4)})
    one("clip_high", n("Clip", ["X", "", "hi"], ["Y"]), {"hi": np.float32(0.1)})
    for op in ("Add", "Sub", "Mul", "Div"):
        one(f"{op.lower()}_scalar", n(op, ["X", "c"], ["Y"]), {"c": np.float32(0.7)})
        one(f"{op.lower()}_left", n(op, ["c", "E"], ["Y"]) if op != "Div" else [n("Exp", ["X"], ["E"]), n("Div", ["c", "E"], ["Y"])], {"c": w("c", 6)}) if op == "Div" else one(f"{op.lower()}_left", n(op, ["c", "X"], ["Y"]), {"c": w("c", 6)})
        one(f"{op.lower()}_features", n(op, ["X", "c"], ["Y"]), {"c": w("c", 1, 6) + 1})
        one(f"{op.lower()}_values", [n("Sigmoid", ["X"], ["s"]), n(op, ["X", "s"], ["Y"])])
        one(f"{op.lower()}_one_feature", [n("ReduceMax", ["E"], ["m"], axes=[2]), n("Exp", ["X"], ["E"]), n(op, ["X", "m"], ["Y"])][::1] if False else [n("Exp", ["X"], ["E"]), n("ReduceMax", ["E"], ["m"], axes=[2], keepdims=1), n(op, ["X", "m"], ["Y"])])
    for p in (2.0, 0.5, 3.0, -1.0):
        one(f"pow_{p}", [n("Exp", ["X"], ["E"]), n("Pow", ["E", "p"], ["Y"])], {"p": np.float32(p)})
    one("max_const", n("Max", ["X", "c"], ["Y"]), {"c": np.float32(0.2)})
    one("min_values", [n("Neg", ["X"], ["m"]), n("Min", ["X", "m"], ["Y"])])
    for op in ("Greater", "Less", "GreaterOrEqual", "LessOrEqual"):
        one(f"where_{op.lower()}", [n(op, ["X", "c"], ["b"]), n("Not", ["b"], ["nb"]), n("Neg", ["X"], ["m"]), n("Where", ["nb", "X", "m"], ["Y"])], {"c": np.float32(0.2)})
    one("cast_compare", [n("Greater", ["X", "c"], ["b"]), n("Cast", ["b"], ["Y"], to=1)], {"c": np.float32(0.2)})
    # --- products -----------------------------------------------------------------------------------------------
    one("matmul", n("MatMul", ["X", "W"], ["Y"]), {"W": w("W", 6, 5)})
    one("matmul_bias", [n("MatMul", ["X", "W"], ["m"]), n("Add", ["m", "b"], ["Y"])], {"W": w("W", 6, 5), "b": w("b", 5)})
    one("matmul_bias_left", [n("MatMul", ["X", "W"], ["m"]), n("Add", ["b", "m"], ["a"]), n("Sub", ["a", "m"], ["Y"])], {"W": w("W", 6, 5), "b": w("b", 5)})
    one("matmul_1d", n("MatMul", ["X", "W"], ["Y"]), {"W": w("W", 6)})
    one("matmul_left", n("MatMul", ["W", "X"], ["Y"]), {"W": w("W", 4, 6)}, x=[B, 6, TT])
    for ta in (0, 1):
        one(f"gemm_{ta}", n("Gemm", ["X", "W", "c"], ["Y"], alpha=0.5, beta=1.5, transB=ta), {"W": w("W", 6, 6), "c": w("c", 6)}, x=vec)
    one("gemm_plain", n("Gemm", ["X", "W"], ["Y"]), {"W": w("W", 6, 3)}, x=vec)
    one("attention_fixed", [n("Transpose", ["X"], ["t"], perm=[0, 2, 1]), n("MatMul", ["X", "t"], ["s"]), n("Softmax", ["s"], ["p"], axis=-1), n("MatMul", ["p", "X"], ["Y"])], x=[B, 5, 6])
    # --- normalisation ------------------------------------------------------------------------------------------
    one("softmax", n("Softmax", ["X"], ["Y"], axis=-1))
    one("softmax_opset11", n("Softmax", ["X"], ["Y"]), opset=11, x=vec)
    one("log_softmax", n("LogSoftmax", ["X"], ["Y"], axis=2))
    one("layer_norm", n("LayerNormalization", ["X", "g", "b"], ["Y"], epsilon=0.01), {"g": w("g", 6), "b": w("b", 6)})
    one("layer_norm_by_hand", [n("ReduceMean", ["X"], ["m"], axes=[-1]), n("Sub", ["X", "m"], ["d"]), n("Pow", ["d", "two"], ["q"]), n("ReduceMean", ["q"], ["v"], axes=[-1]), n("Add", ["v", "e"], ["ve"]), n("Sqrt", ["ve"], ["s"]), n("Div", ["d", "s"], ["Y"])], {"two": np.float32(2), "e": np.float32(1e-3)})
    norm = {"s": w("s", 6), "b": w("b", 6), "m": w("m", 6), "v": np.abs(w("v", 6)) + 0.3}
    one("batch_norm", n("BatchNormalization", ["X", "s", "b", "m", "v"], ["Y"], epsilon=0.01), norm, x=[B, 6, TT])
    one("batch_norm_vector", n("BatchNormalization", ["X", "s", "b", "m", "v"], ["Y"]), norm, x=vec)
    # --- windows ------------------------------------------------------------------------------------------------
    cx = [B, 6, TT]
    for name, a, shape in (("plain", {}, (5, 6, 3)), ("pads", {"pads": [1, 2]}, (5, 6, 3)), ("strides", {"strides": [2]}, (5, 6, 3)), ("dilations", {"dilations": [2], "pads": [2, 0]}, (5, 6, 2)), ("groups", {"group": 2}, (4, 3, 2)), ("depthwise", {"group": 6, "pads": [1, 1]}, (6, 1, 3)), ("same_upper", {"auto_pad": "SAME_UPPER", "strides": [2]}, (5, 6, 3)), ("same_lower", {"auto_pad": "SAME_LOWER"}, (5, 6, 2))):
        one(f"conv_{name}", n("Conv", ["X", "W", "b"], ["Y"], **a), {"W": w("W", *shape), "b": w("b", shape[0])}, x=cx)
    one("conv_2d_flat", [n("Unsqueeze", ["X", "ax"], ["u"]), n("Conv", ["u", "W"], ["c"], kernel_shape=[1, 3]), n("Squeeze", ["c", "ax"], ["Y"])], {"W": w("W", 5, 6, 1, 3), "ax": np.array([2])}, x=cx)
    for name, a, shape in (("plain", {}, (6, 4, 3)), ("strides", {"strides": [2], "pads": [1, 0], "output_padding": [1]}, (6, 4, 3)), ("groups", {"group": 2, "strides": [2]}, (6, 2, 3)), ("dilations", {"dilations": [2]}, (6, 4, 2))):
        one(f"conv_transpose_{name}", n("ConvTranspose", ["X", "W", "b"], ["Y"], **a), {"W": w("W", *shape), "b": w("b", shape[1] * a.get("group", 1))}, x=cx)
    for op in ("MaxPool", "AveragePool"):
        one(f"{op.lower()}", n(op, ["X"], ["Y"], kernel_shape=[2], strides=[2]), x=cx)
        one(f"{op.lower()}_pads", n(op, ["X"], ["Y"], kernel_shape=[3], pads=[1, 1]), x=cx)
        one(f"{op.lower()}_ceil", n(op, ["X"], ["Y"], kernel_shape=[3], strides=[2], ceil_mode=1), x=cx, opset=19)
    one("averagepool_count", n("AveragePool", ["X"], ["Y"], kernel_shape=[3], pads=[1, 1], count_include_pad=1), x=cx)
    one("global_average", n("GlobalAveragePool", ["X"], ["Y"]), x=cx)
    one("global_max", n("GlobalMaxPool", ["X"], ["Y"]), x=cx)
    # --- reductions ---------------------------------------------------------------------------------------------
    for op in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"):
        attr = op != "ReduceSum"
        make = lambda axes, keep: (n(op, ["X"], ["Y"], axes=axes, keepdims=keep), {}) if attr else (n(op, ["X", "ax"], ["Y"], keepdims=keep), {"ax": np.array(axes)})
        for axes, keep in (([1], 0), ([2], 1), ([-1], 0), ([1, 2], 0)):
            node, init = make(axes, keep)
            one(f"{op.lower()}_{'_'.join(map(str, axes))}_{keep}", node, init)
    one("reduce_sum_opset11", n("ReduceSum", ["X"], ["Y"], axes=[1], keepdims=0), opset=11)
    one("reduce_mean_opset18", n("ReduceMean", ["X", "ax"], ["Y"]), {"ax": np.array([2])}, opset=18)
    # --- plumbing -----------------------------------------------------------------------------------------------
    for mode in ("constant", "reflect", "edge"):
        one(f"pad_time_{mode}", n("Pad", ["X", "p"], ["Y"], mode=mode), {"p": np.array([0, 2, 0, 0, 1, 0])})
        one(f"pad_features_{mode}", n("Pad", ["X", "p"], ["Y"], mode=mode), {"p": np.array([0, 2, 0, 3])}, x=vec)
    one("pad_opset7", n("Pad", ["X"], ["Y"], pads=[0, 1, 0, 0, 0, 0], value=0.5), opset=7)
    sl = lambda *v: {k: np.array(x) for k, x in zip(("s", "e", "a", "st"), v)}
    big = 2**63 - 1
    for name, v in {"features": ([1], [5], [2], [2]), "features_end": ([-3], [big], [2], [1]), "time_front": ([1], [big], [1], [1]), "time_back": ([0], [-1], [1], [1]), "time_last": ([-1], [big], [1], [1]), "time_step": ([0], [big], [1], [2]), "time_first_two": ([0], [2], [1], [1]), "reverse": ([-1], [-big], [1], [-1]), "two_axes": ([1, 1], [big, 4], [1, 2], [1, 1])}.items():
        one(f"slice_{name}", n("Slice", ["X", "s", "e", "a", "st"], ["Y"]), sl(*v))
    one("slice_opset7", n("Slice", ["X"], ["Y"], starts=[1], ends=[4], axes=[2]), opset=7)
    one("gather_timestep", n("Gather", ["X", "i"], ["Y"], axis=1), {"i": np.int64(-1)})
    one("gather_feature", n("Gather", ["X", "i"], ["Y"], axis=2), {"i": np.int64(2)})
    one("gather_range", n("Gather", ["X", "i"], ["Y"], axis=2), {"i": np.array([2, 3, 4])})
    case("embedding", [n("Gather", ["E", "X"], ["Y"])], {"X#9": [B, TT]}, ["Y"], {"E": w("E", 9, 5)})
    one("split", [n("Split", ["X"], ["a", "b"], axis=2), n("Mul", ["a", "b"], ["Y"])])
    one("split_sizes", [n("Split", ["X", "z"], ["a", "b"], axis=-1), n("Concat", ["b", "a"], ["Y"], axis=2)], {"z": np.array([2, 4])})
    one("split_opset11", [n("Split", ["X"], ["a", "b"], axis=2, split=[1, 5]), n("Concat", ["b", "a"], ["Y"], axis=2)], opset=11)
    one("concat_time", [n("Neg", ["X"], ["m"]), n("Slice", ["m", "s", "e", "a"], ["t"]), n("Concat", ["t", "X"], ["Y"], axis=1)], {"s": np.array([0]), "e": np.array([2]), "a": np.array([1])})
    one("reshape_heads", [n("Reshape", ["X", "r"], ["h"]), n("Transpose", ["h"], ["t"], perm=[0, 1, 3, 2]), n("Reshape", ["t", "q"], ["Y"])], {"r": np.array([0, 0, 2, 3]), "q": np.array([0, 0, -1])})
    one("flatten_vector", [n("Unsqueeze", ["X", "ax"], ["u"]), n("Flatten", ["u"], ["Y"])], {"ax": np.array([1])}, x=vec)
    one("flatten_fixed", n("Flatten", ["X"], ["Y"]), x=[B, 5, 6])
    one("shape_arithmetic", [n("Shape", ["X"], ["s"]), n("Gather", ["s", "i0"], ["b"]), n("Gather", ["s", "i1"], ["t"]), n("Unsqueeze", ["b", "z"], ["bu"]), n("Unsqueeze", ["t", "z"], ["tu"]), n("Mul", ["bu", "tu"], ["bt"]), n("Concat", ["bt", "six"], ["r"], axis=0), n("Reshape", ["X", "r"], ["f"]), n("MatMul", ["f", "W"], ["m"]), n("Concat", ["bu", "tu", "five"], ["r2"], axis=0), n("Reshape", ["m", "r2"], ["Y"])], {"i0": np.int64(0), "i1": np.int64(1), "z": np.array([0]), "six": np.array([6]), "five": np.array([5]), "W": w("W", 6, 5)})
    one("zero_state", [n("Transpose", ["X"], ["t"], perm=[1, 0, 2]), n("Shape", ["X"], ["s"]), n("Gather", ["s", "i0"], ["b"]), n("Unsqueeze", ["b", "z"], ["bu"]), n("Concat", ["o", "bu", "four"], ["r"], axis=0), n("ConstantOfShape", ["r"], ["h0"]), n("LSTM", ["t", "W", "R", "", "", "h0", "h0"], ["y", "", ""], hidden_size=4), n("Squeeze", ["y", "o"], ["q"]), n("Transpose", ["q"], ["Y"], perm=[1, 0, 2])], {"i0": np.int64(0), "z": np.array([0]), "o": np.array([1]), "four": np.array([4]), "W": w("W", 1, 16, 6), "R": w("R", 1, 16, 4)})
    one("expand_state", [n("Transpose", ["X"], ["t"], perm=[1, 0, 2]), n("Shape", ["t"], ["s"]), n("Gather", ["s", "i1"], ["b"]), n("Unsqueeze", ["b", "z"], ["bu"]), n("Concat", ["o", "bu", "four"], ["r"], axis=0), n("Expand", ["h", "r"], ["h0"]), n("GRU", ["t", "W", "R", "", "", "h0"], ["", "Y"], hidden_size=4)], {"i1": np.int64(1), "z": np.array([0]), "o": np.array([1]), "four": np.array([4]), "h": np.full((1, 1, 4), 0.25, np.float32), "W": w("W", 1, 12, 6), "R": w("R", 1, 12, 4)})
    one("bidirectional_export", [n("Transpose", ["X"], ["t"], perm=[1, 0, 2]), n("LSTM", ["t", "W", "R", "B"], ["y"], hidden_size=4, direction="bidirectional"), n("Transpose", ["y"], ["y2"], perm=[0, 2, 1, 3]), n("Reshape", ["y2", "r"], ["y3"]), n("Transpose", ["y3"], ["y4"], perm=[1, 0, 2]), n("MatMul", ["y4", "D"], ["Y"])], {"W": w("W", 2, 16, 6), "R": w("R", 2, 16, 4), "B": w("B", 2, 32), "r": np.array([0, 0, -1]), "D": w("D", 8, 3)})
    one("directions_summed", [n("Transpose", ["X"], ["t"], perm=[1, 0, 2]), n("GRU", ["t", "W", "R"], ["y"], hidden_size=4, direction="bidirectional"), n("ReduceSum", ["y", "ax"], ["s"], keepdims=0), n("Transpose", ["s"], ["Y"], perm=[1, 0, 2])], {"W": w("W", 2, 12, 6), "R": w("R", 2, 12, 4), "ax": np.array([1])})
    one("stft", [n("Unsqueeze", ["X", "ax"], ["u"]), n("Conv", ["u", "K"], ["c"], strides=[4]), n("Split", ["c"], ["re", "im"], axis=1), n("Mul", ["re", "re"], ["r2"]), n("Mul", ["im", "im"], ["i2"]), n("Add", ["r2", "i2"], ["p"]), n("Sqrt", ["p"], ["Y"])], {"ax": np.array([1]), "K": w("K", 10, 1, 8)}, x=[B, 32])
    branch = lambda op: h.make_graph([n(op, ["X"], [f"{op}o"])], op, [], [h.make_tensor_value_info(f"{op}o", T.FLOAT, None)])
    case("if_scalar", [n("Equal", ["sr", "c"], ["q"]), n("If", ["q"], ["Y"], then_branch=branch("Tanh"), else_branch=branch("Neg"))], {"X": seq}, ["Y"], {"sr": np.int64(8), "c": np.int64(8)})
    one("if_shape", [n("Shape", ["X"], ["s"]), n("Size", ["s"], ["z"]), n("Equal", ["z", "c"], ["q"]), n("If", ["q"], ["Y"], then_branch=branch("Tanh"), else_branch=branch("Neg"))], {"c": np.int64(2)})
    for opset in (7, 11):
        one(f"squeeze_opset{opset}", [n("Unsqueeze", ["X"], ["u"], axes=[1]), n("Tanh", ["u"], ["t"]), n("Squeeze", ["t"], ["Y"], axes=[1])], opset=opset)
    # --- numbers of other types ---------------------------------------------------------------------------------
    W = w("W", 6, 5)
    one("double", [n("Cast", ["W"], ["f"], to=1), n("MatMul", ["X", "f"], ["Y"])], {"W": W.astype(np.float64)})
    one("float16", [n("Cast", ["W"], ["f"], to=1), n("MatMul", ["X", "f"], ["Y"])], {"W": W.astype(np.float16)})
    one("int8", [n("Cast", ["W"], ["f"], to=1), n("MatMul", ["X", "f"], ["Y"])], {"W": np.round(W * 20).astype(np.int8)})
    one("typed_floats", n("MatMul", ["X", "W"], ["Y"]), {"W": h.make_tensor("W", T.FLOAT, [6, 5], W.flatten().tolist())})
    one("typed_float16", [n("Cast", ["W"], ["f"], to=1), n("MatMul", ["X", "f"], ["Y"])], {"W": h.make_tensor("W", T.FLOAT16, [6, 5], W.flatten().tolist())})


def compositions():
    rng = np.random.default_rng(3)
    n = h.make_node
    for index in range(60):
        nodes, init, now, features = [], {}, "X", 6
        for step in range(int(rng.integers(2, 6))):
            k, out, width = f"n{step}", f"v{step}", int(rng.integers(1, 7))
            kind = rng.integers(0, 9)
            if kind <= 2:
                op = ["LSTM", "GRU", "RNN"][kind]
                both = bool(rng.integers(0, 2))
                d, g = (2 if both else 1), GATES[op]
                init.update({f"{k}W": w(f"{index}{k}W", d, g * width, features), f"{k}R": w(f"{index}{k}R", d, g * width, width), f"{k}B": w(f"{index}{k}B", d, 2 * g * width), f"{k}r": np.array([0, 0, -1])})
                direction = "bidirectional" if both else ["forward", "reverse"][int(rng.integers(0, 2))]
                nodes += [n("Transpose", [now], [f"{k}t"], perm=[1, 0, 2]), n(op, [f"{k}t", f"{k}W", f"{k}R", f"{k}B"], [f"{k}y"], hidden_size=width, direction=direction), n("Transpose", [f"{k}y"], [f"{k}u"], perm=[2, 0, 1, 3]), n("Reshape", [f"{k}u", f"{k}r"], [out])]
                features = d * width
            elif kind == 3:
                init[f"{k}W"] = w(f"{index}{k}", features, width)
                nodes += [n("MatMul", [now, f"{k}W"], [f"{k}m"]), n("Tanh", [f"{k}m"], [out])]
                features = width
            elif kind == 4:
                init[f"{k}W"] = w(f"{index}{k}", width, features, 3)
                nodes += [n("Transpose", [now], [f"{k}t"], perm=[0, 2, 1]), n("Conv", [f"{k}t", f"{k}W"], [f"{k}c"], pads=[2, 0]), n("Transpose", [f"{k}c"], [out], perm=[0, 2, 1])]
                features = width
            elif kind == 5:
                nodes += [n("Sigmoid", [now], [f"{k}s"]), n("Mul", [now, f"{k}s"], [out])]
            elif kind == 6:
                nodes += [n("Neg", [now], [f"{k}s"]), n("Concat", [f"{k}s", now], [out], axis=2)]
                features *= 2
            elif kind == 7:
                init[f"{k}g"] = w(f"{index}{k}", features)
                nodes += [n("LayerNormalization", [now, f"{k}g"], [out], epsilon=0.1)]
            else:
                nodes += [n("ReduceMean", [now], [f"{k}m"], axes=[2], keepdims=1), n("Sub", [now, f"{k}m"], [out])]
            now = out
        nodes.append(n("Identity", [now], ["Y"]))
        case(f"composition_{index}", nodes, {"X": [B, TT, 6]}, ["Y"], init)


def lengths_cases():
    n = h.make_node
    for kind, g in GATES.items():
        init = {"W": w(f"{kind}/W2", 2, g * 4, 3), "R": w(f"{kind}/R2", 2, g * 4, 4)}
        graph = h.make_graph([n(kind, ["X", "W", "R", "", "lengths"], ["Y", "Y_h"], hidden_size=4, direction="bidirectional")], kind, [h.make_tensor_value_info("X", T.FLOAT, [TT, B, 3]), h.make_tensor_value_info("lengths", T.INT32, [B])], [h.make_tensor_value_info(o, T.FLOAT, None) for o in ("Y", "Y_h")], [nh.from_array(v, k) for k, v in init.items()])
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
        seed = prng.seed_of(f"{kind}/lengths")
        x = prng.uniform(seed, [6, 2, 3], 1.0)
        got = ort.InferenceSession(model.SerializeToString()).run(["Y", "Y_h"], {"X": x, "lengths": np.array([6, 3], np.int32)})
        CASES.append({"name": f"{kind.lower()}_sequence_lens", "model": base64.b64encode(model.SerializeToString()).decode(), "options": {}, "outputs": ["Y", "Y_h"], "runs": [{"batch": 2, "time": 6, "inputs": {"X": {"dims": [TT, B, 3], "seed": seed}}, "lengths": [6, 3], "outputs": [{"shape": list(o.shape), "data": base64.b64encode(o.tobytes()).decode()} for o in got]}]})


def main():
    recurrent_cases()
    lengths_cases()
    graph_cases()
    compositions()
    names = [one["name"] for one in CASES]
    assert len(set(names)) == len(names), [n for n in names if names.count(n) > 1]
    (HERE / "models.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in CASES) + "\n]\n")
    record(HERE, "onnx", onnx=onnx.__version__, onnxruntime=ort.__version__, numpy=np.__version__)
    print(onnx.__version__, ort.__version__, len(CASES), "models")


if __name__ == "__main__":
    main()
