"""State dicts of dynamically quantised networks, as this version of PyTorch saves them: `quantised-<version>.json`. `output` is what the network computes
with the float32 numbers that its weights stand for; `rounds` how far the quantised module is from that, which rounds what it multiplies to 8 bits as it
runs. Those without an output are statically quantised.
"""
import warnings

import torch
from torch import nn
from torch.ao import quantization as tq

from pytorch_case import BATCH, FOLDER, TIME, VERSION, WIDTH, Net, case, config_of, drawn, saved, seeded, write
from versions import record

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
torch.set_grad_enabled(False)
cases = []


def float_twin(quantised, plain):
    """The network before, with the numbers that the weights of the quantised one stand for."""
    state = plain.state_dict()
    number = lambda weight: weight.dequantize() if weight.is_quantized else weight
    for path, module in quantised.named_modules():
        front = path + "." if path else ""
        kind = type(module).__name__
        if kind in ("LSTM", "GRU") and hasattr(module, "get_weight") and hasattr(module, "_all_weight_values"):
            found = [*module.get_weight().items(), *module.get_bias().items()]
        elif kind.endswith("Cell") and hasattr(module, "get_weight"):
            found = [*module.get_weight().items(), *module.get_bias().items()]
        elif kind in ("Linear", "Embedding") and callable(module.weight):
            found = [("weight", module.weight())] + ([("bias", module.bias())] if kind == "Linear" and module.bias() is not None else [])
        else:
            continue
        for key, value in found:
            assert front + key in state, front + key
            state[front + key] = number(value)
    plain.load_state_dict(state)
    return plain


def add(name, make, config, kinds, dtype=torch.qint8, x=None, wrap=lambda state: state, qconfig=None):
    plain = seeded(name, make())
    spec = {kind: qconfig for kind in kinds} if qconfig else set(kinds)
    quantised = tq.quantize_dynamic(plain, spec, dtype=dtype)
    x = drawn(name) if x is None else x
    first = lambda y: y[0] if isinstance(y, tuple) else y
    y = first(float_twin(quantised, seeded(name, make()))(x))
    rounds = (first(quantised(x)) - y).abs().max().item()
    assert rounds < 0.1, (name, rounds)
    cases.append(case(name, saved(wrap(quantised.state_dict())), config, x, y, rounds=float("%.2g" % rounds)))


rnns = {nn.LSTM, nn.GRU, nn.Linear}


def net(name, dtype=torch.qint8, kinds=rnns, wrap=lambda state: state, qconfig=None, **options):
    add(name, lambda: Net(**options), config_of(**options), kinds, dtype, wrap=wrap, qconfig=qconfig)


net("lstm")
net("gru", kind="GRU")
net("lstm_layers", num_layers=2)
net("gru_both_directions", kind="GRU", bidirectional=True)
net("lstm_layers_both_directions", num_layers=2, bidirectional=True)
# Inputs as many as units: only a config says whether the second is a layer or a direction.
net("lstm_as_wide_layers", hidden=WIDTH, num_layers=2)
net("lstm_as_wide_directions", hidden=WIDTH, bidirectional=True)
net("lstm_float16", torch.float16)
net("gru_float16", torch.float16, kind="GRU", num_layers=2)
net("only_linear", kinds={nn.Linear})
net("only_lstm", kinds={nn.LSTM})
net("per_channel", kinds={nn.Linear}, qconfig=tq.per_channel_dynamic_qconfig)
net("lstm_per_channel", kinds={nn.LSTM, nn.Linear}, qconfig=tq.per_channel_dynamic_qconfig)
net("checkpoint", wrap=lambda state: {"epoch": 3, "model": state})
net("no_metadata", wrap=dict)
net("compiled", wrap=lambda state: {"_orig_mod." + key: value for key, value in state.items()})


class Cells(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = getattr(nn, kind + "Cell")(WIDTH, 4)
        self.fc = nn.Linear(4, 2, bias=False)

    def forward(self, x):
        state, found = None, []
        for t in range(x.shape[1]):
            state = self.rnn(x[:, t], state)
            found.append(state[0] if isinstance(state, tuple) else state)
        return self.fc(torch.stack(found, 1))


for kind in ("LSTM", "GRU", "RNN"):
    config = {"inputSize": WIDTH, "layers": [{"type": f"{kind.lower()}_cell", "prefix": "rnn", "hiddenSize": 4}, {"type": "linear", "prefix": "fc", "bias": False}]}
    for dtype in (torch.qint8, torch.float16) if kind == "LSTM" else (torch.qint8,):
        add(f"{kind.lower()}_cell{'' if dtype == torch.qint8 else '_float16'}", lambda: Cells(kind), config, {getattr(nn, kind + "Cell"), nn.Linear}, dtype)


class Embedded(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(6, WIDTH)
        self.rnn = nn.GRU(WIDTH, 4, batch_first=True)

    def forward(self, x):
        return self.rnn(self.emb(x))[0]


ids = torch.arange(BATCH * TIME).view(BATCH, TIME) % 6
add("embedding", Embedded, {"layers": [{"type": "embedding", "prefix": "emb"}, {"type": "gru", "prefix": "rnn", "hiddenSize": 4}]}, {nn.Embedding}, x=ids, qconfig=tq.float_qparams_weight_only_qconfig)


# A module that is the file.
lstm = seeded("alone", nn.LSTM(WIDTH, 4, batch_first=True))
quantised = tq.quantize_dynamic(nn.Sequential(lstm), {nn.LSTM})[0]
x = drawn("alone")
y = float_twin(quantised, nn.LSTM(WIDTH, 4, batch_first=True).eval())(x)[0]
cases.append(case("alone", saved(quantised.state_dict()), {}, x, y, rounds=float("%.2g" % (quantised(x)[0] - y).abs().max().item())))


# Static quantisation: refused.
class Static(nn.Module):
    def __init__(self, conv=False):
        super().__init__()
        self.quant, self.dequant = tq.QuantStub(), tq.DeQuantStub()
        self.fc = nn.Conv1d(WIDTH, 2, 1) if conv else nn.Linear(WIDTH, 2)

    def forward(self, x):
        return self.dequant(self.fc(self.quant(x)))


for name, conv in (("static_linear", False), ("static_conv", True)):
    module = seeded(name, Static(conv))
    module.qconfig = tq.get_default_qconfig(torch.backends.quantized.engine)
    tq.prepare(module, inplace=True)
    module(drawn(name).transpose(1, 2) if conv else drawn(name))
    tq.convert(module, inplace=True)
    layer = {"type": "conv1d", "prefix": "fc"} if conv else {"type": "linear", "prefix": "fc"}
    cases.append(case(name, saved(module.state_dict()), {"inputSize": WIDTH, "layers": [layer]}, drawn(name), None))

write(f"quantised-{VERSION}.json", cases)
record(FOLDER, f"quantised-{VERSION}", torch=torch.__version__)
