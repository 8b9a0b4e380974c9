"""Operators that stand around a recurrence and are exported or written by tools beside it: reductions, the place of the largest, running sums, Einstein
sums, quantised tables; external data; with what ONNX Runtime makes of them."""
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from torch import nn

import prng
from onnx_recorded import B, Fixed, Network, T, both, exported, prepared, recorded, strip, write

n = h.make_node
T5 = Fixed(T, 5)
TIMED = [{"batch": 3, "time": 5}, {"batch": 2, "time": 7}]
CASES = []
i = lambda *values: np.array(values, np.int64)


def w(name, *shape, scale=0.6):
    return np.round(prng.uniform(prng.seed_of(name), list(shape), scale) * 1024).astype(np.float32) / np.float32(1024)


def built(nodes, inputs, outputs, init, opset=17):
    typed = [h.make_tensor_value_info(key, TP.INT64 if kind else TP.FLOAT, dims) for key, dims, kind in inputs]
    graph = h.make_graph(nodes, "graph", typed, [h.make_tensor_value_info(key, kind, None) for key, kind in outputs], [nh.from_array(np.asarray(value), key) for key, value in init.items()])
    return h.make_model(graph, opset_imports=[h.make_opsetid("", opset)], ir_version=10)


def graph(kind, name, nodes, dims, init=(), x=(B, T, 6), opset=17, inputs=None, out=TP.FLOAT, recurrent=False):
    """nodes: from X to Y; with `recurrent` a GRU stands in front of them, whose output is `X`: [batch, time, 6]."""
    inputs, init = inputs or [("X", list(x), None)], dict(init)
    if recurrent:
        inputs = [("x", [B, x[1], 4], None), *inputs[1:]]
        front = [n("Transpose", ["x"], ["x_t"], perm=[1, 0, 2]), n("GRU", ["x_t", "W", "R"], ["y_4"], hidden_size=6, linear_before_reset=1), n("Squeeze", ["y_4", "axis_1"], ["y_3"]), n("Transpose", ["y_3"], ["X"], perm=[1, 0, 2])]
        nodes, init = front + nodes, {**init, "W": w("W", 1, 18, 4), "R": w("R", 1, 18, 6), "axis_1": i(1)}
    timed = any(T in own for _, own, _ in inputs)
    CASES.append(recorded(kind, name, built(nodes, inputs, [("Y", out)], init, opset), inputs, [dims], TIMED if timed else TIMED[:1]))


def reductions():
    for op in ("L1", "L2", "SumSquare", "LogSum", "LogSumExp", "Prod"):
        # What LogSum adds up is above 0.
        front = [n("Exp", ["X"], ["e"])] if op == "LogSum" else []
        of = "e" if op == "LogSum" else "X"
        for opset in (13, 18):
            axes = lambda a: ([of], {"axes": [a]}, {}) if opset == 13 else ([of, "a"], {}, {"a": i(a)})
            for where, axis, kept, dropped in (("features", -1, [B, T, 1], [B, T]), ("time", 1, [B, 1, 6], [B, 6])):
                ins, attributes, init = axes(axis)
                graph("reduce", f"reduce_{op.lower()}_{where}_opset{opset}", [*front, n(f"Reduce{op}", ins, ["Y"], keepdims=0, **attributes)], dropped, init, opset=opset, recurrent=where == "time")
                graph("reduce", f"reduce_{op.lower()}_{where}_kept_opset{opset}", [*front, n(f"Reduce{op}", ins, ["r"], **attributes), n("Add", ["X", "r"], ["Y"])] if op != "LogSum" else [*front, n(f"Reduce{op}", ins, ["Y"], **attributes)], [B, T, 6] if op != "LogSum" else kept, init, opset=opset)
    graph("reduce", "reduce_l2_all_but_batch", [n("ReduceL2", ["X"], ["Y"], axes=[1, 2], keepdims=0)], [B], x=(B, T5, 6))
    graph("reduce", "reduce_prod_vector", [n("ReduceProd", ["X"], ["Y"], axes=[1], keepdims=0)], [B], x=(B, 6))
    both(CASES, "reduce", "normalised", Network(lambda m, x: torch.nn.functional.normalize(m.rnn(x)[0], dim=-1), rnn=nn.LSTM(4, 5, batch_first=True)), [("x", [B, T, 4], None)], [[B, T, 5]], TIMED)
    both(CASES, "reduce", "normalised_last", Network(lambda m, x: torch.nn.functional.normalize(m.head(m.rnn(x)[1][-1])), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 3)), [("x", [B, T, 4], None)], [[B, 3]], TIMED, exporters=("legacy",))
    both(CASES, "reduce", "logsumexp_time", Network(lambda m, x: torch.logsumexp(m.rnn(x)[0], 1), rnn=nn.LSTM(4, 5, batch_first=True)), [("x", [B, T, 4], None)], [[B, 5]], TIMED)
    both(CASES, "reduce", "cosine", Network(lambda m, a, b: torch.cosine_similarity(m.rnn(a)[1][0][-1], m.rnn(b)[1][0][-1]), rnn=nn.LSTM(4, 5, batch_first=True)), [("a", [B, T, 4], None), ("b", [B, T, 4], None)], [[B]], TIMED)
    both(CASES, "reduce", "deviation_time", Network(lambda m, x: torch.cat([m.rnn(x)[0].mean(1), m.rnn(x)[0].std(1)], 1), rnn=nn.LSTM(4, 5, batch_first=True)), [("x", [B, T, 4], None)], [[B, 10]], TIMED)


