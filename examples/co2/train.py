"""Trains a small LSTM to foretell next month's CO2 over Mauna Loa; writes model.safetensors and settings.json.

    python3 train.py [path to co2-concentration.csv]

Seeded and single-threaded: the same torch and BLAS on the same processor write the same bytes. Needs torch and numpy; the example
itself needs neither. It learns one month ahead alone; the example makes ten years of that by feeding its forecasts back in.

    growth[t]  =  ppm[t] - ppm[t-12]                the change since the same month of the year before
    trend[t]   =  (ppm[t] - ppm[t-120]) / 10        its mean over ten years
    x[t] (2)   =  the change since the month before, and growth[t] - trend[t]
    x[t]  ->  LSTM 24  ->  linear  ->  y[t], growth[t+1] - trend[t]

The last ten years are in no part of training: not in the weights, the scaling, or the number of updates.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / 'shared'))
from training import deterministic, write_state_dict

CSV = HERE / '../../node_modules/vega-datasets/data/co2-concentration.csv'
HYPER = {'seed': 1958, 'hidden_size': 24, 'window': 72, 'burn_in': 24, 'batch': 32, 'learning_rate': 4e-3, 'weight_decay': 1e-3, 'input_noise': 0.1, 'updates': 600}
SPLIT = {'first': '1965-01-01', 'held_out': '2010-05-01'}  # the months before the first have gaps


def load(path):
    """months, ppm: monthly means without gaps."""
    with open(path, newline='') as file:
        rows = [row for row in csv.DictReader(file) if row['Date'] >= SPLIT['first']]
    months = [row['Date'] for row in rows]
    number = [int(month[:4]) * 12 + int(month[5:7]) for month in months]
    assert all(b - a == 1 for a, b in zip(number, number[1:])), 'the series has gaps'
    return months, np.array([float(row['CO2']) for row in rows])


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, HYPER['hidden_size'], batch_first=True)
        self.head = nn.Linear(HYPER['hidden_size'], 1)

    def forward(self, x):
        return self.head(self.lstm(x)[0])


def changes(ppm):
    """month, growth and trend (months - 120): of the months from the 121st on."""
    return ppm[120:] - ppm[119:-1], ppm[120:] - ppm[108:-12], (ppm[120:] - ppm[:-120]) / 10


def features(ppm, norm):
    """x (months - 120, 2) float32."""
    month, growth, trend = changes(ppm)
    return np.stack([(month - norm['month']['mean']) / norm['month']['scale'], (growth - trend) / norm['growth']['scale']], 1).astype(np.float32)


def feed_back(model, ppm, norm, months):
    """ppm of the next months, each forecast taken for what was measured."""
    with torch.no_grad():
        _, state = model.lstm(torch.from_numpy(features(ppm, norm)[None, :-1]))
        known = list(ppm)
        for _ in range(months):
            latest = np.array(known[-121:])
            h, state = model.lstm(torch.from_numpy(features(latest, norm)[None]), state)
            known.append(known[-12] + changes(latest)[2].item() + norm['growth']['scale'] * model.head(h).item())
    return np.array(known[len(ppm):])


def main():
    deterministic(torch, HYPER['seed'])
    months, ppm = load(sys.argv[1] if len(sys.argv) > 1 else CSV)
    held_out = months.index(SPLIT['held_out'])
    past = ppm[:held_out]
    month, growth, trend = changes(past)
    norm = {'month': {'mean': float(month.mean()), 'scale': float(month.std())}, 'growth': {'scale': float((growth - trend).std())}}
    x = torch.from_numpy(features(past, norm))
    y = torch.from_numpy(((growth[1:] - trend[:-1]) / norm['growth']['scale']).astype(np.float32))
    model = Forecaster()
    optimizer = torch.optim.AdamW(model.parameters(), lr=HYPER['learning_rate'], weight_decay=HYPER['weight_decay'])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, HYPER['updates'])
    for update in range(1, HYPER['updates'] + 1):
        starts = torch.randint(0, len(x) - HYPER['window'], (HYPER['batch'],)).tolist()
        batch = torch.stack([x[s : s + HYPER['window']] for s in starts])
        target = torch.stack([y[s : s + HYPER['window']] for s in starts])
        noisy = batch + HYPER['input_noise'] * torch.randn_like(batch)
        loss = ((model(noisy)[..., 0] - target)[:, HYPER['burn_in'] :] ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if update % 100 == 0:
            print(f'update {update:4d}  loss {loss.item():.4f}', flush=True)

    ahead = len(ppm) - held_out
    got = feed_back(model, past, norm, ahead)
    print('ten years ahead, mean absolute error', np.abs(got - ppm[held_out:]).mean(), 'ppm; last', got[-1], ppm[-1])
    for growth in (past[-1] - past[-13], (past[-1] - past[-121]) / 10):
        naive = np.array([past[-12 + n % 12] + (n // 12 + 1) * growth for n in range(ahead)])
        print(f'last year again, growing by {growth:.2f} a year:', np.abs(naive - ppm[held_out:]).mean())
    write_state_dict(HERE / 'model.safetensors', model)
    settings = {
        'hyperparameters': HYPER,
        'split': SPLIT,
        'normalisation': norm,
        # What torch itself made by feeding back, which the example is held to.
        'reference': [round(float(value), 5) for value in got],
        'versions': {'python': sys.version.split()[0], 'torch': torch.__version__, 'numpy': np.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings) + '\n')


if __name__ == '__main__':
    main()
