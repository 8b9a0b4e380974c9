"""Attention over the model's own timesteps, whose number is open: as PyTorch's two exporters write it, and graphs in every form that a seed draws; with
what ONNX Runtime makes of them.
"""
import math
import random

import numpy as np
import onnx
import onnxruntime as ort
import torch
import torch.nn.functional as F
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh
from torch import nn

import prng
from generate_onnx_stateful import write
from onnx_case import HERE
from onnx_recorded import B, T, Network, exported, prepared, recorded
from versions import record

SIZES = [{"batch": 3, "time": 6}, {"batch": 1, "time": 9}]
CASES = []


def both(name, module, exporters=("legacy", "dynamo"), features=4, units=6):
    inputs = [("x", [B, T, features], None)]
    module = prepared(name, module)
    for exporter in exporters:
        model = exported(module, inputs, ["y"], SIZES[0], exporter)
        check = lambda x: [module(torch.from_numpy(x)).detach().numpy()]
        dims = [B, T, units] if isinstance(units, int) else units
        CASES.append(recorded("exports", f"{exporter}_{name}", model, inputs, [dims], SIZES, check=check))


def split(x, heads):
    return x.unflatten(-1, (heads, x.shape[-1] // heads)).transpose(1, 2)


def by_hand(m, x, causal=False, heads=2):
    q, k, v = (split(layer(x), heads) for layer in (m.q, m.k, m.v))
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if causal:
        t = x.shape[1]
        scores = scores.masked_fill(~torch.ones(t, t, dtype=torch.bool).tril(), float("-inf"))
    return (torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2)


def triangle(t):
    return torch.triu(torch.full((t, t), float("-inf")), 1)


def exports():
    qkv = lambda units=6: {key: nn.Linear(4, units) for key in "qkv"}
    one = lambda m, x, **more: F.scaled_dot_product_attention(m.q(x), m.k(x), m.v(x), **more)
    both("dot", Network(one, **qkv()), ("legacy",))
    both("dot_causal", Network(lambda m, x: one(m, x, is_causal=True), **qkv()), ("legacy",))
    both("heads", Network(by_hand, **qkv()))
    both("heads_causal", Network(lambda m, x: by_hand(m, x, True), **qkv()))
    both("heads_of_one", Network(lambda m, x: by_hand(m, x, False, 6), **qkv()))
    self = lambda m, x, **more: m.a(x, x, x, need_weights=False, **more)[0]
    both("multihead", Network(self, a=nn.MultiheadAttention(4, 2, batch_first=True)), ("dynamo",), units=4)
    both("multihead_causal", Network(lambda m, x: self(m, x, attn_mask=triangle(x.shape[1])), a=nn.MultiheadAttention(4, 2, batch_first=True)), ("dynamo",), units=4)
    both("over_lstm", Network(lambda m, x: m.out(by_hand(m, m.rnn(x)[0])), rnn=nn.LSTM(4, 4, batch_first=True), out=nn.Linear(6, 2), **qkv()), units=2)
    both("then_gru", Network(lambda m, x: m.rnn(by_hand(m, x))[0], rnn=nn.GRU(6, 5, batch_first=True), **qkv()), ("dynamo",), units=5)
    # Scores of each timestep by itself: one softmax over time, the mean so weighed.
    pooled = lambda m, x: (torch.softmax(m.score(torch.tanh(m.hidden(x))), 1) * x).sum(1)
    both("pooled", Network(pooled, hidden=nn.Linear(4, 5), score=nn.Linear(5, 1, bias=False)), units=[B, 4])
    both("pooled_over_gru", Network(lambda m, x: pooled(m, m.rnn(x)[0]), rnn=nn.GRU(4, 3, batch_first=True, bidirectional=True), hidden=nn.Linear(6, 5), score=nn.Linear(5, 1)), units=[B, 6])


def additive():
    """Bahdanau's scores, v·tanh(q + k), in the forms that people write."""
    layers = lambda **more: {"rnn": nn.GRU(4, 6, batch_first=True), "q": nn.Linear(6, 5), "k": nn.Linear(6, 5, bias=False), **more}
    hidden = lambda m, y: torch.tanh(m.q(y).unsqueeze(2) + m.k(y).unsqueeze(1))
    late = lambda m, y: torch.tanh(m.q(y.unsqueeze(2)) + m.k(y.unsqueeze(1)))
    turned = lambda m, y: torch.tanh(m.k(y)[:, None] + m.q(y)[:, :, None])

    def weighed(score, causal=False):
        def forward(m, x):
            y = m.rnn(x)[0]
            scores = score(m, y)
            if causal:
                scores = scores.masked_fill(~torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril(), float("-inf"))
            return torch.softmax(scores, -1) @ y

        return forward

    v = lambda bias=False: {"v": nn.Linear(5, 1, bias=bias)}
    both("additive", Network(weighed(lambda m, y: m.v(hidden(m, y)).squeeze(-1)), **layers(**v())))
    both("additive_bias", Network(weighed(lambda m, y: m.v(hidden(m, y)).squeeze(-1)), **layers(**v(True))))
    both("additive_late", Network(weighed(lambda m, y: m.v(late(m, y)).squeeze(-1)), **layers(**v())))
    both("additive_turned", Network(weighed(lambda m, y: m.v(turned(m, y)).squeeze(3)), **layers(**v())))
    both("additive_causal", Network(weighed(lambda m, y: m.v(hidden(m, y)).squeeze(-1), True), **layers(**v())))
    both("additive_product", Network(weighed(lambda m, y: (hidden(m, y) * m.v.weight[0]).sum(-1)), **layers(**v())))
    both("additive_row", Network(weighed(lambda m, y: (m.v.weight * hidden(m, y)).sum(-1)), **layers(**v())))
    both("additive_vector", Network(weighed(lambda m, y: hidden(m, y) @ m.v.weight[0]), **layers(**v())))
    both("additive_plain", Network(weighed(lambda m, y: hidden(m, y).sum(-1, keepdim=True).squeeze(-1) / 2), **layers()))


class Graph:
    """Nodes by turns, and the weights that they name."""

    def __init__(self, name):
        self.name, self.nodes, self.weights = name, [], {}

    def add(self, kind, inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(h.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def keep(self, value):
        key = f"w{len(self.weights)}"
        self.weights[key] = value
        return key

    def weight(self, *shape):
        values = prng.uniform(prng.seed_of(f"{self.name}/{len(self.weights)}"), list(shape), 0.8)
        # Multiples of 1/64, which take less room.
        return self.keep((np.round(values * 64) / 64).astype(np.float32))

    def whole(self, *values):
        return self.keep(np.array(values, np.int64))

    def number(self, value):
        return self.keep(np.float32(value))

    def project(self, x, inputs, units, bias=True):
        y = self.add("MatMul", [x, self.weight(inputs, units)])
        return self.add("Add", [y, self.weight(units)]) if bias else y

    def square(self, value):
        """[T, T] of a number."""
        t = self.add("Slice", [self.add("Shape", ["X"]), self.whole(1), self.whole(2)])
        shape = self.add("Concat", [t, t], axis=0)
        return self.add("ConstantOfShape", [shape], value=nh.from_array(value))


def attend(g, dice, x, features, heads, size, value_size):
    q, k = (g.project(x, features, heads * size, dice.random() < 0.5) for _ in range(2))
    v = g.project(x, features, heads * value_size, dice.random() < 0.5)
    form = dice.choice(["apart", "apart", "together", "einsum", "one"]) if heads > 1 else dice.choice(["one", "one", "apart"])
    widths = {q: size, k: size, v: value_size}
    if form != "one" and form != "einsum":
        turn = lambda y: g.add("Transpose", [g.add("Reshape", [y, g.whole(0, 0, heads, widths[y])])], perm=[0, 2, 1, 3])
        q, k, v = turn(q), turn(k), turn(v)
    elif form == "einsum":
        q, k, v = (g.add("Reshape", [y, g.whole(0, 0, heads, widths[y])]) for y in (q, k, v))
    if form == "one":
        size, value_size, heads = size * heads, value_size * heads, 1
    scale = dice.choice(["mul", "div", "q", "none"])
    if scale == "q":
        q = g.add("Mul", [q, g.number(1 / math.sqrt(size))])
    if form == "einsum":
        scores = g.add("Einsum", [q, k], equation="bqhd,bkhd->bhqk")
    else:
        scores = g.add("MatMul", [q, g.add("Transpose", [k], perm=[0, 1, 3, 2] if form != "one" else [0, 2, 1])])
    if scale == "mul":
        scores = g.add("Mul", [scores, g.number(1 / math.sqrt(size))] if dice.random() < 0.7 else [g.number(0.5), scores])
    elif scale == "div":
        scores = g.add("Div", [scores, g.number(math.sqrt(size))])
    mask = dice.choice(["none", "none", "add", "where", "not", "cast"])
    low = np.array([dice.choice([-np.inf, -3.4028235e38])], np.float32)
    if mask == "add":
        scores = g.add("Add", [scores, g.add("Trilu", [g.square(low), g.whole(1)] if dice.random() < 0.5 else [g.square(low), g.keep(np.int64(1))], upper=1)])
    elif mask == "where":
        seen = g.add("Trilu", [g.square(np.array([True]))], upper=0)
        scores = g.add("Where", [seen, scores, g.number(low[0])])
    elif mask == "not":
        hidden = g.add("Not", [g.add("Trilu", [g.square(np.array([True]))], upper=0)])
        scores = g.add("Where", [hidden, g.number(low[0]), scores])
    elif mask == "cast":
        seen = g.add("Equal", [g.add("Trilu", [g.square(np.array([1.0], np.float32))], upper=0), g.number(0)])
        scores = g.add("Add", [g.add("Where", [seen, g.number(low[0]), g.number(0)]), scores])
    if form == "together" and dice.random() < 0.8:
        t = g.add("Slice", [g.add("Shape", ["X"]), g.whole(1), g.whole(2)])
        scores = g.add("Reshape", [scores, g.add("Concat", [g.whole(-1, heads), t, t], axis=0)])
    weights = g.add("Softmax", [scores], axis=-1)
    if form == "einsum":
        y = g.add("Einsum", [weights, v], equation="bhqk,bkhd->bqhd")
        return g.add("Reshape", [y, g.whole(0, 0, heads * value_size)]), heads * value_size
    y = g.add("MatMul", [weights, v])
    if form == "one":
        return y, value_size
    return g.add("Reshape", [g.add("Transpose", [y], perm=[0, 2, 1, 3]), g.whole(0, 0, heads * value_size)]), heads * value_size


def drawn(index):
    """One or two layers of attention and what stands around them, as a seed has it."""
    dice = random.Random(f"attention {index}")
    g = Graph(f"attention_{index}")
    features = dice.choice([3, 4, 6])
    x, width = "X", features
    if dice.random() < 0.3:
        units = dice.choice([3, 5])
        turned = g.add("Transpose", [x], perm=[1, 0, 2])
        y = g.add("GRU", [turned, g.weight(1, 3 * units, width), g.weight(1, 3 * units, units), g.weight(1, 6 * units)], hidden_size=units, linear_before_reset=1)
        x, width = g.add("Transpose", [g.add("Squeeze", [y, g.whole(1)])], perm=[1, 0, 2]), units
    for _ in range(dice.choice([1, 1, 2])):
        base = g.add("LayerNormalization", [x, g.weight(width), g.weight(width)], axis=-1) if dice.random() < 0.4 else x
        y, wide = attend(g, dice, base, width, dice.choice([1, 2, 3]), dice.choice([1, 2, 4]), dice.choice([1, 3, 4]))
        if dice.random() < 0.6:
            y = g.add("Add", [x, g.project(y, wide, width)])
            wide = width
        if dice.random() < 0.4:
            y = g.add("Relu", [g.project(y, wide, wide)])
        x, width = y, wide
    dims = [B, T, width]
    end = dice.choice(["none", "none", "mean", "pooled"])
    if end == "mean":
        x, dims = g.add("ReduceMean", [x, g.whole(1)], keepdims=0), [B, width]
    elif end == "pooled":
        weights = g.add("Softmax", [g.project(g.add("Tanh", [g.project(x, width, 4)]), 4, 1, False)], axis=1)
        x, dims = g.add("ReduceSum", [g.add("Mul", [x, weights]), g.whole(1)], keepdims=0), [B, width]
    g.nodes.append(h.make_node("Tanh", [x], ["Y"]))
    graph = h.make_graph(g.nodes, "graph", [h.make_tensor_value_info("X", TP.FLOAT, [B, T, features])], [h.make_tensor_value_info("Y", TP.FLOAT, None)], [nh.from_array(np.asarray(value), key) for key, value in g.weights.items()])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=10)
    return recorded("drawn", g.name, model, [("X", [B, T, features], None)], [dims], SIZES)


def main():
    additive()
    write("attention-additive", CASES)
    CASES.clear()
    exports()
    write("attention", [*CASES, *(drawn(index) for index in range(16))])
    write("attention-drawn", [drawn(index) for index in range(16, 236)], zipped=True)
    record(HERE, "attention", torch=torch.__version__, onnx=onnx.__version__, onnxruntime=ort.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