def places():
    for op in ("ArgMax", "ArgMin"):
        low = op.lower()
        graph("places", f"{low}_features", [n(op, ["X"], ["Y"], axis=-1, keepdims=0)], [B, T], out=TP.INT64, recurrent=True)
        graph("places", f"{low}_features_kept", [n(op, ["X"], ["Y"], axis=2)], [B, T, 1], out=TP.INT64)
        graph("places", f"{low}_features_cast", [n(op, ["X"], ["a"], axis=2), n("Cast", ["a"], ["f"], to=TP.FLOAT), n("Mul", ["X", "f"], ["Y"])], [B, T, 6])
        graph("places", f"{low}_time", [n(op, ["X"], ["Y"], axis=1, keepdims=0)], [B, 6], out=TP.INT64, recurrent=True)
        graph("places", f"{low}_time_cast", [n(op, ["X"], ["a"], axis=1, keepdims=0), n("Cast", ["a"], ["Y"], to=TP.FLOAT)], [B, 6])
        # Rounded, many are alike: the first, or the last of them.
        graph("places", f"{low}_first_of_ties", [n("Round", ["X"], ["r"]), n(op, ["r"], ["Y"], axis=2, keepdims=0)], [B, T], out=TP.INT64)
        graph("places", f"{low}_last_of_ties", [n("Round", ["X"], ["r"]), n(op, ["r"], ["Y"], axis=2, keepdims=0, select_last_index=1)], [B, T], out=TP.INT64)
        graph("places", f"{low}_time_last_of_ties", [n("Round", ["X"], ["r"]), n(op, ["r"], ["Y"], axis=1, keepdims=0, select_last_index=1)], [B, 6], out=TP.INT64)
        graph("places", f"{low}_vector", [n(op, ["X"], ["Y"], axis=1, keepdims=0)], [B], x=(B, 6), out=TP.INT64)
        graph("places", f"{low}_embedded", [n(op, ["X"], ["a"], axis=2, keepdims=0), n("Gather", ["E", "a"], ["Y"])], [B, T, 3], {"E": w("E", 6, 3)})
    X = [("x", [B, T, 4], None)]
    net = lambda run, **more: Network(run, rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 3), **more)
    both(CASES, "places", "labels", net(lambda m, x: m.head(m.rnn(x)[0]).argmax(-1)), X, [[B, T]], TIMED)
    both(CASES, "places", "label_and_scores", net(lambda m, x: (m.head(m.rnn(x)[0][:, -1]).argmax(1), torch.softmax(m.head(m.rnn(x)[0][:, -1]), 1))), X, [[B], [B, 3]], TIMED)
    both(CASES, "places", "values_and_labels", net(lambda m, x: torch.max(m.head(m.rnn(x)[0]), -1)), X, [[B, T], [B, T]], TIMED, exact=False)
    graph("places", "top_1", [n("TopK", ["X", "k"], ["Y", "at"], axis=-1)], [B, T, 1], {"k": i(1)})


