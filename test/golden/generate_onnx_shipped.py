"""What files that people ship have and small examples do not: weights and values quantised ahead of time, weights of a few bits in blocks, constants
that are worked out in the file, lengths that stand in it; with what ONNX Runtime makes of them.
"""
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

import prng
from onnx_recorded import B, Fixed, T, recorded, write

n = h.make_node
i = lambda *values: np.array(values, np.int64)
H, X = 8, [("X", [B, T, 6], None)]
SIZES = [{"batch": 3, "time": 5}, {"batch": 2, "time": 7}]
CASES = []


def w(name, *shape, scale=0.6):
    return prng.uniform(prng.seed_of(name), list(shape), scale)


def built(nodes, inputs, init, outputs=("Y",), opset=17, types=None, domains=()):
    typed = [h.make_tensor_value_info(key, TP.INT64 if isinstance(kind, int) else TP.FLOAT, dims) for key, dims, kind in inputs]
    made = [h.make_tensor_value_info(one, (types or {}).get(one, TP.FLOAT), None) for one in outputs]
    numbers = [nh.from_array(np.asarray(value), key) for key, value in init.items()]
    graph = h.make_graph(nodes, "graph", typed, made, numbers)
    return h.make_model(graph, opset_imports=[h.make_opsetid("", opset), *(h.make_opsetid(one, 1) for one in domains)], ir_version=10)


def add(kind, name, model, inputs, outputs, sizes=SIZES, **more):
    CASES.append(recorded(kind, name, model, inputs, outputs, sizes, **more))


def cell(of="X", to="h", kind="LSTM"):
    """A layer of H units with the batch first."""
    return [n("Transpose", [of], [f"{to}_t"], perm=[1, 0, 2]), n(kind, [f"{to}_t", "W", "R", "Wb"], [f"{to}_4"], hidden_size=H), n("Squeeze", [f"{to}_4", "one"], [f"{to}_3"]), n("Transpose", [f"{to}_3"], [to], perm=[1, 0, 2])]


def weights(kind="LSTM", inputs=6):
    rows = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind] * H
    return {"W": w(f"{kind}W", 1, rows, inputs), "R": w(f"{kind}R", 1, rows, H), "Wb": w(f"{kind}Wb", 1, 2 * rows), "one": i(1)}


class Seen(CalibrationDataReader):
    """Inputs that tell the tool how large values are."""

    def __init__(self, inputs):
        shape = lambda dims: [{"batch": 3, "time": 5}.get(size, size) for size in dims]
        draw = lambda k, dims, below: prng.below(k, shape(dims), below).astype(np.int64) if below else prng.uniform(k, shape(dims), 1.0)
        self.all = iter([{key: draw(prng.seed_of(f"{key}{k}"), dims, below) for key, dims, below in inputs} for k in range(4)])

    def get_next(self):
        return next(self.all, None)


def static(title, source, inputs, outputs, wanted):
    """By `quantize_static`, in both of its forms. wanted: operators that must be there, of each form."""
    forms = {"qdq": QuantFormat.QDQ, "qoperator": QuantFormat.QOperator}
    types = {"u8s8": (QuantType.QUInt8, QuantType.QInt8, False), "s8s8_per_channel": (QuantType.QInt8, QuantType.QInt8, True), "u8u8": (QuantType.QUInt8, QuantType.QUInt8, False)}
    for form, kind in forms.items():
        for name, (values, numbers, each) in types.items():
            with tempfile.TemporaryDirectory() as folder:
                a, b = str(Path(folder, "a.onnx")), str(Path(folder, "b.onnx"))
                onnx.save(source, a)
                quantize_static(a, b, Seen(inputs), quant_format=kind, activation_type=values, weight_type=numbers, per_channel=each)
                model = onnx.load(b)
            assert set(wanted[form]) <= {node.op_type for node in model.graph.node}, (title, form)
            add("static", f"{title}_{form}_{name}", model, inputs, outputs)


