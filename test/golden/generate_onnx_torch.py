"""What a current PyTorch exports, by both of its exporters, with what ONNX Runtime makes of it: for the ONNX importer."""
import io
import logging
import sys
import warnings

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

import prng
from onnx_case import HERE, case, shape, write
from versions import record

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


class Network(nn.Module):
    """Modules one after another; `forward` says how."""

    def __init__(self, run, **modules):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, *inputs):
        return self.run(self, *inputs)


class Steps(nn.Module):
    """A cell called at every timestep of a fixed number."""

    def __init__(self):
        super().__init__()
        self.cell, self.head = nn.LSTMCell(4, 5), nn.Linear(5, 2)

    def forward(self, x):
        h = c = torch.zeros(x.shape[0], 5)
        out = []
        for t in range(5):
            h, c = self.cell(x[:, t], (h, c))
            out.append(self.head(h))
        return torch.stack(out, 1)


class Attention(nn.Module):
    """Scores of every timestep, their softmax over time, the weighted sum."""

    def __init__(self, dot):
        super().__init__()
        self.dot, self.rnn, self.score, self.head = dot, nn.GRU(4, 6, batch_first=True), nn.Linear(6, 1), nn.Linear(6, 2)

    def forward(self, x):
        y, h = self.rnn(x)
        if self.dot == "pooled":
            a = torch.softmax(self.score(torch.tanh(y)), 1)
            return self.head((a * y).sum(1))
        if self.dot == "context":
            a = torch.softmax(self.score(y).transpose(1, 2), -1)
            return self.head(torch.bmm(a, y).squeeze(1))
        if self.dot == "query":
            a = torch.softmax(torch.bmm(y, h[-1].unsqueeze(2)).squeeze(2), 1)
            return self.head(torch.bmm(a.unsqueeze(1), y).squeeze(1))
        a = torch.softmax(torch.matmul(y, y.transpose(1, 2)) / 6**0.5, -1)
        return self.head(torch.matmul(a, y))


