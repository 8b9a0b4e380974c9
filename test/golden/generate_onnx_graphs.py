"""Graphs that no exporter here writes, but others do: functions, what ONNX Runtime saves when it has optimised, every way to move, repeat and
pick, products over time; with what ONNX Runtime makes of them."""
import json
import sys
import tempfile
from base64 import b64decode
from gzip import decompress
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh

import prng
from onnx_case import HERE, case, write
from versions import record

B, T = "batch", "time"
n = h.make_node
CASES = []


def w(name, *shape, scale=0.6):
    return prng.uniform(prng.seed_of(name), list(shape), scale)


def build(nodes, inputs, outputs, init, opset=17, functions=(), domains=()):
    typed = [h.make_tensor_value_info(key, TP.INT64 if vocabulary else TP.FLOAT, dims) for key, dims, vocabulary in inputs]
    graph = h.make_graph(nodes, "graph", typed, [h.make_tensor_value_info(one, TP.FLOAT, None) for one in outputs], [nh.from_array(np.asarray(value), key) for key, value in init.items()])
    imports = [h.make_opsetid("", opset)] + [h.make_opsetid(d, 1) for d in domains]
    return h.make_model(graph, opset_imports=imports, ir_version=10, functions=list(functions))


def graph(name, nodes, outputs, init=(), x=(B, T, 6), opset=17, functions=(), domains=(), inputs=None, options=None, sizes=None, outs=("Y",)):
    inputs = inputs or [("X", list(x), None)]
    model = build(nodes, inputs, outs, dict(init), opset, functions, domains)
    timed = any(T in dims for _, dims, _ in inputs)
    CASES.append(case(name, model, inputs, outputs, options, sizes or (((3, 5), (2, 7)) if timed else ((3, 5),))))


def differs(name, other):
    one, two = (next(c for c in CASES if c["name"] == key)["runs"][0]["outputs"] for key in (name, other))
    assert one != two, f"{name}: the same as {other}"