def quantised_ahead():
    slid = [("X", [B, 6, T], None)]
    conv = built(
        [n("Conv", ["X", "K", "Kb"], ["c"], kernel_shape=[3], pads=[1, 1]), n("Relu", ["c"], ["r"]), n("Transpose", ["r"], ["rt"], perm=[0, 2, 1]), *cell("rt"), n("MatMul", ["h", "M"], ["m"]), n("Add", ["m", "Mb"], ["a"]), n("Sigmoid", ["a"], ["Y"])],
        slid, {"K": w("K", 6, 6, 3), "Kb": w("Kb", 6), **weights(), "M": w("M", H, 5), "Mb": w("Mb", 5)})
    static("conv_lstm", conv, slid, [[B, T, 5]], {"qdq": ("QuantizeLinear", "DequantizeLinear", "LSTM"), "qoperator": ("QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearSigmoid")})
    ids = [("X", [B, T], 11)]
    tags = built([n("Gather", ["E", "X"], ["e"]), *cell("e", kind="GRU"), n("ReduceMean", ["h"], ["p"], axes=[1], keepdims=0), n("Gemm", ["p", "M", "Mb"], ["Y"], transB=1)], ids, {"E": w("E", 11, 6), **weights("GRU"), "M": w("Mt", 5, H), "Mb": w("Mb", 5)})
    static("tags", tags, ids, [[B, 5]], {"qdq": ("Gather", "QuantizeLinear", "GRU"), "qoperator": ("Gather", "QGemm")})
    dense = built([n("MatMul", ["X", "M"], ["m"]), n("Add", ["m", "Mb"], ["a"]), n("Tanh", ["a"], ["t"]), n("Concat", ["t", "X"], ["c"], axis=2), n("MatMul", ["c", "N"], ["o"]), n("Add", ["o", "t"], ["q"]), n("LeakyRelu", ["q"], ["k"]), n("Mul", ["k", "t"], ["u"]), n("Softmax", ["u"], ["Y"], axis=-1)], X, {"M": w("M", 6, 5), "Mb": w("Mb", 5), "N": w("N", 11, 5)})
    static("dense", dense, X, [[B, T, 5]], {"qdq": ("QuantizeLinear", "Softmax"), "qoperator": ("QLinearConcat", "QLinearLeakyRelu", "QLinearMul", "QLinearSoftmax")})
    # What no tool writes and the operators allow: products without an addition, both factors' zero points, an output in floating point.
    of_x = [n("QuantizeLinear", ["X", "xs", "xz"], ["xq"])]
    near = {"xs": np.float32(1 / 120), "xz": np.uint8(130), "Mq": (w("Mq", 6, 5) * 200).astype(np.int8), "Ms": w("Ms", 5, scale=0.01) + np.float32(0.02), "Mz": np.array([0, 3, -5, 0, 1], np.int8), "ys": np.float32(0.03), "yz": np.int8(-4), "us": np.float32(0.05), "uz": np.uint8(120)}
    take = lambda *names: {name: near[name] for name in names}
    back = n("DequantizeLinear", ["yq", "us", "uz"], ["Y"])
    add("static", "product", built([*of_x, n("QLinearMatMul", ["xq", "xs", "xz", "Mq", "Ms", "Mz", "us", "uz"], ["yq"]), back], X, take("xs", "xz", "Mq", "Ms", "Mz", "us", "uz")), X, [[B, T, 5]])
    rows = [("X", [B, 6], None)]
    add("static", "gemm_floats", built([*of_x, n("QGemm", ["xq", "xs", "xz", "Mq", "Ms", "Mz", "C"], ["Y"], domain="com.microsoft", alpha=0.5)], rows, {**take("xs", "xz", "Mq", "Ms", "Mz"), "C": np.array([10, -900, 7, 0, 44], np.int32)}, domains=("com.microsoft",)), rows, [[B, 5]], sizes=[{"batch": 3}, {"batch": 2}])


def few_bits():
    """Weights of 8, 4 and 2 bits with a scale for each block of 16 along the sum, whose last block is cut off by the sum's end."""
    for bits in (8, 4, 2):
        for symmetric in (True, False):
            for form, kind in (("blocks", QuantFormat.QOperator), ("qdq", QuantFormat.QDQ)):
                if kind is QuantFormat.QDQ and bits != 4:
                    continue
                source = built([n("MatMul", ["X", "A"], ["a"]), n("Tanh", ["a"], ["t"]), n("MatMul", ["t", "M"], ["m"]), n("Add", ["m", "b"], ["Y"])], X, {"A": w("A", 6, 40), "M": w("Mn", 40, 5), "b": w("b", 5)})
                made = MatMulNBitsQuantizer(source, bits=bits, block_size=16, is_symmetric=symmetric, quant_format=kind)
                made.process()
                add("bits", f"{form}_{bits}{'' if symmetric else '_zeros'}", made.model.model, X, [[B, T, 5]])


