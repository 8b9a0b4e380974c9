"""Small state dicts of recurrent layers none of whose products reads the state, with the config that describes each and what the modules made of
an input: minGRU and minLSTM of `minGRU-pytorch`, SRU of `sru` (its operator for the CPU, which it compiles when it is imported). QRNN, whose
package no index has, is written out here as its equations.

    pip install minGRU-pytorch==0.2.1 sru==2.6.0

All of it is `pytorch-files/scan.json.gz`; inputs are numbers of `prng.py`.
"""
import base64
import gzip
import importlib.metadata
import io
import json

import numpy as np
import torch
from minGRU_pytorch import minGRU
from minGRU_pytorch.minLSTM import minLSTM
from sru import SRU
from torch import nn

import prng
from case import HERE
from versions import record

torch.set_num_threads(1)
torch.set_grad_enabled(False)
FOLDER = HERE / "pytorch-files"
BATCH, TIME = 2, 7
CASES = []


class QRNNLayer(nn.Module):
    """Bradbury et al. 2016 with the names, the order and the update gate of salesforce/pytorch-qrnn."""

    def __init__(self, inputs, units, window, gated):
        super().__init__()
        self.window, self.units, self.gated = window, units, gated
        self.linear = nn.Linear(window * inputs, (3 if gated else 2) * units)

    def forward(self, x):
        before = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1)
        sums = self.linear(torch.cat([x, before], 2) if self.window == 2 else x)
        candidate, update = torch.tanh(sums[..., :self.units]), torch.sigmoid(sums[..., self.units:2 * self.units])
        c, rows = torch.zeros(len(x), self.units), []
        for t in range(x.shape[1]):
            c = update[:, t] * candidate[:, t] + (1 - update[:, t]) * c
            rows.append(torch.sigmoid(sums[:, t, 2 * self.units:]) * c if self.gated else c)
        return torch.stack(rows, 1)


class QRNN(nn.Module):
    def __init__(self, inputs, units, layers, window=1, gated=True):
        super().__init__()
        sizes = [inputs] + [units] * (layers - 1)
        self.layers = nn.ModuleList(QRNNLayer(size, units, window, gated) for size in sizes)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def case(name, layer, module, inputs, time_first=False, last=False):
    """Every number that training would have moved, moved; what its first run made of it is kept."""
    for key, tensor in module.named_parameters():
        tensor.copy_(torch.from_numpy(prng.uniform(prng.seed_of(f"scan/{name}/{key}"), list(tensor.shape), 0.9)))
    module.eval()
    seed = prng.seed_of(f"scan/{name}")
    x = torch.from_numpy(prng.uniform(seed, [BATCH, TIME, inputs], 1.0))
    y = module(x.transpose(0, 1).contiguous() if time_first else x)
    y = y[0] if isinstance(y, tuple) else y
    y = (y.transpose(0, 1) if time_first else y).contiguous()
    if last:
        y = y[:, -1].contiguous()
    out = io.BytesIO()
    torch.save(module.state_dict(), out)
    CASES.append({
        "name": name,
        "file": base64.b64encode(out.getvalue()).decode(),
        "config": {"inputSize": inputs, "layers": [{**layer, **({"returnSequences": False} if last else {})}]},
        "input": {"shape": [BATCH, TIME, inputs], "seed": seed},
        "output": {"shape": list(y.shape), "data": base64.b64encode(y.numpy().astype("<f4").tobytes()).decode()},
    })


case("min-gru", {"type": "min_gru"}, minGRU(5), 5)
case("min-gru-wide", {"type": "min_gru"}, minGRU(4, expansion_factor=1.5), 4)
case("min-gru-narrow-no-out", {"type": "min_gru"}, minGRU(6, expansion_factor=0.5, proj_out=False), 6)
case("min-gru-last", {"type": "min_gru"}, minGRU(4, expansion_factor=2.0), 4, last=True)
case("min-lstm", {"type": "min_lstm"}, minLSTM(5), 5)
case("min-lstm-wide", {"type": "min_lstm"}, minLSTM(4, expansion_factor=1.5), 4)


def sru(name, inputs, units, config=None, last=False, **options):
    case(f"sru-{name}", {"type": "sru", "hiddenSize": units, **(config or {})}, SRU(inputs, units, **options), inputs, True, last)


sru("two-layers", 3, 4)
sru("one-layer-from-x", 4, 4, {"numLayers": 1}, num_layers=1)
sru("rescaled", 5, 5, {"numLayers": 1}, num_layers=1, rescale=True, highway_bias=-1.0)
sru("rescaled-projected", 3, 5, rescale=True)
sru("tanh", 4, 4, {"numLayers": 1, "useTanh": True}, num_layers=1, use_tanh=True)
sru("no-skip", 3, 5, {"hasSkipTerm": False}, has_skip_term=False)
sru("v1", 5, 5, {"numLayers": 1}, num_layers=1, v1=True)
sru("bidirectional", 3, 4, {"bidirectional": True}, bidirectional=True, rescale=True)
sru("bidirectional-no-skip", 6, 3, {"bidirectional": True, "hasSkipTerm": False}, bidirectional=True, has_skip_term=False)
sru("low-rank", 6, 5, {"numLayers": 3}, num_layers=3, projection_size=2)
sru("input-to-hidden", 3, 5, proj_input_to_hidden_first=True)
sru("last", 3, 4, last=True)

for units, layers, window, gated in [(4, 1, 1, True), (5, 2, 1, True), (4, 1, 1, False), (5, 1, 2, True), (4, 3, 2, True), (5, 2, 2, False)]:
    config = {"type": "qrnn", "hiddenSize": units, "numLayers": layers, "window": window, "outputGate": gated}
    name = f"qrnn-{units}-{layers}-window-{window}{'' if gated else '-f'}"
    case(name, {key: value for key, value in config.items() if value not in (1, True)}, QRNN(3, units, layers, window, gated), 3)
case("qrnn-layer", {"type": "qrnn", "hiddenSize": 4}, QRNNLayer(3, 4, 1, True), 3)
case("qrnn-last", {"type": "qrnn", "hiddenSize": 4, "window": 2}, QRNN(3, 4, 1, 2), 3, last=True)

text = json.dumps(CASES, separators=(",", ":")).encode()
(FOLDER / "scan.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))
record(FOLDER, "scan", torch=torch.__version__, numpy=np.__version__, sru=importlib.metadata.version("sru"),
       **{"minGRU-pytorch": importlib.metadata.version("minGRU-pytorch")})
