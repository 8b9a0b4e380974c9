"""Small networks of RNNoise in both of its formats, with what Keras (text) or PyTorch (blobs) computes for them in float64: for the importer.

    python3 generate_rnnoise_files.py keras      text.json: `rnnoise-nu model file version 1`, GRUs with the reset gate before the product
    python3 generate_rnnoise_files.py torch      blob.json: records of `DNNw`, GRUs with the reset gate after it

All weights are drawn from seeds. The formats are written here as RNNoise's own tools write them, from what its `rnn_reader.c` and `parse_lpcnet_weights.c` read.
"""
import base64
import gzip
import json
import struct
import sys
from pathlib import Path

import numpy as np

import prng
from versions import record

HERE = Path(__file__).parent / "rnnoise-files"
TIME = 20


def int8(name, *shape, most=127):
    return np.round(prng.uniform(prng.seed_of(name), shape, 1.0) * most).astype(np.int8)


def floats(name, *shape, scale=0.5):
    return prng.uniform(prng.seed_of(name), shape, scale)


def keep(path, cases):
    packed = lambda data: base64.b64encode(gzip.compress(data, mtime=0)).decode()
    plain = lambda array: base64.b64encode(np.asarray(array).astype("<f4").tobytes()).decode()
    rows = [{**case, "file": packed(case["file"]), "gains": plain(case["gains"]), "vad": plain(case["vad"])} for case in cases]
    path.write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in rows) + "\n]\n")


# The text: sizes, an activation, and integers in units of 1/256.

CODES = {"tanh": 0, "sigmoid": 1, "relu": 2}
PUBLISHED = ("tanh", "tanh", "relu", "relu", "sigmoid", "sigmoid")
TURNED = ("relu", "sigmoid", "tanh", "tanh", "tanh", "relu")


def text_case(name, features, d, v, n, e, bands, activations, space):
    import keras

    keras.backend.set_floatx("float64")
    sizes = (("input_dense", features, d), ("vad_gru", d, v), ("noise_gru", d + v + features, n), ("denoise_gru", v + n + features, e), ("denoise_output", e, bands), ("vad_output", v, 1))
    words, layers = ["rnnoise-nu model file version 1"], {}
    for (layer, inputs, units), activation in zip(sizes, activations):
        gru = layer.endswith("gru")
        gates = 3 if gru else 1
        arrays = [int8(f"{name}/{layer}/w", inputs, gates * units)] + ([int8(f"{name}/{layer}/u", units, gates * units)] if gru else []) + [int8(f"{name}/{layer}/b", gates * units)]
        words.append(space[0].join(str(number) for number in (inputs, units, CODES[activation])))
        words += [space[0].join(str(number) for number in array.ravel()) for array in arrays]
        make = keras.layers.GRU(units, activation=activation, reset_after=False, return_sequences=True) if gru else keras.layers.Dense(units, activation=activation)
        make.build((None, TIME, inputs))
        make.set_weights([array.astype(np.float64) / 256 for array in arrays])
        layers[layer] = make
    seed = prng.seed_of(f"{name}/x")
    x = prng.uniform(seed, [1, TIME, features], 1.0).astype(np.float64)
    join = lambda *parts: np.concatenate([np.asarray(part) for part in parts], -1)
    dense = layers["input_dense"](x)
    vad = layers["vad_gru"](dense)
    noise = layers["noise_gru"](join(dense, vad, x))
    gains = layers["denoise_output"](layers["denoise_gru"](join(vad, noise, x)))
    return {"name": name, "seed": seed, "shape": [1, TIME, features], "file": (space[1].join(words) + space[1]).encode(), "gains": np.asarray(gains), "vad": np.asarray(layers["vad_output"](vad))}


def write_text():
    import keras

    cases = [
        text_case("activations as trained", 7, 5, 4, 6, 8, 3, PUBLISHED, (" ", "\n")),
        # Other activations, one unit where there may be one, line ends of another system.
        text_case("other activations", 3, 4, 1, 5, 2, 4, TURNED, ("\t ", "\r\n")),
    ]
    keep(HERE / "text.json", cases)
    record(HERE, "text", keras=keras.__version__, numpy=np.__version__, backend=keras.backend.backend())


# The blob: records of 64 bytes and an array, padded to 64.

TYPES = {"float": (0, "<f4"), "int": (1, "<i4"), "int8": (3, "i1")}