def sums():
    for name, more in (("", {}), ("_exclusive", {"exclusive": 1}), ("_reverse", {"reverse": 1}), ("_exclusive_reverse", {"exclusive": 1, "reverse": 1})):
        graph("sums", f"cumsum_time{name}", [n("CumSum", ["X", "a"], ["Y"], **more)], [B, T, 6], {"a": np.int64(1)}, recurrent=True)
        graph("sums", f"cumsum_features{name}", [n("CumSum", ["X", "a"], ["Y"], **more)], [B, T, 6], {"a": np.int32(-1)})
    graph("sums", "cumsum_vector", [n("CumSum", ["X", "a"], ["Y"])], [B, 6], {"a": np.int64(1)}, x=(B, 6))
    graph("sums", "cumsum_axis_as_list", [n("CumSum", ["X", "a"], ["Y"])], [B, T, 6], {"a": i(1)})
    graph("sums", "cumsum_time_fixed", [n("CumSum", ["X", "a"], ["Y"])], [B, T5, 6], {"a": np.int64(1)}, x=(B, T5, 6), recurrent=True)
    X = [("x", [B, T, 4], None)]
    both(CASES, "sums", "running_sum", Network(lambda m, x: m.rnn(x)[0].cumsum(1), rnn=nn.LSTM(4, 5, batch_first=True)), X, [[B, T, 5]], TIMED)
    both(CASES, "sums", "running_mean", Network(lambda m, x: m.rnn(x)[0].cumsum(1) / torch.arange(1, x.shape[1] + 1, dtype=x.dtype).view(1, -1, 1), rnn=nn.LSTM(4, 5, batch_first=True)), X, [[B, T, 5]], TIMED)
    for eps in (1e-5, 0.1):
        graph("norms", f"instance_norm_{eps}", [n("Transpose", ["X"], ["t"], perm=[0, 2, 1]), n("InstanceNormalization", ["t", "g", "b"], ["u"], epsilon=eps), n("Transpose", ["u"], ["Y"], perm=[0, 2, 1])], [B, T, 6], {"g": w("g", 6), "b": w("b", 6)}, recurrent=True)
    graph("norms", "instance_norm_channels", [n("InstanceNormalization", ["X", "g", "b"], ["Y"])], [B, 6, T], {"g": w("g", 6), "b": w("b", 6)}, x=(B, 6, T))
    graph("norms", "instance_norm_fixed", [n("Transpose", ["X"], ["t"], perm=[0, 2, 1]), n("InstanceNormalization", ["t", "g", "b"], ["Y"])], [B, 6, T5], {"g": w("g", 6), "b": w("b", 6)}, x=(B, T5, 6))
    both(CASES, "norms", "instance_norm_torch", Network(lambda m, x: m.rnn(m.norm(x.transpose(1, 2)).transpose(1, 2))[0], norm=nn.InstanceNorm1d(4, affine=True), rnn=nn.LSTM(4, 5, batch_first=True)), [("x", [B, T, 4], None)], [[B, T, 5]], TIMED)
    both(CASES, "norms", "instance_norm_torch_plain", Network(lambda m, x: m.rnn(m.norm(x.transpose(1, 2)).transpose(1, 2))[0], norm=nn.InstanceNorm1d(4), rnn=nn.LSTM(4, 5, batch_first=True)), [("x", [B, T, 4], None)], [[B, T, 5]], TIMED, exporters=("legacy",))
    both(CASES, "norms", "group_norm_torch", Network(lambda m, x: m.rnn(m.norm(x.transpose(1, 2)).transpose(1, 2))[0], norm=nn.GroupNorm(2, 4), rnn=nn.LSTM(4, 5, batch_first=True)), [("x", [B, T, 4], None)], [[B, T, 5]], TIMED, exporters=("legacy",))


