"""Models whose weights ONNX Runtime's tools made 8-bit integers, with what ONNX Runtime makes of the same graph with the numbers that these
integers stand for, in float32: what remains of the weights once nothing else is rounded. The quantised graph itself, in which the values are rounded to
8 bits too, must come near that."""
import tempfile
from base64 import b64decode
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh
from onnxruntime.quantization import QuantType, quantize_dynamic

import prng
from onnx_case import HERE, case, strip, write
from versions import record

B, T, H = "batch", "time", 12
# How far rounded values may take the outputs.
NEAR = 0.05
n = h.make_node
i = lambda *values: np.array(values, np.int64)
CASES = []


def w(name, *shape, scale=0.6):
    return prng.uniform(prng.seed_of(name), list(shape), scale)


def built(nodes, inputs, init, outputs=("Y",), opset=17, domains=()):
    typed = [h.make_tensor_value_info(key, TP.INT64 if vocabulary else TP.FLOAT, dims) for key, dims, vocabulary in inputs]
    graph = h.make_graph(nodes, "graph", typed, [h.make_tensor_value_info(one, TP.FLOAT, None) for one in outputs], [nh.from_array(np.asarray(value), key) for key, value in init.items()])
    return h.make_model(graph, opset_imports=[h.make_opsetid("", opset), *(h.make_opsetid(one, 1) for one in domains)], ir_version=10)


def constants(model):
    return {one.name: nh.to_array(one) for one in model.graph.initializer}


def floats(q, scale, zero, axis=None):
    """In float32, as the specification has it."""
    along = lambda x: x if axis is None or x.size == 1 else x.reshape([-1 if k == axis % q.ndim else 1 for k in range(q.ndim)])
    return (q.astype(np.int32) - along(zero).astype(np.int32)).astype(np.float32) * along(scale)


def twin(source, quantised):
    """The source with the numbers that the integers stand for."""
    model, of = onnx.ModelProto(), constants(quantised)
    model.CopyFrom(source)
    for one in model.graph.initializer:
        if f"{one.name}_quantized" not in of:
            continue
        q, scale, zero = (of[f"{one.name}_{part}"] for part in ("quantized", "scale", "zero_point"))
        recurrent = list(q.shape) != list(one.dims)
        if recurrent:
            # [directions, inputs, gates · units], scales for each direction or each column of it.
            parts = [floats(q[d], scale[d], zero[d], axis=1) for d in range(len(q))]
            value = np.stack(parts).transpose(0, 2, 1)
        else:
            value = floats(q, scale, zero, axis=0 if q.ndim == 3 else 1)
        assert list(value.shape) == list(one.dims)
        assert 0 < np.abs(value - nh.to_array(one)).max() <= 0.51 * scale.max(), one.name
        one.CopyFrom(nh.from_array(np.ascontiguousarray(value), one.name))
    return model


def add(name, quantised, plain, inputs, outputs):
    """A case of the quantised file, its outputs those of the plain one."""
    own, other = case(name, quantised, inputs, outputs), case(name, plain, inputs, outputs)
    decoded = lambda one: [np.frombuffer(b64decode(each["data"]), "<f4") for run in one["runs"] for each in run["outputs"]]
    for rounded, exact in zip(decoded(own), decoded(other), strict=True):
        assert np.abs(rounded - exact).max() < NEAR, (name, np.abs(rounded - exact).max())
    CASES.append({**own, "runs": other["runs"]})


def optimised(model):
    """As ONNX Runtime saves it: operators fused that belong together."""
    with tempfile.TemporaryDirectory() as folder:
        settings = ort.SessionOptions()
        settings.log_severity_level = 3
        settings.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        settings.optimized_model_filepath = str(Path(folder, "to.onnx"))
        ort.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
        return onnx.load(settings.optimized_model_filepath)