def moves():
    i = lambda *v: np.array(v, np.int64)
    graph("expand_vector_over_time", [n("Shape", ["X"], ["s"]), n("Slice", ["s", "zero", "two"], ["bt"]), n("Concat", ["bt", "three"], ["d"], axis=0), n("Unsqueeze", ["Z", "one"], ["u"]), n("Expand", ["u", "d"], ["e"]), n("Concat", ["X", "e"], ["Y"], axis=2)], [[B, T, 9]], {"zero": i(0), "one": i(1), "two": i(2), "three": i(3)}, inputs=[("X", [B, T, 6], None), ("Z", [B, 3], None)])
    graph("expand_fixed", [n("Unsqueeze", ["X", "one"], ["u"]), n("Expand", ["u", "d"], ["Y"])], [[B, 4, 6]], {"one": i(1), "d": i(1, 4, 6)}, x=(B, 6))
    graph("expand_in_features", [n("Unsqueeze", ["X", "two"], ["u"]), n("Expand", ["u", "d"], ["e"]), n("Reshape", ["e", "r"], ["Y"])], [[B, T, 18]], {"two": i(2), "d": i(1, 1, 3, 6), "r": i(0, 0, 18)})
    graph("expand_trained_state", [n("Shape", ["X"], ["s"]), n("Gather", ["s", "one"], ["b"]), n("Concat", ["one", "b", "four"], ["d"], axis=0), n("Expand", ["h", "d"], ["h0"]), n("GRU", ["X", "W", "R", "", "", "h0"], ["y"], hidden_size=4), n("Squeeze", ["y", "one"], ["Y"])], [[T, B, 4]], {"one": i(1), "four": i(4), "h": w("h", 1, 1, 4), "W": w("W", 1, 12, 6), "R": w("R", 1, 12, 4)}, x=(T, B, 6))
    graph("tile_fixed", [n("Unsqueeze", ["X", "one"], ["u"]), n("Tile", ["u", "r"], ["Y"])], [[B, 5, 6]], {"one": i(1), "r": i(1, 5, 1)}, x=(B, 6))
    graph("tile_features", [n("Tile", ["X", "r"], ["Y"])], [[B, T, 18]], {"r": i(1, 1, 3)})
    for name, index in (("permuted", [3, 0, 5, 1, 2, 4]), ("repeated", [2, 2, 0, 1]), ("backwards", [-1, -2, -3]), ("matrix", [[0, 3], [2, 1]])):
        dims = list(np.array(index).shape)
        graph(f"gather_{name}", [n("Gather", ["X", "i"], ["Y"], axis=2)], [[B, T, *dims]], {"i": np.array(index)})
    graph("gather_fixed_time", [n("Gather", ["X", "i"], ["Y"], axis=1)], [[B, 3, 6]], {"i": i(4, 0, 2)}, x=(B, 5, 6))
    graph("gather_timesteps", [n("Gather", ["X", "i"], ["Y"], axis=1)], [[B, 3, 6]], {"i": i(-1, 0, 2)})
    graph("gather_axis", [n("Gather", ["X", "i"], ["Y"], axis=1)], [[B, 2, 6]], {"i": i(1, 2)}, x=(B, 6, 6))
    graph("gather_other_axis", [n("Gather", ["X", "i"], ["Y"], axis=2)], [[B, 6, 2]], {"i": i(1, 2)}, x=(B, 6, 6))
    graph("gather_nd", [n("Transpose", ["X"], ["t"], perm=[2, 0, 1]), n("GatherND", ["t", "i"], ["g"]), n("Transpose", ["g"], ["Y"], perm=[1, 2, 0])], [[B, T, 3]], {"i": np.array([[4], [0], [4]])})
    graph("reverse_sequence", [n("Shape", ["X"], ["s"]), n("Gather", ["s", "zero"], ["b"]), n("Gather", ["s", "one"], ["t"]), n("Expand", ["t", "b"], ["l"]), n("ReverseSequence", ["X", "l"], ["Y"], batch_axis=0, time_axis=1)], [[B, T, 6]], {"zero": i(0), "one": i(1)})
    graph("where_mask", [n("Where", ["m", "X", "z"], ["Y"])], [[B, T, 6]], {"m": np.array([True, False, True, True, False, True]), "z": np.float32(-2)})
    graph("where_mask_values", [n("Neg", ["X"], ["q"]), n("Where", ["m", "X", "q"], ["Y"])], [[B, 5, 6]], {"m": np.arange(30).reshape(1, 5, 6) % 3 == 0}, x=(B, 5, 6))
    graph("where_grows", [n("Unsqueeze", ["X", "one"], ["u"]), n("Where", ["m", "u", "z"], ["Y"])], [[B, 5, 6]], {"one": i(1), "m": np.ones((1, 5, 1), bool), "z": np.float32(-2)}, x=(B, 6))
    graph("constant_grows", [n("Unsqueeze", ["X", "one"], ["u"]), n("Mul", ["u", "m"], ["Y"])], [[B, 5, 6]], {"one": i(1), "m": np.ones((1, 5, 1), np.float32)}, x=(B, 6))
    graph("constant_grows_varied", [n("Unsqueeze", ["X", "one"], ["u"]), n("Add", ["m", "u"], ["Y"])], [[B, 5, 6]], {"one": i(1), "m": w("m", 5, 1)}, x=(B, 6))
    graph("split_time", [n("Split", ["X", "p"], ["a", "b"], axis=1), n("ReduceMean", ["a"], ["c"], axes=[1]), n("Sub", ["b", "c"], ["Y"])], [[B, 3, 6]], {"p": i(2, 3)}, x=(B, 5, 6))
    graph("concat_constants", [n("Shape", ["X"], ["s"]), n("Gather", ["s", "one"], ["b"]), n("Concat", ["one", "b", "four"], ["d"], axis=0), n("ConstantOfShape", ["d"], ["z"]), n("Concat", ["z", "z"], ["h0"], axis=0), n("GRU", ["X", "W", "R", "", "", "h0"], ["", "q"], hidden_size=4, direction="bidirectional"), n("Transpose", ["q"], ["p"], perm=[1, 0, 2]), n("Flatten", ["p"], ["Y"])], [[B, 8]], {"one": i(1), "four": i(4), "W": w("W", 2, 12, 6), "R": w("R", 2, 12, 4)}, x=(T, B, 6))
    graph("zeros_beside", [n("Shape", ["X"], ["s"]), n("Slice", ["s", "zero", "two"], ["bt"]), n("Concat", ["bt", "three"], ["d"], axis=0), n("ConstantOfShape", ["d"], ["z"]), n("Concat", ["X", "z"], ["c"], axis=2), n("MatMul", ["c", "W"], ["Y"])], [[B, T, 2]], {"zero": i(0), "two": i(2), "three": i(3), "W": w("W", 9, 2)})
    graph("step_from_zeros", [n("Shape", ["X"], ["s"]), n("Gather", ["s", "zero"], ["b"]), n("Concat", ["b", "six"], ["d"], axis=0), n("ConstantOfShape", ["d"], ["z"]), n("Gemm", ["z", "W", "c"], ["g"], alpha=0.5, beta=2.0, transB=1), n("Gemm", ["X", "W", "g"], ["Y"], beta=1.5)], [[B, 6]], {"zero": i(0), "six": i(6), "W": w("W", 6, 6), "c": w("c", 6)}, x=(B, 6))


