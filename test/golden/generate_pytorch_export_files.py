"""Exported programs (`torch.export.save`) as this version of PyTorch saves them: `export-<version>.json`."""
import io
import json
import warnings

import torch
from torch import nn

from pytorch_case import FOLDER, VERSION, WIDTH, Net, case, config_of, drawn, seeded, without_paths, write
from versions import record

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
cases = []


def plain(name, part):
    """Of a graph's nodes, without the lines of the files on this machine that made them."""
    if not (name.endswith(".json") and part[:1] == b"{"):
        return part
    program = json.loads(part)

    def walk(value):
        if isinstance(value, dict):
            value.pop("stack_trace", None)
            value = list(value.values())
        for one in value if isinstance(value, list) else []:
            walk(one)

    walk(program)
    return json.dumps(program, separators=(",", ":")).encode()


def exported(module, x, **more):
    out = io.BytesIO()
    torch.export.save(torch.export.export(module, (x,)), out, **more)
    return without_paths(out.getvalue(), plain)


def add(name, module, config, **more):
    module = seeded(name, module)
    x = drawn(name)
    with torch.no_grad():
        cases.append(case(name, exported(module, x), config, x, module(x), **more))


class Around(nn.Module):
    """With buffers: of the state dict, and one that is none of its own."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(WIDTH, eps=0.01)
        self.rnn = nn.GRU(WIDTH, 4, batch_first=True)
        self.register_buffer("shift", torch.full((4,), 0.5), persistent=False)

    def forward(self, x):
        return self.rnn(self.norm(x.transpose(1, 2)).transpose(1, 2))[0] + self.shift - 0.5


around = {"inputSize": WIDTH, "layers": [{"type": "batch_norm", "prefix": "norm", "eps": 0.01}, {"type": "gru", "prefix": "rnn", "hiddenSize": 4}]}
add("lstm", Net(), config_of())
add("gru", Net(kind="GRU"), config_of(kind="GRU"))
# Schema 1 keeps every buffer in the state dict.
add("around", Around(), {**around, **({"ignore": ["shift"]} if VERSION == "2.1" else {})})


class Shared(nn.Module):
    """Two views of one storage."""

    def __init__(self):
        super().__init__()
        both = torch.rand(2, 2, WIDTH)
        self.one, self.two = nn.Linear(WIDTH, 2, bias=False), nn.Linear(WIDTH, 2, bias=False)
        self.one.weight, self.two.weight = nn.Parameter(both[0]), nn.Parameter(both[1])

    def forward(self, x):
        return self.one(x) + 0 * self.two(x)


add("shared_storage", Shared(), {"inputSize": WIDTH, "layers": [{"type": "linear", "prefix": "one", "bias": False}], "ignore": ["two.weight"]})
write(f"export-{VERSION}.json", cases)
record(FOLDER, f"export-{VERSION}", torch=torch.__version__)