def dynamic(title, source, inputs, outputs, wanted, fused=()):
    """By `quantize_dynamic`, in all four ways. wanted: operators that must be there; fused: those of the optimised graph."""
    with tempfile.TemporaryDirectory() as folder:
        a, b = str(Path(folder, "a.onnx")), str(Path(folder, "b.onnx"))
        onnx.save(strip(source), a)
        for kind in (QuantType.QInt8, QuantType.QUInt8):
            for each in (False, True):
                quantize_dynamic(a, b, weight_type=kind, per_channel=each)
                quantised = onnx.load(b)
                name = f"{title}_{'int8' if kind is QuantType.QInt8 else 'uint8'}{'_per_channel' if each else ''}"
                made = {node.op_type for node in quantised.graph.node}
                assert set(wanted) <= made, (name, made)
                plain = twin(source, quantised)
                add(name, quantised, plain, inputs, outputs)
                if fused:
                    saved = optimised(quantised)
                    made = {node.op_type for node in saved.graph.node}
                    assert set(fused) <= made, (name, made)
                    add(f"{name}_optimised", saved, plain, inputs, outputs)


def by_tools():
    stack = built(
        [n("Conv", ["X", "K", "K_b"], ["c"], kernel_shape=[3], pads=[1, 1]), n("Relu", ["c"], ["r"]), n("Transpose", ["r"], ["t"], perm=[2, 0, 1]),
         n("LSTM", ["t", "W", "R", "W_b"], ["y_4"], hidden_size=H, direction="bidirectional"), n("Transpose", ["y_4"], ["y_t"], perm=[2, 0, 1, 3]),
         n("Reshape", ["y_t", "dims"], ["y"]), n("MatMul", ["y", "M"], ["m"]), n("Add", ["m", "M_b"], ["Y"])],
        [("X", [B, 6, T], None)],
        {"K": w("K", 8, 6, 3), "K_b": w("K_b", 8), "W": w("W", 2, 4 * H, 8), "R": w("R", 2, 4 * H, H), "W_b": w("W_b", 2, 8 * H), "M": w("M", 2 * H, 5), "M_b": w("M_b", 5), "dims": i(0, 0, 2 * H)})
    dynamic("conv_lstm", stack, [("X", [B, 6, T], None)], [[B, T, 5]], ("ConvInteger", "DynamicQuantizeLSTM", "MatMulInteger"), ("ConvInteger", "DynamicQuantizeLSTM", "DynamicQuantizeMatMul"))
    tags = built(
        [n("Gather", ["E", "X"], ["e"]), n("Transpose", ["e"], ["t"], perm=[1, 0, 2]), n("GRU", ["t", "W", "R", "W_b"], ["y_4"], hidden_size=H, linear_before_reset=1),
         n("Squeeze", ["y_4", "one"], ["y_3"]), n("Transpose", ["y_3"], ["y"], perm=[1, 0, 2]), n("MatMul", ["y", "M"], ["m"]), n("MatMul", ["y", "N"], ["o"]), n("Add", ["m", "o"], ["Y"])],
        [("X", [B, T], 11)],
        {"E": w("E", 11, 8), "W": w("W", 1, 3 * H, 8), "R": w("R", 1, 3 * H, H), "W_b": w("W_b", 1, 6 * H), "M": w("M", H, 5), "N": w("N", H, 5), "one": i(1)})
    dynamic("tags_gru", tags, [("X", [B, T], 11)], [[B, T, 5]], ("Gather", "DequantizeLinear", "GRU", "MatMulInteger"), ("MatMulIntegerToFloat",))
    # A table that goes straight into products: its zero point is the value's.
    table = built([n("Gather", ["E", "X"], ["e"]), n("MatMul", ["e", "M"], ["m"]), n("MatMul", ["e", "N"], ["o"]), n("Tanh", ["o"], ["p"]), n("Add", ["m", "p"], ["q"]), n("Add", ["q", "b"], ["Y"])], [("X", [B, T], 11)], {"E": w("E", 11, 8) + np.float32(0.1), "M": w("M", 8, 5), "N": w("N", 8, 5), "b": w("b", 5)})
    dynamic("table_product", table, [("X", [B, T], 11)], [[B, T, 5]], ("Gather", "MatMulInteger"))
    last = built(
        [n("LSTM", ["X", "W", "R", "W_b"], ["", "h"], hidden_size=H), n("Squeeze", ["h", "zero"], ["s"]), n("Gemm", ["s", "M", "M_b"], ["Y"], transB=1)],
        [("X", [T, B, 6], None)],
        {"W": w("W", 1, 4 * H, 6), "R": w("R", 1, 4 * H, H), "W_b": w("W_b", 1, 8 * H), "M": w("M", 5, H).astype(np.float32), "M_b": w("M_b", 5), "zero": i(0)})
    # The tool makes a MatMul of the Gemm, of the weight turned.
    turned = onnx.ModelProto()
    turned.CopyFrom(last)
    gemm = turned.graph.node[-1]
    gemm.CopyFrom(n("Gemm", ["s", "M", "M_b"], ["Y"]))
    weight = next(one for one in turned.graph.initializer if one.name == "M")
    weight.CopyFrom(nh.from_array(np.ascontiguousarray(nh.to_array(weight).T), "M"))
    dynamic("last_gemm", turned, [("X", [T, B, 6], None)], [[B, 5]], ("DynamicQuantizeLSTM", "MatMulInteger"))


