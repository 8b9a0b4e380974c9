"""Seeded compositions of PyTorch with attention as its two exporters write them, batch and time open: heads and none, causal or not, of itself and of a
memory of another time, written out or by PyTorch's own functions and modules, among recurrent layers, convolutions, norms and sums; with what ONNX
Runtime makes of them.

    python generate_onnx_attention_torch.py [first [last [STEM]]]      STEM attention-torch
"""
import math
import random
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from generate_onnx_attention import split, triangle
from onnx_recorded import B, REFUSED, T, Network, exported, prepared, recorded, write

S = "memory_time"
SIZES = [{B: 3, T: 6, S: 4}, {B: 1, T: 5, S: 7}]
# 13 that differ: opset 23, whose Attention is an operator, and those before; both exporters; masks as booleans, numbers and -1e9.
KEPT = [4, 7, 14, 17, 20, 33, 34, 36, 52, 56, 188, 446, 692]


def seen(t):
    return torch.ones(t, t, dtype=torch.bool).tril()


class Composition:
    """Modules by turns, and what the forward pass does with them: each step takes the value and the memory, `[batch, time, features]`."""

    def __init__(self, index):
        self.rng = random.Random(f"attention by torch {index}")
        self.modules, self.steps, self.told = {}, [], []

    def keep(self, module):
        key = f"m{len(self.modules)}"
        self.modules[key] = module
        return key

    def step(self, told, run):
        self.told.append(told)
        self.steps.append(run)

    def recurrent(self, width, on="x"):
        rng, first = self.rng, self.rng.random() < 0.6
        kind, both, units = rng.choice([nn.LSTM, nn.GRU, nn.RNN]), rng.random() < 0.25, rng.choice([2, 4, 6])
        key = self.keep(kind(width, units, batch_first=first, bidirectional=both))
        turn = (lambda v: v) if first else (lambda v: v.transpose(0, 1))

        def run(m, x, memory):
            y = turn(getattr(m, key)(turn(x if on == "x" else memory))[0])
            return (y, memory) if on == "x" else (x, y)

        self.step(f"{kind.__name__}{'' if first else ' time first'}{' both' if both else ''} on {on}", run)
        return units * (2 if both else 1)

    def other(self, width):
        rng = self.rng
        kind = rng.choice(["linear", "norm", "conv", "causal conv", "residual", "position"])
        units = rng.choice([4, 6]) if kind in ("linear", "conv", "causal conv") else width
        if kind == "linear":
            key, act = self.keep(nn.Linear(width, units)), rng.choice([torch.tanh, torch.relu, F.gelu, F.silu])
            run = lambda m, x, memory: (act(getattr(m, key)(x)), memory)
        elif kind == "norm":
            key = self.keep(nn.LayerNorm(width))
            run = lambda m, x, memory: (getattr(m, key)(x), memory)
        elif kind == "residual":
            key = self.keep(nn.Linear(width, width))
            run = lambda m, x, memory: (x + torch.tanh(getattr(m, key)(x)), memory)
        elif kind == "position":
            key = self.keep(nn.Embedding(12, width))
            run = lambda m, x, memory: (x + getattr(m, key).weight[: x.shape[1]], memory)
        elif kind == "conv":
            key = self.keep(nn.Conv1d(width, units, 3, padding=1))
            run = lambda m, x, memory: (torch.tanh(getattr(m, key)(x.transpose(1, 2)).transpose(1, 2)), memory)
        else:
            key = self.keep(nn.Conv1d(width, units, 2))
            run = lambda m, x, memory: (torch.tanh(getattr(m, key)(F.pad(x.transpose(1, 2), (1, 0))).transpose(1, 2)), memory)
        self.step(kind, run)
        return units

    def multihead(self, width, memory_width, cross, causal):
        rng = self.rng
        first, weights = rng.random() < 0.5, rng.random() < 0.4
        more = {"kdim": memory_width, "vdim": memory_width} if cross and memory_width != width else {}
        key = self.keep(nn.MultiheadAttention(width, rng.choice([n for n in (1, 2, 3) if width % n == 0]), batch_first=first, bias=rng.random() < 0.8, **more))
        turn = (lambda v: v) if first else (lambda v: v.transpose(0, 1))
        how = rng.choice(["float", "bool", "hint"]) if causal else "none"

        def run(m, x, of):
            t = x.shape[1]
            mask = {"none": lambda: None, "float": lambda: triangle(t), "bool": lambda: ~seen(t), "hint": lambda: nn.Transformer.generate_square_subsequent_mask(t)}[how]()
            return turn(getattr(m, key)(turn(x), turn(of), turn(of), attn_mask=mask, need_weights=weights, **({"is_causal": True} if how == "hint" else {}))[0])

        return run, width, f"multihead{'' if first else ' time first'}{' weights' if weights else ''} {how}"

    def projected(self, width, memory_width, cross, causal):
        """Queries, keys and values by layers of their own; scores by PyTorch's function or written out."""
        rng = self.rng
        heads, size = rng.choice([1, 2, 3]), rng.choice([1, 2, 4])
        packed = not cross and rng.random() < 0.3
        units, bias = heads * size, rng.random() < 0.7
        if packed:
            qkv = self.keep(nn.Linear(width, 3 * units, bias=bias))
            project = lambda m, x, of: getattr(m, qkv)(x).chunk(3, -1)
        else:
            q, k, v = self.keep(nn.Linear(width, units, bias=bias)), self.keep(nn.Linear(memory_width, units, bias=bias)), self.keep(nn.Linear(memory_width, units, bias=bias))
            project = lambda m, x, of: (getattr(m, q)(x), getattr(m, k)(of), getattr(m, v)(of))
        alone = heads == 1 and rng.random() < 0.7
        form = rng.choice(["function", "function", "matmul", "matmul", "bmm" if alone else "einsum"])
        mask = rng.choice(["hint", "bool", "float"]) if causal else "none"
        scale = rng.choice(["div", "mul", "q", "none"])
        view = rng.random() < 0.5

        def run(m, x, of):
            parts = project(m, x, of)
            if view and not alone:
                parts = [y.view(y.shape[0], -1, heads, size).transpose(1, 2) for y in parts]
            elif not alone:
                parts = [split(y, heads) for y in parts]
            q, k, v = parts
            t = x.shape[1]
            if form == "function":
                more = {"none": dict, "hint": lambda: {"is_causal": True}, "bool": lambda: {"attn_mask": seen(t)}, "float": lambda: {"attn_mask": triangle(t)}}[mask]()
                y = F.scaled_dot_product_attention(q, k, v, **more)
            else:
                number = math.sqrt(size)
                if scale == "q":
                    q = q / number
                scores = torch.bmm(q, k.transpose(1, 2)) if form == "bmm" else torch.einsum("bhqd,bhkd->bhqk", q, k) if form == "einsum" else q @ k.transpose(-2, -1)
                scores = scores / number if scale == "div" else scores * (1 / number) if scale == "mul" else scores
                if mask in ("bool", "hint"):
                    scores = scores.masked_fill(~seen(t), float("-inf")) if mask == "bool" else scores.masked_fill(torch.tril(torch.ones(t, t)) == 0, -1e9)
                elif mask == "float":
                    scores = scores + triangle(t)
                weights = F.softmax(scores, dim=-1)
                y = torch.bmm(weights, v) if form == "bmm" else torch.einsum("bhqk,bhkd->bhqd", weights, v) if form == "einsum" else weights @ v
            if alone:
                return y
            return y.transpose(1, 2).reshape(x.shape[0], -1, units) if view else y.transpose(1, 2).flatten(2)

        return run, units, f"{form} of {heads}x{size}{' alone' if alone else ''}{' packed' if packed else ''}{' view' if view else ''} {mask} {scale}"

    def additive(self, width, memory_width, cross, causal):
        rng, units = self.rng, self.rng.choice([3, 5])
        q, k, v = self.keep(nn.Linear(width, units)), self.keep(nn.Linear(memory_width, units, bias=rng.random() < 0.5)), self.keep(nn.Linear(units, 1, bias=rng.random() < 0.3))

        def run(m, x, of):
            scores = getattr(m, v)(torch.tanh(getattr(m, q)(x).unsqueeze(2) + getattr(m, k)(of).unsqueeze(1))).squeeze(-1)
            if causal:
                scores = scores.masked_fill(~seen(x.shape[1]), float("-inf"))
            return torch.softmax(scores, -1) @ of

        return run, memory_width, f"additive{' causal' if causal else ''}"

    def block(self, width, memory_width, cross, causal):
        """A layer of PyTorch's Transformer, whole."""
        rng = self.rng
        first, heads = rng.random() < 0.7, rng.choice([n for n in (1, 2, 3) if width % n == 0])
        more = {"dim_feedforward": rng.choice([4, 8]), "activation": rng.choice(["relu", "gelu"]), "norm_first": rng.random() < 0.4, "batch_first": first}
        turn = (lambda v: v) if first else (lambda v: v.transpose(0, 1))
        if cross and memory_width == width:
            key = self.keep(nn.TransformerDecoderLayer(width, heads, **more))
            run = lambda m, x, of: turn(getattr(m, key)(turn(x), turn(of), tgt_mask=triangle(x.shape[1])))
            return run, width, f"decoder layer {more}"
        layers = rng.choice([1, 1, 2])
        layer = nn.TransformerEncoderLayer(width, heads, **more)
        key = self.keep(layer if layers == 1 else nn.TransformerEncoder(layer, layers, enable_nested_tensor=False))
        causal = rng.random() < 0.5
        run = lambda m, x, of: turn(getattr(m, key)(turn(x), triangle(x.shape[1])) if causal else getattr(m, key)(turn(x)))
        return run, width, f"encoder layer x{layers} {more}{' causal' if causal else ''}"

    def attend(self, width, memory_width):
        rng = self.rng
        cross = memory_width is not None and rng.random() < 0.7
        causal = not cross and rng.random() < 0.5
        kind = rng.choice([self.multihead, self.multihead, self.projected, self.projected, self.additive, self.block])
        of_width = memory_width if cross else width
        if kind == self.block and cross and of_width != width:
            cross, of_width = False, width
        attend, units, told = kind(width, of_width, cross, causal)
        how = rng.random()
        joined = "sum" if how < 0.45 and units == width else "both" if how < 0.6 else "alone"
        norm = self.keep(nn.LayerNorm(units)) if joined == "sum" and rng.random() < 0.6 else None
        before = self.keep(nn.LayerNorm(width)) if rng.random() < 0.2 else None

        def run(m, x, memory):
            base = getattr(m, before)(x) if before else x
            y = attend(m, base, memory if cross else base)
            y = x + y if joined == "sum" else torch.cat([x, y], -1) if joined == "both" else y
            return (getattr(m, norm)(y) if norm else y), memory

        self.step(f"{told}{' of memory' if cross else ''}, {joined}{' norm' if norm else ''}{' norm before' if before else ''}", run)
        return units + width if joined == "both" else units

    def make(self):
        rng = self.rng
        width = rng.choice([3, 4, 6])
        memory_width = rng.choice([4, 6]) if rng.random() < 0.35 else None
        turned = rng.random() < 0.2
        axes = lambda t, n: [t, B, n] if turned else [B, t, n]
        inputs = [("x", axes(T, width), None)]
        read = memory_width is not None
        if read:
            inputs.append(("memory", axes(S, memory_width), None))
        attended = False
        for _ in range(rng.randint(1, 4)):
            how = rng.random()
            if how < 0.25:
                width = self.recurrent(width)
            elif how < 0.4:
                width = self.other(width)
            elif how < 0.5 and read:
                memory_width = self.recurrent(memory_width, "memory")
            else:
                width, attended = self.attend(width, memory_width), True
        if not attended:
            width = self.attend(width, memory_width)
        end = rng.choice(["none", "none", "linear", "recurrent", "mean", "last"])
        if end == "recurrent":
            width = self.recurrent(width)
        head = self.keep(nn.Linear(width, 3)) if end in ("linear", "mean", "last") else None
        steps = self.steps

        def run(m, x, memory=None):
            if turned:
                x, memory = x.transpose(0, 1), None if memory is None else memory.transpose(0, 1)
            # Read, whatever follows: an input that nobody reads is left out of the file.
            if memory is not None:
                x = x + 0.125 * memory.mean((1, 2), keepdim=True)
            for one in steps:
                x, memory = one(m, x, memory)
            if end in ("mean", "last"):
                return getattr(m, head)(x.mean(1) if end == "mean" else x[:, -1])
            x = getattr(m, head)(x) if head else x
            return x.transpose(0, 1) if turned else x

        width = 3 if head else width
        self.told.append(f"end {end}{', time first' if turned else ''}")
        return Network(run, **self.modules), inputs, [B, width] if end in ("mean", "last") else axes(T, width)