def einstein():
    XA = [("X", [B, T, 6], None)]
    one = lambda name, equation, dims, shape, swapped=False, **more: graph("einsum", name, [n("Einsum", ["W_e", "X"] if swapped else ["X", "W_e"], ["Y"], equation=equation)], dims, {"W_e": w("W_e", *shape)}, **more)
    one("einsum_bti_oi", "bti,oi->bto", [B, T, 3], (3, 6), recurrent=True)
    one("einsum_bti_io", "bti,io->bto", [B, T, 3], (6, 3))
    one("einsum_oi_bti", "oi,bti->bto", [B, T, 3], (3, 6), swapped=True)
    one("einsum_spaces_upper", "B T I, O I -> B T O", [B, T, 3], (3, 6))
    one("einsum_ellipsis", "...i,oi->...o", [B, T, 3], (3, 6))
    one("einsum_vector", "bi,oi->bo", [B, 3], (3, 6), x=(B, 6))
    one("einsum_implicit", "bij,jk", [B, T, 3], (6, 3))
    one("einsum_dot", "bti,i->bt", [B, T], (6,))
    one("einsum_scaled", "bti,i->bti", [B, T, 6], (6,))
    one("einsum_heads", "bti,hdi->bthd", [B, T, 2, 3], (2, 3, 6))
    graph("einsum", "einsum_bt_btf", [n("ReduceSum", ["X", "two"], ["s"], keepdims=0), n("Softmax", ["s"], ["a"], axis=1), n("Einsum", ["a", "X"], ["Y"], equation="bt,btf->bf")], [B, 6], {"two": i(2)}, recurrent=True)
    graph("einsum", "einsum_btf_bf", [n("ReduceMean", ["X"], ["q"], axes=[1], keepdims=0), n("Einsum", ["X", "q"], ["Y"], equation="btf,bf->bt")], [B, T], recurrent=True)
    graph("einsum", "einsum_pooled", [n("ReduceMean", ["X"], ["q"], axes=[1], keepdims=0), n("Einsum", ["X", "q"], ["s"], equation="btf,bf->bt"), n("Softmax", ["s"], ["a"], axis=1), n("Einsum", ["a", "X"], ["Y"], equation="bt,btf->bf")], [B, 6], recurrent=True)
    graph("einsum", "einsum_self", [n("Einsum", ["X", "X"], ["s"], equation="bqf,bkf->bqk"), n("Softmax", ["s"], ["a"], axis=-1), n("Einsum", ["a", "X"], ["Y"], equation="bqk,bkf->bqf")], [B, T, 6], recurrent=True)
    graph("einsum", "einsum_self_fixed", [n("Einsum", ["X", "X"], ["s"], equation="bqf,bkf->bqk"), n("Softmax", ["s"], ["a"], axis=-1), n("Einsum", ["a", "X"], ["Y"], equation="bqk,bkf->bqf")], [B, T5, 6], x=(B, T5, 6), recurrent=True)
    graph("einsum", "einsum_time_first_out", [n("Einsum", ["X", "W_e"], ["Y"], equation="bti,oi->tbo")], [T, B, 3], {"W_e": w("W_e", 3, 6)})
    graph("einsum", "einsum_turned", [n("Einsum", ["X"], ["Y"], equation="btf->bft")], [B, 6, T])
    graph("einsum", "einsum_summed", [n("Einsum", ["X"], ["Y"], equation="btf->bf")], [B, 6], recurrent=True)
    graph("einsum", "einsum_products", [n("Tanh", ["X"], ["t"]), n("Einsum", ["X", "t"], ["Y"], equation="btf,btf->bt")], [B, T])
    attend = lambda m, x: torch.einsum("bt,btf->bf", torch.softmax(torch.einsum("btf,f->bt", m.rnn(x)[0], m.query), 1), m.rnn(x)[0])
    both(CASES, "einsum", "einsum_attention", Network(attend, rnn=nn.LSTM(4, 5, batch_first=True), query=nn.Parameter(torch.zeros(5))), [("x", [B, T, 4], None)], [[B, 5]], TIMED)
    both(CASES, "einsum", "einsum_linear", Network(lambda m, x: torch.einsum("bti,oi->bto", m.rnn(x)[0], m.weight), rnn=nn.LSTM(4, 5, batch_first=True), weight=nn.Parameter(torch.zeros(3, 5))), [("x", [B, T, 4], None)], [[B, T, 3]], TIMED)


