"""One ONNX model with what ONNX Runtime makes of it, as the generators of what the file itself says store it: shapes in the FILE's own order, sizes
that are neither batch nor time, lengths, streams. Read as the cases of `onnx_case.py`, with more fields; see README.md.
"""
import base64
import gzip
import io
import json
import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

import prng
from onnx_case import HERE, strip
from versions import record

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
torch.set_num_threads(1)

B, T = "batch", "time"
OLD = int(torch.__version__.split(".")[0]) < 2
TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_, "tensor(float16)": np.float16, "tensor(float)": np.float32, "tensor(double)": np.float64}


class Network(nn.Module):
    """Modules; `run` says how they are called."""

    def __init__(self, run, **modules):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, *inputs):
        return self.run(self, *inputs)


class Fixed(str):
    """An axis of a known meaning whose size the file fixes."""

    def __new__(cls, name, size):
        one = super().__new__(cls, name)
        one.size = size
        return one


def is_open(n):
    return isinstance(n, str) and not isinstance(n, Fixed)


def named(dims, sizes):
    return [n.size if isinstance(n, Fixed) else sizes.get(n, n) for n in dims]


def numbers(kind, name, dims, sizes, told):
    """An input's array and what the case says of it. kind: None, floats in [-1, 1); a number, ids below it; ("lengths", …), values in turn."""
    shape, seed = named(dims, sizes), prng.seed_of(f"{name}/{sizes}")
    if isinstance(kind, dict):
        values = np.asarray(kind[told] if told in kind else kind["values"])
        return values.reshape(shape), {"dims": dims, "values": values.flatten().tolist()}
    if kind is not None:
        return prng.below(seed, shape, kind), {"dims": dims, "seed": seed, "below": kind}
    return prng.uniform(seed, shape, 1.0), {"dims": dims, "seed": seed}


def packed(blob):
    return base64.b64encode(gzip.compress(blob, 9, mtime=0)).decode()


def array(value, dims):
    value = np.asarray(value)
    whole = {} if value.dtype.kind == "f" else {"type": str(value.dtype)}
    return {"dims": dims, **whole, "data": base64.b64encode(value.astype("<f4").tobytes()).decode()}


def session_of(blob, files=None):
    settings = ort.SessionOptions()
    settings.log_severity_level = 3
    # As the graph says it: optimised, some products of integers are others.
    settings.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    if not files:
        return ort.InferenceSession(blob, settings, providers=["CPUExecutionProvider"])
    with tempfile.TemporaryDirectory() as folder:
        for location, data in files.items():
            path = Path(folder, location)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        Path(folder, "model.onnx").write_bytes(blob)
        return ort.InferenceSession(str(Path(folder, "model.onnx")), settings, providers=["CPUExecutionProvider"])


def recorded(kind, name, model, inputs, outputs, sizes, options=None, check=None, states=(), steps=0, explicit=True, files=None, tolerance=1e-5):
    """inputs: [(name, dims, numbers)]; outputs: dims of each; sizes: [{"batch": 3, "time": 5, …}]; states: [(input, output)]."""
    blob = model if isinstance(model, bytes) else strip(model).SerializeToString()
    session = session_of(blob, files)
    types = {one.name: TYPES[one.type] for one in session.get_inputs()}
    inputs = [one for one in inputs if one[0] in types]
    assert len(inputs) == len(types), (name, list(types))
    result = [one.name for one in session.get_outputs()]
    # Some exporters unroll loops, and with that fix the time they saw: one run, at that size.
    declared = {one.name: one.shape for one in session.get_inputs()}
    unrolled = any(isinstance(size, int) for key, dims, _ in inputs for n, size in zip(dims, declared[key]) if is_open(n))
    sizes = sizes[:1] if unrolled else sizes
    fixed = {str(n): n.size for _, dims, _ in inputs for n in dims if isinstance(n, Fixed)}
    sizes = [{**one, **fixed} for one in sizes]
    runs = []
    for index, own in enumerate(sizes):
        feeds, told = {}, {}
        for key, dims, what in inputs:
            values, told[key] = numbers(what, f"{name}/{key}", dims, own, index)
            feeds[key] = values.astype(types[key])
            if types[key] is not np.float32:
                told[key]["type"] = str(feeds[key].dtype)
        got = session.run(None, feeds)
        for one, dims in zip(got, outputs, strict=True):
            assert list(np.shape(one)) == named(dims, own), (name, np.shape(one), dims, own)
        if check is not None:
            for one, other in zip(got, check(*feeds.values()), strict=True):
                assert np.shape(one) == np.shape(other), (name, np.shape(one), np.shape(other))
                assert np.abs(one.astype(np.float64) - other).max() < tolerance, (name, np.abs(one - other).max())
        runs.append({"batch": own.get("batch", 1), "time": own.get("time", 1), "sizes": own, "inputs": told, "outputs": [array(one, dims) for one, dims in zip(got, outputs)]})
    case = {"kind": kind, "name": name, **({"unrolled": True} if unrolled else {}), "model": packed(blob), "options": options or {}, "fixed": sorted(fixed), "outputs": result, "runs": runs}
    if states:
        # From zeros; every call takes the states that the one before gave.
        own = sizes[0]
        held = {key: np.zeros(named(dims, own), types[key]) for key, dims, _ in inputs if key in dict(states)}
        flow = []
        for step in range(steps):
            told = {}
            for key, dims, what in inputs:
                if key not in held:
                    values, told[key] = numbers(what, f"{name}/{key}/step {step}", dims, own, step)
                    held[key] = values.astype(types[key])
            got = dict(zip(result, session.run(None, held)))
            flow.append({"inputs": told, "outputs": [array(got[key], dims)["data"] for key, dims in zip(result, outputs)]})
            held = {key: got[output] for key, output in states}
        case["stream"] = {"states": [list(pair) for pair in states], "sizes": own, "dims": outputs, "steps": flow}
        if not explicit:
            case["runs"] = []
    if files:
        case["files"] = {location: packed(data) for location, data in files.items()}
    return case


