"""Small chains of PyTorch over images (batch, channels, height, width), columns as timesteps: readers of text (CRNN, Shi et al. 2015), each as a state dict
with the config that describes it and what the modules made of an image.

    python generate_pytorch_image_files.py

All of it is `pytorch-files/images.json.gz`, as `planes.json.gz` is; inputs are numbers of `prng.py`.
"""
import base64
import gzip
import io
import json
import random

import numpy as np
import torch

import prng
from generate_pytorch_plane_files import FOLDER, WEIGHTED, step
from versions import record

CASES = []


def frames(layer, x):
    y = x.permute(0, 3, 1, 2) if layer["channelsFirst"] else x.permute(0, 3, 2, 1)
    return y.flatten(2)


def recurrent(layer, x):
    module = (torch.nn.LSTM if layer["type"] == "lstm" else torch.nn.GRU)(x.shape[2], layer["hiddenSize"], layer.get("numLayers", 1), batch_first=True, bidirectional=layer.get("bidirectional", False))
    return module, lambda y: module(y)[0]


def case(name, channels, height, layers, batch=2, width=21):
    torch.manual_seed(prng.seed_of(name) % 2**31)
    seed = prng.seed_of(f"{name}/x")
    x = torch.from_numpy(prng.uniform(seed, (batch, channels, height, width), 1.0))
    state, config, y = {}, [], x
    for index, layer in enumerate(layers):
        kind = layer["type"]
        if kind == "frames":
            y = frames(layer, y)
        else:
            module, call = recurrent(layer, y) if kind in ("lstm", "gru") else step(layer, y)
            if module is not None:
                state.update({f"m{index}.{key}": value for key, value in module.eval().state_dict().items()})
                layer["prefix"] = f"m{index}"
            y = call(y)
        config.append(layer)
    buffer = io.BytesIO()
    torch.save(state, buffer)
    told = {"inputSize": channels * height, "height": height, "layers": config}
    CASES.append({"name": name, "file": base64.b64encode(buffer.getvalue()).decode(), "config": told, "input": {"shape": [batch, channels, height, width], "seed": seed}, "output": {"shape": list(y.shape), "data": base64.b64encode(y.numpy().astype("<f4").tobytes()).decode()}})


conv = lambda out, kernel, **more: {"type": "conv2d", "outChannels": out, "kernelSize": kernel, **more}
pool = lambda kernel, **more: {"type": "max_pool2d", "kernelSize": kernel, **more}
relu = {"type": "relu"}
norm = lambda: {"type": "batch_norm2d"}


def head(channels_first=True):
    return [{"type": "frames", "channelsFirst": channels_first}, {"type": "lstm", "hiddenSize": 5, "bidirectional": True, "numLayers": 2}, {"type": "linear", "outFeatures": 7}]


def shi():
    """crnn.pytorch: pools of rows alone, padded to the sides, a last window of two."""
    low = lambda: pool([2, 2], stride=[2, 1], padding=[0, 1])
    return [conv(4, 3, padding=1), relu, pool(2), conv(5, 3, padding=1), relu, pool(2), conv(6, 3, padding=1), norm(), relu, low(), conv(6, 3, padding=1), norm(), relu, low(), conv(8, 2), norm(), relu]


case("conv", 3, 5, [conv(4, [3, 2])])
case("conv_all", 4, 7, [conv(6, [3, 2], stride=[2, 1], padding=[1, 2], dilation=[1, 2], groups=2)])
case("conv_same", 2, 5, [conv(3, [2, 4], padding="same", dilation=[2, 1])])
case("conv_strided", 2, 5, [conv(3, [1, 3], stride=[1, 2])])
case("back", 3, 4, [{"type": "conv_transpose2d", "outChannels": 4, "kernelSize": [3, 2], "stride": [2, 1], "outputPadding": [1, 0], "padding": [1, 0]}])
case("back_groups", 4, 3, [{"type": "conv_transpose2d", "outChannels": 2, "kernelSize": [2, 3], "stride": [1, 2], "groups": 2}])
case("pools", 3, 7, [conv(3, 1), pool([3, 2], stride=[2, 1], padding=[1, 0]), {"type": "avg_pool2d", "kernelSize": [2, 1]}])
case("average", 3, 6, [conv(3, 1), {"type": "avg_pool2d", "kernelSize": [2, 3], "stride": [2, 1], "padding": [0, 1], "countIncludePad": False}])
case("padded", 2, 4, [{"type": "zero_pad2d", "padding": [1, 2, 0, 3]}, conv(3, [2, 3])])
case("rows_of_channels", 3, 5, head())
case("channels_of_rows", 3, 5, head(False))
case("crnn", 1, 32, shi() + head(), width=42)
case("crnn_colour", 3, 32, shi() + head(), width=24)
for index in range(30):
    dice = random.Random(f"images {index}")
    channels, height, layers = dice.choice([1, 3]), dice.choice([8, 12, 16]), []
    rows = height
    for _ in range(dice.randint(1, 3)):
        kernel = dice.choice([[3, 3], [3, 1], [1, 3], [3, 5]])
        layers += [conv(dice.randint(1, 5), kernel, padding=[k // 2 for k in kernel], bias=dice.random() < 0.6)]
        layers += [norm()] if dice.random() < 0.5 else []
        layers += [{"type": dice.choice(["relu", "leaky_relu", "silu", "tanh"])}]
        if rows >= 4:
            layers += [dice.choice([pool([2, 1]), pool(2), pool([2, 2], stride=[2, 1], padding=[0, 1]), {"type": "avg_pool2d", "kernelSize": [2, 1]}])]
            rows //= 2
    case(f"composition-{index}", channels, height, layers + (head(dice.random() < 0.5) if dice.random() < 0.8 else []))
(FOLDER / "images.json.gz").write_bytes(gzip.compress(json.dumps(CASES).encode(), 9, mtime=0))
record(FOLDER, "images", torch=torch.__version__, numpy=np.__version__)
print("images", torch.__version__, len(CASES), "files", (FOLDER / "images.json.gz").stat().st_size // 1024, "KB")
