"""What the scripts for PyTorch's containers have in common: a network, and a file beside what its model computed of an input.

Cases are `{name, torch, file, config, input, output}`: `file` gzipped, as base64; `config` what the importer needs beside it.
"""
import base64
import gzip
import io
import json
import zipfile

import torch
from torch import nn

import prng
from case import HERE

FOLDER = HERE / "pytorch-files"
BATCH, TIME, WIDTH = 2, 5, 3
VERSION = ".".join(torch.__version__.split(".")[:2])


class Net(nn.Module):
    """rnn → fc at every timestep."""

    def __init__(self, kind="LSTM", hidden=4, out=2, **more):
        super().__init__()
        self.rnn = getattr(nn, kind)(WIDTH, hidden, batch_first=True, **more)
        self.fc = nn.Linear(hidden * (2 if more.get("bidirectional") else 1), out)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


NAMES = {"num_layers": "numLayers", "bidirectional": "bidirectional", "bias": "bias", "proj_size": "projSize", "nonlinearity": "nonlinearity"}


def config_of(kind="LSTM", hidden=4, out=2, front="", **more):
    given = {NAMES[key]: value for key, value in more.items()}
    return {"inputSize": WIDTH, "layers": [{"type": kind.lower(), "prefix": front + "rnn", "hiddenSize": hidden, **given}, {"type": "linear", "prefix": front + "fc", "outFeatures": out}]}


def seeded(name, module):
    """Its parameters drawn from a seed that is its name's."""
    torch.manual_seed(prng.seed_of(name) % 2**31)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -0.8, 0.8)
    return module.eval()


def drawn(name):
    torch.manual_seed(prng.seed_of(name + "/x") % 2**31)
    return torch.rand(BATCH, TIME, WIDTH) * 2 - 1


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float("%.9g" % value) for value in tensor.detach().flatten().tolist()]}


def packed(data):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(data)
    return base64.b64encode(out.getvalue()).decode()


def without_paths(data, change=lambda name, part: part):
    """A zip archive without what holds paths of this machine: the tables of source lines."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as kept:
        for name in archive.namelist():
            if not (name.endswith("debug_pkl") or "/debug/" in name):
                kept.writestr(zipfile.ZipInfo(name), change(name, archive.read(name)))
    return out.getvalue()


def saved(value, **more):
    out = io.BytesIO()
    torch.save(value, out, **more)
    return out.getvalue()


def case(name, data, config, x, y, **more):
    found = {"name": name, "torch": torch.__version__, "file": packed(data), "config": config}
    return {**found, "input": numbers(x), "output": numbers(y), **more} if y is not None else {**found, **more}


def write(name, cases):
    text = "[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]\n"
    (FOLDER / name).write_text(text)
    print(name, len(cases), "cases,", len(text) // 1024, "KB")
