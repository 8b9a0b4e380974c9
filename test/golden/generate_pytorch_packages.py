"""Small state dicts of recurrent layers that PyTorch itself does not have, by the packages that have them, with the config that describes each and
what the modules made of an input: CfC and LTC of `ncps`, sLSTM layers of `xlstm` (its PyTorch backend), FastGRNN of `edgeml-pytorch`. LSTMs with
layer normalisation, which PyTorch has among its benchmarks only, are written out here as their equations.

    pip install ncps==1.0.1 xlstm==2.0.6 edgeml-pytorch==0.3.0

All of it is `pytorch-files/packages.json.gz`; inputs are numbers of `prng.py`.
"""
import base64
import gzip
import importlib.metadata
import io
import json

import numpy as np
import torch
from edgeml_pytorch.graph.rnn import FastGRNN
from ncps.torch import CfC, LTC
from ncps.wirings import AutoNCP, NCP, FullyConnected, Random
from torch import nn
from xlstm.blocks.slstm.layer import sLSTMLayer, sLSTMLayerConfig

import prng
from case import HERE
from versions import record

torch.set_num_threads(1)
torch.set_grad_enabled(False)
FOLDER = HERE / "pytorch-files"
BATCH, TIME, WIDTH = 2, 7, 3
CASES = []


class LayerNormLSTM(nn.Module):
    """What comes of x and of h is normalised each over all gates, c over its units; gates i f g o. Names are those of custom_lstms.py."""

    def __init__(self, inputs, units, eps=1e-5):
        super().__init__()
        self.units = units
        self.weight_ih = nn.Parameter(torch.empty(4 * units, inputs))
        self.weight_hh = nn.Parameter(torch.empty(4 * units, units))
        self.layernorm_i = nn.LayerNorm(4 * units, eps=eps)
        self.layernorm_h = nn.LayerNorm(4 * units, eps=eps)
        self.layernorm_c = nn.LayerNorm(units, eps=eps)

    def forward(self, x):
        h, c, all_h = torch.zeros(len(x), self.units), torch.zeros(len(x), self.units), []
        for frame in x.unbind(1):
            sums = self.layernorm_i(frame @ self.weight_ih.T) + self.layernorm_h(h @ self.weight_hh.T)
            i, f, g, o = sums.chunk(4, 1)
            c = self.layernorm_c(torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g))
            h = torch.sigmoid(o) * torch.tanh(c)
            all_h.append(h)
        return torch.stack(all_h, 1)


def shake(name, module, scale=0.8):
    """Every number that training would have moved, moved; what is positive stays so."""
    for key, tensor in module.named_parameters():
        if not tensor.requires_grad:
            continue
        seed = prng.seed_of(f"packages/{name}/{key}")
        moved = torch.from_numpy(prng.uniform(seed, list(tensor.shape), scale))
        end = key.split(".")[-1]
        if end in ("gleak", "cm", "w", "sensory_w"):
            tensor.copy_(moved.abs() + 0.1)
        elif "sigma" in end:
            tensor.copy_(moved + 4)
        elif "layernorm" in key and end == "weight":
            tensor.copy_(moved + 1)
        else:
            tensor.copy_(moved)
    return module.eval()


def case(name, config, module, call=None, inputs=WIDTH, shaken=True, dropped=()):
    if shaken:
        shake(name, module)
    seed = prng.seed_of(f"packages/{name}")
    x = torch.from_numpy(prng.uniform(seed, [BATCH, TIME, inputs], 1.0))
    y = (call or module)(x)
    y = y[0] if isinstance(y, tuple) else y
    file = io.BytesIO()
    torch.save({key: value for key, value in module.state_dict().items() if key not in dropped}, file)
    CASES.append({
        "name": name, "file": base64.b64encode(file.getvalue()).decode(), "config": {"inputSize": inputs, "layers": [config]},
        "input": {"shape": list(x.shape), "seed": seed},
        "output": {"shape": list(y.shape), "data": base64.b64encode(y.contiguous().numpy().astype("<f4").tobytes()).decode()},
    })


def layer_norm_lstm():
    for units, more in ((5, {}), (4, {"eps": 0.1})):
        config = {"type": "layer_norm_lstm", "hiddenSize": units, **more}
        case(f"layer-norm-lstm-{units}", config, LayerNormLSTM(WIDTH, units, **more))
    last = LayerNormLSTM(WIDTH, 3)
    case("layer-norm-lstm-last", {"type": "layer_norm_lstm", "hiddenSize": 3, "returnSequences": False}, last, lambda x: last(x)[:, -1])


