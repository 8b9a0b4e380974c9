"""Weights without a topology as browsers have them, with what TensorFlow 1's cells compute: for the TensorFlow importer.

`magenta…`: a weights_manifest.json and its shards as tensorflowjs' own writer writes them, plain and quantised; judged by what the cells make
of the weights as its reader gives them back. `ml5`: the manifest.json of deeplearn.js, a file for each variable. `sketch`: a decoder
of sketch-rnn in its own JSON. `vae`: an encoder named as MusicVAE's; `bidirectional`: outputs at every timestep, of two cells.

tensorflowjs (`pip install --no-deps --target … tensorflowjs`) is wanted for these two of its files alone.
"""
import base64
import json
import os
import sys
import tempfile
import types
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
import tensorflow as tf
from tf_keras.src.layers.rnn import legacy_cells as cells

# tensorflowjs imports its converters, and these far more than is wanted here.
TENSORFLOWJS = next(Path(path, "tensorflowjs") for path in sys.path if Path(path, "tensorflowjs", "write_weights.py").exists())
package = types.ModuleType("tensorflowjs")
package.__path__ = [str(TENSORFLOWJS)]
sys.modules["tensorflowjs"] = package
for name in ("object", "bool"):
    # It is older than NumPy 2.
    if name not in np.__dict__:
        setattr(np, name, __builtins__.__dict__[name])
from tensorflowjs import read_weights, version, write_weights

import prng
from versions import record

v1 = tf.compat.v1
v1.disable_eager_execution()
HERE = Path(__file__).parent / "tensorflow-files"
BATCH, TIME, INPUTS = 2, 5, 3

encode = lambda data: base64.b64encode(data).decode()


def stack(prefix, *units):
    return [{"type": "basic_lstm_cell", "numUnits": n, "prefix": f"{prefix}/multi_rnn_cell/cell_{k}/basic_lstm_cell"} for k, n in enumerate(units)]


def multi(*units):
    return cells.MultiRNNCell([cells.BasicLSTMCell(n) for n in units])


def dense(y, scope, units, names=("kernel", "bias"), joint="/"):
    kernel = v1.get_variable(f"{scope}{joint}{names[0]}", [int(y.shape[-1]), units])
    bias = v1.get_variable(f"{scope}{joint}{names[1]}", [units])
    return tf.einsum("...f,fu->...u", y, kernel) + bias


def evaluate(name, build, weights=None, tokens=0):
    """The variables of a graph, drawn or given, and what it makes of a drawn input."""
    with tf.Graph().as_default(), v1.Session() as session:
        shape = [BATCH, TIME] if tokens else [BATCH, TIME, INPUTS]
        x = v1.placeholder(tf.int32 if tokens else tf.float32, shape)
        y = build(x)
        values = {}
        for variable in v1.global_variables():
            own = variable.name.split(":")[0]
            values[own] = weights[own] if weights else prng.uniform(prng.seed_of(f"{name}/{own}"), [int(n) for n in variable.shape], 0.6)
            variable.load(values[own], session)
        seed = prng.seed_of(f"{name}/x")
        given = prng.below(seed, shape, tokens) if tokens else prng.uniform(seed, shape, 1.0)
        out = np.asarray(session.run(y, {x: given}))
    told = {"name": name, "seed": seed, "shape": shape, "output": {"shape": list(out.shape), "data": encode(out.astype("<f4").tobytes())}}
    return values, {**told, **({"tokens": tokens} if tokens else {})}


def magenta(kind, shard_size):
    name = "magenta" + (f"_{kind}" if kind else "") + ("_shards" if shard_size else "")
    build = lambda x: dense(v1.nn.dynamic_rnn(multi(4, 5), x, dtype=tf.float32)[0], "fully_connected", 3, ("weights", "biases"))
    values, told = evaluate(name, build)
    options = {**({"quantization_dtype_map": {kind: "*"}} if kind else {}), **({"shard_size_bytes": shard_size} if shard_size else {})}
    with tempfile.TemporaryDirectory() as folder:
        groups = [[{"name": own, "data": data} for own, data in values.items()]]
        manifest = write_weights.write_weights(groups, folder, write_manifest=False, **options)
        back = {one["name"]: one["data"].astype("float32") for one in read_weights.read_weights(manifest, folder, flatten=True)}
        files = {path: encode(Path(folder, path).read_bytes()) for group in manifest for path in group["paths"]}
    _, told = evaluate(name, build, back)
    layers = stack("rnn", 4, 5) + [{"type": "dense", "units": 3, "prefix": "fully_connected"}]
    return {**told, "config": {"inputSize": INPUTS, "layers": layers}, "manifest": manifest, "files": files}


