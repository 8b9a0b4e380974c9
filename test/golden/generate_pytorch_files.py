"""Small real files for the PyTorch importer: state_dicts as safetensors, as torch.save writes them now (.pt) and before 1.6
(.pth), freshly initialized by PyTorch, and what the modules made of an input: in `expected.json` recurrent layers with their
final states, in `networks.json` chains of modules with the config that describes them, in `tensors.json` the numbers of
tensors in odd layouts. What must be refused stands in `refused/`.
"""
import argparse
import io
import json
import pickle
import pickletools
import random
import struct
import tarfile
import zipfile

import torch

from case import HERE

torch.set_num_threads(1)
torch.set_grad_enabled(False)

FOLDER = HERE / "pytorch-files"
BATCH, TIME = 2, 5

# File name → the module's class and arguments.
MODULES = {
    "lstm": ("LSTM", {"input_size": 3, "hidden_size": 5}),
    "gru": ("GRU", {"input_size": 3, "hidden_size": 5}),
    "rnn": ("RNN", {"input_size": 3, "hidden_size": 5}),
    "rnn-relu": ("RNN", {"input_size": 3, "hidden_size": 5, "nonlinearity": "relu"}),
    "lstm-2-layers": ("LSTM", {"input_size": 4, "hidden_size": 6, "num_layers": 2}),
    "gru-2-layers-bidirectional": ("GRU", {"input_size": 4, "hidden_size": 3, "num_layers": 2, "bidirectional": True}),
    "lstm-bidirectional": ("LSTM", {"input_size": 1, "hidden_size": 4, "bidirectional": True}),
    "lstm-no-bias": ("LSTM", {"input_size": 3, "hidden_size": 4, "bias": False}),
    "gru-no-bias": ("GRU", {"input_size": 3, "hidden_size": 4, "bias": False}),
    "rnn-no-bias-bidirectional": ("RNN", {"input_size": 3, "hidden_size": 4, "bias": False, "bidirectional": True}),
    "lstm-projection": ("LSTM", {"input_size": 3, "hidden_size": 6, "proj_size": 2}),
    "lstm-projection-2-layers-bidirectional":
        ("LSTM", {"input_size": 3, "hidden_size": 5, "proj_size": 2, "num_layers": 2, "bidirectional": True}),
}


class Network(torch.nn.Module):
    """A recurrent layer with a head, as people save them: names have a prefix, other tensors stand beside."""

    def __init__(self, kind, options):
        super().__init__()
        self.rnn = getattr(torch.nn, kind)(**options)
        self.head = torch.nn.Linear(options["hidden_size"], 2)

    def forward(self, x):
        y, state = self.rnn(x)
        return self.head(y), state


def write_safetensors(path, tensors):
    """The length of the header, the header as JSON padded to 8 bytes, the tensors' bytes one behind the other
    (https://huggingface.co/docs/safetensors, "Format")."""
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        kind, dtype = ("I64", "<i8") if tensor.dtype == torch.int64 else ("F32", "<f4")
        blob = tensor.contiguous().numpy().astype(dtype).tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{value:.9g}") for value in tensor.flatten().tolist()]}


def entry(name, kind, options, module, prefix):
    torch.nn.init.uniform_(x := torch.empty(BATCH, TIME, options["input_size"]), -1, 1)
    write_safetensors(FOLDER / f"{name}.safetensors", module.state_dict())
    y, state = module(x)
    h, c = state if kind == "LSTM" else (state, None)
    found = {"file": f"{name}.safetensors", "module": kind, "options": {**options, "batch_first": True}, "prefix": prefix,
             "input": numbers(x), "output": numbers(y), "h_n": numbers(h)}
    return {**found, "c_n": numbers(c)} if c is not None else found


def tensors_of(value):
    if isinstance(value, torch.Tensor):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else []
    return [tensor for one in inner for tensor in tensors_of(one)]


def write_json(name, value):
    lines = [json.dumps(key) + ": " + (
        "[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in part) + "\n]" if isinstance(part, list)
        else json.dumps(part, separators=(",", ":"))) for key, part in value.items()]
    (FOLDER / name).write_text("{" + ",\n".join(lines) + "}\n")


