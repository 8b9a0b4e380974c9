"""Small chains of PyTorch over (batch, channels, time, frequency): every layer and option, and seeded compositions, each as a state dict
(as torch.save writes it) with the config that describes it and what the modules made of an input.

    python generate_pytorch_plane_files.py [how many compositions, default 220]

All of it is `pytorch-files/planes.json.gz`; inputs are numbers of `prng.py`.
"""
import base64
import gzip
import io
import json
import random
import sys

import numpy as np
import torch

import prng
from case import HERE
from versions import record

torch.set_num_threads(1)
torch.set_grad_enabled(False)
FOLDER = HERE / "pytorch-files"
BATCH, TIME = 2, 6
CASES = []

# Functions that turn every number by itself, by the config's names.
BY_NUMBER = {
    "relu": "ReLU", "relu6": "ReLU6", "sigmoid": "Sigmoid", "tanh": "Tanh", "silu": "SiLU", "selu": "SELU", "mish": "Mish", "softsign": "Softsign",
    "logsigmoid": "LogSigmoid", "hardsigmoid": "Hardsigmoid", "hardswish": "Hardswish", "leaky_relu": "LeakyReLU", "elu": "ELU", "hardtanh": "Hardtanh",
    "gelu": "GELU", "softplus": "Softplus", "dropout": "Dropout",
}
WEIGHTED = ("conv2d", "conv_transpose2d", "batch_norm2d", "prelu", "gru", "lstm", "linear")


def snake(layer, but=("type", "prefix")):
    names = {"outChannels": "out_channels", "kernelSize": "kernel_size", "outputPadding": "output_padding", "ceilMode": "ceil_mode", "countIncludePad": "count_include_pad"}
    return {names.get(key, key): tuple(value) if isinstance(value, list) else value for key, value in layer.items() if key not in but}


def step(layer, x):
    """The module of a layer that reads x, and how it is called."""
    nn, kind = torch.nn, layer["type"]
    if kind in ("conv2d", "conv_transpose2d"):
        module = (nn.Conv2d if kind == "conv2d" else nn.ConvTranspose2d)(x.shape[1], **snake(layer))
        return module, module
    if kind == "batch_norm2d":
        module = nn.BatchNorm2d(x.shape[1], **snake(layer))
        # It is born as the identity; every number of it is to matter.
        for key, tensor in module.state_dict().items():
            if tensor.dim() > 0:
                torch.nn.init.uniform_(tensor, *((0.5, 1.5) if key in ("weight", "running_var") else (-0.5, 0.5)))
        return module, module
    if kind == "prelu":
        module = nn.PReLU(layer.pop("slopes"))
        torch.nn.init.uniform_(module.weight, -0.5, 0.5)
        return module, module
    if kind in ("max_pool2d", "avg_pool2d"):
        return None, (nn.MaxPool2d if kind == "max_pool2d" else nn.AvgPool2d)(**snake(layer))
    if kind == "zero_pad2d":
        return None, nn.ZeroPad2d(tuple(layer["padding"]) if isinstance(layer["padding"], list) else layer["padding"])
    if kind == "frames":
        return None, lambda y: (y.transpose(1, 2) if layer["channelsFirst"] else y.permute(0, 2, 3, 1)).flatten(2)
    if kind in ("gru", "lstm"):
        module = (nn.GRU if kind == "gru" else nn.LSTM)(x.shape[-1], layer["hiddenSize"], batch_first=True, bidirectional=layer.get("bidirectional", False))
        return module, lambda y: module(y)[0]
    if kind == "linear":
        module = nn.Linear(x.shape[-1], layer["outFeatures"])
        return module, module
    if kind in ("softmax", "log_softmax"):
        return None, lambda y: getattr(torch, kind)(y, -1)
    return None, getattr(nn, BY_NUMBER[kind])().eval()