def ml5():
    name = "ml5"

    def build(x):
        table = v1.get_variable("embedding", [7, 4])
        with v1.variable_scope("rnnlm"):
            y, _ = v1.nn.dynamic_rnn(multi(4, 5), tf.nn.embedding_lookup(table, x), dtype=tf.float32, scope="rnnlm")
            return dense(y, "softmax", 7, ("w", "b"), "_")

    values, told = evaluate(name, build, tokens=7)
    # As its script names files; the counter is an int64, which no player reads.
    files = {own: own.replace("/", "_") for own in values}
    manifest = {own: {"filename": file, "shape": list(values[own].shape)} for own, file in files.items()}
    stored = {file: encode(np.asarray(values[own], "<f4").tobytes()) for own, file in files.items()}
    manifest["global_step"], stored["global_step"] = {"filename": "global_step", "shape": []}, encode(np.int64(7).tobytes())
    prefix = "rnnlm/rnnlm"
    layers = [{"type": "embedding", "prefix": "embedding"}] + stack(prefix, 4, 5) + [{"type": "dense", "units": 7, "prefix": "rnnlm/softmax"}]
    return {**told, "config": {"layers": layers}, "manifest": manifest, "files": stored}


def sketch():
    name = "sketch"
    build = lambda x: dense(v1.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, dtype=tf.float32)[0], "output", 9)
    values, _ = evaluate(name, build)
    whole = {own: np.round(data * 32767 / 10).astype("<i2") for own, data in values.items()}
    _, told = evaluate(name, build, {own: (q * 10.0 / 32767).astype("float32") for own, q in whole.items()})
    kernel, bias = whole["rnn/basic_lstm_cell/kernel"], whole["rnn/basic_lstm_cell/bias"]
    blobs = [whole["output/kernel"], whole["output/bias"], kernel[:INPUTS], kernel[INPUTS:], bias]
    info = {"name": "cat", "version": 6, "mode": 2, "max_seq_len": 125, "scale_factor": 87.5}
    return {**told, "sketch": [info, [list(one.shape) for one in blobs], [encode(one.tobytes()) for one in blobs]]}


def both_ways(name, make, layer, last):
    """Two cells, one from each end; `last`: their final outputs, and what is made of them."""

    def build(x):
        with v1.variable_scope("encoder/cell_0"):
            outputs, states = v1.nn.bidirectional_dynamic_rnn(make(), make(), x, dtype=tf.float32)
        if not last:
            return tf.concat(outputs, -1)
        return dense(tf.concat([states[0][-1].h, states[1][-1].h], -1), "encoder/mu", 3)

    values, told = evaluate(name, build)
    with tempfile.TemporaryDirectory() as folder:
        manifest = write_weights.write_weights([[{"name": own, "data": data} for own, data in values.items()]], folder, write_manifest=False)
        files = {path: encode(Path(folder, path).read_bytes()) for group in manifest for path in group["paths"]}
    half = lambda way: {**layer, "prefix": f"encoder/cell_0/bidirectional_rnn/{way}/{layer['prefix']}"}
    layers = [{"type": "bidirectional_rnn", "name": "encoder", "forward": half("fw"), "backward": half("bw"), **({"returnSequences": False} if last else {})}]
    if last:
        layers.append({"type": "dense", "units": 3, "prefix": "encoder/mu"})
    return {**told, "config": {"inputSize": INPUTS, "layers": layers}, "manifest": manifest, "files": files}


def main():
    vae = {"type": "lstm_cell", "numUnits": 4, "prefix": "multi_rnn_cell/cell_0/lstm_cell"}
    gru = {"type": "gru_cell", "numUnits": 4, "prefix": "gru_cell"}
    found = [magenta(kind, None) for kind in (None, "uint8", "uint16", "float16")] + [magenta(None, 300), ml5(), sketch()]
    found += [both_ways("vae", lambda: cells.MultiRNNCell([cells.LSTMCell(4)]), vae, True), both_ways("bidirectional", lambda: cells.GRUCell(4), gru, False)]
    (HERE / "manifests.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in found) + "\n]\n")
    record(HERE, "tensorflow-manifests", tensorflow=tf.__version__, tensorflowjs=version.version, numpy=np.__version__)
    print(tf.__version__, len(found), "manifests")


main()