def legacy_bytes(value):
    """As torch.save wrote before 1.6; storages are called by their numbers in place of their addresses, so that every run
    writes the same bytes."""
    out = io.BytesIO()
    torch.save(value, out, _use_new_zipfile_serialization=False)
    data, at, ends = out.getvalue(), 0, []
    for _ in range(5):
        stream = io.BytesIO(data[at:])
        for _ in pickletools.genops(stream):
            pass
        at += stream.tell()
        ends.append(at)
    keys = pickle.loads(data[ends[3]:ends[4]])
    text = lambda key: b"X" + struct.pack("<I", len(key)) + key.encode()
    head = data[:ends[3]]
    names = {key: f"{index:03}" for index, key in enumerate(sorted(keys, key=lambda key: head.find(text(key))))}
    sizes = {str(one.storage()._cdata): one.storage().nbytes() for one in tensors_of(value)}
    blobs = {}
    for key in keys:
        size = 8 + sizes[key]
        blobs[names[key]] = data[at:at + size]
        at += size
    assert at == len(data)
    for key, name in names.items():
        head = head.replace(text(key), text(name))
    order = sorted(blobs)
    return head + pickle.dumps(order, protocol=2) + b"".join(blobs[key] for key in order)


def write(path, value):
    """In the format of the path's ending."""
    if path.suffix == ".pt":
        torch.save(value, path)
    elif path.suffix == ".pth":
        path.write_bytes(legacy_bytes(value))
    else:
        write_safetensors(path, dict(sorted(value.items())))


# Types of the config that are modules without weights: class, and its arguments by the config's fields.
PLAIN = {
    "relu": ("ReLU", {}), "relu6": ("ReLU6", {}), "sigmoid": ("Sigmoid", {}), "tanh": ("Tanh", {}), "silu": ("SiLU", {}),
    "selu": ("SELU", {}), "mish": ("Mish", {}), "softsign": ("Softsign", {}), "logsigmoid": ("LogSigmoid", {}),
    "hardsigmoid": ("Hardsigmoid", {}), "hardswish": ("Hardswish", {}),
    "leaky_relu": ("LeakyReLU", {"negativeSlope": "negative_slope"}), "elu": ("ELU", {"alpha": "alpha"}),
    "hardtanh": ("Hardtanh", {"minVal": "min_val", "maxVal": "max_val"}), "gelu": ("GELU", {"approximate": "approximate"}),
    "softplus": ("Softplus", {"beta": "beta"}), "dropout": ("Dropout", {}),
}
RECURRENT = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
POOL = {"kernelSize": "kernel_size", "stride": "stride", "padding": "padding", "ceilMode": "ceil_mode"}