def stored():
    """Weights behind a DequantizeLinear, of layers that no tool quantises so: one scale, one for each output, whole numbers of every kind."""
    X, dims = [("X", [T, B, 6], None)], [[T, B, H]]
    for cell, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
        for title, kind, low, high, each in (("int8", np.int8, -127, 127, True), ("int8_one_scale", np.int8, -128, 127, False), ("uint8", np.uint8, 0, 255, True)):
            init, plain, nodes = {"axis": i(1)}, {"axis": i(1)}, []
            for key, columns in (("W", 6), ("R", H)):
                shape = [1, gates * H, columns]
                value = w(key, *shape)
                most = np.abs(value).max(axis=2 if each else None, keepdims=True)
                scale = (most / 127).astype(np.float32)
                zero = 128 if kind is np.uint8 else 0
                q = np.clip(np.round(value / scale) + zero, low, high).astype(kind)
                zeros = np.full(gates * H if each else (), zero, kind)
                init.update({f"{key}_q": q, f"{key}_s": scale.flatten() if each else scale.reshape(()), f"{key}_z": zeros})
                plain[key] = floats(q, scale, np.array(zero))
                nodes.append(n("DequantizeLinear", [f"{key}_q", f"{key}_s", f"{key}_z"], [key], axis=1))
            ends = [n(cell, ["X", "W", "R"], ["y"], hidden_size=H), n("Squeeze", ["y", "axis"], ["Y"])]
            add(f"stored_{cell.lower()}_{title}", built(nodes + ends, X, init), built(ends, X, plain), X, dims)


def rounded():
    """Values that the file rounds, by numbers that stand in it."""
    X, dims = [("X", [B, T, 6], None)], [[B, T, 5]]
    value = w("M", 6, 5)
    scale = (np.abs(value).max(axis=0) / 120).astype(np.float32)
    zero = np.array([0, 3, -5, 0, 1], np.int8)
    q = (np.round(value / scale) + zero).astype(np.int8)
    of_x = {"x_s": np.float32(1 / 120), "x_z": np.uint8(130), "b": w("b", 5)}
    front = n("QuantizeLinear", ["X", "x_s", "x_z"], ["x_q"])
    ends = [n("DequantizeLinear", ["x_q", "x_s", "x_z"], ["x"]), n("MatMul", ["x", "M"], ["m"]), n("Add", ["m", "b"], ["Y"])]
    plain = built([front, *ends], X, {**of_x, "M": floats(q, scale, zero, axis=1)})
    of_w = {"M_q": q, "M_s": scale, "M_z": zero}
    fused = h.make_node("MatMulIntegerToFloat", ["x_q", "M_q", "x_s", "M_s", "x_z", "M_z", "b"], ["Y"], domain="com.microsoft")
    add("rounded_fused", built([front, fused], X, {**of_x, **of_w}, domains=("com.microsoft",)), plain, X, dims)
    apart = [n("MatMulInteger", ["x_q", "M_q", "x_z", "M_z"], ["i"]), n("Cast", ["i"], ["f"], to=TP.FLOAT), n("Mul", ["x_s", "M_s"], ["s"]), n("Mul", ["f", "s"], ["m"]), n("Add", ["m", "b"], ["Y"])]
    add("rounded_apart", built([front, *apart], X, {**of_x, **of_w}), plain, X, dims)


def main():
    by_tools()
    stored()
    rounded()
    write("quantised", CASES)
    record(HERE, "quantised", onnx=onnx.__version__, onnxruntime=ort.__version__, numpy=np.__version__)


main()
