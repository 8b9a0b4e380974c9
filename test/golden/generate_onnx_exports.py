"""What torch.onnx.export makes of ordinary modules, with what PyTorch computes: for the ONNX importer."""
import base64
import io
import json
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

import prng
from versions import record

HERE = Path(__file__).parent / "onnx-files"
warnings.filterwarnings("ignore")


class Last(nn.Module):
    """Sequence → class: the output at the last timestep."""

    def __init__(self, rnn, width, out=2):
        super().__init__()
        self.rnn, self.head = rnn, nn.Linear(width, out)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class Tag(nn.Module):
    """Sequence → sequence, with an embedding in front."""

    def __init__(self):
        super().__init__()
        self.embedding, self.rnn, self.norm, self.head = nn.Embedding(11, 6), nn.LSTM(6, 4, bidirectional=True, batch_first=True), nn.LayerNorm(8), nn.Linear(8, 3)

    def forward(self, ids):
        return torch.log_softmax(self.head(self.norm(self.rnn(self.embedding(ids))[0])), -1)


class Convolved(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.rnn, self.head = nn.Conv1d(4, 6, 3, padding=1), nn.BatchNorm1d(6), nn.GRU(6, 5, batch_first=True), nn.Linear(5, 2)

    def forward(self, x):
        y = torch.relu(self.norm(self.conv(x.transpose(1, 2)))).transpose(1, 2)
        return torch.sigmoid(self.head(self.rnn(y)[0]).mean(1))


class Stateful(nn.Module):
    """One call takes h and c and gives hn and cn."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(4, 5, 2, batch_first=True), nn.Linear(5, 2)

    def forward(self, x, h, c):
        y, (hn, cn) = self.rnn(x, (h, c))
        return self.head(y), hn, cn


class Own(nn.Module):
    """A whole pipeline: gating by hand, a residual sum, the final state used."""

    def __init__(self):
        super().__init__()
        self.one, self.two, self.gate = nn.GRU(4, 6, batch_first=True, bidirectional=True), nn.RNN(12, 12, batch_first=True), nn.Linear(12, 12)

    def forward(self, x):
        y, _ = self.one(x)
        z, h = self.two(y * torch.sigmoid(self.gate(y)))
        return torch.cat([(y + z).max(1).values, h[-1]], 1)


def main():
    x = ("x", ["batch", "time", 4])
    modules = {
        "lstm": (Last(nn.LSTM(4, 5, batch_first=True), 5), [x]),
        "lstm_time_first": (nn.Sequential(nn.LSTM(4, 5)), [("x", ["time", "batch", 4])]),
        "lstm_stacked_bidirectional": (Last(nn.LSTM(4, 5, 2, batch_first=True, bidirectional=True), 10), [x]),
        "gru_stacked": (Last(nn.GRU(4, 5, 3, batch_first=True), 5), [x]),
        "gru_no_bias": (Last(nn.GRU(4, 5, batch_first=True, bias=False), 5), [x]),
        "rnn_relu": (Last(nn.RNN(4, 5, batch_first=True, nonlinearity="relu"), 5), [x]),
        "tag": (Tag(), [("ids", ["batch", "time"])]),
        "convolved": (Convolved(), [x]),
        "stateful": (Stateful(), [x, ("h", [2, "batch", 5]), ("c", [2, "batch", 5])]),
        "own": (Own(), [x]),
    }
    cases = []
    for name, (module, inputs) in modules.items():
        for opset in (9, 13, 16):
            title = f"export_{name}_opset{opset}"
            torch.manual_seed(prng.seed_of(name) % 2**31)
            for parameter in module.parameters():
                nn.init.uniform_(parameter, -0.6, 0.6)
            module.eval()

            def fed(batch, time):
                arrays, told = [], {}
                for key, dims in inputs:
                    shape = [{"batch": batch, "time": time}.get(n, n) for n in dims]
                    seed = prng.seed_of(f"{title}/{key}/{batch}")
                    ids = key == "ids"
                    arrays.append(torch.from_numpy(prng.below(seed, shape, 11).astype(np.int64) if ids else prng.uniform(seed, shape, 1.0)))
                    told[key] = {"dims": dims, "seed": seed, **({"below": 11} if ids else {})}
                return arrays, told

            stateful = name == "stateful"
            outputs = ["y", "hn", "cn"] if stateful else ["y", "hn", "cn"] if name == "lstm_time_first" else ["y"]
            axes = {key: {i: n for i, n in enumerate(dims) if isinstance(n, str)} for key, dims in inputs}
            buffer = io.BytesIO()
            torch.onnx.export(module, tuple(fed(2, 6)[0]), buffer, opset_version=opset, input_names=[key for key, _ in inputs], output_names=outputs, dynamic_axes=axes)
            runs = []
            for batch, time in ((2, 6), (3, 4)):
                arrays, told = fed(batch, time)
                with torch.no_grad():
                    got = module(*arrays)
                flat = []
                for one in got if isinstance(got, tuple) else (got,):
                    flat += list(one) if isinstance(one, tuple) else [one]
                runs.append({"batch": batch, "time": time, "inputs": told, "outputs": [{"shape": list(o.shape), "data": base64.b64encode(o.numpy().astype("<f4").tobytes()).decode()} for o in flat]})
            cases.append({"name": title, "model": base64.b64encode(buffer.getvalue()).decode(), "options": {"states": []} if stateful else {}, "runs": runs, "outputs": outputs})
    (HERE / "exports.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n")
    record(HERE, "pytorch", torch=torch.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