def clips():
    f = np.float32
    for opset in (11, 13):
        graph("clip", f"clip_constants_opset{opset}", [n("Clip", ["X", "low", "high"], ["Y"])], [B, T, 6], {"low": f(-0.3), "high": f(0.4)}, opset=opset)
    graph("clip", "clip_low", [n("Clip", ["X", "low"], ["Y"])], [B, T, 6], {"low": f(0.1)})
    graph("clip", "clip_high", [n("Clip", ["X", "", "high"], ["Y"])], [B, T, 6], {"high": f(0.1)})
    graph("clip", "clip_crossed", [n("Clip", ["X", "low", "high"], ["Y"])], [B, T, 6], {"low": f(0.5), "high": f(-0.5)})
    graph("clip", "clip_attributes", [n("Clip", ["X"], ["Y"], min=-0.2, max=0.3)], [B, T, 6], opset=10)
    graph("clip", "clip_of_constant", [n("Clip", ["c", "low", "high"], ["k"]), n("Mul", ["X", "k"], ["Y"])], [B, T, 6], {"c": w("c", 6, scale=2.0), "low": f(-0.5), "high": f(0.5)})
    graph("clip", "clip_bounds_computed", [n("Neg", ["high"], ["low"]), n("Clip", ["X", "low", "high"], ["Y"])], [B, T, 6], {"high": f(0.25)})
    graph("clip", "clip_bounds_constant_nodes", [n("Constant", [], ["low"], value_float=-0.5), n("Constant", [], ["high"], value=nh.from_array(f(0.125))), n("Clip", ["X", "low", "high"], ["Y"])], [B, T, 6])
    graph("clip", "clip_of_size", [n("Shape", ["X"], ["s"]), n("Gather", ["s", "one"], ["t"]), n("Clip", ["t", "one", "six"], ["k"]), n("Cast", ["k"], ["q"], to=TP.FLOAT), n("Mul", ["X", "q"], ["Y"])], [B, T, 6], {"one": np.int64(1), "six": np.int64(6)})
    both(CASES, "clip", "clamped_norm", Network(lambda m, x: m.rnn(x)[0] / m.scale.clamp(min=0.3), rnn=nn.LSTM(4, 5, batch_first=True), scale=nn.Parameter(torch.zeros(5))), [("x", [B, T, 4], None)], [[B, T, 5]], TIMED)


class Seen(CalibrationDataReader):
    """A few inputs for the ranges of a static quantisation."""

    def __init__(self, key, values):
        self.left = [{key: one} for one in values]

    def get_next(self):
        return self.left.pop() if self.left else None


def quantised():
    def add(name, model, inputs, outputs, **more):
        CASES.append(recorded("quantised", name, model, inputs, outputs, TIMED, **more))
        if any(node.op_type.startswith("DynamicQuantize") for node in model.graph.node):
            # What flows is rounded to 8 bits there.
            CASES[-1]["tolerance"] = 0.02

    ids, x = [("ids", [B, T], 11)], [("x", [B, T, 4], None)]
    tags = lambda kind=nn.LSTM: Network(lambda m, one: m.head(m.rnn(m.embedding(one))[0]), embedding=nn.Embedding(11, 4), rnn=kind(4, 5, batch_first=True), head=nn.Linear(5, 3))
    with tempfile.TemporaryDirectory() as folder:
        source, to = str(Path(folder, "a.onnx")), str(Path(folder, "b.onnx"))
        for kind, make in (("lstm", nn.LSTM), ("gru", nn.GRU)):
            onnx.save(strip(exported(prepared(f"tags_{kind}", tags(make)), ids, ["y"], TIMED[0], "legacy")), source)
            for what, ops in (("gather", ["Gather"]), ("matmul", ["MatMul"]), ("gather_matmul", ["Gather", "MatMul"]), ("all", None)):
                if kind == "gru" and what not in ("gather", "all"):
                    continue
                for weights, signed in (("int8", QuantType.QInt8), ("uint8", QuantType.QUInt8)):
                    for each in (False, True):
                        if each and (what != "gather_matmul" and what != "gather"):
                            continue
                        title = f"quantised_{kind}_{what}_{weights}{'_per_channel' if each else ''}"
                        try:
                            quantize_dynamic(source, to, op_types_to_quantize=ops, per_channel=each, weight_type=signed)
                            add(title, onnx.load(to), ids, [[B, T, 3]])
                        except Exception as error:  # noqa: BLE001
                            print("NOT HAD", title, str(error)[:200])
            if kind == "lstm":
                seen = [prng.below(prng.seed_of(f"seen {k}"), [2, 5], 11).astype(np.int64) for k in range(4)]
                for title, more in (("gather_matmul", {"op_types_to_quantize": ["Gather", "MatMul"]}), ("per_channel", {"op_types_to_quantize": ["MatMul"], "per_channel": True}), ("uint8", {"op_types_to_quantize": ["MatMul"], "activation_type": QuantType.QUInt8, "weight_type": QuantType.QUInt8})):
                    quantize_static(source, to, Seen("ids", seen), quant_format=QuantFormat.QDQ, **more)
                    add(f"quantised_static_{title}", onnx.load(to), ids, [[B, T, 3]])
    # Tables and weights that a DequantizeLinear makes, without the tools.
    q = lambda name, kind, *shape: (prng.integers(prng.seed_of(name), int(np.prod(shape))) % 256).astype(np.uint8).view(kind).reshape(shape)
    I = [("ids", [B, T], 11)]
    for name, kind in (("int8", np.int8), ("uint8", np.uint8)):
        zero = kind(7 if kind is np.int8 else 130)
        after = lambda *shape: {"q": q("q", kind, *shape), "s": np.float32(0.01), "z": zero}
        graph("quantised", f"gathered_{name}", [n("Gather", ["q", "ids"], ["g"]), n("DequantizeLinear", ["g", "s", "z"], ["Y"])], [B, T, 4], after(11, 4), inputs=I)
        rows = {"q": q("q", kind, 11, 4), "s": np.abs(w("s", 4, scale=0.02)) + np.float32(0.001), "z": q("z", kind, 4)}
        graph("quantised", f"gathered_{name}_columns", [n("Gather", ["q", "ids"], ["g"]), n("DequantizeLinear", ["g", "s", "z"], ["Y"], axis=2)], [B, T, 4], rows, inputs=I)
        graph("quantised", f"gathered_{name}_axis_below_0", [n("Gather", ["q", "ids"], ["g"]), n("DequantizeLinear", ["g", "s", "z"], ["Y"], axis=-1)], [B, T, 4], rows, inputs=I)
    graph("quantised", "gathered_no_zero_point", [n("Gather", ["q", "ids"], ["g"]), n("DequantizeLinear", ["g", "s"], ["Y"])], [B, T, 4], {"q": q("q", np.int8, 11, 4), "s": np.float32(0.01)}, inputs=I)
    graph("quantised", "gathered_then_cast", [n("Gather", ["q", "ids"], ["g"]), n("Cast", ["g"], ["f"], to=TP.FLOAT), n("Mul", ["f", "s"], ["Y"])], [B, T, 4], {"q": q("q", np.int8, 11, 4), "s": np.float32(0.01)}, inputs=I)
    graph("quantised", "quantised_and_back", [n("QuantizeLinear", ["X", "s", "z"], ["q"]), n("DequantizeLinear", ["q", "s", "z"], ["Y"])], [B, T, 6], {"s": np.float32(0.05), "z": np.uint8(128)})


