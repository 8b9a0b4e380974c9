"""Neural Amp Modeler files of random LSTMs, with what PyTorch computes for them: for the .nam importer."""
import base64
import json
from pathlib import Path

import numpy as np
import torch

import prng
from versions import record

HERE = Path(__file__).parent / "nam-files"


def main():
    index = []
    for name, inputs, units, layers in (("one", 1, 3, 1), ("stacked", 1, 5, 2), ("parametric", 3, 4, 3)):
        torch.manual_seed(prng.seed_of(name) % 2**31)
        lstm, head = torch.nn.LSTM(inputs, units, layers, batch_first=True), torch.nn.Linear(units, 1)
        h, c = torch.rand(layers, 1, units) - 0.5, torch.rand(layers, 1, units) - 0.5
        weights = []
        for layer in range(layers):
            part = lambda key: getattr(lstm, f"{key}_l{layer}").detach()
            weights += torch.cat([part("weight_ih"), part("weight_hh")], 1).flatten().tolist()
            weights += (part("bias_ih") + part("bias_hh")).tolist()
            weights += h[layer, 0].tolist() + c[layer, 0].tolist()
        weights += head.weight.detach().flatten().tolist() + head.bias.detach().tolist()
        seed = prng.seed_of(f"{name}/x")
        x = prng.uniform(seed, [1, 12, inputs], 1.0)
        with torch.no_grad():
            y = head(lstm(torch.from_numpy(x), (h, c))[0]).numpy()
        file = {"version": "0.5.4", "architecture": "LSTM", "config": {"input_size": inputs, "hidden_size": units, "num_layers": layers}, "weights": weights}
        index.append({"name": name, "seed": seed, "shape": [1, 12, inputs], "file": file, "output": base64.b64encode(y.astype("<f4").tobytes()).decode()})
    (HERE / "models.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in index) + "\n]\n")

    record(HERE, "pytorch", torch=torch.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