def composition(index):
    drawn = Composition(index)
    module, inputs, dims = drawn.make()
    exporter = drawn.rng.choice(["legacy", "dynamo"])
    opset = drawn.rng.choice([13, 14, 17, 18, 20] if exporter == "legacy" else [18, 20, 21, 22, 23])
    name = f"{exporter}_{opset}_{index}"
    prepared(name, module)

    def check(*arrays):
        with torch.no_grad():
            return [module(*[torch.from_numpy(one) for one in arrays]).numpy()]

    # The older exporter fixes what a MultiheadAttention saw: such a file runs at that size alone.
    for opset, sizes in ((opset, SIZES), (max(opset, 14), SIZES[:1])):
        try:
            one = recorded("attention", name, exported(module, inputs, ["y"], SIZES[0], exporter, opset), inputs, [dims], sizes, check=check)
            return {**one, "layers": drawn.told}
        except Exception as error:  # noqa: BLE001
            failed = f"{type(error).__name__} {str(error)[-300:]}"
    # What an exporter or ONNX Runtime cannot do, or does otherwise than PyTorch.
    REFUSED.append(name)
    print("NOT HAD", name, drawn.told, failed.replace("\n", " "), flush=True)
    return None


def function(name, **more):
    """The function alone, over what one layer makes, as an operator of opset 23."""
    run = lambda m, x: F.scaled_dot_product_attention(*(split(y, 2) for y in m.qkv(x).chunk(3, -1)), **more).transpose(1, 2).flatten(2)
    module, inputs = prepared(name, Network(run, qkv=nn.Linear(4, 12))), [("x", [B, T, 4], None)]
    check = lambda x: [module(torch.from_numpy(x)).detach().numpy()]
    return recorded("attention", name, exported(module, inputs, ["y"], SIZES[0], "dynamo", 23), inputs, [inputs[0][1]], SIZES, check=check)


def main():
    told = [int(one) for one in sys.argv[1:3]]
    chosen = range(*told) if len(told) == 2 else KEPT
    drawn = [one for index in chosen if (one := composition(index))]
    alone = [] if told else [function("function_causal", is_causal=True), function("function_scaled", scale=0.25)]
    write(sys.argv[3] if len(sys.argv) > 3 else "attention-torch", [*drawn, *alone])


if __name__ == "__main__":
    main()