def case(name, channels, frequencies, layers):
    shape = [BATCH, channels, TIME, frequencies]
    seed = prng.seed_of(f"pytorch-planes/{name}")
    torch.manual_seed(seed % 2**31)
    x = torch.from_numpy(prng.uniform(seed, shape, 1.0))
    # A state dict has something in it.
    if not any(layer["type"] in WEIGHTED for layer in layers):
        layers = [conv(channels, 1), *layers]
    tensors = {}
    for index, layer in enumerate(layers):
        module, call = step(layer, x)
        if module is not None:
            layer["prefix"] = f"m{index}"
            module.eval()
            tensors |= {f"m{index}.{key}": value for key, value in module.state_dict().items()}
        x = call(x)
    assert torch.isfinite(x).all() and x.numel() > 0, name
    file = io.BytesIO()
    torch.save(tensors, file)
    data = file.getvalue()
    config = {"inputSize": channels * frequencies, "frequencies": frequencies, "layers": layers}
    CASES.append({
        "name": name, "file": base64.b64encode(data).decode(), "config": config, "input": {"shape": shape, "seed": seed},
        "output": {"shape": list(x.shape), "data": base64.b64encode(np.ascontiguousarray(x.numpy(), "<f4").tobytes()).decode()},
    })


conv = lambda out, size, **options: {"type": "conv2d", "outChannels": out, "kernelSize": size, **options}
back = lambda out, size, **options: {"type": "conv_transpose2d", "outChannels": out, "kernelSize": size, **options}
rows = [{"type": "frames", "channelsFirst": True}]


def options():
    for name, layers in {
        "conv": [conv(4, 3)], "conv-sizes": [conv(4, [2, 3])], "conv-no-bias": [conv(4, 3, bias=False)], "conv-stride": [conv(4, 3, stride=[1, 2])],
        "conv-stride-time": [conv(4, 2, stride=2)], "conv-padding": [conv(4, 3, padding=[2, 1])], "conv-same": [conv(4, [2, 4], padding="same")],
        "conv-same-dilation": [conv(2, 2, padding="same", dilation=[2, 1])], "conv-valid": [conv(2, 2, padding="valid")], "conv-dilation": [conv(3, 2, dilation=[2, 3])],
        "conv-depthwise": [conv(3, 3, groups=3, padding=1)], "conv-multiplied": [conv(6, [1, 3], groups=3)],
        "conv-groups": [conv(4, 1), conv(6, [2, 1], groups=2)], "conv-one": [conv(5, 1)],
        "back": [back(4, 3)], "back-stride": [back(4, [1, 3], stride=[1, 2])], "back-stride-time": [back(2, 3, stride=2, padding=1, outputPadding=1)],
        "back-padding": [back(4, 3, padding=1)], "back-dilation": [back(2, [2, 3], dilation=2, padding=[1, 0])], "back-groups": [conv(4, 1), back(6, [1, 3], groups=2, stride=[1, 2])],
        "back-depthwise": [back(3, 3, groups=3, padding=1)], "back-no-bias": [back(2, 2, bias=False)], "back-gaps": [back(2, [1, 2], stride=[1, 3])],
        "norm": [{"type": "batch_norm2d"}], "norm-eps": [{"type": "batch_norm2d", "eps": 0.1}], "norm-plain": [{"type": "batch_norm2d", "affine": False}],
        "prelu": [{"type": "prelu", "slopes": 1}], "prelu-channels": [{"type": "prelu", "slopes": 3}],
        "max-pool": [{"type": "max_pool2d", "kernelSize": [1, 2]}], "max-pool-square": [{"type": "max_pool2d", "kernelSize": 2}],
        "max-pool-all": [{"type": "max_pool2d", "kernelSize": [2, 3], "stride": [1, 2], "padding": 1, "dilation": [2, 1], "ceilMode": True}],
        "avg-pool": [{"type": "avg_pool2d", "kernelSize": [1, 3], "stride": [1, 2]}], "avg-pool-padding": [{"type": "avg_pool2d", "kernelSize": 3, "padding": 1}],
        "avg-pool-not-counted": [{"type": "avg_pool2d", "kernelSize": 3, "stride": 2, "padding": 1, "countIncludePad": False, "ceilMode": True}],
        "pad": [{"type": "zero_pad2d", "padding": 1}], "pad-four": [{"type": "zero_pad2d", "padding": [1, 2, 0, 3]}],
        "causal": [{"type": "zero_pad2d", "padding": [1, 1, 2, 0]}, conv(4, 3), {"type": "batch_norm2d"}, {"type": "relu"}, {"type": "zero_pad2d", "padding": [0, 0, 4, 0]},
                   conv(4, [3, 1], dilation=[2, 1], groups=4), {"type": "prelu", "slopes": 4}],
        "frames": [*rows, {"type": "gru", "hiddenSize": 4}], "frames-last": [{"type": "frames", "channelsFirst": False}, {"type": "lstm", "hiddenSize": 3}],
        "reader": [conv(4, 3, padding=1), {"type": "relu"}, {"type": "max_pool2d", "kernelSize": 2}, conv(6, [1, 2]), {"type": "batch_norm2d"}, *rows,
                   {"type": "lstm", "hiddenSize": 4, "bidirectional": True}, {"type": "linear", "outFeatures": 7}, {"type": "log_softmax"}],
        **{f"by-number-{kind}": [conv(2, 1), {"type": kind}] for kind in BY_NUMBER},
    }.items():
        case(name, 3, 5, layers)
    case("one-channel", 1, 5, [conv(3, [1, 2])])
    case("one-frequency", 4, 1, [conv(3, [2, 1])])