class Chain(torch.nn.Module):
    """The modules of a config, one behind the other; sequences are (batch, time, features) between them."""

    def __init__(self, config):
        super().__init__()
        self.steps = []
        width, time = config.get("inputSize"), TIME_OF_CHAINS
        shape = torch.empty(1, time, width) if width else None
        for index, layer in enumerate(config["layers"]):
            module, call = self.make(layer, shape)
            if module is not None:
                *parents, last = layer.get("prefix", f"plain{index}").split(".")
                inside = self
                for parent in parents:
                    if not hasattr(inside, parent):
                        inside.add_module(parent, torch.nn.Module())
                    inside = getattr(inside, parent)
                inside.add_module(last, module)
            self.steps.append(call)
            self.eval()
            shape = call(shape if shape is not None else torch.zeros(1, time, dtype=torch.long))

    def make(self, layer, x):
        nn, kind = torch.nn, layer["type"]
        width = x.shape[-1] if x is not None else None
        turned = lambda module: (lambda y: module(y.transpose(1, 2)).transpose(1, 2) if y.dim() == 3 else module(y))
        if kind in RECURRENT:
            names = {"numLayers": "num_layers", "projSize": "proj_size", "bias": "bias", "bidirectional": "bidirectional",
                     "nonlinearity": "nonlinearity"}
            options = {names[key]: value for key, value in layer.items() if key in names}
            module = getattr(nn, RECURRENT[kind])(width, layer["hiddenSize"], batch_first=True, **options)

            def call(y):
                out, state = module(y)
                if layer.get("returnSequences", True):
                    return out
                h = state[0] if kind == "lstm" else state
                return torch.cat(list(h[-2:]), -1) if layer.get("bidirectional") else h[-1]
            return module, call
        if kind.endswith("_cell"):
            options = {key: layer[key] for key in ("bias", "nonlinearity") if key in layer}
            module = getattr(nn, RECURRENT[kind[:-5]] + "Cell")(width, layer["hiddenSize"], **options)

            def call(y):
                state, all_h = None, []
                for t in range(y.shape[1]):
                    state = module(y[:, t], state)
                    all_h.append(state[0] if kind == "lstm_cell" else state)
                return torch.stack(all_h, 1) if layer.get("returnSequences", True) else all_h[-1]
            return module, call
        if kind == "linear":
            module = nn.Linear(width, layer["outFeatures"], bias=layer.get("bias", True))
            then = {"tanh": torch.tanh, None: lambda y: y}[layer.get("activation")]
            return module, lambda y: then(module(y))
        if kind == "embedding":
            module = nn.Embedding(layer["numEmbeddings"], layer["embeddingDim"])
            return module, module
        if kind == "layer_norm":
            module = nn.LayerNorm(width, eps=layer.get("eps", 1e-5), elementwise_affine=layer.get("elementwiseAffine", True))
            return shaken(module), module
        if kind == "batch_norm":
            module = nn.BatchNorm1d(width, eps=layer.get("eps", 1e-5), affine=layer.get("affine", True))
            return shaken(module), turned(module)
        if kind == "conv1d":
            names = {"outChannels": "out_channels", "kernelSize": "kernel_size"}
            options = {names.get(key, key): value for key, value in layer.items() if key not in ("type", "prefix")}
            module = nn.Conv1d(width, **options)
            return module, turned(module)
        if kind == "prelu":
            module = nn.PReLU(layer.pop("slopes"))
            torch.nn.init.uniform_(module.weight, -0.5, 0.5)
            return module, turned(module)
        if kind in ("max_pool1d", "avg_pool1d"):
            names = {**POOL, "dilation": "dilation", "countIncludePad": "count_include_pad"}
            options = {names[key]: value for key, value in layer.items() if key != "type"}
            return None, turned(getattr(nn, "MaxPool1d" if kind == "max_pool1d" else "AvgPool1d")(**options))
        if kind == "flatten":
            return None, lambda y: (y.transpose(1, 2) if layer["channelsFirst"] else y).flatten(1)
        if kind == "last_timestep":
            return None, lambda y: y[:, -1]
        if kind in ("softmax", "log_softmax"):
            return None, lambda y: getattr(torch, kind)(y, -1)
        name, fields = PLAIN[kind]
        return None, getattr(nn, name)(**{fields[key]: value for key, value in layer.items() if key in fields}).eval()

    def forward(self, x):
        for step in self.steps:
            x = step(x)
        return x


def shaken(module):
    """Norms are born as the identity; make every number of theirs matter."""
    for name, tensor in module.state_dict().items():
        if name in ("weight", "running_var"):
            torch.nn.init.uniform_(tensor, 0.5, 1.5)
        elif name in ("bias", "running_mean"):
            torch.nn.init.uniform_(tensor, -0.5, 0.5)
    return module


TIME_OF_CHAINS = 9
lstm, gru = {"type": "lstm", "prefix": "rnn", "hiddenSize": 4}, {"type": "gru", "prefix": "rnn", "hiddenSize": 4}
conv = {"type": "conv1d", "prefix": "conv", "outChannels": 4, "kernelSize": 3}
fc = {"type": "linear", "prefix": "fc", "outFeatures": 3}

