"""Trains a small network of RNNoise's topology on sounds that are made here; writes model.rnnn and settings.json.

    python3 train.py [file of training-data.mjs]

Seeded and single-threaded. Needs torch and numpy, and Node for the features, which are those of the example itself. As Valin (2018) has it, "A hybrid DSP/deep
learning approach to real-time full-band speech enhancement", with fewer units: weights between -1/2 and 1/2, since the file keeps them as int8 / 256.

    d = tanh(input_dense(x));  v = vad_gru(d);  n = noise_gru([d v x]);  e = denoise_gru([v n x]);  gains = σ(denoise_output(e));  vad = σ(vad_output(v))
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / 'shared'))
from training import deterministic

FEATURES, BANDS = 42, 22
HYPER = {'seed': 2018, 'dense': 16, 'vad': 12, 'noise': 16, 'denoise': 32, 'clips': 48, 'seconds': 5, 'window': 150, 'batch': 24, 'learning_rate': 4e-3, 'updates': 700}
MOST = 127 / 256
CODES = {'tanh': 0, 'sigmoid': 1, 'relu': 2}


class Dense(nn.Module):
    """w (inputs, units) and b, as the file has them."""

    def __init__(self, inputs, units, activation, gates=1):
        super().__init__()
        self.inputs, self.units, self.activation = inputs, units, activation
        limit = min(MOST, (3 / inputs) ** 0.5)
        self.w = nn.Parameter(torch.empty(inputs, gates * units).uniform_(-limit, limit))
        self.b = nn.Parameter(torch.zeros(gates * units))

    def arrays(self):
        return [self.w, self.b]

    def forward(self, x):
        return getattr(torch, self.activation)(x @ self.w + self.b)


class Gru(Dense):
    """Gates z r h, the reset gate before the product."""

    def __init__(self, inputs, units, activation):
        super().__init__(inputs, units, activation, gates=3)
        self.u = nn.Parameter(torch.cat([nn.init.orthogonal_(torch.empty(units, units)) for _ in range(3)], 1).clamp(-MOST, MOST))

    def arrays(self):
        return [self.w, self.u, self.b]

    def forward(self, x):
        n, outputs = self.units, []
        h = x.new_zeros(x.shape[0], n)
        act = getattr(torch, self.activation)
        for given in (x @ self.w + self.b).unbind(1):
            z, r = torch.sigmoid(given[:, : 2 * n] + h @ self.u[:, : 2 * n]).chunk(2, 1)
            h = z * h + (1 - z) * act(given[:, 2 * n :] + (r * h) @ self.u[:, 2 * n :])
            outputs.append(h)
        return torch.stack(outputs, 1)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        d, v, n, e = (HYPER[key] for key in ('dense', 'vad', 'noise', 'denoise'))
        self.input_dense = Dense(FEATURES, d, 'tanh')
        self.vad_gru = Gru(d, v, 'tanh')
        self.noise_gru = Gru(d + v + FEATURES, n, 'relu')
        self.denoise_gru = Gru(v + n + FEATURES, e, 'relu')
        self.denoise_output = Dense(e, BANDS, 'sigmoid')
        self.vad_output = Dense(v, 1, 'sigmoid')

    def forward(self, x):
        d = self.input_dense(x)
        v = self.vad_gru(d)
        n = self.noise_gru(torch.cat([d, v, x], -1))
        return self.denoise_output(self.denoise_gru(torch.cat([v, n, x], -1))), self.vad_output(v)[..., 0]


def sounds(path):
    """Frames of all clips, (clips, time, features + bands + 1)."""
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = f'{folder}/frames.f32'
            subprocess.run(['node', HERE / 'training-data.mjs', path, str(HYPER['clips']), str(HYPER['seconds'])], check=True)
        return np.fromfile(path, '<f4').reshape(HYPER['clips'], -1, FEATURES + BANDS + 1)


def loss_of(gains, vad, wanted):
    """Gains are heard much as their roots differ (Valin 2018); where nothing is to be heard at all no gain is right or wrong."""
    best, speaks = wanted[..., :BANDS], wanted[..., BANDS]
    off = (gains + 1e-4).sqrt() - best.sqrt()
    return (10 * off**4 + off**2).mean() * 10 + 0.5 * nn.functional.binary_cross_entropy(vad, speaks)


def text(network):
    """`rnnoise-nu model file version 1`, and the weights rounded as it has them."""
    lines = ['rnnoise-nu model file version 1']
    for layer in network.children():
        lines.append(f'{layer.inputs} {layer.units} {CODES[layer.activation]}')
        for array in layer.arrays():
            whole = (array.detach() * 256).round().clamp(-128, 127)
            array.data.copy_(whole / 256)
            lines.append(' '.join(str(int(number)) for number in whole.flatten()))
    return '\n'.join(lines) + '\n'


def main():
    deterministic(torch, HYPER['seed'])
    frames = torch.from_numpy(sounds(sys.argv[1] if len(sys.argv) > 1 else None))
    network = Network()
    optimizer = torch.optim.Adam(network.parameters(), lr=HYPER['learning_rate'])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, HYPER['updates'])
    for update in range(1, HYPER['updates'] + 1):
        clips = torch.randint(0, len(frames), (HYPER['batch'],)).tolist()
        starts = torch.randint(0, frames.shape[1] - HYPER['window'], (HYPER['batch'],)).tolist()
        batch = torch.stack([frames[c, s : s + HYPER['window']] for c, s in zip(clips, starts)])
        loss = loss_of(*network(batch[..., :FEATURES]), batch[..., FEATURES:])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            for weight in network.parameters():
                weight.clamp_(-MOST, MOST)
        if update % 50 == 0:
            print(f'update {update:4d}  loss {loss.item():.4f}', flush=True)
    (HERE / 'model.rnnn').write_text(text(network))
    # What torch itself makes of the first clip's features with the weights of the file, which the example is held to.
    first = frames[:1, :, :FEATURES].double()
    with torch.no_grad():
        gains, vad = network.double()(first)
    every = slice(None, None, 50)
    settings = {
        'hyperparameters': HYPER,
        'reference': {
            'every': 50,
            'gains': [[round(float(x), 6) for x in row] for row in gains[0, every]],
            'vad': [round(float(x), 6) for x in vad[0, every]],
        },
        'versions': {'python': sys.version.split()[0], 'torch': torch.__version__, 'numpy': np.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings) + '\n')


if __name__ == '__main__':
    main()