def cfc():
    def add(name, config, units, **more):
        case(f"cfc-{name}", {"type": "cfc", **config}, CfC(WIDTH, units, **more))

    small = {"backbone_units": 6, "backbone_layers": 1}
    own = {"hiddenSize": 5, "backboneUnits": 6}
    for mode in ("default", "pure", "no_gate"):
        add(mode, {**own, "mode": mode}, 5, mode=mode, **small)
        add(f"{mode}-no-backbone", {"hiddenSize": 4, "backboneLayers": 0, "mode": mode}, 4, mode=mode, backbone_layers=0)
    for activation in ("silu", "relu", "tanh", "gelu", "lecun_tanh"):
        add(activation, {**own, "activation": activation}, 5, activation=activation, **small)
    for layers in (2, 3):
        add(f"{layers}-layers", {**own, "backboneLayers": layers}, 5, backbone_units=6, backbone_layers=layers)
    add("dropout", {**own, "backboneLayers": 3, "backboneDropout": 0.2}, 5, backbone_units=6, backbone_layers=3, backbone_dropout=0.2)
    add("wide", {"hiddenSize": 3}, 3)
    add("projected", {**own, "projSize": 2}, 5, proj_size=2, **small)
    add("last", {**own, "returnSequences": False}, 5, return_sequences=False, **small)
    for mode in ("default", "pure", "no_gate"):
        add(f"auto-ncp-{mode}", {"type": "wired_cfc", "mode": mode}, AutoNCP(12, 3, seed=1), mode=mode)
    add("ncp", {"type": "wired_cfc", "projSize": 2}, NCP(4, 3, 2, 2, 2, 2, 2, seed=3), proj_size=2)
    add("mixed", {**own, "mixedMemory": True}, 5, mixed_memory=True, **small)
    add("mixed-no-backbone", {"hiddenSize": 4, "backboneLayers": 0, "mixedMemory": True, "mode": "pure"}, 4, mixed_memory=True, mode="pure", backbone_layers=0)


def ltc():
    def add(name, config, units, **more):
        case(f"ltc-{name}", {"type": "ltc", **config}, LTC(WIDTH, units, **more))

    add("full", {}, 5)
    add("explicit", {"implicitParamConstraints": False}, 4, implicit_param_constraints=False)
    add("auto-ncp", {}, AutoNCP(10, 2, seed=2))
    add("random", {}, Random(6, 3, sparsity_level=0.5))
    add("unfolds", {"odeUnfolds": 3, "epsilon": 1e-2}, 4, ode_unfolds=3, epsilon=1e-2)
    for mapping in ("linear", None):
        add(f"{mapping}-mappings", {"inputMapping": mapping, "outputMapping": mapping, **({} if mapping else {"outputSize": 2})}, FullyConnected(5, 2),
            input_mapping=mapping, output_mapping=mapping)
    add("last", {"returnSequences": False}, 4, return_sequences=False)


def slstm():
    def add(name, config, width, **more):
        settings = sLSTMLayerConfig(embedding_dim=width, num_heads=more.pop("heads"), backend="vanilla", dtype="float32", enable_automatic_mixed_precision=False, **more)
        case(f"slstm-{name}", {"type": "slstm", **config}, sLSTMLayer(settings), inputs=width)

    add("conv", {"numHeads": 2}, 6, heads=2)
    add("one-head", {"numHeads": 1, "conv1dKernelSize": 2}, 5, heads=1, conv1d_kernel_size=2)
    add("no-conv", {"numHeads": 2, "conv1dKernelSize": 0}, 8, heads=2, conv1d_kernel_size=0)
    add("no-weight", {"numHeads": 2, "conv1dKernelSize": 0, "groupNormWeight": False}, 4, heads=2, conv1d_kernel_size=0, group_norm_weight=False)


def fast_grnn():
    def add(name, config, units, **more):
        case(f"fast-grnn-{name}", {"type": "fast_grnn", "hiddenSize": units, **config}, FastGRNN(WIDTH, units, **more))

    add("full", {}, 5)
    add("low-rank", {"wRank": 2, "uRank": 3}, 5, wRank=2, uRank=3)
    add("low-rank-u", {"uRank": 2}, 4, uRank=2)
    for gate, update in (("quantSigm", "quantTanh"), ("quantSigm4", "sigmoid"), ("tanh", "tanh")):
        add(f"{gate}-{update}", {"gateNonlinearity": gate, "updateNonlinearity": update}, 4, gate_nonlinearity=gate, update_nonlinearity=update)


if __name__ == "__main__":
    torch.manual_seed(1)
    layer_norm_lstm()
    cfc()
    ltc()
    slstm()
    fast_grnn()
    (FOLDER / "packages.json.gz").write_bytes(gzip.compress(json.dumps(CASES).encode(), 9, mtime=0))
    packages = {name: importlib.metadata.version(name) for name in ("ncps", "xlstm", "edgeml-pytorch")}
    record(FOLDER, "packages", torch=torch.__version__, numpy=np.__version__, **packages)
    print("packages", len(CASES), "files", {name: version for name, version in packages.items()})
