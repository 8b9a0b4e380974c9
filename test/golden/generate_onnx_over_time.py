"""Windows over the time of the run and a frequency axis, in either order, alone and composed: readers of lines of text, stacks before a recurrent layer; with what
ONNX Runtime makes of it at several times. And compositions drawn by a seed, `python generate_onnx_over_time.py COUNT FILE` for as many as are wanted.
"""
import json
import random
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto as TP
from onnx import helper as h
from onnx import numpy_helper as nh

import prng
from onnx_recorded import B, T, recorded, write

n = h.make_node
SIZES = [{"batch": 2, "time": 12}, {"batch": 1, "time": 17}]
C, F = 3, 8
CASES = []


def w(name, *shape, scale=0.4):
    return prng.uniform(prng.seed_of(name), list(shape), scale)


class Net:
    """Nodes in a row over [batch, channels, time, frequency], or frequency before time."""

    def __init__(self, name, turned):
        self.name, self.turned, self.nodes, self.init, self.at = name, turned, [], {}, "X"
        self.channels, self.frequency, self.count = C, F, 0

    def order(self, time, frequency):
        return [frequency, time] if self.turned else [time, frequency]

    def add(self, op, weights=(), **attributes):
        self.count += 1
        names = []
        for value in weights:
            names.append(f"w{self.count}_{len(names)}")
            self.init[names[-1]] = value
        self.nodes.append(n(op, [self.at, *names], [f"v{self.count}"], **attributes))
        self.at = f"v{self.count}"

    def weight(self, *shape):
        return w(f"{self.name}{self.count}{shape}", *shape)

    def conv(self, filters, kt, kf, st=1, sf=1, dt=1, df=1, pt=(0, 0), pf=(0, 0), group=1, bias=True):
        kernel = self.order(kt, kf)
        pads = [*self.order(pt[0], pf[0]), *self.order(pt[1], pf[1])]
        weights = [self.weight(filters, self.channels // group, *kernel), *([self.weight(filters)] if bias else [])]
        self.add("Conv", weights, kernel_shape=kernel, strides=self.order(st, sf), dilations=self.order(dt, df), pads=pads, group=group)
        self.channels, self.frequency = filters, (self.frequency + sum(pf) - df * (kf - 1) - 1) // sf + 1

    def spread(self, filters, kt, kf, st=1, sf=1, pt=(0, 0), pf=(0, 0), group=1, more=(0, 0)):
        kernel = self.order(kt, kf)
        pads = [*self.order(pt[0], pf[0]), *self.order(pt[1], pf[1])]
        self.add("ConvTranspose", [self.weight(self.channels, filters // group, *kernel), self.weight(filters)], kernel_shape=kernel, strides=self.order(st, sf), pads=pads, group=group, output_padding=self.order(*more))
        self.channels, self.frequency = filters, (self.frequency - 1) * sf - sum(pf) + kf + more[1]

    def pool(self, op, kt, kf, st=1, sf=1):
        self.add(op, kernel_shape=self.order(kt, kf), strides=self.order(st, sf))
        self.frequency = (self.frequency - kf) // sf + 1

    def norm(self):
        c = self.channels
        self.add("BatchNormalization", [self.weight(c), self.weight(c), self.weight(c), np.abs(self.weight(c)) + np.float32(0.5)])

    def slope(self):
        self.add("PRelu", [self.weight(self.channels, 1, 1)])

    def rows(self):
        """To [time, batch, channels · frequency], and a GRU."""
        self.add("Transpose", perm=[3, 0, 1, 2] if self.turned else [2, 0, 1, 3])
        self.add("Reshape", [np.array([0, 0, -1], np.int64)])
        size = self.channels * self.frequency
        self.nodes.append(n("GRU", [self.at, "gW", "gR", "gB"], ["g"], hidden_size=4))
        self.init.update(gW=self.weight(1, 12, size), gR=self.weight(1, 12, 4), gB=self.weight(1, 24))
        self.nodes.append(n("Squeeze", ["g", "gone"], ["Y"]))
        self.init["gone"] = np.array([1], np.int64)

    def finish(self, kind, recurrent=False, few=False):
        if recurrent:
            self.rows()
        else:
            self.nodes[-1].output[0] = "Y"
        dims = [B, C, *self.order(T, F)]
        graph = h.make_graph(self.nodes, "graph", [h.make_tensor_value_info("X", TP.FLOAT, dims)], [h.make_tensor_value_info("Y", TP.FLOAT, None)], [nh.from_array(np.asarray(v), k) for k, v in self.init.items()])
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=10)
        # How many timesteps are left is told by what comes out.
        from onnx_recorded import session_of
        session = session_of(model.SerializeToString())
        outs = []
        for size in SIZES:
            shape = [{"batch": size["batch"], "time": size["time"]}.get(one, one) for one in dims]
            outs.append(session.run(None, {"X": np.zeros(shape, np.float32)})[0].shape)
        a, b = outs
        time = next((axis for axis in range(len(a)) if a[axis] != b[axis] and (a[axis], b[axis]) != (2, 1)), None)
        batch = {3: 1, 4: 0}[len(a)]
        sizes = [{**one, "left": out[time]} if time is not None else one for one, out in zip(SIZES, outs)]
        wanted = [B if axis == batch else "left" if axis == time else size for axis, size in enumerate(a)]
        CASES.append(recorded(kind, self.name, model, [("X", dims, None)], [wanted], sizes[:1] if few else sizes))


def options():
    for turned in (False, True):
        side = "frequency_first" if turned else "time_first"
        for name, make in {
            "plain": lambda net: net.conv(4, 3, 3), "causal": lambda net: net.conv(4, 3, 3, pt=(2, 0), pf=(1, 1)), "stride": lambda net: net.conv(4, 2, 3, st=2, sf=2, pf=(1, 0)),
            "dilation": lambda net: net.conv(4, 2, 3, dt=3, df=2, pt=(3, 0)), "depthwise": lambda net: net.conv(3, 3, 3, group=3, pt=(1, 1), pf=(1, 1), bias=False), "wide": lambda net: net.conv(5, 1, 5, sf=2, pf=(2, 2)), "deep": lambda net: net.conv(5, 4, 1),
            "point": lambda net: net.conv(6, 1, 1), "spread": lambda net: net.spread(4, 1, 4, sf=2, pf=(1, 1)), "spread_both": lambda net: net.spread(6, 3, 3, st=2, sf=2, more=(1, 1), group=3), "max": lambda net: net.pool("MaxPool", 2, 2, 2, 2), "mean": lambda net: net.pool("AveragePool", 1, 2, 1, 2),
        }.items():
            net = Net(f"{side}_{name}", turned)
            make(net)
            net.add("Tanh")
            net.finish("over_time")
        net = Net(f"{side}_stack", turned)
        net.conv(6, 3, 3, pt=(1, 1), pf=(1, 1)); net.norm(); net.slope(); net.pool("MaxPool", 1, 2, 1, 2); net.conv(6, 3, 3, group=6, pt=(2, 0), pf=(1, 1)); net.add("Relu"); net.conv(4, 1, 1); net.pool("AveragePool", 2, 2, 2, 2)
        net.finish("over_time", recurrent=True)


def drawn(indexes, causal=False, few=False):
    """Layers in a row, as a seed has them; causal: none of them looks at a frame that is still to come; few: one size of each."""
    for index in indexes:
        dice = random.Random(f"{'causal ' if causal else ''}over time {index}")
        net = Net(f"{'causal' if causal else 'drawn'}_{index}", dice.random() < 0.5)
        for _ in range(dice.randint(2, 5)):
            what = dice.choice(["conv", "conv", "conv", "spread", "pool", "norm", "slope", "act"])
            f = net.frequency
            if what == "conv":
                kf = dice.randint(1, min(3, f))
                groups = dice.choice([1, 1, net.channels])
                filters = net.channels if groups > 1 else dice.randint(1, 6)
                kt, sf, dt, pt = dice.randint(1, 3), dice.choice([1, 1, 2]), dice.choice([1, 2]), (dice.randint(0, 2), dice.randint(0, 1))
                net.conv(filters, kt, kf, sf=sf, dt=dt, pt=(dt * (kt - 1), 0) if causal else pt, pf=(dice.randint(0, 1), dice.randint(0, 1)), group=groups, bias=dice.random() < 0.7)
            elif what == "spread":
                sf = dice.choice([1, 2])
                filters, kt = dice.randint(1, 4), dice.randint(1, 2)
                net.spread(filters, kt, dice.randint(sf, 3), sf=sf, pt=(0, kt - 1 if causal else dice.randint(0, 1)))
            elif what == "pool" and f > 1:
                net.pool(dice.choice(["MaxPool", "AveragePool"]), 1, 2, 1, dice.choice([1, 2]))
            elif what == "norm":
                net.norm()
            elif what == "slope":
                net.slope()
            else:
                net.add(dice.choice(["Relu", "Tanh", "Sigmoid"]))
        net.add("Tanh")
        net.finish("drawn", recurrent=dice.random() < 0.4, few=few)


def main():
    if len(sys.argv) > 2:
        drawn(range(int(sys.argv[1])))
        return Path(sys.argv[2]).write_text(json.dumps(CASES))
    options()
    drawn(range(20))
    write("over-time", CASES)
    CASES.clear()
    drawn(range(20, 120), few=True)
    drawn(range(120), causal=True, few=True)
    write("over-time-drawn", CASES, zipped=True)


if __name__ == "__main__":
    main()
