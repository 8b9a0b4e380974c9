"""One exported ONNX model with what ONNX Runtime makes of it, as the generators of onnx-files store it.

A case names the batch and the time among the sizes of its inputs and outputs; a test puts batch first and time second.
"""
import base64
import gzip
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

import prng

HERE = Path(__file__).parent / "onnx-files"
SIZES = ((3, 5), (2, 7))


def strip(model):
    """Leaves out what is for people: where in the training script a node came from."""
    graphs = [model.graph]
    for graph in graphs:
        del graph.metadata_props[:]
        del graph.value_info[:]
        graph.doc_string = ""
        for node in graph.node:
            graphs.extend(a.g for a in node.attribute if a.HasField("g"))
            node.doc_string = ""
            del node.metadata_props[:]
        for value in [*graph.input, *graph.output, *graph.initializer]:
            value.doc_string = ""
            del value.metadata_props[:]
    for function in model.functions:
        del function.metadata_props[:]
        del function.value_info[:]
        function.doc_string = ""
        for node in function.node:
            node.doc_string = ""
            del node.metadata_props[:]
    model.doc_string = ""
    del model.metadata_props[:]
    return model


def shape(dims, batch, time):
    return [{"batch": batch, "time": time}.get(n, n) for n in dims]


def case(name, model, inputs, outputs, options=None, sizes=SIZES, check=None):
    """inputs: [(name in the file, dims, vocabulary or None)]; outputs: dims of each. check: the framework's own outputs for given arrays."""
    blob = strip(model).SerializeToString()
    settings = ort.SessionOptions()
    settings.log_severity_level = 3
    # As the graph says it: optimised, some products of integers are others.
    settings.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(blob, settings, providers=["CPUExecutionProvider"])
    # Some exporters unroll loops, and with that fix the time they saw: one run, at that size.
    declared = {one.name: one.shape for one in session.get_inputs()}
    if any(isinstance(size, int) for key, dims, _ in inputs for n, size in zip(dims, declared[key]) if isinstance(n, str)):
        sizes = sizes[:1]
    runs = []
    for batch, time in sizes:
        feeds, told = {}, {}
        for key, dims, vocabulary in inputs:
            seed = prng.seed_of(f"{name}/{key}/{batch}")
            own = shape(dims, batch, time)
            wanted = next(one.type for one in session.get_inputs() if one.name == key)
            kind = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(float16)": np.float16}.get(wanted, np.float32)
            feeds[key] = (prng.below(seed, own, vocabulary) if vocabulary else prng.uniform(seed, own, 1.0)).astype(kind)
            told[key] = {"dims": dims, "seed": seed, **({"below": vocabulary} if vocabulary else {})}
        got = session.run(None, feeds)
        for one, dims in zip(got, outputs, strict=True):
            assert list(one.shape) == shape(dims, batch, time), (name, one.shape, dims)
        if check is not None:
            for one, own in zip(got, check(*feeds.values()), strict=True):
                assert np.abs(one - own).max() < 1e-5, (name, np.abs(one - own).max())
        runs.append({"batch": batch, "time": time, "inputs": told, "outputs": [{"dims": dims, "data": base64.b64encode(np.asarray(one, "<f4").tobytes()).decode()} for one, dims in zip(got, outputs)]})
    packed = base64.b64encode(gzip.compress(blob, 9, mtime=0)).decode()
    return {"name": name, "model": packed, "options": options or {}, "runs": runs, "outputs": [one.name for one in session.get_outputs()]}


def write(file, cases):
    names = [one["name"] for one in cases]
    assert len(set(names)) == len(names), [n for n in names if names.count(n) > 1]
    (HERE / f"{file}.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n")
    print(len(cases), "models", (HERE / f"{file}.json").stat().st_size // 1024, "KB")