def products():
    graph("softmax_time", [n("Softmax", ["X"], ["Y"], axis=1)], [[B, T, 6]])
    graph("softmax_axis", [n("Softmax", ["X"], ["Y"], axis=2)], [[B, T, 6]])
    differs("softmax_time", "softmax_axis")
    graph("log_softmax_time", [n("LogSoftmax", ["X"], ["Y"], axis=1)], [[B, T, 6]])
    graph("context", [n("MatMul", ["X", "W"], ["s"]), n("Softmax", ["s"], ["p"], axis=1), n("Transpose", ["p"], ["t"], perm=[0, 2, 1]), n("MatMul", ["t", "X"], ["Y"])], [[B, 3, 6]], {"W": w("W", 6, 3)})
    graph("query", [n("Transpose", ["X"], ["t"], perm=[0, 2, 1]), n("Unsqueeze", ["Z", "one"], ["q"]), n("MatMul", ["q", "t"], ["s"]), n("Softmax", ["s"], ["p"], axis=-1), n("MatMul", ["p", "X"], ["c"]), n("Squeeze", ["c", "one"], ["Y"])], [[B, 6]], {"one": np.array([1])}, inputs=[("X", [B, T, 6], None), ("Z", [B, 6], None)])
    graph("heads_fixed", [n("Reshape", ["X", "r"], ["h"]), n("Transpose", ["h"], ["q"], perm=[0, 2, 1, 3]), n("Transpose", ["h"], ["k"], perm=[0, 2, 3, 1]), n("MatMul", ["q", "k"], ["s"]), n("Mul", ["s", "c"], ["sc"]), n("Softmax", ["sc"], ["p"], axis=-1), n("MatMul", ["p", "q"], ["o"]), n("Transpose", ["o"], ["ot"], perm=[0, 2, 1, 3]), n("Reshape", ["ot", "e"], ["Y"])], [[B, 5, 6]], {"r": np.array([0, 0, 2, 3]), "e": np.array([0, 0, 6]), "c": np.float32(0.57)}, x=(B, 5, 6))
    graph("heads_of_weights", [n("Unsqueeze", ["X", "one"], ["u"]), n("MatMul", ["u", "W"], ["m"]), n("Transpose", ["m"], ["t"], perm=[0, 2, 1, 3]), n("Reshape", ["t", "r"], ["Y"])], [[B, T, 6]], {"one": np.array([1]), "W": w("W", 1, 2, 6, 3), "r": np.array([0, 0, 6])})
    for op in ("ReduceMax", "ReduceMin", "ReduceMean"):
        graph(f"{op.lower()}_dropped", [n(op, ["X"], ["m"], axes=[2], keepdims=0), n("Concat", ["m", "m"], ["Y"], axis=-1)], [[B, 10]], x=(B, 5, 6))
        graph(f"{op.lower()}_both", [n(op, ["X"], ["Y"], axes=[1, 2], keepdims=0)], [[B]])


    graph("squeeze_one_of_two", [n("Unsqueeze", ["X"], ["u"], axes=[1, 3]), n("Squeeze", ["u"], ["s"], axes=[1]), n("Concat", ["s", "s"], ["c"], axis=2), n("ReduceSum", ["c"], ["Y"], axes=[2], keepdims=0)], [[B, T, 6]], opset=11)