def compositions(count):
    for index in range(count):
        rng = random.Random(1000 + index)
        pick, n = rng.choice, rng.randint
        channels, frequencies = pick([1, 2, 4]), n(2, 6)
        layers, at, size, time = [], channels, frequencies, TIME
        for _ in range(n(2, 6)):
            kind = pick(["conv", "conv", "causal", "causal", "depthwise", "back", "norm", "prelu", "plain", "pool", "pad"])
            if kind == "conv":
                taps, across, stride = n(1, min(2, time)), n(1, min(3, size)), n(1, 2)
                padding = [n(0, 1), n(0, 1)]
                at = n(1, 5)
                layers.append(conv(at, [taps, across], stride=[1, stride], padding=padding))
                size, time = (size + 2 * padding[1] - across) // stride + 1, time + 2 * padding[0] - taps + 1
            elif kind == "causal":
                taps, gap, across = n(2, 3), n(1, 2), n(1, min(3, size))
                low = n(0, across - 1)
                at = n(1, 4)
                layers += [{"type": "zero_pad2d", "padding": [low, across - 1 - low, (taps - 1) * gap, 0]}, conv(at, [taps, across], dilation=[gap, 1])]
            elif kind == "depthwise":
                layers.append(conv(at, [1, 3], groups=at, padding="same"))
            elif kind == "back":
                across, stride = n(1, 3), n(1, 2)
                at = n(1, 4)
                layers.append(back(at, [1, across], stride=[1, stride]))
                size = (size - 1) * stride + across
            elif kind == "norm":
                layers.append({"type": "batch_norm2d"})
            elif kind == "prelu":
                layers.append({"type": "prelu", "slopes": pick([1, at])})
            elif kind == "plain":
                layers.append({"type": pick(["relu", "tanh", "sigmoid", "gelu", "silu", "leaky_relu"])})
            elif kind == "pool" and size > 1:
                layers.append({"type": pick(["max_pool2d", "avg_pool2d"]), "kernelSize": [1, 2], "stride": [1, n(1, 2)]})
                size = (size - 2) // layers[-1]["stride"][1] + 1
            elif kind == "pad":
                layers.append({"type": "zero_pad2d", "padding": [n(0, 1), n(0, 1), 0, 0]})
                size += sum(layers[-1]["padding"])
        end = n(0, 2)
        if end > 0:
            layers += [{"type": "frames", "channelsFirst": pick([True, False])}, {"type": pick(["gru", "lstm"]), "hiddenSize": 4}]
        if end > 1:
            layers.append({"type": "linear", "outFeatures": 3})
        if not layers:
            layers.append({"type": "relu"})
        case(f"composition-{index}", channels, frequencies, layers)


if __name__ == "__main__":
    options()
    compositions(int(sys.argv[1]) if len(sys.argv) > 1 else 220)
    (FOLDER / "planes.json.gz").write_bytes(gzip.compress(json.dumps(CASES).encode(), 9, mtime=0))
    record(FOLDER, "planes", torch=torch.__version__, numpy=np.__version__)
    print("planes", torch.__version__, len(CASES), "files")