def external():
    """Weights in a file beside the model."""
    ids = Network(lambda m, one: m.head(m.rnn(m.embedding(one))[0]), embedding=nn.Embedding(11, 4), rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 3))
    inputs = [("ids", [B, T], 11)]
    starts = {"plain": b"", "like_a_pickle": b"\x80\x02}q\x00.", "byte_80": b"\x80", "like_hdf5": b"\x89HDF\r\n\x1a\n", "like_a_zip": b"PK\x03\x04", "like_json": b'{"a": 1}', "like_gzip": b"\x1f\x8b\x08", "like_npy": b"\x93NUMPY\x01\x00"}
    places = {"plain": "w.data", "dot_slash": "./w.data", "folder": "weights/w.data", "folder_dot": "./weights/./w.data"}
    for exporter in ("legacy", "dynamo"):
        for name, start, location in [*[(key, one, "w.data") for key, one in starts.items()], *[(key, b"", one) for key, one in places.items() if key != "plain"]]:
            if exporter == "dynamo" and name not in ("plain", "dot_slash", "byte_80", "like_hdf5"):
                continue
            model, data = strip(exported(prepared("external", ids), inputs, ["y"], TIMED[0], exporter)), b""
            for tensor in model.graph.initializer:
                if tensor.data_type != TP.FLOAT or len(tensor.raw_data) < 40:
                    continue
                raw = bytes(tensor.raw_data)
                if not data and start:
                    # The file begins with the first tensor's own numbers: what they are is the case.
                    raw = start + raw[len(start):] if name != "byte_80" else start + raw[1:]
                    values = np.frombuffer(raw, "<f4").copy()
                    if not (np.isfinite(values).all() and np.abs(values).max() < 1e3):
                        # Not as numbers: something else stands in front.
                        data, raw = start.ljust(64, b"\0"), bytes(tensor.raw_data)
                tensor.ClearField("raw_data")
                tensor.data_location = TP.EXTERNAL
                del tensor.external_data[:]
                for key, value in (("location", location), ("offset", str(len(data))), ("length", str(len(raw)))):
                    tensor.external_data.add(key=key, value=value)
                data += raw
            assert data.startswith(start)
            CASES.append(recorded("external", f"external_{exporter}_{name}", model.SerializeToString(), inputs, [[B, T, 3]], TIMED, files={location: data}))


def main():
    reductions()
    places()
    sums()
    einstein()
    clips()
    quantised()
    write("around", CASES)
    CASES.clear()
    external()
    write("external", CASES)


if __name__ == "__main__":
    main()