def functions():
    silu = h.make_function("local", "Swish", ["x"], ["y"], [n("Sigmoid", ["x"], ["s"]), n("Mul", ["x", "s"], ["y"])], [h.make_opsetid("", 17)])
    leaky = onnx.FunctionProto()
    leaky.CopyFrom(h.make_function("local", "Scaled", ["x", "w", "b"], ["y"], [n("LeakyRelu", ["x"], ["r"]), n("MatMul", ["r", "w"], ["m"]), n("Add", ["m", "b"], ["y"])], [h.make_opsetid("", 17)], ["slope"]))
    leaky.node[0].attribute.append(onnx.AttributeProto(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT))
    other = onnx.FunctionProto()
    other.CopyFrom(leaky)
    other.name = "Defaulted"
    del other.attribute[:]
    other.attribute_proto.append(h.make_attribute("slope", 0.7))
    nested = h.make_function("local", "Twice", ["x"], ["y"], [n("Swish", ["x"], ["s"], domain="local"), n("Swish", ["s"], ["y"], domain="local")], [h.make_opsetid("", 17), h.make_opsetid("local", 1)])
    init = {"W": w("W", 6, 4), "b": w("b", 4)}
    call = lambda op, ins, out, **a: n(op, ins, [out], domain="local", **a)
    graph("function", [call("Swish", ["X"], "Y")], [[B, T, 6]], functions=[silu], domains=["local"])
    graph("function_nested", [call("Twice", ["X"], "Y")], [[B, T, 6]], functions=[silu, nested], domains=["local"])
    graph("function_attribute", [call("Scaled", ["X", "W", "b"], "Y", slope=0.3)], [[B, T, 4]], init, functions=[leaky], domains=["local"])
    graph("function_attribute_other", [call("Scaled", ["X", "W", "b"], "Y", slope=0.4)], [[B, T, 4]], init, functions=[leaky], domains=["local"])
    differs("function_attribute", "function_attribute_other")
    graph("function_attribute_default", [call("Defaulted", ["X", "W", "b"], "Y")], [[B, T, 4]], init, functions=[other], domains=["local"])
    graph("function_attribute_over_default", [call("Defaulted", ["X", "W", "b"], "Y", slope=0.3)], [[B, T, 4]], init, functions=[other], domains=["local"])
    differs("function_attribute_default", "function_attribute_over_default")


def fused():
    m = lambda op, ins, out="Y", **a: n(op, ins, [out], domain="com.microsoft", **a)
    ms = {"domains": ["com.microsoft"]}
    graph("fused_gelu", [m("Gelu", ["X"])], [[B, T, 6]], **ms)
    graph("fused_bias_gelu", [m("BiasGelu", ["X", "b"])], [[B, T, 6]], {"b": w("b", 6)}, **ms)
    graph("fused_fast_gelu", [m("FastGelu", ["X", "b"])], [[B, T, 6]], {"b": w("b", 6)}, **ms)
    graph("fused_matmul", [m("FusedMatMul", ["X", "W"], alpha=0.5)], [[B, T, 4]], {"W": w("W", 6, 4)}, **ms)
    graph("fused_matmul_transposed", [m("FusedMatMul", ["X", "W"], transB=1)], [[B, T, 4]], {"W": w("W", 4, 6)}, **ms)
    graph("fused_matmul_values", [m("FusedMatMul", ["X", "X"], "s", transB=1, alpha=0.4), n("Softmax", ["s"], ["p"]), n("MatMul", ["p", "X"], ["Y"])], [[B, 5, 6]], x=(B, 5, 6), **ms)
    graph("fused_matmul_left", [m("FusedMatMul", ["X", "X"], transA=1)], [[B, 6, 6]], x=(B, 5, 6), **ms)
    for name, a in (("relu", {"activation": "Relu"}), ("leaky", {"activation": "LeakyRelu", "activation_alpha": 0.3}), ("hard", {"activation": "HardSigmoid", "activation_alpha": 0.3, "activation_beta": 0.4})):
        graph(f"fused_gemm_{name}", [m("FusedGemm", ["X", "W", "c"], transB=1, alpha=0.8, beta=0.5, **a)], [[B, 4]], {"W": w("W", 4, 6), "c": w("c", 4)}, x=(B, 6), **ms)
    graph("fused_conv", [m("FusedConv", ["X", "W", "b"], pads=[1, 1], activation="Relu")], [[B, 4, T]], {"W": w("W", 4, 6, 3), "b": w("b", 4)}, x=(B, 6, T), **ms)
    graph("fused_conv_leaky", [m("FusedConv", ["X", "W", "b"], pads=[1, 1], activation="LeakyRelu", activation_params=[0.3])], [[B, 4, T]], {"W": w("W", 4, 6, 3), "b": w("b", 4)}, x=(B, 6, T), **ms)
    graph("fused_skip_norm", [n("Tanh", ["X"], ["t"]), m("SkipLayerNormalization", ["X", "t", "g", "b"], epsilon=0.01)], [[B, T, 6]], {"g": w("g", 6), "b": w("b", 6)}, **ms)
    q = lambda name, *shape: (prng.integers(prng.seed_of(name), int(np.prod(shape))) % 255).astype(np.int64) - 127
    for name, scale, zero, a in (("one", np.float32(0.01), np.int8(3), {}), ("rows", w("s", 6, scale=0.01), np.zeros(6, np.int8), {"axis": 0}), ("columns", w("s", 4, scale=0.01), np.arange(4).astype(np.int8), {"axis": 1})):
        graph(f"dequantised_{name}", [n("DequantizeLinear", ["q", "s", "z"], ["W"], **a), n("MatMul", ["X", "W"], ["Y"])], [[B, T, 4]], {"q": q("q", 6, 4).reshape(6, 4).astype(np.int8), "s": scale, "z": zero})


