"""State dicts whose weights are re-parametrised (weight and spectral norm, pruning), checkpoints with other objects beside the state dict, and models
whose state dict is that of a plain chain although they are none; with what the modules made of an input.

Run by a PyTorch of before 2 as well: NumPy 1 pickles its arrays under other names.
"""
import argparse
import collections
import copy
import dataclasses
import datetime
import decimal
import enum
import functools
import json
import pathlib
import uuid

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune

import prng
from case import HERE
from versions import record

FOLDER = HERE / "pytorch-files"
OLD = int(torch.__version__.split(".")[0]) < 2
OWN = "-old" if OLD else ""
torch.set_num_threads(1)
BATCH, TIME, WIDTH = 2, 5, 3


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]}


def write_safetensors(path, tensors):
    import struct
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in sorted(tensors.items()):
        kind, dtype = ("I64", "<i8") if tensor.dtype == torch.int64 else ("F32", "<f4")
        blob = tensor.detach().contiguous().numpy().astype(dtype).tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def write_json(name, value):
    lines = [json.dumps(key) + ": [\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in part) + "\n]" for key, part in value.items()]
    (FOLDER / name).write_text("{" + ",\n".join(lines) + "}\n")
    print(name, {key: len(part) for key, part in value.items()})


class Net(nn.Module):
    """[conv →] rnn → last or all → fc, under the names of `config`."""

    def __init__(self, kind="LSTM", conv=False, out=2, hidden=4, **more):
        super().__init__()
        self.kind, self.hidden, self.out, self.more = kind, hidden, out, more
        if conv:
            self.conv = nn.Conv1d(WIDTH, 3, 2, **conv)
        self.rnn = getattr(nn, kind)(WIDTH, hidden, batch_first=True, **more)
        self.fc = nn.Linear(hidden, out)
        self.given = conv

    def forward(self, x):
        if self.given:
            x = self.conv(x.transpose(1, 2)).transpose(1, 2)
        return self.fc(self.rnn(x)[0])

    def config(self):
        front = [{"type": "conv1d", "prefix": "conv", "outChannels": 3, "kernelSize": 2, **self.given}] if self.given else []
        layers = {"numLayers": self.more["num_layers"]} if "num_layers" in self.more else {}
        return {"inputSize": WIDTH, "layers": [*front, {"type": self.kind.lower(), "prefix": "rnn", "hiddenSize": self.hidden, **layers}, {"type": "linear", "prefix": "fc", "outFeatures": self.out}]}


def seeded(name, module):
    torch.manual_seed(prng.seed_of(name) % 2**31)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -0.8, 0.8)
    return module