# One chain per module and option: name → layers; three features come in.
OPTIONS = {
    **{f"{kind}-cell{more}": [{"type": f"{kind}_cell", "prefix": "cell", "hiddenSize": 4, **options}]
       for kind in RECURRENT
       for more, options in {"": {}, "-no-bias": {"bias": False}, "-last": {"returnSequences": False}}.items()},
    "rnn-cell-relu": [{"type": "rnn_cell", "prefix": "cell", "hiddenSize": 4, "nonlinearity": "relu"}],
    "linear-no-bias": [{**fc, "bias": False}],
    "linear-tanh": [{**fc, "activation": "tanh"}],
    "conv": [conv],
    "conv-no-bias": [{**conv, "bias": False}],
    "conv-stride": [{**conv, "stride": 2}],
    "conv-padding": [{**conv, "padding": 2}],
    "conv-same": [{**conv, "padding": "same"}],
    "conv-same-even": [{**conv, "kernelSize": 4, "padding": "same"}],
    "conv-same-dilation": [{**conv, "kernelSize": 4, "padding": "same", "dilation": 3}],
    "conv-valid": [{**conv, "padding": "valid"}],
    "conv-dilation": [{**conv, "dilation": 3}],
    "conv-depthwise": [{**conv, "outChannels": 6, "groups": 3}],
    "conv-groups": [{**conv, "outChannels": 4}, {**conv, "prefix": "two", "outChannels": 6, "groups": 2}],
    "conv-all": [{**conv, "stride": 2, "padding": 3, "dilation": 2, "groups": 1}],
    "batch-norm": [{"type": "batch_norm", "prefix": "norm"}],
    "batch-norm-eps": [{"type": "batch_norm", "prefix": "norm", "eps": 0.1}],
    "batch-norm-plain": [{"type": "batch_norm", "prefix": "norm", "affine": False}],
    "batch-norm-vector": [{**lstm, "returnSequences": False}, {"type": "batch_norm", "prefix": "norm"}],
    "layer-norm": [{"type": "layer_norm", "prefix": "norm"}],
    "layer-norm-eps": [{"type": "layer_norm", "prefix": "norm", "eps": 0.1}],
    "layer-norm-plain": [lstm, {"type": "layer_norm", "elementwiseAffine": False}],
    "prelu": [{"type": "prelu", "prefix": "act", "slopes": 1}],
    "prelu-features": [{"type": "prelu", "prefix": "act", "slopes": 3}],
    "max-pool": [conv, {"type": "max_pool1d", "kernelSize": 2}],
    "max-pool-stride": [conv, {"type": "max_pool1d", "kernelSize": 3, "stride": 1}],
    "max-pool-padding": [conv, {"type": "max_pool1d", "kernelSize": 3, "padding": 1}],
    "max-pool-dilation": [conv, {"type": "max_pool1d", "kernelSize": 2, "dilation": 3}],
    "max-pool-ceil": [conv, {"type": "max_pool1d", "kernelSize": 2, "ceilMode": True}],
    # Rounded up, the last window would begin behind the sequence: PyTorch drops it.
    "max-pool-ceil-dropped": [conv, {"type": "max_pool1d", "kernelSize": 2, "stride": 4, "ceilMode": True}],
    "avg-pool-ceil-dropped": [conv, {"type": "avg_pool1d", "kernelSize": 2, "stride": 4, "padding": 1, "ceilMode": True}],
    "avg-pool": [conv, {"type": "avg_pool1d", "kernelSize": 2}],
    "avg-pool-padding": [conv, {"type": "avg_pool1d", "kernelSize": 3, "padding": 1}],
    "avg-pool-padding-not-counted": [conv, {"type": "avg_pool1d", "kernelSize": 3, "padding": 1, "countIncludePad": False}],
    "avg-pool-ceil": [conv, {"type": "avg_pool1d", "kernelSize": 4, "stride": 2, "ceilMode": True}],
    "avg-pool-ceil-padding": [conv, {"type": "avg_pool1d", "kernelSize": 4, "stride": 3, "padding": 1, "ceilMode": True}],
    "avg-pool-ceil-not-counted":
        [conv, {"type": "avg_pool1d", "kernelSize": 4, "stride": 3, "padding": 1, "ceilMode": True, "countIncludePad": False}],
    "flatten": [conv, {"type": "flatten", "channelsFirst": False}, fc],
    "flatten-channels": [conv, {"type": "flatten", "channelsFirst": True}, fc],
    "flatten-pooled": [{**conv, "stride": 2, "padding": 1}, {"type": "max_pool1d", "kernelSize": 2, "ceilMode": True},
                       {"type": "flatten", "channelsFirst": True}, fc],
    "last-timestep": [{**lstm, "bidirectional": True}, {"type": "last_timestep"}, fc],
    "last-state": [{**lstm, "bidirectional": True, "returnSequences": False}, fc],
    "softmax": [fc, {"type": "softmax"}],
    "log-softmax": [fc, {"type": "log_softmax"}],
    "dropout": [fc, {"type": "dropout"}],
    **{kind: [fc, {"type": kind}] for kind in PLAIN if kind != "dropout"},
    "leaky_relu-slope": [fc, {"type": "leaky_relu", "negativeSlope": 0.3}],
    "elu-alpha": [fc, {"type": "elu", "alpha": 0.3}],
    "hardtanh-bounds": [fc, {"type": "hardtanh", "minVal": -0.2, "maxVal": 0.1}],
    "gelu-tanh": [fc, {"type": "gelu", "approximate": "tanh"}],
    "embedding": [{"type": "embedding", "prefix": "embed", "numEmbeddings": 11, "embeddingDim": 3}, gru],
}


