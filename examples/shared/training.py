"""What the training scripts have in common."""

import json
import struct

import numpy as np


def deterministic(torch, seed):
    """One thread and one seed: the same torch and BLAS on the same processor write the same bytes."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)


def write_safetensors(path, tensors, metadata):
    """The format: u64 header length, JSON header padded with spaces to 8 bytes, data."""
    header, offset = {'__metadata__': metadata}, 0
    for name, data in tensors.items():
        header[name] = {'dtype': 'F32', 'shape': list(data.shape), 'data_offsets': [offset, offset + data.nbytes]}
        offset += data.nbytes
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        for data in tensors.values():
            file.write(np.ascontiguousarray(data, '<f4').tobytes())


def write_state_dict(path, model):
    write_safetensors(path, {name: data.numpy() for name, data in model.state_dict().items()}, {'format': 'pt'})
