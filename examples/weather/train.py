"""Trains the demo's forecaster and writes model.safetensors, settings.json and predictions.safetensors.

    python3 train.py [path to seattle-weather.csv]

Seeded and single-threaded: the same torch version on the same processor writes the same bytes. Needs torch and numpy;
the demo itself needs neither.

The network reads one day per timestep and, at each day, forecasts temp_max of the next seven days as a departure from
the season's normal (the climatology), so that what it has to learn is the weather and not the calendar. It is not told
the date: with two or three years to learn from, it would learn those years by heart.

    x[t] (4)  ->  LSTM 64  ->  LSTM 64  ->  linear  ->  y[t] (7)
    forecast of day t+k  =  climatology(t+k) + scale * y[t][k-1]

Nothing from the held-out year enters training: the climatology, the normalisation and the number of updates all come
from the days before it.
"""

import csv
import json
import struct
import sys
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
CSV = HERE / '../../node_modules/vega-datasets/data/seattle-weather.csv'

HYPER = {
    'seed': 2015,
    'hidden_size': 64,
    'num_layers': 2,
    'horizon': 7,
    'harmonics': 2,  # of the year, in the climatology
    'window': 48,  # days per training sequence, cut at random places
    'burn_in': 14,  # first days of a window, whose forecasts are not scored: the state starts from zero
    'batch': 24,
    'learning_rate': 7e-4,
    'weight_decay': 1e-2,
    'dropout': 0.2,
    'input_noise': 0.2,  # standard deviation, in units of the normalised features
    'horizon_weights': [1.0, 0.5, 0.35, 0.3, 0.3, 0.3, 0.3],  # far days are mostly noise, near ones can be learnt
    'average_decay': 0.98,  # of the running average of the weights, which is what is kept
    'max_updates': 400,
    'validate_every': 20,
}
SPLIT = {'first': '2012-01-01', 'validation': '2014-01-01', 'held_out': '2015-01-01', 'last': '2015-12-31'}


def load(path):
    with open(path, newline='') as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row['date']) for row in rows]
    assert all((b - a).days == 1 for a, b in zip(days, days[1:])), 'the series has gaps'
    columns = {name: np.array([float(row[name]) for row in rows]) for name in ('temp_max', 'temp_min', 'precipitation', 'wind')}
    return days, columns


def season(t, harmonics):
    """(days, 1 + 2·harmonics): constant, then sin and cos of each harmonic of the year; t counts days of the series."""
    angle = 2 * np.pi * np.asarray(t, np.float64) / 365.25
    terms = [np.ones_like(angle)]
    for k in range(1, harmonics + 1):
        terms += [np.sin(k * angle), np.cos(k * angle)]
    return np.stack(terms, 1)


def fit_normalisation(columns, days):
    """Everything that turns a day into features, from the first `days` days only."""
    basis = season(np.arange(days), HYPER['harmonics'])
    norm = {}
    for name in ('temp_max', 'temp_min'):
        normal = np.linalg.lstsq(basis, columns[name][:days], rcond=None)[0]
        norm[name] = {'climatology': normal.tolist(), 'scale': float(np.std(columns[name][:days] - basis @ normal))}
    for name, values in (('precipitation', np.log1p(columns['precipitation'])), ('wind', columns['wind'])):
        norm[name] = {'mean': float(values[:days].mean()), 'scale': float(values[:days].std())}
    return norm


def featurize(columns, norm):
    """x (days, 4) float32, anomaly (days) in units of its scale, climatology (days + horizon) in °C."""
    n = len(columns['temp_max'])
    basis = season(np.arange(n + HYPER['horizon']), HYPER['harmonics'])
    normal = {name: basis @ np.array(norm[name]['climatology']) for name in ('temp_max', 'temp_min')}
    anomaly = {name: (columns[name] - normal[name][:n]) / norm[name]['scale'] for name in normal}
    rain = (np.log1p(columns['precipitation']) - norm['precipitation']['mean']) / norm['precipitation']['scale']
    wind = (columns['wind'] - norm['wind']['mean']) / norm['wind']['scale']
    x = np.column_stack([anomaly['temp_max'], anomaly['temp_min'], rain, wind])
    return x.astype(np.float32), anomaly['temp_max'], normal['temp_max']


class Forecaster(nn.Module):
    def __init__(self, features):
        super().__init__()
        h, layers, p = HYPER['hidden_size'], HYPER['num_layers'], HYPER['dropout']
        self.lstm = nn.LSTM(features, h, num_layers=layers, batch_first=True, dropout=p)
        self.dropout = nn.Dropout(p)
        self.head = nn.Linear(h, HYPER['horizon'])

    def forward(self, x):
        return self.head(self.dropout(self.lstm(x)[0]))


def windows_of(anomaly, days):
    """target (days, 7): anomaly of t+1 .. t+7; NaN where that day is not before `days`."""
    target = np.full((days, HYPER['horizon']), np.nan, np.float32)
    for k in range(1, HYPER['horizon'] + 1):
        target[: days - k, k - 1] = anomaly[k:days]
    return target


def loss_of(y, target):
    """Squared error, averaged over the days whose weather is known, weighted by horizon."""
    known = ~torch.isnan(target)
    weight = torch.tensor(HYPER['horizon_weights']) * known
    return (weight * (y - torch.nan_to_num(target)) ** 2).sum() / weight.sum()