def composition(rng):
    """A random chain: (inputSize or None, layers)."""
    layers, sequence, tokens, time = [], True, rng.random() < 0.25, TIME_OF_CHAINS
    width = rng.randint(1, 5)
    first = width
    if tokens:
        layers.append({"type": "embedding", "prefix": "m0", "numEmbeddings": 11, "embeddingDim": width})
    for index in range(rng.randint(2, 5)):
        named = {"prefix": f"m{index + 1}"}
        kinds = ["linear", "layer_norm", "batch_norm", "prelu", "plain"]
        kinds += ["recurrent"] * 5 + ["cell", "conv1d", "conv1d", "pool", "last_timestep", "flatten"] if sequence else []
        kind = rng.choice(kinds)
        units = rng.randint(1, 6)
        if kind == "recurrent":
            layer = {"type": rng.choice(list(RECURRENT)), **named, "hiddenSize": units}
            if rng.random() < 0.3: layer["numLayers"] = 2
            if rng.random() < 0.4: layer["bidirectional"] = True
            if rng.random() < 0.2: layer["bias"] = False
            if rng.random() < 0.2: layer["returnSequences"] = sequence = False
            if layer["type"] == "lstm" and units > 2 and rng.random() < 0.4: layer["projSize"] = units - 1
            if layer["type"] == "rnn" and rng.random() < 0.4: layer["nonlinearity"] = "relu"
            width = layer.get("projSize", units) * (2 if "bidirectional" in layer else 1)
        elif kind == "cell":
            layer = {"type": rng.choice(list(RECURRENT)) + "_cell", **named, "hiddenSize": units}
            width = units
        elif kind == "linear":
            layer = {"type": "linear", **named, "outFeatures": units}
            width = units
        elif kind == "conv1d":
            groups = rng.choice([g for g in range(1, width + 1) if width % g == 0])
            layer = {"type": "conv1d", **named, "outChannels": groups * rng.randint(1, 2), "kernelSize": rng.randint(1, 3),
                     "groups": groups, "dilation": rng.randint(1, 2)}
            layer.update(rng.choice([{"padding": "same"}, {"padding": 1, "stride": 2}, {"padding": 2}]))
            around, padding = layer["dilation"] * (layer["kernelSize"] - 1), layer["padding"]
            left = time if padding == "same" else (time + 2 * padding - around - 1) // layer.get("stride", 1) + 1
            if left < 3:
                continue
            time, width = left, layer["outChannels"]
        elif kind == "pool":
            if time < 3:
                continue
            layer = {"type": rng.choice(["max_pool1d", "avg_pool1d"]), "kernelSize": 2, "stride": rng.randint(1, 2),
                     "padding": rng.randint(0, 1)}
            time = (time + 2 * layer["padding"] - 2) // layer["stride"] + 1
        elif kind in ("last_timestep", "flatten"):
            layer = {"type": kind, **({"channelsFirst": rng.random() < 0.5} if kind == "flatten" else {})}
            width, sequence = width * (time if kind == "flatten" else 1), False
        elif kind == "prelu":
            layer = {"type": "prelu", **named, "slopes": rng.choice([1, width])}
        elif kind == "plain":
            layer = {"type": rng.choice([*PLAIN, "softmax", "log_softmax"])}
        elif kind == "layer_norm" and width == 1:
            continue  # PyTorch's own rounding, 300 times enlarged.
        else:
            layer = {"type": kind, **named}
        layers.append(layer)
    return None if tokens else first, layers


