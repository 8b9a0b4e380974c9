"""Golden cases by PyTorch. Its layouts are the canonical ones (i f g o, r z n, rows are outputs), so weights go in as they are."""
import itertools
import platform

import numpy as np
import torch

from case import BATCHES, SIZES, TIMES, Case, write

torch.set_num_threads(1)
torch.set_grad_enabled(False)

KINDS = ("lstm", "gru", "rnn")


def tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array))


class Stack:
    """nn.LSTM, nn.GRU or nn.RNN of several layers and directions, and the same as nodes of a spec."""

    def __init__(self, case, name, kind, source, features, units, layers=1, bidirectional=False, bias=True,
                 projection=0, activation=None, sequences=True, backwards=False, outputs=None):
        self.kind, self.bidirectional, self.sequences, self.backwards = kind, bidirectional, sequences, backwards
        options = {"num_layers": layers, "bias": bias, "bidirectional": bidirectional, "batch_first": True}
        if projection:
            options["proj_size"] = projection
        if activation:
            options["nonlinearity"] = activation
        self.module = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[kind](features, units, **options)
        self.h, self.c = projection or units, units if kind == "lstm" else None
        self.cells, width = [], features
        for layer in range(layers):
            node = f"{name}{layer}" if layers > 1 else name
            last = layer == layers - 1
            halves = [self._cell(case, f"{node}{half}", kind, width, units, bias, projection, activation, suffix, layer)
                      for half, suffix in ((("", ""),) if not bidirectional else ((".forward", ""), (".backward", "_reverse")))]
            if last and not sequences:
                halves = [{**half, "returnSequences": False} for half in halves]
            if bidirectional:
                source = case.node(name=node, type="bidirectional", inputs=[source], forward=halves[0],
                                   backward=halves[1], merge="concat")
            else:
                source = case.node(name=node, inputs=[source], goBackwards=backwards or None,
                                   outputs=outputs if last else None, **halves[0])
            width = self.h * (2 if bidirectional else 1)
        self.output, self.width = source, width

    def _cell(self, case, name, kind, features, units, bias, projection, activation, suffix, layer):
        self.cells.append(name)
        tensors = case.cell_tensors(name, kind, features, units, "both" if bias else None, projection or None)
        torch_names = {"weightIh": "weight_ih", "weightHh": "weight_hh", "biasIh": "bias_ih", "biasHh": "bias_hh",
                       "weightHr": "weight_hr"}
        for field, tensor_name in tensors.items():
            getattr(self.module, f"{torch_names[field]}_l{layer}{suffix}").copy_(tensor(case.arrays[tensor_name]))
        cell = {"type": kind, "units": units, "tensors": tensors}
        if kind == "gru":
            cell["resetAfter"] = True
        if projection:
            cell["projection"] = projection
        if activation and activation != "tanh":
            cell["activation"] = activation
        return cell

    def layers_of_state(self, batch):
        """For Case.initial_state."""
        return [(name, batch, self.h, self.c) for name in self.cells]

    def run(self, case, x, state=None, lengths=None):
        """x [batch, time, features] → the last layer's output; final states go into the case."""
        x = torch.flip(x, [1]) if self.backwards else x
        given = None
        if state is not None:
            parts = [torch.stack([entry[part] for entry in state]) for part in ("h", "c")[: 2 if self.c else 1]]
            given = tuple(parts) if self.c else parts[0]
        if lengths is not None:
            packed = torch.nn.utils.rnn.pack_padded_sequence(x, list(lengths), batch_first=True, enforce_sorted=False)
            y, final = self.module(packed, given)
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
        else:
            y, final = self.module(x, given)
        h, c = final if self.c else (final, [None] * len(final))
        for name, one, two in zip(self.cells, h, c):
            case.state(name, one, two)
        self.final = h, c
        if self.sequences:
            return y
        return torch.cat([h[-2], h[-1]], -1) if self.bidirectional else h[-1]


def as_state(made):
    return [{part: tensor(values) for part, values in entry.items()} for entry in made]


def simple(name, kind, batch, time, features, units, state=False, lengths=None, **options):
    """One stack over one input."""
    case = Case(name)
    x = tensor(case.sequence("x", batch, time, features))
    stack = Stack(case, kind, kind, "x", features, units, **options)
    given = as_state(case.initial_state(stack.layers_of_state(batch))) if state else None
    case.lengths = lengths
    case.output(stack.output, stack.run(case, x, given, lengths))
    return case