def constants():
    """Worked out in the file."""
    a, b, c = w("ca", 6) + np.float32(0.1), w("cb", 6) + np.float32(0.7), w("cc", 6)
    vectors = {"a": a, "b": b, "c": c, "low": np.float32(-0.2), "high": np.float32(0.3)}
    for op, of in (("Min", "a"), ("Max", "a b c"), ("Min", "a b c"), ("Max", "a b"), ("Clip", "a low high"), ("Mean", "a b"), ("Mean", "a"), ("Sum", "a b c"), ("Sign", "a"), ("Round", "b"), ("Sin", "a"), ("Cos", "a")):
        names = of.split()
        add("constants", f"{op.lower()}_{len(names)}_of_constants", built([n(op, names, ["k"]), n("Add", ["X", "k"], ["Y"])], X, {name: vectors[name] for name in names}), X, [[B, T, 6]])
    table = w("table", 6, 4)
    table[3] = table[2]
    for op in ("ArgMax", "ArgMin"):
        for axis, keep, last in ((0, 0, 0), (0, 1, 1), (1, 0, 0)):
            picked = [n(op, ["t"], ["k"], axis=axis, keepdims=keep, select_last_index=last), n("Reshape", ["k", "flat"], ["kf"]), n("Gather", ["X", "kf"], ["Y"], axis=2)]
            add("constants", f"{op.lower()}_{axis}{keep}{last}_of_constants", built(picked, X, {"t": table, "flat": i(-1)}), X, [[B, T, 6 if axis else 4]])
    add("constants", "mean_of_values", built([n("Tanh", ["X"], ["t"]), n("Mean", ["X", "t", "a"], ["Y"])], X, {"a": a}), X, [[B, T, 6]])
    for kind in ("LSTM", "GRU", "RNN"):
        rows = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind] * H
        for title, lengths in (("cut", [3, 3, 3]), ("whole", [5, 5, 5])):
            model = built([n(kind, ["X", "W", "R", "Wb", "lengths"], ["y", "Z"], hidden_size=H), n("Squeeze", ["y", "one"], ["Y"])], [("X", [5, 3, 6], None)], {**weights(kind), "lengths": np.array(lengths, np.int32)}, outputs=("Y", "Z"))
            time, batch = Fixed(T, 5), Fixed(B, 3)
            add("constants", f"lengths_{title}_{kind.lower()}", model, [("X", [time, batch, 6], None)], [[time, batch, H], [1, batch, H]], sizes=[{}])


def places():
    """The largest of an axis, and where it stands."""
    for op in ("ArgMax", "ArgMin"):
        for axis in (1, 2):
            model = built([*cell(), n(op, ["h"], ["Y"], axis=axis, keepdims=0)], X, weights(), types={"Y": TP.INT64})
            add("places", f"{op.lower()}_{axis}", model, X, [[B, H] if axis == 1 else [B, T]])
    for axis, largest in ((1, 0), (1, 1), (2, 0), (2, 1)):
        dims = [B, 1, H] if axis == 1 else [B, T, 1]
        add("places", f"topk_{axis}{largest}", built([*cell(), n("TopK", ["h", "k"], ["Y", "Z"], axis=axis, largest=largest)], X, {**weights(), "k": i(1)}, outputs=("Y", "Z"), types={"Z": TP.INT64}), X, [dims, dims])
    one = [("X", [Fixed(B, 1), T, 6], None)]
    add("places", "sum_over_a_batch_of_1", built([*cell(), n("ReduceSum", ["h", "zero"], ["Y"], keepdims=0)], [("X", [1, T, 6], None)], {**weights(), "zero": i(0)}), one, [[T, H]], sizes=[{"time": 5}, {"time": 7}])


def main():
    quantised_ahead()
    few_bits()
    constants()
    places()
    write("shipped", CASES)


if __name__ == "__main__":
    main()