# Networks whose names and shapes prove the topology: what fromPyTorch finds without a config.
PROVEN = {
    "lstm-fc": (2, [{**lstm, "hiddenSize": 5}, fc]),
    "embedding-gru-fc": (None, [{"type": "embedding", "prefix": "emb", "numEmbeddings": 11, "embeddingDim": 4},
                                {"type": "gru", "prefix": "encoder.rnn", "hiddenSize": 3, "numLayers": 2, "bidirectional": True},
                                {"type": "linear", "prefix": "head", "outFeatures": 2, "bias": False}]),
    "numbered": (2, [{"type": "gru", "prefix": "layers.0", "hiddenSize": 4}, {"type": "layer_norm", "prefix": "layers.1"},
                     {"type": "gru", "prefix": "layers.2", "hiddenSize": 4, "bias": False}, {"type": "batch_norm", "prefix": "layers.3"},
                     {"type": "batch_norm", "prefix": "layers.4", "affine": False},
                     {"type": "linear", "prefix": "layers.5", "outFeatures": 1}]),
    "two-lstms": (2, [{"type": "lstm", "prefix": "lstm1", "hiddenSize": 3}, {"type": "lstm", "prefix": "lstm2", "hiddenSize": 3},
                      {"type": "lstm", "prefix": "last", "hiddenSize": 5, "projSize": 3, "bidirectional": True}]),
    "cells": (2, [{"type": "lstm_cell", "prefix": "a", "hiddenSize": 3}, {"type": "gru_cell", "prefix": "b", "hiddenSize": 4, "bias": False},
                  {"type": "linear", "prefix": "c", "outFeatures": 1}]),
}


def network(name, width, layers, kinds):
    timesteps = {"timesteps": TIME_OF_CHAINS} if any(layer["type"] == "flatten" for layer in layers) else {}
    config = {**({"inputSize": width} if width else {}), **timesteps, "layers": layers}
    chain = Chain(config).eval()
    if width:
        torch.nn.init.uniform_(x := torch.empty(BATCH, TIME_OF_CHAINS, width), -2, 2)
    else:
        x = torch.randint(0, 11, (BATCH, TIME_OF_CHAINS))
    state = chain.state_dict()
    # Modules without weights leave no trace in most files; theirs would be `plain0`.
    for path in [path for path in state._metadata if path.startswith("plain")]:
        del state._metadata[path]
    files = [f"{name}.{kind}" for kind in kinds]
    for file in files:
        write(FOLDER / file, state)
    return {"files": files, "config": config, "input": numbers(x), "output": numbers(chain(x))}


def networks():
    torch.manual_seed(21)
    found = [network(name, 3 if layers[0]["type"] != "embedding" else None, [dict(layer) for layer in layers],
                     ["pt"] if index % 3 else ["pth"]) for index, (name, layers) in enumerate(OPTIONS.items())]
    rng = random.Random(22)
    for index in range(80):
        width, layers = composition(rng)
        while not any("prefix" in layer for layer in layers):
            width, layers = composition(rng)
        found.append(network(f"random-{index:02}", width, layers, [["pt", "pth", "safetensors"][index % 3]]))
    return found, [network(f"proven-{name}", width, [dict(layer) for layer in layers], ["pt", "pth", "safetensors"])
                   for name, (width, layers) in PROVEN.items()]


def odd_tensors():
    """Layouts and types: 4×4 matrices that are views, share storages, or are of other types than float32."""
    torch.manual_seed(23)
    flat = torch.rand(64) - 0.5
    square = flat[:16].view(4, 4)
    tensors = {
        "plain": square, "transposed": square.t(), "offset": flat[20:36].view(4, 4), "strided": flat[1::2][:16].view(4, 4),
        "column": (torch.rand(4, 8) - 0.5)[:, 2:6], "double": torch.rand(4, 4, dtype=torch.float64) - 0.5,
        "half": (torch.rand(4, 4) - 0.5).half(), "bfloat16": (torch.rand(4, 4) - 0.5).bfloat16(),
        "parameter": torch.nn.Parameter(torch.rand(4, 4)),
        **{str(dtype).split(".")[1]: torch.arange(16, dtype=dtype).view(4, 4)
           for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)},
        "bool": torch.eye(4, dtype=torch.bool),
    }
    state = {f"{name}.weight": tensor for name, tensor in tensors.items()}
    write(FOLDER / "tensors.pt", state)
    write(FOLDER / "tensors.pth", state)
    torch.save(state, FOLDER / "tensors-protocol-4.pt", pickle_protocol=4)
    torch.save(state, FOLDER / "tensors-protocol-5.pt", pickle_protocol=5)
    torch.save(state, FOLDER / "tensors-protocol-1.pt", pickle_protocol=1)
    return {name: numbers(tensor.float()) for name, tensor in state.items()}