def sizes():
    """Every pair of units and inputs; batch, time and kind go round so that all meet."""
    for index, (units, features) in enumerate(itertools.product(SIZES, SIZES)):
        kind = KINDS[(index + index // 9) % 3]
        batch, time = BATCHES[(index + index // 4) % 4], TIMES[(index // 2 + index // 9) % 4]
        yield simple(f"size-{kind}-u{units}-i{features}-b{batch}-t{time}", kind, batch, time, features, units)
    for kind in KINDS:
        for batch, time in itertools.product(BATCHES, TIMES):
            yield simple(f"run-{kind}-b{batch}-t{time}", kind, batch, time, 5, 8)


def options():
    """Layers, directions, biases, initial state: all combinations."""
    kinds = [("lstm", None), ("gru", None), ("rnn", None), ("rnn", "relu")]
    every = itertools.product(kinds, (1, 2, 3), (False, True), (True, False), (False, True))
    for index, ((kind, activation), layers, bidirectional, bias, state) in enumerate(every):
        name = (f"stack-{activation or kind}-l{layers}{'-bi' if bidirectional else ''}"
                f"{'' if bias else '-nobias'}{'-state' if state else ''}")
        units, features = (3, 4, 5, 8, 20, 31)[index % 6], (8, 1, 3, 31, 5)[index % 5]
        yield simple(name, kind, (2, 5, 1)[index % 3], (7, 2, 1, 7)[index % 4], features, units, state,
                     layers=layers, bidirectional=bidirectional, bias=bias, activation=activation)
    for kind, batch, bidirectional in itertools.product(KINDS, (1, 5), (False, True)):
        direction = "bi" if bidirectional else "uni"
        yield simple(f"long-{kind}-{direction}-b{batch}", kind, batch, 128, 8, 20, layers=3, bidirectional=bidirectional)
        yield simple(f"last-{kind}-{direction}-b{batch}", kind, batch, 7, 4, 5, True, layers=2,
                     bidirectional=bidirectional, sequences=False)
    for kind, state, sequences in itertools.product(KINDS, (False, True), (False, True)):
        yield simple(f"backwards-{kind}{'-state' if state else ''}{'' if sequences else '-last'}", kind, 5, 7, 3, 8, state,
                     backwards=True, sequences=sequences)


def projections():
    for index, (units, projection) in enumerate(((3, 1), (4, 3), (8, 5), (20, 8), (31, 4), (64, 20), (128, 31))):
        for layers, bidirectional in ((1, False), (2, True)):
            name = f"projection-u{units}-p{projection}-l{layers}{'-bi' if bidirectional else ''}"
            yield simple(name, "lstm", (2, 5, 1)[index % 3], (7, 2, 128)[index % 3], (3, 8, 5)[index % 3], units,
                         state=index % 2 == 0, layers=layers, bidirectional=bidirectional, projection=projection,
                         bias=index % 3 != 1)


def lengths():
    """Packed sequences: zeros behind the length, the state at the length, the backward walk from the length."""
    rows = {2: [7, 3], 5: [7, 1, 4, 7, 2]}
    for kind, bidirectional, layers, batch in itertools.product(KINDS, (False, True), (1, 2), (2, 5)):
        name = f"lengths-{kind}{'-bi' if bidirectional else ''}-l{layers}-b{batch}"
        yield simple(name, kind, batch, 7, 4, 8, layers == 2, rows[batch], layers=layers, bidirectional=bidirectional)
    for kind, bidirectional in itertools.product(KINDS, (False, True)):
        name = f"lengths-last-{kind}{'-bi' if bidirectional else ''}"
        yield simple(name, kind, 5, 7, 3, 5, False, rows[5], bidirectional=bidirectional, sequences=False)
        name = f"lengths-long-{kind}{'-bi' if bidirectional else ''}"
        yield simple(name, kind, 5, 128, 8, 20, False, [128, 1, 77, 127, 30], bidirectional=bidirectional)
    yield simple("lengths-projection", "lstm", 5, 7, 3, 8, True, rows[5], projection=3, bidirectional=True, layers=2)
    yield simple("lengths-none-whole", "gru", 2, 7, 3, 8, False, [5, 4])


ACTIVATIONS = {
    "linear": ("linear", lambda x: x),
    "sigmoid": ("sigmoid", torch.sigmoid),
    "tanh": ("tanh", torch.tanh),
    "relu": ("relu", torch.relu),
    "hard-sigmoid": ({"type": "hard_sigmoid", "alpha": 1 / 6, "beta": 0.5}, torch.nn.functional.hardsigmoid),
    "leaky-relu": ({"type": "leaky_relu", "alpha": 0.01}, torch.nn.functional.leaky_relu),
    "threshold": ({"type": "thresholded_relu", "alpha": 0.75}, torch.nn.Threshold(0.75, 0)),
    "elu": ({"type": "elu", "alpha": 1.3}, torch.nn.ELU(1.3)),
    "selu": ("selu", torch.selu),
    "softsign": ("softsign", torch.nn.functional.softsign),
    "softplus": ("softplus", torch.nn.Softplus(threshold=1000)),
    "affine": ({"type": "affine", "alpha": -0.4, "beta": 0.3}, lambda x: -0.4 * x + 0.3),
    "scaled-tanh": ({"type": "scaled_tanh", "alpha": 1.7159, "beta": 0.6667}, lambda x: 1.7159 * torch.tanh(0.6667 * x)),
    "gelu": ("gelu", torch.nn.GELU()),
    "gelu-tanh": ("gelu_tanh", torch.nn.GELU(approximate="tanh")),
    "silu": ("silu", torch.nn.SiLU()),
    "exp": ("exp", torch.exp),
}


def activations():
    """As a layer of its own over a wide range, and inside a dense layer."""
    for name, (spec, function) in ACTIVATIONS.items():
        case = Case(f"activation-{name}")
        x = tensor(case.sequence("x", 2, 7, 31, scale=3.0 if name == "exp" else 9.0))
        case.output(case.node(name="y", type="activation", inputs=["x"], activation=spec), function(x))
        yield case
        case = Case(f"dense-{name}")
        x = tensor(case.sequence("x", 2, 7, 20))
        case.output(dense(case, "y", "x", 20, 5, spec), function(linear(case, "y", x)))
        yield case


def dense(case, name, source, features, units, activation=None, bias=True):
    tensors = {"weight": case.tensor(f"{name}.weight", [units, features], features**-0.5)}
    if bias:
        tensors["bias"] = case.tensor(f"{name}.bias", [units], 0.5)
    return case.node(name=name, type="dense", inputs=[source], units=units, tensors=tensors, activation=activation)


def linear(case, name, x):
    bias = case.arrays.get(f"{name}.bias")
    return torch.nn.functional.linear(x, tensor(case.arrays[f"{name}.weight"]), None if bias is None else tensor(bias))


def layer_norm(case, name, source, features, epsilon=1e-5, gamma=True, beta=True):
    tensors = {}
    if gamma:
        tensors["gamma"] = case.tensor(f"{name}.gamma", [features], 1.0)
    if beta:
        tensors["beta"] = case.tensor(f"{name}.beta", [features], 0.5)
    return case.node(name=name, type="layer_norm", inputs=[source], epsilon=epsilon, tensors=tensors)


def normalized(case, name, x, epsilon=1e-5):
    found = [case.arrays.get(f"{name}.{part}") for part in ("gamma", "beta")]
    gamma, beta = [None if part is None else tensor(part) for part in found]
    return torch.nn.functional.layer_norm(x, x.shape[-1:], gamma, beta, epsilon)


def pointwise():
    for features, units in itertools.product((1, 3, 8, 31, 128), (1, 5, 20, 64)):
        case = Case(f"dense-i{features}-u{units}")
        x = tensor(case.sequence("x", 2, 7, features))
        dense(case, "y", "x", features, units, bias=units != 5)
        case.output("y", linear(case, "y", x))
        yield case
    case = Case("dense-vector")
    x = tensor(case.vector("x", 5, 8))
    dense(case, "y", "x", 8, 4, "relu")
    case.output("y", torch.relu(linear(case, "y", x)))
    yield case
    for features, (gamma, beta) in itertools.product((3, 4, 31, 128), ((True, True), (False, True), (False, False))):
        case = Case(f"layer-norm-i{features}{'-gamma' if gamma else ''}{'-beta' if beta else ''}")
        x = tensor(case.sequence("x", 2, 7, features))
        layer_norm(case, "y", "x", features, 1e-3 if beta else 1e-6, gamma, beta)
        case.output("y", normalized(case, "y", x, 1e-3 if beta else 1e-6))
        yield case
    for features in (1, 3, 8, 31, 128):
        case = Case(f"softmax-i{features}")
        x = tensor(case.sequence("x", 2, 7, features, scale=6.0))
        case.output(case.node(name="y", type="softmax", inputs=["x"]), torch.softmax(x, -1))
        yield case


def graphs():
    """Whole models: heads, residuals, encoder and decoder, cells of different kinds on one another."""
    for kind in KINDS:
        case = Case(f"classifier-{kind}")
        ids = case.ids("tokens", 5, 7, 31)
        table = case.tensor("embedding.weight", [31, 8], 1.0)
        case.node(name="embedding", type="embedding", inputs=["tokens"], tensors={"weight": table})
        x = torch.nn.functional.embedding(tensor(ids[..., 0].astype(np.int64)), tensor(case.arrays[table]))
        stack = Stack(case, kind, kind, "embedding", 8, 20, bidirectional=True, sequences=False)
        case.node(name="dropout", type="dropout", inputs=[stack.output])
        dense(case, "head", "dropout", 40, 5)
        case.node(name="classes", type="softmax", inputs=["head"])
        case.output("classes", torch.softmax(linear(case, "head", stack.run(case, x)), -1))
        yield case

        case = Case(f"residual-{kind}")
        x = tensor(case.sequence("x", 2, 7, 8))
        stack = Stack(case, kind, kind, "x", 8, 8, layers=2)
        case.node(name="sum", type="add", inputs=["x", stack.output])
        layer_norm(case, "norm", "sum", 8)
        case.node(name="gated", type="multiply", inputs=["norm", "x", stack.output])
        case.node(name="wide", type="concatenate", inputs=["x", "gated", "norm"])
        dense(case, "head", "wide", 24, 3, "tanh")
        y = stack.run(case, x)
        norm = normalized(case, "norm", x + y)
        case.output("head", torch.tanh(linear(case, "head", torch.cat([x, norm * x * y, norm], -1))))
        case.output("norm", norm)
        yield case

        case = Case(f"seq2seq-{kind}")
        source, target = tensor(case.sequence("source", 2, 7, 5)), tensor(case.sequence("target", 2, 7, 3))
        named = ["encoded", "hn", "cn"] if kind == "lstm" else ["encoded", "hn"]
        encoder = Stack(case, "encoder", kind, "source", 5, 8, outputs=named)
        decoder = Stack(case, "decoder", kind, "target", 3, 8)
        case.nodes[-1]["inputs"] += named[1:]
        encoded = encoder.run(case, source)
        h, c = encoder.final
        y = decoder.run(case, target, [{"h": h[0], "c": c[0]}])
        for name, values in zip((*named, decoder.output), (encoded, h[0], *([c[0]] if kind == "lstm" else []), y)):
            case.output(name, values)
        yield case

        case = Case(f"state-inputs-{kind}")
        x, h0 = tensor(case.sequence("x", 5, 7, 3)), tensor(case.vector("h0", 5, 4))
        c0 = tensor(case.vector("c0", 5, 4)) if kind == "lstm" else None
        stack = Stack(case, kind, kind, "x", 3, 4)
        case.nodes[-1]["inputs"] += ["h0", "c0"] if kind == "lstm" else ["h0"]
        case.output(stack.output, stack.run(case, x, [{"h": h0, "c": c0}]))
        yield case

        case = Case(f"trained-state-{kind}")
        x = tensor(case.sequence("x", 5, 7, 3))
        stack = Stack(case, kind, kind, "x", 3, 4)
        for part in ("h", "c") if kind == "lstm" else ("h",):
            case.nodes[-1]["tensors"][f"initial{part.upper()}"] = case.tensor(f"{kind}.initial{part.upper()}", [4], 0.8)
        start = {part: tensor(np.tile(case.arrays[f"{kind}.initial{part.upper()}"], (5, 1)))
                 for part in ("h", "c") if f"{kind}.initial{part.upper()}" in case.arrays}
        case.output(stack.output, stack.run(case, x, [start]))
        yield case

    for order in itertools.permutations(KINDS):
        case = Case("mixed-" + "-".join(order))
        y, source, width = tensor(case.sequence("x", 2, 7, 5)), "x", 5
        for index, (kind, units) in enumerate(zip(order, (8, 5, 20))):
            stack = Stack(case, f"{kind}", kind, source, width, units, bidirectional=index == 1)
            y, source, width = stack.run(case, y), stack.output, stack.width
        case.output(source, y)
        yield case


def main():
    groups = (sizes, options, projections, lengths, activations, pointwise, graphs)
    write("pytorch", {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
          itertools.chain.from_iterable(group() for group in groups))


main()