class Decoder(nn.Module):
    """Encoder's last state repeated over a fixed time for a decoder."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder, self.head = nn.GRU(4, 5, batch_first=True), nn.GRU(5, 6, batch_first=True), nn.Linear(6, 4)

    def forward(self, x):
        h = self.encoder(x)[1][-1]
        return self.head(self.decoder(h.unsqueeze(1).repeat(1, x.shape[1], 1))[0])


B, T = "batch", "time"
X = ("x", [B, T, 4], None)
LAST = lambda m, x: m.head(m.rnn(x)[0][:, -1])


def networks():
    """name → (module, inputs, dims of the outputs, axes that stay fixed)"""
    out = {}
    for kind, make, width in (("lstm", nn.LSTM, 5), ("gru", nn.GRU, 5), ("rnn", nn.RNN, 5)):
        out[f"{kind}_last"] = (Network(LAST, rnn=make(4, 5, batch_first=True), head=nn.Linear(5, 2)), [X], [[B, 2]])
        out[f"{kind}_sequence"] = (Network(lambda m, x: m.head(m.rnn(x)[0]), rnn=make(4, 5, batch_first=True), head=nn.Linear(5, 2)), [X], [[B, T, 2]])
        out[f"{kind}_stacked_both"] = (Network(LAST, rnn=make(4, 5, 2, batch_first=True, bidirectional=True), head=nn.Linear(10, 2)), [X], [[B, 2]])
        out[f"{kind}_time_first"] = (Network(lambda m, x: m.rnn(x)[0], rnn=make(4, 5)), [("x", [T, B, 4], None)], [[T, B, 5]])
        out[f"{kind}_final"] = (Network(lambda m, x, kind=kind: m.head(m.rnn(x)[1][0][-1] if kind == "lstm" else m.rnn(x)[1][-1]), rnn=make(4, 5, 2, batch_first=True), head=nn.Linear(5, 2)), [X], [[B, 2]])
    out["lstm_final_both"] = (Network(lambda m, x: m.head(torch.cat([m.rnn(x)[1][0][-2], m.rnn(x)[1][0][-1]], 1)), rnn=nn.LSTM(4, 5, batch_first=True, bidirectional=True), head=nn.Linear(10, 2)), [X], [[B, 2]])
    states = lambda layers: [X, ("h", [layers, B, 5], None), ("c", [layers, B, 5], None)]

    def stateful(m, x, h, c):
        y, (hn, cn) = m.rnn(x, (h, c))
        return m.head(y), hn, cn

    def stateful_gru(m, x, h):
        y, hn = m.rnn(x, h)
        return m.head(y), hn

    out["lstm_states"] = (Network(stateful, rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)), states(1), [[B, T, 2], [1, B, 5], [1, B, 5]])
    out["lstm_states_stacked"] = (Network(stateful, rnn=nn.LSTM(4, 5, 2, batch_first=True), head=nn.Linear(5, 2)), states(2), [[B, T, 2], [2, B, 5], [2, B, 5]])
    out["gru_states"] = (Network(stateful_gru, rnn=nn.GRU(4, 5, 2, batch_first=True), head=nn.Linear(5, 2)), states(2)[:2], [[B, T, 2], [2, B, 5]])
    out["lstm_zero_states"] = (Network(lambda m, x: m.rnn(x, (torch.zeros(1, x.shape[0], 5), torch.zeros(1, x.shape[0], 5)))[0], rnn=nn.LSTM(4, 5, batch_first=True)), [X], [[B, T, 5]])
    out["lstm_trained_states"] = (Network(lambda m, x: m.rnn(x, (m.start.expand(-1, x.shape[0], -1).contiguous(), torch.zeros(1, x.shape[0], 5)))[0], rnn=nn.LSTM(4, 5, batch_first=True), start=nn.Parameter(torch.zeros(1, 1, 5))), [X], [[B, T, 5]])
    out["rnn_relu"] = (Network(LAST, rnn=nn.RNN(4, 5, batch_first=True, nonlinearity="relu"), head=nn.Linear(5, 2)), [X], [[B, 2]])
    out["gru_no_bias"] = (Network(LAST, rnn=nn.GRU(4, 5, batch_first=True, bias=False), head=nn.Linear(5, 2)), [X], [[B, 2]])
    out["lstm_projection"] = (Network(LAST, rnn=nn.LSTM(4, 5, batch_first=True, proj_size=3), head=nn.Linear(3, 2)), [X], [[B, 2]])
    out["mean"] = (Network(lambda m, x: torch.softmax(m.head(m.rnn(x)[0].mean(1)), -1), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 3)), [X], [[B, 3]])
    out["maximum"] = (Network(lambda m, x: torch.sigmoid(m.head(m.rnn(x)[0].max(1).values)), rnn=nn.LSTM(4, 5, batch_first=True, bidirectional=True), head=nn.Linear(10, 1)), [X], [[B, 1]])
    out["adaptive"] = (Network(lambda m, x: m.head(m.pool(m.rnn(x)[0].transpose(1, 2)).squeeze(-1)), rnn=nn.GRU(4, 5, batch_first=True), pool=nn.AdaptiveAvgPool1d(1), head=nn.Linear(5, 3)), [X], [[B, 3]])
    out["convolved"] = (Network(lambda m, x: m.head(m.rnn(torch.relu(m.norm(m.conv(x.transpose(1, 2)))).transpose(1, 2))[0]), conv=nn.Conv1d(4, 6, 3, padding=1), norm=nn.BatchNorm1d(6), rnn=nn.LSTM(6, 5, batch_first=True), head=nn.Linear(5, 2)), [X], [[B, T, 2]])
    out["pooled"] = (Network(lambda m, x: m.head(m.rnn(m.pool(m.act(m.conv(x))).transpose(1, 2))[0][:, -1]), conv=nn.Conv1d(4, 6, 3, stride=2, padding=1), act=nn.LeakyReLU(0.1), pool=nn.MaxPool1d(2), rnn=nn.GRU(6, 5, batch_first=True), head=nn.Linear(5, 2)), [("x", [B, 4, T], None)], [[B, 2]])
    for act, module in (("gelu", nn.GELU()), ("gelu_tanh", nn.GELU("tanh")), ("silu", nn.SiLU()), ("hardswish", nn.Hardswish()), ("mish", nn.Mish()), ("elu", nn.ELU()), ("prelu", nn.PReLU()), ("glu", nn.GLU(-1)), ("hardtanh", nn.Hardtanh()), ("softplus", nn.Softplus()), ("logsigmoid", nn.LogSigmoid()), ("hardsigmoid", nn.Hardsigmoid()), ("relu6", nn.ReLU6()), ("selu", nn.SELU())):
        n = 3 if act == "glu" else 6
        out[f"norm_{act}"] = (Network(lambda m, x: m.head(m.act(m.norm(m.rnn(x)[0]))), rnn=nn.RNN(4, 6, batch_first=True), norm=nn.LayerNorm(6), act=module, head=nn.Linear(n, 2)), [X], [[B, T, 2]])
    out["tags"] = (Network(lambda m, ids: torch.log_softmax(m.head(m.rnn(m.embedding(ids))[0]), -1), embedding=nn.Embedding(11, 4), rnn=nn.LSTM(4, 5, batch_first=True, bidirectional=True), head=nn.Linear(10, 3)), [("ids", [B, T], 11)], [[B, T, 3]])
    out["padded_ids"] = (Network(lambda m, ids: m.head(m.rnn(m.embedding(ids))[1][-1]), embedding=nn.Embedding(11, 4, padding_idx=0), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 3)), [("ids", [B, T], 11)], [[B, 3]])
    out["residual"] = (Network(lambda m, x: m.two(m.one(x)[0] + m.skip(x))[0] * torch.sigmoid(m.gate(x)), one=nn.LSTM(4, 5, batch_first=True), skip=nn.Linear(4, 5), two=nn.GRU(5, 5, batch_first=True), gate=nn.Linear(4, 5)), [X], [[B, T, 5]])
    out["standardised"] = (Network(lambda m, x: m.head(m.rnn((x - m.mean) / m.deviation)[0]) * 2.5 + 1, rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 1), mean=nn.Parameter(torch.zeros(4)), deviation=nn.Parameter(torch.ones(4))), [X], [[B, T, 1]])
    out["univariate"] = (Network(lambda m, x: m.head(m.rnn(x.unsqueeze(-1))[0][:, -1, :]).squeeze(-1), rnn=nn.LSTM(1, 5, batch_first=True), head=nn.Linear(5, 1)), [("x", [B, T], None)], [[B]])
    out["flipped"] = (Network(lambda m, x: m.rnn(torch.flip(x, [1]))[0], rnn=nn.GRU(4, 5, batch_first=True)), [X], [[B, T, 5]])
    out["two_inputs"] = (Network(lambda m, x, z: m.head(torch.cat([m.rnn(x)[0][:, -1], z], 1)), rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(8, 2)), [X, ("z", [B, 3], None)], [[B, 2]])
    out["conditioned"] = (Network(lambda m, x, z: m.rnn(torch.cat([x, z.unsqueeze(1).expand(-1, x.shape[1], -1)], 2))[0], rnn=nn.LSTM(7, 5, batch_first=True)), [X, ("z", [B, 3], None)], [[B, T, 5]])
    out["reordered"] = (Network(lambda m, x: m.rnn(x[:, :, [2, 0, 3, 3, 1]])[0], rnn=nn.GRU(5, 5, batch_first=True)), [X], [[B, T, 5]])
    out["heads"] = (Network(lambda m, x: m.head(torch.flatten(m.rnn(x)[0][:, -3:], 1)), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(15, 2)), [X], [[B, 2]])
    out["steps"] = (Steps(), [("x", [B, 5, 4], None)], [[B, 5, 2]])
    for dot in ("pooled", "context", "query", "self"):
        out[f"attention_{dot}"] = (Attention(dot), [X], [[B, T, 2] if dot == "self" else [B, 2]])
        out[f"attention_{dot}_fixed"] = (Attention(dot), [("x", [B, 5, 4], None)], [[B, 5, 2] if dot == "self" else [B, 2]])
    out["multihead"] = (Network(lambda m, x: m.attention(*(3 * [m.rnn(x)[0]]), need_weights=False)[0], rnn=nn.LSTM(4, 6, batch_first=True), attention=nn.MultiheadAttention(6, 2, batch_first=True)), [X], [[B, T, 6]])
    out["multihead_fixed"] = (Network(lambda m, x: m.attention(*(3 * [m.rnn(x)[0]]), need_weights=False)[0], rnn=nn.LSTM(4, 6, batch_first=True), attention=nn.MultiheadAttention(6, 2, batch_first=True)), [("x", [B, 5, 4], None)], [[B, 5, 6]])
    out["autoencoder"] = (Decoder(), [X], [[B, T, 4]])
    out["autoencoder_fixed"] = (Decoder(), [("x", [B, 5, 4], None)], [[B, 5, 4]])

    out["one_row"] = (Network(LAST, rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("x", [1, T, 4], None)], [[1, 2]])
    out["all_fixed"] = (Network(LAST, rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("x", [1, 5, 4], None)], [[1, 2]])
    out["rows_fixed"] = (Network(LAST, rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("x", [B, 5, 4], None)], [[B, 2]])
    return out


# What is stored: every module by one of the exporters, those that the two write differently by both. `all` stores everything.
BOTH = ("lstm_last", "gru_stacked_both", "rnn_final", "lstm_states", "lstm_trained_states", "conditioned", "reordered", "rows_fixed", "flipped", "tags")
LEGACY = ("lstm_time_first", "gru_states", "adaptive", "pooled", "norm_gelu", "norm_silu", "norm_glu", "norm_hardswish", "univariate", "steps", "attention_query", "attention_self_fixed", "autoencoder", "one_row")
DYNAMO = ("lstm_zero_states", "multihead_fixed", "lstm_final_both", "lstm_states_stacked", "mean", "convolved", "norm_gelu_tanh", "residual", "two_inputs", "heads", "attention_pooled", "attention_context", "autoencoder_fixed", "padded_ids")


def kept(name, exporter):
    return name in BOTH or name in (LEGACY if exporter == "legacy" else DYNAMO)


def main():
    only = [one for one in sys.argv[1:] if one != "all"]
    cases, refused = [], []
    for name, (module, inputs, outputs) in networks().items():
        for exporter in ("dynamo", "legacy"):
            title = f"torch_{exporter}_{name}"
            if (only and title not in only and name not in only) or not (only or "all" in sys.argv or kept(name, exporter)):
                continue
            torch.manual_seed(prng.seed_of(name) % 2**31)
            for parameter in module.parameters():
                nn.init.uniform_(parameter, -0.6, 0.6)
            for key, buffer in module.named_buffers():
                if key.endswith("running_var"):
                    buffer.uniform_(0.4, 1.2)
                elif key.endswith("running_mean"):
                    buffer.uniform_(-0.4, 0.4)
            if hasattr(module, "deviation"):
                module.deviation.data.abs_().add_(0.3)
            module.eval()
            args = tuple(torch.from_numpy(np.asarray(prng.below(1, shape(dims, 3, 5), vocabulary) if vocabulary else prng.uniform(1, shape(dims, 3, 5), 1.0)).astype(np.int64 if vocabulary else np.float32)) for _, dims, vocabulary in inputs)
            names = dict(input_names=[key for key, _, _ in inputs], output_names=["y", "hn", "cn"][: len(outputs)])
            try:
                if exporter == "dynamo":
                    open_ = tuple({axis: torch.export.Dim(n) if n != "time" else torch.export.Dim(n, min=4) for axis, n in enumerate(dims) if isinstance(n, str) and name != "rows_fixed"} for _, dims, _ in inputs)
                    model = torch.onnx.export(module, args, dynamo=True, dynamic_shapes=(open_,) if isinstance(module, Network) else open_, verbose=False, **names).model_proto
                else:
                    buffer = io.BytesIO()
                    axes = {key: {axis: n for axis, n in enumerate(dims) if isinstance(n, str) and name != "rows_fixed"} for key, dims, _ in inputs}
                    torch.onnx.export(module, args, buffer, dynamo=False, dynamic_axes=axes, opset_version=17, **names)
                    model = onnx.load_from_string(buffer.getvalue())

                def check(*arrays):
                    with torch.no_grad():
                        got = module(*map(torch.from_numpy, arrays))
                    return [one.numpy() for one in (got if isinstance(got, tuple) else (got,))]

                sizes = {True: ((3, 5), (2, 7)), False: ((3, 5),)}[any("time" in dims for _, dims, _ in inputs)]
                cases.append(case(title, model, inputs, outputs, {"states": []} if "states" in name and len(inputs) > 1 else None, sizes, check))
            except Exception as error:  # noqa: BLE001
                refused.append(title)
                print("NOT EXPORTED", title, type(error).__name__, str(error)[:300].replace("\n", " "))
    write("torch", cases)
    record(HERE, "torch", torch=torch.__version__, onnx=onnx.__version__, onnxruntime=ort.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