def write_records(arrays):
    out = b""
    for name, (kind, array) in arrays.items():
        number, dtype = TYPES[kind]
        data = np.ascontiguousarray(array).astype(dtype).tobytes()
        block = -(-len(data) // 64) * 64
        out += struct.pack("<4siiii44s", b"DNNw", 0, number, len(data), block, name.encode()) + data + bytes(block - len(data))
    return out


def blocks_of(matrix):
    """(inputs, outputs) -> [outputs / 8][inputs / 4] blocks of [4 inputs][8 outputs]."""
    inputs, outputs = matrix.shape
    return matrix.reshape(inputs // 4, 4, outputs // 8, 8).transpose(2, 0, 1, 3)


def linear(arrays, name, inputs, outputs, how, sparse=False, diagonal=False, seed=""):
    """Puts one linear layer among the arrays. Returns its weight (outputs, inputs) and bias in float64, as RNNoise's C takes them."""
    draw = f"{seed}/{name}"
    bias = floats(f"{draw}/bias", outputs, scale=0.3)
    whole = int8(f"{draw}/w", inputs, outputs)
    if sparse:  # A third of the blocks is left.
        keep_block = prng.below(prng.seed_of(f"{draw}/keep"), [outputs // 8, inputs // 4], 3) == 0
        whole = whole * np.kron(keep_block, np.ones((8, 4), np.int8)).T.astype(np.int8)
    scale = (1.5 + floats(f"{draw}/scale", outputs)) / 127 / 127 / np.sqrt(inputs / 4)
    scale = scale.astype(np.float32)
    weight = whole.astype(np.float64) * scale.astype(np.float64) * 127
    if "float" in how:  # Others than those that the integers stand for, so that a reader shows which it takes.
        weight = (weight * 0.75).astype(np.float32).astype(np.float64)
    if sparse:
        index = []
        for group in keep_block:
            index += [int(group.sum()), *(4 * np.nonzero(group)[0]).tolist()]
        arrays[f"{name}_weights_idx"] = ("int", np.array(index))
    chosen = lambda each: each[keep_block] if sparse else each
    if "int8" in how:
        arrays[f"{name}_weights_int8"] = ("int8", chosen(blocks_of(whole)).swapaxes(-1, -2))
        exact = whole.astype(np.float64) * scale.astype(np.float64) * 127
        arrays[f"{name}_subias"] = ("float", bias - exact.sum(0))
        arrays[f"{name}_scale"] = ("float", scale)
    if "float" in how:
        arrays[f"{name}_weights_float"] = ("float", chosen(blocks_of(weight)) if sparse else weight)
    arrays[f"{name}_bias"] = ("float", bias)
    if diagonal:
        diagonals = floats(f"{draw}/diagonal", outputs)
        arrays[f"{name}_weights_diag"] = ("float", diagonals)
        for gate in range(3):
            weight[np.arange(inputs), gate * inputs + np.arange(inputs)] += diagonals[gate * inputs : (gate + 1) * inputs]
    return weight.T, bias.astype(np.float64)


def blob_case(name, features, conv1, conv2, grus, bands, how, sparse):
    import torch

    arrays = {}
    part = lambda layer, inputs, outputs, how=how, **rest: linear(arrays, layer, inputs, outputs, how, seed=name, **rest)
    tensor = lambda array: torch.nn.Parameter(torch.from_numpy(np.ascontiguousarray(array)))

    def conv(layer, inputs, outputs, how):
        weight, bias = part(layer, 3 * inputs, outputs, how=how)
        made = torch.nn.Conv1d(inputs, outputs, 3).double()
        made.weight, made.bias = tensor(weight.reshape(outputs, 3, inputs).transpose(0, 2, 1)), tensor(bias)
        return lambda x: torch.tanh(made(torch.nn.functional.pad(x, (2, 0))))

    def gru(layer, inputs, units):
        # z r n as r z n.
        order = np.r_[units : 2 * units, :units, 2 * units : 3 * units]
        made = torch.nn.GRU(inputs, units, batch_first=True).double()
        for side, width, key in (("input", inputs, "ih"), ("recurrent", units, "hh")):
            weight, bias = part(f"{layer}_{side}", width, 3 * units, sparse=sparse, diagonal=sparse and side == "recurrent")
            setattr(made, f"weight_{key}_l0", tensor(weight[order]))
            setattr(made, f"bias_{key}_l0", tensor(bias[order]))
        return lambda x: made(x)[0]

    def dense(layer, inputs, outputs):
        weight, bias = part(layer, inputs, outputs, how="float")
        made = torch.nn.Linear(inputs, outputs).double()
        made.weight, made.bias = tensor(weight), tensor(bias)
        return lambda x: torch.sigmoid(made(x))

    layers = [conv("conv1", features, conv1, "float"), conv("conv2", conv1, conv2, how)]
    sizes = [conv2, *grus]
    steps = [gru(f"gru{k + 1}", sizes[k], sizes[k + 1]) for k in range(3)]
    heads = [dense("dense_out", sum(sizes), bands), dense("vad_dense", sum(sizes), 1)]
    seed = prng.seed_of(f"{name}/x")
    x = prng.uniform(seed, [1, TIME, features], 1.0)
    with torch.no_grad():
        values = [layers[1](layers[0](torch.from_numpy(x.astype(np.float64)).mT)).mT]
        for step in steps:
            values.append(step(values[-1]))
        gains, vad = (head(torch.cat(values, -1)).numpy() for head in heads)
    return {"name": name, "seed": seed, "shape": [1, TIME, features], "file": write_records(arrays), "gains": gains, "vad": vad}


def write_blobs():
    import torch

    cases = [
        # As dump_weights_blob writes it: int8 in blocks, of which the GRUs have some.
        blob_case("int8", 5, 8, 16, (16, 8, 16), 6, "int8", True),
        # Trained without pruning, written without rounding: any sizes.
        blob_case("float", 3, 4, 6, (5, 7, 3), 4, "float", False),
        # Both side by side, as debug builds have it.
        blob_case("float and int8", 4, 8, 8, (8, 8, 16), 3, "float int8", True),
    ]
    keep(HERE / "blob.json", cases)
    record(HERE, "blob", torch=torch.__version__, numpy=np.__version__)


if __name__ == "__main__":
    {"keras": write_text, "torch": write_blobs}[sys.argv[1]]()
