"""Small real files for the PyTorch importer: state_dicts as safetensors, freshly initialized by PyTorch, and what the
modules made of an input, in `expected.json`.
"""
import json
import struct

import torch

from case import HERE

torch.set_num_threads(1)
torch.set_grad_enabled(False)

FOLDER = HERE / "pytorch-files"
BATCH, TIME = 2, 5

# File name → the module's class and arguments.
MODULES = {
    "lstm": ("LSTM", {"input_size": 3, "hidden_size": 5}),
    "gru": ("GRU", {"input_size": 3, "hidden_size": 5}),
    "rnn": ("RNN", {"input_size": 3, "hidden_size": 5}),
    "rnn-relu": ("RNN", {"input_size": 3, "hidden_size": 5, "nonlinearity": "relu"}),
    "lstm-2-layers": ("LSTM", {"input_size": 4, "hidden_size": 6, "num_layers": 2}),
    "gru-2-layers-bidirectional": ("GRU", {"input_size": 4, "hidden_size": 3, "num_layers": 2, "bidirectional": True}),
    "lstm-bidirectional": ("LSTM", {"input_size": 1, "hidden_size": 4, "bidirectional": True}),
    "lstm-no-bias": ("LSTM", {"input_size": 3, "hidden_size": 4, "bias": False}),
    "gru-no-bias": ("GRU", {"input_size": 3, "hidden_size": 4, "bias": False}),
    "rnn-no-bias-bidirectional": ("RNN", {"input_size": 3, "hidden_size": 4, "bias": False, "bidirectional": True}),
    "lstm-projection": ("LSTM", {"input_size": 3, "hidden_size": 6, "proj_size": 2}),
    "lstm-projection-2-layers-bidirectional":
        ("LSTM", {"input_size": 3, "hidden_size": 5, "proj_size": 2, "num_layers": 2, "bidirectional": True}),
}


class Network(torch.nn.Module):
    """A recurrent layer with a head, as people save them: names have a prefix, other tensors stand beside."""

    def __init__(self, kind, options):
        super().__init__()
        self.rnn = getattr(torch.nn, kind)(**options)
        self.head = torch.nn.Linear(options["hidden_size"], 2)

    def forward(self, x):
        y, state = self.rnn(x)
        return self.head(y), state


def write_safetensors(path, tensors):
    """The length of the header, the header as JSON padded to 8 bytes, the tensors' bytes one behind the other
    (https://huggingface.co/docs/safetensors, "Format")."""
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{value:.9g}") for value in tensor.flatten().tolist()]}


def entry(name, kind, options, module, prefix):
    torch.nn.init.uniform_(x := torch.empty(BATCH, TIME, options["input_size"]), -1, 1)
    write_safetensors(FOLDER / f"{name}.safetensors", module.state_dict())
    y, state = module(x)
    h, c = state if kind == "LSTM" else (state, None)
    found = {"file": f"{name}.safetensors", "module": kind, "options": {**options, "batch_first": True}, "prefix": prefix,
             "input": numbers(x), "output": numbers(y), "h_n": numbers(h)}
    return {**found, "c_n": numbers(c)} if c is not None else found


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(20)
    entries = [entry(name, kind, options, getattr(torch.nn, kind)(**options, batch_first=True), "")
               for name, (kind, options) in MODULES.items()]
    options = {"input_size": 3, "hidden_size": 4}
    entries.append(entry("network-with-head", "LSTM", options, Network("LSTM", {**options, "batch_first": True}), "rnn."))
    text = ",\n".join(json.dumps(one, separators=(",", ":")) for one in entries)
    (FOLDER / "expected.json").write_text('{"files": [\n' + text + "\n]}\n")
    print(f"pytorch-files: {len(entries)} files")


main()