def optimised():
    """Some of PyTorch's exports, as ONNX Runtime saves them."""
    for one in json.loads((HERE / "torch.json").read_text()):
        if one["name"] not in ("torch_dynamo_convolved", "torch_legacy_norm_gelu", "torch_dynamo_norm_gelu_tanh", "torch_dynamo_mean", "torch_legacy_attention_self_fixed", "torch_dynamo_multihead_fixed"):
            continue
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        with tempfile.TemporaryDirectory() as folder:
            options.optimized_model_filepath = str(Path(folder) / "model.onnx")
            ort.InferenceSession(decompress(b64decode(one["model"])), options, providers=["CPUExecutionProvider"])
            model = onnx.load(options.optimized_model_filepath)
        inputs = [(key, told["dims"], told.get("below")) for key, told in one["runs"][0]["inputs"].items()]
        CASES.append(case(one["name"].replace("torch", "optimised"), model, inputs, [o["dims"] for o in one["runs"][0]["outputs"]], one["options"], [(run["batch"], run["time"]) for run in one["runs"]]))


def adversarial():
    """Axes that look like one another: what is batch, what is time, must come of the graph."""
    init = {"W": w("W", 1, 9, 3), "R": w("R", 1, 9, 3), "two": np.array([2]), "one": np.array([1])}
    gru = lambda x, y: n("GRU", [x, "W", "R"], [y], hidden_size=3)
    graph("square_time_first", [gru("X", "y"), n("Squeeze", ["y", "one"], ["Y"])], [[3, B, 3]], init, x=(3, B, 3), sizes=((3, 3),))
    graph("square_batch_first", [n("Transpose", ["X"], ["t"], perm=[1, 0, 2]), gru("t", "y"), n("Squeeze", ["y", "one"], ["q"]), n("Transpose", ["q"], ["Y"], perm=[1, 0, 2])], [[B, 3, 3]], init, x=(B, 3, 3), sizes=((3, 3),))
    graph("anonymous_time_first", [gru("X", "y"), n("Squeeze", ["y", "one"], ["Y"])], [[T, B, 3]], init, x=(T, B, 3))
    graph("mean_of_square", [n("ReduceMean", ["X"], ["Y"], axes=[1], keepdims=0)], [[B, 3]], x=(B, 3, 3), sizes=((3, 3),))
    graph("vector_mean", [n("ReduceMean", ["X"], ["m"], axes=[1]), n("Sub", ["X", "m"], ["Y"])], [[B, 6]], x=(B, 6))
    graph("vector_softmax", [n("Softmax", ["X"], ["Y"], axis=1)], [[B, 6]], x=(B, 6))


def main():
    moves()
    products()
    functions()
    fused()
    adversarial()
    if (HERE / "torch.json").exists():
        optimised()
    write("graphs", CASES)
    record(HERE, "graphs", onnx=onnx.__version__, onnxruntime=ort.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