def superpose(batch, target):
    """Each window plus another of the batch, weighted cos θ and sin θ: departures from normal are nearly a linear process,
    whose sums are the same process again, with the same variance. Gives far more windows than the series has."""
    angle = torch.rand(len(batch), 1, 1) * torch.pi / 2
    other = torch.randperm(len(batch))
    mix = lambda values: torch.cos(angle) * values + torch.sin(angle) * values[other]
    return mix(batch), mix(target)


def train(x, anomaly, days, updates, validate=None):
    """Trains on the first `days` days. Returns the averaged model and the validation curve."""
    torch.manual_seed(HYPER['seed'])
    model = Forecaster(x.shape[1])
    average = Forecaster(x.shape[1])
    average.load_state_dict(model.state_dict())
    average.eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=HYPER['learning_rate'], weight_decay=HYPER['weight_decay'])
    xs, ys = torch.from_numpy(x[:days]), torch.from_numpy(windows_of(anomaly, days))
    curve = []
    for update in range(1, updates + 1):
        starts = torch.randint(0, days - HYPER['window'] + 1, (HYPER['batch'],)).tolist()
        batch = torch.stack([xs[s : s + HYPER['window']] for s in starts])
        target = torch.stack([ys[s : s + HYPER['window']] for s in starts])
        batch, target = superpose(batch, target)
        batch = batch + HYPER['input_noise'] * torch.randn_like(batch)
        loss = loss_of(model(batch)[:, HYPER['burn_in'] :], target[:, HYPER['burn_in'] :])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        decay = min(HYPER['average_decay'], update / (update + 10))
        with torch.no_grad():
            for kept, current in zip(average.parameters(), model.parameters()):
                kept.lerp_(current, 1 - decay)
        if validate and update % HYPER['validate_every'] == 0:
            curve.append((update, validate(average)))
            print(f'update {update:4d}  training loss {loss.item():.4f}  validation loss {curve[-1][1]:.4f}', flush=True)
    return average, curve


def forecast(model, x):
    """(days, 7): one run over the whole series, as a stream would."""
    with torch.no_grad():
        return model(torch.from_numpy(x)[None])[0].numpy()


def errors(forecasts, actual):
    e = forecasts - actual
    return {'mae': round(float(np.abs(e).mean()), 4), 'rmse': round(float(np.sqrt((e**2).mean())), 4)}


def scores(columns, normal, forecasts, first):
    """Errors in °C over every target day from index `first` on, of the model and of what it must beat."""
    actual, n = columns['temp_max'], len(columns['temp_max'])
    table = {}
    for k in (1, 7):
        day = np.arange(first, n)
        table[f'+{k}'] = {
            'model': errors(forecasts[day - k, k - 1], actual[day]),
            'persistence': errors(actual[day - k], actual[day]),
            'seasonal_naive': errors(actual[day - 365], actual[day]),
            'climatology': errors(normal[day], actual[day]),
        }
    return table


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


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    days, columns = load(sys.argv[1] if len(sys.argv) > 1 else CSV)
    index = {name: days.index(date.fromisoformat(text)) for name, text in SPLIT.items()}
    assert index['first'] == 0 and index['last'] == len(days) - 1

    # How long to train: the best number of updates on the validation year, with the years before it alone.
    norm = fit_normalisation(columns, index['validation'])
    x, anomaly, _ = featurize(columns, norm)
    year = slice(index['validation'], index['held_out'])
    wanted = torch.from_numpy(windows_of(anomaly, index['held_out'])[year])
    validate = lambda model: loss_of(torch.from_numpy(forecast(model, x[: year.stop])[year]), wanted).item()
    _, curve = train(x, anomaly, index['validation'], HYPER['max_updates'], validate)
    updates = min(curve, key=lambda point: point[1])[0]
    print(f'best after {updates} updates; training again on every day before {SPLIT["held_out"]}', flush=True)

    norm = fit_normalisation(columns, index['held_out'])
    x, anomaly, normal = featurize(columns, norm)
    model, _ = train(x, anomaly, index['held_out'], updates)
    y = forecast(model, x)
    forecasts = normal[np.arange(len(days))[:, None] + np.arange(1, HYPER['horizon'] + 1)] + norm['temp_max']['scale'] * y.astype(np.float64)
    table = scores(columns, normal, forecasts, index['held_out'])
    print(json.dumps(table, indent=1))

    # Kept from the first forecast that looks into the held-out year: issued seven days before it.
    first = index['held_out'] - HYPER['horizon']
    write_safetensors(HERE / 'model.safetensors', {name: data.numpy() for name, data in model.state_dict().items()}, {'format': 'pt'})
    write_safetensors(HERE / 'predictions.safetensors', {'outputs': y[first:]}, {'first_day': str(days[first]), 'torch': torch.__version__})
    settings = {
        'hyperparameters': HYPER,
        'updates': updates,
        'split': SPLIT,
        'features': ['temp_max anomaly', 'temp_min anomaly', 'log1p(precipitation)', 'wind'],
        'normalisation': norm,
        'held_out_scores': table,
        'versions': {'python': sys.version.split()[0], 'torch': torch.__version__, 'numpy': np.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings, indent=2) + '\n')


if __name__ == '__main__':
    main()