def checkpoints():
    """What training scripts save around a state dict."""
    torch.manual_seed(24)
    one, two = torch.nn.GRU(2, 3), torch.nn.GRU(2, 3)
    adam = torch.optim.Adam(one.parameters())
    with torch.enable_grad():
        one(torch.rand(1, 2))[0].sum().backward()
    adam.step()
    plain = {"epoch": 3, "loss": 0.25, "best": None, "done": True, "big": 10 ** 30, "negative": -70000, "name": "größe",
             "list": [1, (2, 3, 4, 5), []], "bytes": b"abc", "size": torch.Size([1, 2]), "dtype": torch.float32,
             "device": torch.device("cuda", 1)}
    one_state = {"optimizer": adam.state_dict(), "state_dict": one.state_dict(), **plain}
    del one_state["bytes"]  # Protocol 2 spells them as a call of _codecs.encode.
    torch.save(one_state, FOLDER / "checkpoint.pt")
    (FOLDER / "checkpoint.pth").write_bytes(legacy_bytes(one_state))
    torch.save({**one_state, **plain}, FOLDER / "checkpoint-protocol-5.pt", pickle_protocol=5)
    torch.save({"model": one.state_dict(), "ema": two.state_dict(), "epoch": 3}, FOLDER / "checkpoint-two.pt")
    return {name: numbers(tensor) for name, tensor in two.state_dict().items()}


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.GRU(1, 1)


class Hidden(torch.nn.Module):
    """Modules without tensors, of which a state dict keeps nothing but the names."""

    def __init__(self):
        super().__init__()
        self.lstm, self.dropout = torch.nn.LSTM(2, 3), torch.nn.Dropout(0.2)
        self.head = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1))


def refused():
    folder = FOLDER / "refused"
    folder.mkdir(exist_ok=True)
    torch.manual_seed(25)
    state = torch.nn.GRU(1, 2).state_dict()
    torch.save(Net(), folder / "module.pt")
    (folder / "module.pth").write_bytes(module_stream())
    torch.save({"state_dict": state, "args": argparse.Namespace(lr=1)}, folder / "namespace.pt")
    torch.save({"state_dict": state, "args": argparse.Namespace(lr=1)}, folder / "namespace-protocol-4.pt", pickle_protocol=4)
    torch.save({"state_dict": state, "loss": torch.rand(2).numpy()[0]}, folder / "numpy.pt")
    torch.save({"weight": torch.eye(2).to_sparse()}, folder / "sparse.pt")
    torch.save({"weight": torch.zeros(2, dtype=torch.complex64)}, folder / "complex.pt")
    torch.save({"weight": torch.zeros(1).expand(1000)}, folder / "expanded.pt")
    torch.save(Hidden().state_dict(), folder / "hidden.pt")
    torch.save({"epoch": 1}, folder / "no-state-dict.pt")
    torch.save(state, folder / "big-endian.pt")
    with zipfile.ZipFile(folder / "big-endian.pt", "a") as archive:
        archive.writestr(zipfile.ZipInfo("big-endian/byteorder"), "big")
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("readme.txt"), "text")
    with tarfile.open(folder / "first-format.pt", "w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("storages", "tensors", "pickle"):
            archive.addfile(tarfile.TarInfo(name))
    (folder / "plain.pkl").write_bytes(pickle.dumps({"weight": [1.0]}, protocol=2))


def module_stream():
    """A whole module before 1.6: up to its class, whose name is refused, nothing depends on the run."""
    out = io.BytesIO()
    torch.save(Net(), out, _use_new_zipfile_serialization=False)
    data = out.getvalue()
    return data[:data.index(b"__main__\nNet\n") + 13]


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(20)
    entries = [entry(name, kind, options, getattr(torch.nn, kind)(**options, batch_first=True), "")
               for name, (kind, options) in MODULES.items()]
    options = {"input_size": 3, "hidden_size": 4}
    entries.append(entry("network-with-head", "LSTM", options, Network("LSTM", {**options, "batch_first": True}), "rnn."))
    text = ",\n".join(json.dumps(one, separators=(",", ":")) for one in entries)
    (FOLDER / "expected.json").write_text('{"files": [\n' + text + "\n]}\n")
    chains, proven = networks()
    write_json("networks.json", {"networks": chains, "proven": proven})
    write_json("tensors.json", {"tensors": odd_tensors(), "ema": checkpoints()})
    refused()
    print(f"pytorch-files: {len(entries)} recurrent modules, {len(chains)} chains, {len(proven)} proven")


main()
