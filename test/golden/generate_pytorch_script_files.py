"""TorchScript archives as this version of PyTorch saves them, scripted and traced: `script-<version>.json`. Those without an output are to be refused.

PyTorch 1.3 and 1.2 write one file each, in the first of these forms and in the one before.
"""
import io
import tempfile
import warnings

import torch
from torch import nn

from pytorch_case import FOLDER, VERSION, WIDTH, Net, case, config_of, drawn, seeded, without_paths, write
from versions import record

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
torch.set_grad_enabled(False)
cases = []


def scripted(module):
    out = io.BytesIO()
    torch.jit.save(module, out)
    return without_paths(out.getvalue())


def add(name, make, config, forms=("script", "trace"), change=lambda module: module, settings=None, x=None):
    """`settings`: what the file says and the config may leave out or must not contradict (scripted ones alone)."""
    for form in forms:
        module = change(seeded(name, make()))
        x = drawn(name) if x is None else x
        made = torch.jit.script(module) if form == "script" else torch.jit.trace(module, x, check_trace=False)
        y = module(x)
        y = y[0] if isinstance(y, tuple) else y
        cases.append(case(f"{name}_{form}", scripted(made), config, x, y, **({"settings": settings} if settings and form == "script" else {})))


if VERSION in ("1.2", "1.3"):
    module = seeded("first", nn.Linear(WIDTH, 2))
    with tempfile.TemporaryDirectory() as folder:
        torch.jit.save(torch.jit.script(module), folder + "/model.pt")
        x = drawn("first")
        # 1.2 keeps the module as JSON: refused.
        cases.append(case("first", without_paths(open(folder + "/model.pt", "rb").read()), {}, x, module(x) if VERSION == "1.3" else None))
    write(f"script-{VERSION}.json", cases)
    record(FOLDER, f"script-{VERSION}", torch=torch.__version__)
    raise SystemExit


def net(name, forms=("script", "trace"), change=lambda module: module, settings=None, **options):
    add(name, lambda: Net(**options), config_of(**options), forms, change, settings)


net("lstm")
net("gru_both_directions", kind="GRU", num_layers=2, bidirectional=True, settings={"numLayers": 2, "bidirectional": True})
net("rnn_relu", kind="RNN", nonlinearity="relu", settings={"nonlinearity": "relu"})
net("lstm_no_bias", ("script",), bias=False, settings={"bias": False})


class Around(nn.Module):
    """Modules with settings that names and shapes do not have."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(WIDTH, 4, 3, padding=2, dilation=2)
        self.norm = nn.BatchNorm1d(4, eps=0.01)
        self.act = nn.LeakyReLU(0.2)
        self.rnn = nn.LSTM(4, 3, batch_first=True)
        self.last = nn.LayerNorm(3, eps=0.001)

    def forward(self, x):
        y = self.act(self.norm(self.conv(x.transpose(1, 2)))).transpose(1, 2)
        return self.last(self.rnn(y)[0])


around = {"inputSize": WIDTH, "layers": [
    {"type": "conv1d", "prefix": "conv", "padding": 2, "dilation": 2}, {"type": "batch_norm", "prefix": "norm", "eps": 0.01},
    {"type": "leaky_relu", "negativeSlope": 0.2}, {"type": "lstm", "prefix": "rnn", "hiddenSize": 3}, {"type": "layer_norm", "prefix": "last", "eps": 0.001}]}
add("around", Around, around, settings={"padding": 2, "dilation": 2, "eps": 1})


class Held(nn.Module):
    """One module inside another, and once more by another name."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(WIDTH, 3), nn.Tanh(), nn.Linear(3, 3))
        self.again = self.encoder[2]

    def forward(self, x):
        return self.again(self.encoder(x))


held = {"inputSize": WIDTH, "layers": [{"type": "linear", "prefix": "encoder.0"}, {"type": "tanh"}, {"type": "linear", "prefix": "encoder.2"}], "ignore": ["again.weight", "again.bias"]}


class Sequence(Held):
    def forward(self, x):
        return self.encoder(x)


add("held", Sequence, held)
add("module_alone", lambda: nn.GRU(WIDTH, 4, batch_first=True), {}, ("script",))
add("weight_norm", lambda: nn.utils.weight_norm(nn.Linear(WIDTH, 2)), {}, ("trace",))
if hasattr(nn.utils, "parametrizations") and hasattr(nn.utils.parametrizations, "weight_norm"):
    add("parametrised_weight_norm", lambda: nn.utils.parametrizations.weight_norm(nn.Linear(WIDTH, 2)), {}, ("trace",))


class Scaled(nn.Module):
    """Of the names and shapes that weight norm has, and no norm."""

    def forward(self, scale, direction):
        return scale * direction

    def right_inverse(self, weight):
        return torch.full((weight.shape[0], 1), 2.0), weight / 2


if VERSION != "1.13":
    module = seeded("own_parametrization", nn.Linear(WIDTH, 2))
    nn.utils.parametrize.register_parametrization(module, "weight", Scaled())
    x = drawn("own_parametrization")
    cases.append(case("own_parametrization", scripted(torch.jit.trace(module, x, check_trace=False)), {}, x, None))


def quantised(name, **options):
    plain = seeded(name, Net(**options))
    module = torch.ao.quantization.quantize_dynamic(plain, {nn.LSTM, nn.GRU, nn.Linear})
    state = plain.state_dict()
    for path, part in (("rnn", module.rnn), ("fc", module.fc)):
        found = [*part.get_weight().items(), *part.get_bias().items()] if path == "rnn" else [("weight", part.weight()), ("bias", part.bias())]
        for key, value in found:
            state[f"{path}.{key}"] = value.dequantize() if value.is_quantized else value
    plain.load_state_dict(state)
    x = drawn(name)
    cases.append(case(name, scripted(torch.jit.script(module)), config_of(**options), x, plain(x)))


quantised("quantised_lstm")
quantised("quantised_gru", kind="GRU", hidden=WIDTH, bidirectional=True)

# Without names, or in forms of other engines: refused.
module = torch.jit.script(seeded("frozen", Net()))
cases.append(case("frozen", scripted(torch.jit.freeze(module)), config_of(), drawn("frozen"), None))


class Listed(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = [torch.rand(2, WIDTH), torch.rand(2)]

    def forward(self, x):
        return nn.functional.linear(x, self.parts[0], self.parts[1])


torch.manual_seed(3)
cases.append(case("listed", scripted(torch.jit.script(Listed())), {"inputSize": WIDTH, "layers": [{"type": "linear"}]}, drawn("listed"), None))
for name, how in (("lite", lambda m: m), ("mobile", lambda m: __import__("torch.utils.mobile_optimizer").utils.mobile_optimizer.optimize_for_mobile(m))):
    module = seeded(name, Net())
    try:
        made = how(torch.jit.script(module))
    except RuntimeError as error:  # built without XNNPACK
        print("NOT HAD", name, str(error)[:60])
        continue
    x = drawn(name)
    cases.append(case(name, without_paths(made._save_to_buffer_for_lite_interpreter()), config_of(), x, module(x) if name == "lite" else None))

# Of an older version the ones that differ most: the code in these files makes them large.
FEW = ("lstm_script", "lstm_trace", "around_script", "weight_norm_trace", "quantised_lstm", "frozen", "lite", "mobile")
if VERSION == "1.13":
    cases = [one for one in cases if one["name"] in FEW]
write(f"script-{VERSION}.json", cases)
record(FOLDER, f"script-{VERSION}", torch=torch.__version__)
