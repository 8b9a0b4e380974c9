"""Trains a small encoder and decoder to go on with a wave; writes encoder.safetensors, decoder.safetensors and settings.json.

    python3 train.py

Seeded and single-threaded: the same torch and BLAS on the same processor write the same bytes. Needs torch and numpy; the example
itself needs neither. There are no data: waves are made up as they are needed.

    x[t], 10 points   ->  LSTM 20  ->  LSTM 20  ->  h, c
    y[t-1]            ->  LSTM 20 from h, c  ->  linear  ->  y[t], 10 points; y[-1] is x's last one
"""

import json
import math
import platform
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / 'shared'))
from training import deterministic, write_state_dict

HYPER = {'seed': 20, 'units': 20, 'points': 10, 'updates': 1500, 'batch': 128, 'learning_rate': 0.01}


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, HYPER['units'], num_layers=2, batch_first=True)

    def forward(self, x):
        _, (h, c) = self.lstm(x)
        return h[1:], c[1:]


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, HYPER['units'], batch_first=True)
        self.head = nn.Linear(HYPER['units'], 1)

    def forward(self, y, state):
        points = []
        for _ in range(HYPER['points']):
            h, state = self.lstm(y, state)
            y = self.head(h)
            points.append(y)
        return torch.cat(points, dim=1)


def waves(count):
    """(count, 20, 1): of any phase, a height of 0.4 to 1 and a length of 7 to 16 points."""
    length = 7 + 9 * torch.rand(count, 1)
    phase = 2 * math.pi * torch.rand(count, 1)
    height = 0.4 + 0.6 * torch.rand(count, 1)
    t = torch.arange(2 * HYPER['points'])
    return (height * torch.sin(2 * math.pi * t / length + phase)).unsqueeze(-1)


def main():
    deterministic(torch, HYPER['seed'])
    encoder, decoder = Encoder(), Decoder()
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=HYPER['learning_rate'])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, HYPER['learning_rate'], total_steps=HYPER['updates'])

    def run(batch):
        known, unknown = batch[:, : HYPER['points']], batch[:, HYPER['points'] :]
        return decoder(known[:, -1:], encoder(known)), unknown

    for update in range(HYPER['updates']):
        got, expected = run(waves(HYPER['batch']))
        loss = (got - expected).square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        if update % 300 == 299:
            print(update + 1, f'{loss.item():.6f}', flush=True)

    with torch.no_grad():
        got, expected = run(waves(1000))
        error = (got - expected).abs().mean().item()
        wave = waves(1)
        forecast = run(wave)[0]
    for name, part in (('encoder', encoder), ('decoder', decoder)):
        write_state_dict(HERE / f'{name}.safetensors', part)
    numbers = lambda tensor: [round(float(x), 6) for x in tensor.flatten()]
    settings = {
        'hyperparameters': HYPER,
        'error': round(error, 4),
        'reference': {'wave': numbers(wave), 'forecast': numbers(forecast)},
        'versions': {'python': platform.python_version(), 'torch': torch.__version__, 'numpy': np.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings) + '\n')
    print('mean absolute error', error, settings['reference'])


if __name__ == '__main__':
    main()