def prepared(name, module):
    """Seeded numbers that are large enough to be seen; multiples of 1/64, which take less room."""
    torch.manual_seed(prng.seed_of(name) % 2**31)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -0.6, 0.6)
        parameter.data.mul_(64).round_().div_(64)
    for key, buffer in module.named_buffers():
        if key.endswith("running_var"):
            buffer.uniform_(0.4, 1.2)
        elif key.endswith("running_mean"):
            buffer.uniform_(-0.4, 0.4)
    return module.eval()


def exported(module, inputs, names, sizes, exporter, opset=None):
    """A ModelProto by one of PyTorch's two exporters; axes that are named are open."""
    args = []
    for index, (key, dims, what) in enumerate(inputs):
        values, _ = numbers(what, key, dims, sizes, 0)
        whole = values.dtype.kind != "f"
        args.append(torch.from_numpy(np.ascontiguousarray(values.astype(np.float32 if not whole else values.dtype if isinstance(what, dict) else np.int64))))
    kept = dict(input_names=[key for key, _, _ in inputs], output_names=list(names))
    if exporter == "dynamo":
        known = {}
        for _, dims, _ in inputs:
            for n in dims:
                if is_open(n):
                    known.setdefault(n, torch.export.Dim(n, min=2 if n != B else None))
        open_ = tuple({axis: known[n] for axis, n in enumerate(dims) if is_open(n)} for _, dims, _ in inputs)
        return torch.onnx.export(module, tuple(args), dynamo=True, dynamic_shapes=(open_,) if isinstance(module, Network) else open_, verbose=False, **({"opset_version": opset} if opset else {}), **kept).model_proto
    buffer = io.BytesIO()
    axes = {key: {axis: n for axis, n in enumerate(dims) if is_open(n)} for key, dims, _ in inputs}
    new = {} if OLD else {"dynamo": False}
    torch.onnx.export(module, tuple(args), buffer, dynamic_axes={key: one for key, one in axes.items() if one}, opset_version=opset or (13 if OLD else 17), **new, **kept)
    return onnx.load_from_string(buffer.getvalue())


REFUSED = []


def both(cases, kind, name, module, inputs, outputs, sizes, names=("y", "z"), exporters=("dynamo", "legacy"), exact=True, opset=None, after=None, **more):
    """Adds what each exporter writes. What it cannot export is told."""
    for exporter in exporters:
        if OLD and exporter == "dynamo":
            continue
        title = f"{'old' if OLD else exporter}_{name}"
        prepared(name, module)

        def check(*arrays):
            with torch.no_grad():
                got = module(*[torch.from_numpy(np.array(one)) for one in arrays])
            return [one.numpy() for one in (got if isinstance(got, tuple) else (got,))]

        try:
            model = exported(module, inputs, list(names)[: len(outputs)], sizes[0], exporter, opset)
            if after:
                model = after(model)
            case = recorded(kind, title, model, inputs, outputs, sizes, check=check if exact else None, **more)
            # Those that were unrolled are long, and like one another.
            if not case.get("unrolled") or sum(1 for one in cases if one.get("unrolled")) < 4:
                cases.append(case)
        except Exception as error:  # noqa: BLE001
            REFUSED.append(title)
            print("NOT HAD", title, type(error).__name__, str(error)[:260].replace("\n", " "))


def write(file, cases, zipped=False):
    file += "-old" if OLD else ""
    names = [one["name"] for one in cases]
    assert len(set(names)) == len(names), [n for n in names if names.count(n) > 1]
    text = "[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n"
    path = HERE / f"{file}.json{'.gz' if zipped else ''}"
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0) if zipped else text.encode())
    print(file, len(cases), "models", path.stat().st_size // 1024, "KB;", len(REFUSED), "not had")
    record(HERE, file, torch=torch.__version__, onnx=onnx.__version__, onnxruntime=ort.__version__, numpy=np.__version__)
