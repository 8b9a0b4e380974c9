"""Models in RTNeural's JSON, with what the framework they come from computes: for the RTNeural importer.

    python generate_rtneural_files.py keras     layers as RTNeural's Keras exporter writes them
    python generate_rtneural_files.py torch     state_dicts as JSON
    python generate_rtneural_files.py guitarml  captures: state_dicts with what CoreAudioML says of its models beside them
"""
import base64
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

import prng
from versions import record

HERE = Path(__file__).parent / "rtneural-files"
TIME, INPUTS = 10, 2


def entry(name, file, x, seed, y):
    return {"name": name, "seed": seed, "shape": list(x.shape), "file": file, "output": {"shape": list(y.shape), "data": base64.b64encode(np.asarray(y, "<f4").tobytes()).decode()}}


def keras_models():
    import keras

    L = keras.layers
    stacks = {
        "keras_lstm": [L.Dense(4, activation="tanh"), L.LSTM(5, return_sequences=True), L.Dense(1)],
        "keras_gru": [L.GRU(5, return_sequences=True), L.Dense(3, activation="sigmoid"), L.Activation("relu"), L.Dense(2, activation="elu")],
        "keras_conv": [L.Conv1D(4, 3, dilation_rate=2, padding="causal", activation="tanh"), L.PReLU(shared_axes=[1]), L.GRU(3, return_sequences=True), L.Dense(3, activation="softmax")],
    }
    made = []
    for name, layers in stacks.items():
        model = keras.Sequential([keras.Input((TIME, INPUTS)), *layers])
        for index, weight in enumerate(model.weights):
            weight.assign(prng.uniform(prng.seed_of(f"{name}/{index}"), list(weight.shape), 0.6))
        written = []
        for layer in model.layers:
            kind = {"Dense": "dense", "LSTM": "lstm", "GRU": "gru", "Conv1D": "conv1d", "PReLU": "prelu", "Activation": "activation"}[type(layer).__name__]
            one = {"type": kind, "shape": [None, None, int(layer.output.shape[-1])], "weights": [w.tolist() for w in layer.get_weights()]}
            one["activation"] = "" if kind == "prelu" else {"linear": ""}.get(layer.activation.__name__, layer.activation.__name__)
            if kind == "conv1d":
                one["kernel_size"], one["dilation"] = list(layer.kernel_size), list(layer.dilation_rate)
            written.append(one)
        seed = prng.seed_of(f"{name}/x")
        x = prng.uniform(seed, [2, TIME, INPUTS], 1.0)
        made.append(entry(name, {"in_shape": [None, None, INPUTS], "layers": written}, x, seed, model.predict(x, verbose=0)))
    record(HERE, "keras", keras=keras.__version__, numpy=np.__version__)
    return made


def torch_models():
    import torch
    from torch import nn

    class Two(nn.Module):
        def __init__(self, kind):
            super().__init__()
            self.first, self.second, self.dense = kind(INPUTS, 4, batch_first=True), kind(4, 5, 2, batch_first=True), nn.Linear(5, 2)

        def forward(self, x):
            return self.dense(self.second(self.first(x)[0])[0])

    made = []
    for name, kind in (("torch_lstm", nn.LSTM), ("torch_gru", nn.GRU)):
        torch.manual_seed(prng.seed_of(name) % 2**31)
        model = Two(kind)
        seed = prng.seed_of(f"{name}/x")
        x = prng.uniform(seed, [2, TIME, INPUTS], 1.0)
        with torch.no_grad():
            y = model(torch.from_numpy(x)).numpy()
        made.append(entry(name, {key: value.tolist() for key, value in model.state_dict().items()}, x, seed, y))
    record(HERE, "torch", torch=torch.__version__, numpy=np.__version__)
    return made


def guitarml_models():
    """CoreAudioML's SimpleRNN and RecNet, by what they compute: y = lin(rec(x)) + x[..., :skip]."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, unit, inputs, units, outputs, layers, bias, skip):
            super().__init__()
            self.rec, self.lin = getattr(nn, unit)(inputs, units, layers, batch_first=True), nn.Linear(units, outputs, bias=bias)
            self.skip = skip

        def forward(self, x):
            y = self.lin(self.rec(x)[0])
            return y + x[:, :, : self.skip] if self.skip else y

    class Net(nn.Module):
        def __init__(self, blocks, skip):
            super().__init__()
            self.layers, self.skip = nn.Sequential(), skip
            for number, one in enumerate(blocks, 1):
                said = {"num_layers": 1, "lin_bias": False, "skip": 1, **one}
                block = Block(*(said[key] for key in ("block_type", "input_size", "hidden_size", "output_size", "num_layers", "lin_bias", "skip")))
                self.layers.add_module(f"block_{number}", block)

        def forward(self, x):
            y = self.layers(x)
            return y + x[:, :, : self.skip] if self.skip else y

    def simple(unit, inputs=1, units=4, outputs=1, layers=1, bias=True, skip=1):
        said = {"model": "SimpleRNN", "input_size": inputs, "skip": skip, "output_size": outputs, "unit_type": unit, "num_layers": layers, "hidden_size": units, "bias_fl": bias}
        return (lambda: Block(unit, inputs, units, outputs, layers, bias, skip)), inputs, {"model_data": said}

    def net(skip, *blocks):
        said = {"model_data": {"model": "RecNet", "skip": skip}, "blocks": {str(index): one for index, one in enumerate(blocks)}, "training_info": {"current_epoch": 3, "training_losses": [0.5, 0.25], "best_val_loss": 0.25}}
        return (lambda: Net(blocks, skip)), blocks[0]["input_size"], said

    models = {
        "guitarml_lstm": simple("LSTM"),
        "guitarml_knobs": simple("GRU", inputs=3, layers=2),
        "guitarml_elman": simple("RNN", layers=2, bias=False, skip=0),
        "guitarml_stereo": simple("LSTM", inputs=3, outputs=2, skip=2),
        "guitarml_blocks": net(
            0,
            {"block_type": "LSTM", "input_size": 1, "output_size": 1, "hidden_size": 4},
            {"block_type": "GRU", "input_size": 1, "output_size": 2, "hidden_size": 3, "num_layers": 2, "lin_bias": True, "skip": 0},
            {"block_type": "RNN", "input_size": 2, "output_size": 2, "hidden_size": 3, "lin_bias": True, "skip": 2},
        ),
        "guitarml_around": net(1, {"block_type": "LSTM", "input_size": 2, "output_size": 1, "hidden_size": 3, "lin_bias": True, "skip": 0}, {"block_type": "GRU", "input_size": 1, "output_size": 1, "hidden_size": 3}),
    }
    made = []
    for name, (build, inputs, said) in models.items():
        torch.manual_seed(prng.seed_of(name) % 2**31)
        model = build()
        seed = prng.seed_of(f"{name}/x")
        x = prng.uniform(seed, [2, TIME, inputs], 1.0)
        with torch.no_grad():
            y = model(torch.from_numpy(x)).numpy()
        made.append(entry(name, {**said, "state_dict": {key: value.tolist() for key, value in model.state_dict().items()}}, x, seed, y))
    record(HERE, "guitarml", torch=torch.__version__, numpy=np.__version__)
    return made


if __name__ == "__main__":
    which = sys.argv[1]
    made = {"keras": keras_models, "torch": torch_models, "guitarml": guitarml_models}[which]()
    (HERE / f"{which}.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=False) for one in made) + "\n]\n")