def shaken(module):
    """Magnitudes that are no longer those of the directions, as training leaves them."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.endswith(("_g", ".original0")):
                parameter.mul_(torch.rand_like(parameter) + 0.5)
    return module


STALE = []


def outputs(name, module, x):
    """What the module computes; with the weights put back as plain ones, it must be the same."""
    module.eval()
    with torch.no_grad():
        got = module(x)
        plain = copy.deepcopy(module) if not OLD else None
        if plain is not None and any(hasattr(one, "parametrizations") for one in plain.modules()):
            for one in list(plain.modules()):
                for key in list(getattr(one, "parametrizations", {})):
                    nn.utils.parametrize.remove_parametrizations(one, key)
            for one in plain.modules():
                if isinstance(one, nn.RNNBase):
                    one._flat_weights = [getattr(one, key) for key in one._flat_weights_names]
            again = plain(x)
            # nn.LSTM keeps the weights it was made with in a list beside; what it computes with is that list.
            if (again - got).abs().max() > 1e-6:
                STALE.append(name)
            return again
    return got


def reparametrised():
    found = []

    def add(name, module, how, **more):
        name += OWN
        # Both formats of the first of each kind, then one in turn.
        first = not any(one["how"] == how for one in found)
        kinds = ("pt", "safetensors") if first else (("pt", "safetensors")[len(found) % 2],)
        torch.manual_seed(prng.seed_of(name + "/x") % 2**31)
        x = torch.rand(BATCH, TIME, WIDTH) * 2 - 1
        y = outputs(name, module, x)
        state = module.state_dict()
        files = []
        for kind in kinds:
            files.append(f"{name}.{kind}")
            if kind == "pt":
                torch.save(state, FOLDER / files[-1])
            else:
                write_safetensors(FOLDER / files[-1], dict(state))
        found.append({"files": files, "how": how, **more, "config": module.config(), "input": numbers(x), "output": numbers(y)})

    def old_norm(name, targets, **net):
        module = seeded(name, Net(**net))
        for part, key, dim in targets:
            nn.utils.weight_norm(getattr(module, part), key, dim)
        add(f"weight-norm-{name}", shaken(module), "weight_norm", dims=[dim for _, _, dim in targets])

    both = lambda dim: [("rnn", "weight_ih_l0", dim), ("rnn", "weight_hh_l0", dim)]
    old_norm("lstm", both(0))
    old_norm("lstm-hh-only", [("rnn", "weight_hh_l0", 0)])
    if not OLD:
        old_norm("lstm-dim-1", both(1))
        old_norm("lstm-whole", both(None))
        old_norm("gru", both(0), kind="GRU")
        old_norm("rnn-whole", both(None), kind="RNN")
        old_norm("gru-stacked", [("rnn", f"weight_{which}_l{k}", 0) for which in ("ih", "hh") for k in (0, 1)], kind="GRU", num_layers=2)
        for dim in (0, 1, None):
            old_norm(f"linear-{dim}", [("fc", "weight", dim)])
        old_norm("linear-one-out", [("fc", "weight", 0)], out=1)
        old_norm("square", [("fc", "weight", 0), ("rnn", "weight_hh_l0", 0)], kind="RNN", out=4)
        old_norm("square-dim-1", [("fc", "weight", 1), ("rnn", "weight_hh_l0", 1)], kind="RNN", out=4)
        for dim in (0, 1, 2, None):
            old_norm(f"conv-{dim}", [("conv", "weight", dim)], conv={"padding": 1})
        new = nn.utils.parametrizations
        for dim in (0, 1, None):
            for part, key in (("fc", "weight"), ("rnn", "weight_hh_l0"), ("conv", "weight")):
                title = f"{part}-{dim}"
                module = seeded(title, Net("GRU" if dim == 1 else "LSTM", conv={"padding": 1} if part == "conv" else False))
                new.weight_norm(getattr(module, part), key, **({"dim": dim} if dim is not None else {"dim": None}))
                add(f"parametrised-weight-norm-{title}", shaken(module), "parametrizations.weight_norm", dims=[dim])
        module = seeded("all", Net(conv={"padding": 1}))
        for part, key in (("rnn", "weight_ih_l0"), ("rnn", "weight_hh_l0"), ("fc", "weight"), ("conv", "weight")):
            new.weight_norm(getattr(module, part), key)
        add("parametrised-weight-norm-all", shaken(module), "parametrizations.weight_norm", dims=[0, 0, 0, 0])
    # Spectral norm: in eval mode, u and v as training left them (a few steps of the power iteration).
    for part, key, dim, net in (("fc", "weight", None, {}), ("fc", "weight", 1, {}), ("rnn", "weight_hh_l0", None, {}), ("conv", "weight", None, {"conv": {"padding": 1}}), ("fc", "weight", 1, {"out": 4})):
        if OLD and (dim or part == "conv"):
            continue
        title = f"{part}{'' if dim is None else f'-dim-{dim}'}{'-square' if net.get('out') == 4 else ''}"
        module = seeded(title, Net(**net))
        nn.utils.spectral_norm(getattr(module, part), key, **({"dim": dim} if dim is not None else {}))
        module.train()
        for _ in range(2):
            module(torch.rand(1, TIME, WIDTH))
        add(f"spectral-norm-{title}", module, "spectral_norm", dims=[dim or 0])
        if not OLD:
            module = seeded(title, Net(**net))
            nn.utils.parametrizations.spectral_norm(getattr(module, part), key, **({"dim": dim} if dim is not None else {}))
            module.train()
            for _ in range(2):
                module(torch.rand(1, TIME, WIDTH))
            add(f"parametrised-spectral-norm-{title}", module, "parametrizations.spectral_norm", dims=[dim or 0])

    def pruned(name, prunes, **net):
        module = seeded(name, Net(**net))
        for run in prunes:
            run(module)
        add(f"pruned-{name}", module, "prune")

    pruned("l1", [lambda m: prune.l1_unstructured(m.fc, "weight", 0.4), lambda m: prune.l1_unstructured(m.rnn, "weight_hh_l0", 0.3)])
    pruned("bias", [lambda m: prune.random_unstructured(m.fc, "weight", 3), lambda m: prune.l1_unstructured(m.fc, "bias", 1), lambda m: prune.l1_unstructured(m.rnn, "bias_hh_l0", 0.5)])
    if not OLD:
        pruned("rows", [lambda m: prune.ln_structured(m.rnn, "weight_ih_l0", 0.25, n=2, dim=0), lambda m: prune.random_structured(m.fc, "weight", 1, dim=1)], kind="GRU")
        pruned("custom", [lambda m: prune.custom_from_mask(m.fc, "weight", (torch.arange(8) % 3 > 0).view(2, 4)), lambda m: prune.custom_from_mask(m.rnn, "weight_ih_l0", torch.arange(48).view(16, 3) % 2 == 0)])
        pruned("custom-not-0-and-1", [lambda m: prune.custom_from_mask(m.fc, "weight", torch.arange(8).view(2, 4) * 0.25)])
        pruned("twice", [lambda m: prune.random_unstructured(m.fc, "weight", 2), lambda m: prune.l1_unstructured(m.fc, "weight", 2)])
        pruned("conv", [lambda m: prune.l1_unstructured(m.conv, "weight", 0.5), lambda m: prune.identity(m.rnn, "weight_hh_l0")], conv={"padding": 1})
        pruned("all", [lambda m: prune.global_unstructured([(m.rnn, "weight_ih_l0"), (m.rnn, "weight_hh_l0"), (m.fc, "weight")], prune.L1Unstructured, amount=0.5)])
        module = seeded("direction", Net())
        nn.utils.weight_norm(module.fc, "weight")
        prune.l1_unstructured(module.fc, "weight_v", 0.4)
        add("pruned-weight-norm", shaken(module), "prune of weight_norm")

    if OLD:
        return found, []
    refused = []

    class Symmetric(nn.Module):
        def forward(self, weight):
            return weight.triu() + weight.triu(1).transpose(-1, -2)

    class Doubled(nn.Module):
        def forward(self, weight):
            return 2 * weight

    class Parts(nn.Module):
        def forward(self, a, b):
            return a @ b

        def right_inverse(self, weight):
            return weight, torch.eye(weight.shape[1])

    def no(name, run, **net):
        module = seeded(name, Net(**net))
        run(module)
        torch.manual_seed(1)
        x = torch.rand(BATCH, TIME, WIDTH)
        torch.save(module.state_dict(), FOLDER / f"parametrised-{name}.pt")
        refused.append({"files": [f"parametrised-{name}.pt"], "how": name, "config": module.config(), "input": numbers(x), "output": numbers(outputs(name, module, x))})

    register = nn.utils.parametrize.register_parametrization
    no("own-symmetric", lambda m: register(m.fc, "weight", Symmetric()), out=4)
    no("own-doubled", lambda m: register(m.fc, "weight", Doubled()))
    # Two originals, as weight norm has, of shapes that a magnitude and a direction could have: [4, 4] and [4, 4].
    no("own-product", lambda m: register(m.fc, "weight", Parts()), out=4)
    no("two-in-a-row", lambda m: (nn.utils.parametrizations.spectral_norm(m.fc), register(m.fc, "weight", Doubled())))
    no("orthogonal", lambda m: nn.utils.parametrizations.orthogonal(m.fc, "weight"), out=4)
    return found, refused


class Phase(enum.Enum):
    TRAIN = "train"


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass
class TrainConfig:
    lr: float = 0.1
    units: int = 3


class Point(collections.namedtuple("Point", "x y")):
    pass


def scaled(x, by):
    return x * by


def beside():
    """(what stands beside the state dict, whether it can be passed over without a guess)"""
    plain = {
        "namespace": argparse.Namespace(lr=0.1, units=3, name="größe", inner=argparse.Namespace(a=[1, 2])),
        "numpy-float64": np.float64(0.25), "numpy-float32": np.float32(0.25), "numpy-int64": np.int64(7), "numpy-bool": np.bool_(True),
        "numpy-array": np.arange(6, dtype=np.float32).reshape(2, 3), "numpy-array-int": np.arange(3), "numpy-array-empty": np.zeros((0, 2)),
        "numpy-array-fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "numpy-text": np.array(["a", "bc"]), "numpy-str": np.str_("abc"), "numpy-objects": np.array([1, "a", None], object),
        "numpy-dtype": np.dtype("float32"), "numpy-random-state": np.random.RandomState(1).get_state(), "numpy-history": {"loss": [np.float64(0.5), np.float64(0.25)], "best": np.float32(0.25)},
        "set": {3}, "frozenset": frozenset([3]), "empty-set": set(),
        "defaultdict-list": collections.defaultdict(list, loss=[0.5, 0.25]), "defaultdict-float": collections.defaultdict(float, a=0.5), "defaultdict-int": collections.defaultdict(int),
        "ordered-dict": collections.OrderedDict(a=1, b=[2]), "counter": collections.Counter(a=2, b=1), "deque": collections.deque([1.0, 2.0]), "deque-bounded": collections.deque([1, 2], maxlen=4),
        "path": pathlib.PurePosixPath("runs/1"), "path-of-system": pathlib.Path("runs/1"), "path-windows": pathlib.PureWindowsPath("C:\\runs"),
        "datetime": datetime.datetime(2024, 5, 6, 7, 8, 9), "date": datetime.date(2024, 5, 6), "timedelta": datetime.timedelta(seconds=90), "datetime-utc": datetime.datetime(2024, 5, 6, tzinfo=datetime.timezone.utc),
        "size": torch.Size([1, 2]), "dtype": torch.float16, "device": torch.device("cuda", 0), "generator-state": torch.Generator().manual_seed(1).get_state(),
        "complex": 1 + 2j, "bytes": b"abc", "bytearray": bytearray(b"abc"), "decimal": decimal.Decimal("0.1"), "uuid": uuid.UUID(int=5), "range": range(3), "slice": slice(1, 3), "ellipsis": ...,
        "parameter": nn.Parameter(torch.ones(2)), "type": float,
    }
    own = {"enum": Phase.TRAIN, "int-enum": Level.LOW, "dataclass": TrainConfig(), "named-tuple": Point(1, 2), "partial": functools.partial(scaled, by=2), "function": scaled, "class": TrainConfig, "builtin": print, "module": nn.Dropout(0.1),
           "optimizer": torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1), "scheduler-lambda": functools.partial(pow, 2)}
    return plain, own


def checkpoints():
    torch.manual_seed(31)
    module = seeded("beside", nn.RNN(WIDTH, 2, bias=False, batch_first=True)).eval()
    config = {"inputSize": WIDTH, "layers": [{"type": "rnn", "hiddenSize": 2, "bias": False}]}
    x = torch.rand(1, 3, WIDTH)
    with torch.no_grad():
        y = module(x)[0]
    state, found = module.state_dict(), []
    plain, own = beside()
    if OLD:
        plain, own = {key: one for key, one in plain.items() if key.startswith("numpy") or key in ("namespace", "path", "set", "defaultdict-list")}, {}
    for group, expect in ((plain, "read"), (own, "refused or passed over")):
        for name, value in group.items():
            for protocol in (2, 4) if name in ("namespace", "numpy-float64", "numpy-array", "set", "defaultdict-list", "path", "enum", "datetime") else (2,):
                file = f"beside-{name}{OWN}{'' if protocol == 2 else f'-protocol-{protocol}'}.pt"
                try:
                    torch.save({"epoch": 3, "beside": value, "state_dict": state}, FOLDER / file, pickle_protocol=protocol)
                except Exception as error:  # noqa: BLE001
                    print("NOT HAD", file, error)
                    continue
                found.append({"files": [file], "beside": name, "expect": expect, "config": config, "input": numbers(x), "output": numbers(y)})
    if not OLD:
        # All of it at once, after the state dict and inside a list.
        torch.save({"state_dict": state, "more": [plain["namespace"], plain["numpy-float64"], {"a": plain["set"]}, plain["defaultdict-list"]]}, FOLDER / "beside-several.pt")
        found.append({"files": ["beside-several.pt"], "beside": "several", "expect": "read", "config": config, "input": numbers(x), "output": numbers(y)})
    return found


class Alike(nn.Module):
    def __init__(self, run, **modules):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, x):
        return self.run(self, x)


def alike():
    """The state dicts of these are those of chains; `config` where one describes them."""
    found = []

    def add(name, run, config=None, ids=False, **modules):
        module = seeded(name, Alike(run, **modules)).eval()
        torch.manual_seed(32)
        x = torch.randint(0, 11, (BATCH, TIME)) if ids else torch.rand(BATCH, TIME, WIDTH) * 2 - 1
        with torch.no_grad():
            y = module(x)
        torch.save(module.state_dict(), FOLDER / f"alike-{name}.pt")
        files = [f"alike-{name}.pt"]
        if name in ("chain", "last", "residual"):
            files.append(f"alike-{name}.safetensors")
            write_safetensors(FOLDER / files[-1], dict(module.state_dict()))
        found.append({"files": files, "config": config, "input": numbers(x), "output": numbers(y)})

    lstm, fc = lambda: nn.LSTM(3, 4, batch_first=True), lambda width=4, out=2: nn.Linear(width, out)
    chain = lambda *middle: {"inputSize": 3, "layers": [{"type": "lstm", "prefix": "lstm", "hiddenSize": 4}, *middle, {"type": "linear", "prefix": "fc"}]}
    last = {"type": "last_timestep"}
    add("chain", lambda m, x: m.fc(m.lstm(x)[0]), chain(), lstm=lstm(), fc=fc())
    add("last", lambda m, x: m.fc(m.lstm(x)[0][:, -1]), chain(last), lstm=lstm(), fc=fc())
    add("final-state", lambda m, x: m.fc(m.lstm(x)[1][0][-1]), chain(last), lstm=lstm(), fc=fc())
    add("cell-state", lambda m, x: m.fc(m.lstm(x)[1][1][-1]), lstm=lstm(), fc=fc())
    add("mean", lambda m, x: m.fc(m.lstm(x)[0].mean(1)), lstm=lstm(), fc=fc())
    add("most", lambda m, x: m.fc(m.lstm(x)[0].max(1).values), lstm=lstm(), fc=fc())
    add("first", lambda m, x: m.fc(m.lstm(x)[0][:, 0]), lstm=lstm(), fc=fc())
    add("relu-between", lambda m, x: m.fc(torch.relu(m.lstm(x)[0])), chain({"type": "relu"}), lstm=lstm(), fc=fc())
    add("sigmoid-at-the-end", lambda m, x: torch.sigmoid(m.fc(m.lstm(x)[0])), {**chain(), "layers": [*chain()["layers"], {"type": "sigmoid"}]}, lstm=lstm(), fc=fc())
    add("softmax-of-last", lambda m, x: torch.softmax(m.fc(m.lstm(x)[0][:, -1]), 1), {**chain(last), "layers": [*chain(last)["layers"], {"type": "softmax"}]}, lstm=lstm(), fc=fc())
    add("time-first", lambda m, x: m.fc(m.lstm(x)[0]), lstm=nn.LSTM(3, 4), fc=fc())
    add("backwards", lambda m, x: m.fc(m.lstm(x.flip(1))[0]), lstm=lstm(), fc=fc())
    add("residual", lambda m, x: m.fc(x + m.gru(x)[0]), gru=nn.GRU(3, 3, batch_first=True), fc=fc(3))
    add("residual-between", lambda m, x: m.fc(m.two(m.one(x)[0])[0] + m.one(x)[0]), one=nn.LSTM(3, 4, batch_first=True), two=nn.LSTM(4, 4, batch_first=True), fc=fc())
    add("output-residual", lambda m, x: x + m.fc(m.lstm(x)[0]), lstm=lstm(), fc=fc(4, 3))
    add("parallel", lambda m, x: m.fc(m.one(x)[0] + m.two(x)[0]), one=nn.GRU(3, 3, batch_first=True), two=nn.GRU(3, 3, batch_first=True), fc=fc(3))
    add("encoder-decoder", lambda m, x: m.fc(m.decoder(x, m.encoder(x)[1])[0]), encoder=nn.GRU(3, 3, batch_first=True), decoder=nn.GRU(3, 3, batch_first=True), fc=fc(3))
    add("two-sided-final", lambda m, x: m.fc(torch.cat([m.gru(x)[1][0], m.gru(x)[1][1]], 1)), {"inputSize": 3, "layers": [{"type": "gru", "prefix": "gru", "hiddenSize": 3, "bidirectional": True, "returnSequences": False}, {"type": "linear", "prefix": "fc"}]}, gru=nn.GRU(3, 3, batch_first=True, bidirectional=True), fc=fc(6))
    add("two-sided-last", lambda m, x: m.fc(m.gru(x)[0][:, -1]), {"inputSize": 3, "layers": [{"type": "gru", "prefix": "gru", "hiddenSize": 3, "bidirectional": True}, last, {"type": "linear", "prefix": "fc"}]}, gru=nn.GRU(3, 3, batch_first=True, bidirectional=True), fc=fc(6))
    add("embedded-last", lambda m, x: m.fc(m.lstm(m.emb(x))[0][:, -1]), {"layers": [{"type": "embedding", "prefix": "emb", "numEmbeddings": 11, "embeddingDim": 3}, {"type": "lstm", "prefix": "lstm", "hiddenSize": 4}, last, {"type": "linear", "prefix": "fc"}]}, ids=True, emb=nn.Embedding(11, 3), lstm=lstm(), fc=fc())
    add("two-heads", lambda m, x: m.fc1(m.lstm(x)[0]) * torch.sigmoid(m.fc2(m.lstm(x)[0])), lstm=lstm(), fc1=fc(4, 4), fc2=fc(4, 4))
    add("registered-otherwise", lambda m, x: m.fc(m.b(m.a(x)[0])[0]), b=nn.GRU(3, 3, batch_first=True), a=nn.GRU(3, 3, batch_first=True), fc=fc(3))
    add("relu-rnn", lambda m, x: m.fc(m.rnn(x)[0]), {"inputSize": 3, "layers": [{"type": "rnn", "prefix": "rnn", "hiddenSize": 4, "nonlinearity": "relu"}, {"type": "linear", "prefix": "fc"}]}, rnn=nn.RNN(3, 4, batch_first=True, nonlinearity="relu"), fc=fc())
    return found


def main():
    found, refused = reparametrised()
    beside_ = checkpoints()
    write_json(f"reparametrised{OWN}.json", {"networks": found, "refused": refused})
    write_json(f"beside{OWN}.json", {"networks": beside_})
    if not OLD:
        write_json("alike.json", {"networks": alike()})
    if STALE:
        print("computed with other weights than the state dict's:", ", ".join(STALE))
    record(FOLDER, "state files" + OWN, torch=torch.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
