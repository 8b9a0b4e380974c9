"""Operators of opset 27 that take a past state and give the present one: LinearAttention and CausalConvWithState.

The standard's own test cases, as the `onnx` package makes them; and blocks as language models have them (projections, convolution, normalised keys,
attention, gate, norm), with what the package's reference evaluator makes of them, which ONNX Runtime agrees with.
"""
import gzip
import json
import random
import sys

import numpy as np
import onnx
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

import prng
from onnx_case import HERE
from onnx_recorded import B, T, array, packed, recorded
from versions import record

STANDARD = ("test_linear_attention_", "test_causal_conv_with_state_")
WEIGHTS = {"weight", "bias"}
ORDERS = {"input": ["batch", "features", "time"], **{name: ["batch", "time", "features"] for name in ("query", "key", "value", "decay", "beta")}}
RULES = ("linear", "gated", "delta", "gated_delta")


def standard(one):
    """Shapes are fixed in these files, so options say what they mean."""
    model = onnx.ModelProto()
    model.CopyFrom(one.model)
    (given, wanted), = one.data_sets
    inputs, axes = {}, {}
    for value, numbers in zip(model.graph.input, given, strict=True):
        numbers = np.asarray(numbers)
        if value.name in WEIGHTS:
            model.graph.initializer.append(nh.from_array(numbers, value.name))
            continue
        axes[value.name] = ORDERS.get(value.name) or ["batch", *["features"] * (numbers.ndim - 1)]
        inputs[value.name] = {"dims": list(numbers.shape), "values": [float(f"{n:.9g}") for n in numbers.astype(np.float32).flatten()]}
    kept = [value for value in model.graph.input if value.name not in WEIGHTS]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    # A state of no numbers is none.
    outputs = [(value, np.asarray(numbers)) for value, numbers in zip(model.graph.output, wanted, strict=True) if np.size(numbers) > 0]
    del model.graph.output[:]
    model.graph.output.extend(value for value, _ in outputs)
    run = {"batch": 1, "time": 1, "sizes": {}, "inputs": inputs, "outputs": [array(numbers, list(numbers.shape)) for _, numbers in outputs]}
    half = {"tolerance": 4e-3} if "fp16" in one.name else {}
    return {"kind": "standard", "name": one.name, "model": packed(model.SerializeToString()), "options": {"axes": axes, "states": []}, "fixed": [], "outputs": [value.name for value, _ in outputs], "runs": [run], **half}


class Block:
    """Nodes by turns, and the weights that they name."""

    def __init__(self, name, features):
        self.name, self.features = name, features
        self.nodes, self.weights, self.inputs, self.outputs, self.states = [], {}, [("X", [B, T, features])], [], []

    def add(self, kind, inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(h.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, *shape, scale=0.8):
        key = f"w{len(self.weights)}"
        # Multiples of 1/64, which take less room.
        values = np.round(prng.uniform(prng.seed_of(f"{self.name}/{key}"), list(shape), scale) * 64) / 64
        self.weights[key] = values.astype(np.float32)
        return key

    def whole(self, *values):
        key = f"w{len(self.weights)}"
        self.weights[key] = np.array(values, np.int64)
        return key

    def number(self, value):
        key = f"w{len(self.weights)}"
        self.weights[key] = np.float32(value)
        return key

    def project(self, x, inputs, units, bias=False):
        y = self.add("MatMul", [x, self.weight(inputs, units)])
        return self.add("Add", [y, self.weight(units)]) if bias else y

    def state(self, dims, maker):
        """An input for a past state and an output for the present one; maker: from the input's name to [value, state]."""
        index = len(self.states)
        past, present = f"past_{index}", f"present_{index}"
        self.inputs.append((past, [B, *dims]))
        value, made = maker(past)
        self.nodes.append(h.make_node("Identity", [made], [present]))
        self.outputs.append((present, [B, *dims]))
        self.states.append((past, present))
        return value

    def convolve(self, x, channels, taps, activation, bias, carried):
        turned = self.add("Transpose", [x], perm=[0, 2, 1])
        given = [turned, self.weight(channels, 1, taps), self.weight(channels) if bias else ""]
        make = lambda past: self.add("CausalConvWithState", [*given, *([past] if past else [])], 2, **({"activation": activation} if activation else {}))
        y = self.state([channels, taps - 1], make) if carried else make("")[0]
        return self.add("Transpose", [y], perm=[0, 2, 1])

    def heads(self, x, heads, size, inner):
        """Head by head."""
        apart = self.add("Reshape", [x, self.whole(0, 0, heads, size)])
        return self.add("Reshape", [inner(apart), self.whole(0, 0, heads * size)])

    def unit(self, x):
        length = self.add("ReduceL2", [x, self.whole(-1)], keepdims=1)
        return self.add("Div", [x, self.add("Add", [length, self.number(1e-3)])])

    def rms(self, x, size):
        mean = self.add("ReduceMean", [self.add("Mul", [x, x]), self.whole(-1)], keepdims=1)
        normal = self.add("Div", [x, self.add("Sqrt", [self.add("Add", [mean, self.number(0.1)])])])
        return self.add("Mul", [normal, self.weight(size)])

    def attend(self, q, k, v, rule, heads, key_heads, key_size, value_size, decay, beta, scale, carried):
        given = [q, k, v]
        more = {"update_rule": rule} if rule != "gated_delta" else {}
        options = dict(q_num_heads=heads, kv_num_heads=key_heads, **more, **({"scale": scale} if scale else {}))
        tail = [decay or "", beta or ""]
        while tail and not tail[-1]:
            tail.pop()
        make = lambda past: self.add("LinearAttention", [*given, *([past, *tail] if past or tail else [])], 2, **options)
        return self.state([key_heads, key_size, value_size], make) if carried else make("")[0]

    def finish(self, kind, y, features, steps=4):
        self.nodes.append(h.make_node("Identity", [y], ["Y"]))
        outputs = [("Y", [B, T, features]), *self.outputs]
        typed = lambda values: [h.make_tensor_value_info(key, TP.FLOAT, dims) for key, dims in values]
        graph = h.make_graph(self.nodes, "graph", typed(self.inputs), typed(outputs), [nh.from_array(value, key) for key, value in self.weights.items()])
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", 27)], ir_version=11)
        reference = ReferenceEvaluator(model)
        names = [key for key, _ in self.inputs]
        check = lambda *values: reference.run(None, dict(zip(names, values)))
        # A stream takes a timestep at a time.
        sizes = [{"batch": 2, "time": 1}, {"batch": 1, "time": 5}] if self.states else [{"batch": 2, "time": 5}, {"batch": 1, "time": 3}]
        options = {"states": []} if self.states else {}
        return recorded(kind, self.name, model, [(key, dims, None) for key, dims in self.inputs], [dims for _, dims in outputs], sizes, options=options, check=check, states=self.states, steps=steps if self.states else 0)


def drawn(index):
    """One or two blocks as a seed has them."""
    dice = random.Random(f"stateful {index}")
    features = dice.choice([3, 4, 6])
    block = Block(f"stateful_{index}", features)
    carried = dice.random() < 0.4
    x = "X"
    for _ in range(dice.choice([1, 1, 2])):
        rule = dice.choice(RULES)
        key_heads, group = dice.choice([1, 1, 2, 3]), dice.choice([1, 1, 2])
        key_size, value_size = dice.choice([1, 2, 3, 4]), dice.choice([1, 2, 4, 5])
        heads = key_heads * group
        base = block.add("LayerNormalization", [x, block.weight(features), block.weight(features)], axis=-1) if dice.random() < 0.4 else x
        q = block.project(base, features, heads * key_size, dice.random() < 0.3)
        k = block.project(base, features, key_heads * key_size)
        v = block.project(base, features, key_heads * value_size)
        convolved = lambda y, size: block.convolve(y, size, dice.choice([2, 3, 4]), dice.choice([None, "none", "silu", "swish"]), dice.random() < 0.5, carried)
        if dice.random() < 0.5:
            q, k = convolved(q, heads * key_size), convolved(k, key_heads * key_size)
        if dice.random() < 0.5:
            v = convolved(v, key_heads * value_size)
        if "delta" in rule or dice.random() < 0.3:
            k = block.heads(k, key_heads, key_size, block.unit)
        decay = beta = None
        if "gated" in rule:
            size = key_heads * dice.choice([1, key_size])
            decay = block.add("Neg", [block.add("Softplus", [block.project(base, features, size, True)])])
        if "delta" in rule:
            beta = block.add("Sigmoid", [block.project(base, features, dice.choice([1, key_heads]))])
        y = block.attend(q, k, v, rule, heads, key_heads, key_size, value_size, decay, beta, dice.choice([0.0, 0.0, 0.5, 1.0]), carried)
        width = heads * value_size
        if dice.random() < 0.5:
            y = block.heads(y, heads, value_size, lambda one: block.rms(one, value_size))
        if dice.random() < 0.6:
            gate = block.project(base, features, width)
            gate = block.add("Sigmoid", [gate]) if dice.random() < 0.5 else block.add("Mul", [gate, block.add("Sigmoid", [gate])])
            y = block.add("Mul", [y, gate])
        y = block.project(y, width, features)
        x = block.add("Add", [x, y]) if dice.random() < 0.7 else y
    return block.finish("drawn", x, features)


def write(name, cases, zipped=False):
    text = "[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n"
    path = HERE / f"{name}.json{'.gz' if zipped else ''}"
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0) if zipped else text.encode())
    print(len(cases), "cases", path.stat().st_size // 1024, "KB")


def main():
    cases = [standard(one) for one in collect_testcases(None) if one.name.startswith(STANDARD) and not one.name.endswith("_expanded")]
    write("stateful", [*cases, *(drawn(index) for index in range(12))])
    write("stateful-drawn", [drawn(index) for index in range(12, 232)], zipped=True)
    record(HERE, "stateful", onnx=onnx.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
