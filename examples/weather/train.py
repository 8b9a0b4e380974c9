"""Trains the demo's forecaster and writes model.safetensors, settings.json and predictions.safetensors.

    python3 train.py [path to seattle-weather.csv]

Seeded and single-threaded: the same torch and BLAS on the same processor write the same bytes. Needs torch and numpy;
the demo itself needs neither.

Three years are few. What simple rules know is therefore left to them, and the network learns what they do not:

    forecast of day t+k  =  climatology(t+k) + scale * (persistence[k] * departure(t) + y[t][k])
    x[t] (4)  ->  LSTM 64  ->  LSTM 64  ->  linear  ->  y[t] (7)

`climatology` is the season's normal, two harmonics of the year; `departure` how far the day is from it, in units of `scale`; `persistence` how much
of a departure is left k days later (least squares). The season is in the features by that: the network reads departures from it.

Windows of the series would soon be known by heart. So none is shown as it is: every example is a random sum of all the windows of its batch.
Departures from normal are nearly a linear process, and sums of it are the same process again.

Nothing from the held-out year enters training. How many updates is decided on the year before it, with a model that was trained on the years
before that.
"""

import csv
import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / 'shared'))
from training import deterministic, write_safetensors, write_state_dict

CSV = HERE / '../../node_modules/vega-datasets/data/seattle-weather.csv'

HYPER = {
    'seed': 2015,
    'hidden_size': 64,
    'num_layers': 2,
    'horizon': 7,
    'harmonics': 2,  # of the year, in the climatology
    'memory': 30,  # days, of the running mean of departures
    'window': 48,  # days per training sequence, cut at random places
    'burn_in': 14,  # first days of a window, whose forecasts are not scored: the state starts from zero
    'batch': 24,
    'learning_rate': 7e-4,
    'weight_decay': 1e-2,
    'input_noise': 0.2,  # standard deviation, in units of the normalised features
    'average_decay': 0.98,  # of the running average of the weights, which is what is kept
    'head_scale': 0.1,  # of the first weights of the linear layer: the simple rules are where training begins
    'max_updates': 160,
    'validate_every': 20,
}
SPLIT = {'first': '2012-01-01', 'validation': '2014-01-01', 'held_out': '2015-01-01', 'last': '2015-12-31'}


def load(path):
    with open(path, newline='') as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row['date']) for row in rows]
    assert all((b - a).days == 1 for a, b in zip(days, days[1:])), 'the series has gaps'
    columns = {name: np.array([float(row[name]) for row in rows]) for name in ('temp_max', 'precipitation', 'wind')}
    return days, columns


def season(t, harmonics):
    """(days, 1 + 2·harmonics): constant, then sin and cos of each harmonic of the year; t counts days of the series."""
    angle = 2 * np.pi * np.asarray(t, np.float64) / 365.25
    terms = [np.ones_like(angle)]
    for k in range(1, harmonics + 1):
        terms += [np.sin(k * angle), np.cos(k * angle)]
    return np.stack(terms, 1)


def running_mean(values):
    """Of the last days, older ones counting less and less."""
    means, mean = np.zeros_like(values), 0.0
    for t, value in enumerate(values):
        mean += (value - mean) / min(HYPER['memory'], t + 1)
        means[t] = mean
    return means


def departures(columns, norm):
    """anomaly (days), in units of its scale; climatology (days + horizon) in °C."""
    n = len(columns['temp_max'])
    normal = season(np.arange(n + HYPER['horizon']), HYPER['harmonics']) @ np.array(norm['temp_max']['climatology'])
    return (columns['temp_max'] - normal[:n]) / norm['temp_max']['scale'], normal


def fit_normalisation(columns, days):
    """Everything that turns a day into features, and what is known without a network, from the first `days` days only."""
    basis, temperature = season(np.arange(days), HYPER['harmonics']), columns['temp_max'][:days]
    normal = np.linalg.lstsq(basis, temperature, rcond=None)[0]
    norm = {'temp_max': {'climatology': normal.tolist(), 'scale': float(np.std(temperature - basis @ normal))}}
    anomaly = departures(columns, norm)[0][:days]
    norm['month'] = {'memory': HYPER['memory'], 'scale': float(running_mean(anomaly)[HYPER['memory'] :].std())}
    norm['persistence'] = [float(anomaly[k:] @ anomaly[:-k] / (anomaly[:-k] @ anomaly[:-k])) for k in range(1, HYPER['horizon'] + 1)]
    for name, values in (('precipitation', np.log1p(columns['precipitation'])), ('wind', columns['wind'])):
        norm[name] = {'mean': float(values[:days].mean()), 'scale': float(values[:days].std())}
    return norm


def featurize(columns, norm):
    """x (days, 4) float32, anomaly (days), climatology (days + horizon)."""
    anomaly, normal = departures(columns, norm)
    month = running_mean(anomaly) / norm['month']['scale']
    rain = (np.log1p(columns['precipitation']) - norm['precipitation']['mean']) / norm['precipitation']['scale']
    wind = (columns['wind'] - norm['wind']['mean']) / norm['wind']['scale']
    return np.column_stack([anomaly, month, rain, wind]).astype(np.float32), anomaly, normal


class Forecaster(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.lstm = nn.LSTM(features, HYPER['hidden_size'], num_layers=HYPER['num_layers'], batch_first=True)
        self.head = nn.Linear(HYPER['hidden_size'], HYPER['horizon'])
        with torch.no_grad():
            self.head.weight *= HYPER['head_scale']
            self.head.bias.zero_()

    def forward(self, x):
        return self.head(self.lstm(x)[0])


def targets_of(anomaly, norm, days):
    """(days, 7) float32: what persistence leaves of the anomaly of t+1 .. t+7; NaN where that day is not before `days`."""
    target = np.full((days, HYPER['horizon']), np.nan, np.float32)
    for k, left in enumerate(norm['persistence'], 1):
        target[: days - k, k - 1] = anomaly[k:days] - left * anomaly[: days - k]
    return target


def loss_of(y, target):
    """Squared error, averaged over the days whose weather is known."""
    known = ~torch.isnan(target)
    return (known * (y - torch.nan_to_num(target)) ** 2).sum() / known.sum()


def superpose(*batches):
    """As many sums of the windows, with random weights whose squares sum to 1, so that the variance stays."""
    count = len(batches[0])
    weights = torch.randn(count, count)
    weights /= weights.norm(dim=1, keepdim=True)
    return [torch.einsum('ij,jtf->itf', weights, batch) for batch in batches]


def train(x, target, updates):
    """Trains on the days of `target`. Yields (number of updates, model) now and then; the model is a running average of the weights."""
    torch.manual_seed(HYPER['seed'])
    model, average = Forecaster(x.shape[1]), Forecaster(x.shape[1])
    average.load_state_dict(model.state_dict())
    average.eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=HYPER['learning_rate'], weight_decay=HYPER['weight_decay'])
    days = len(target)
    xs, ys = torch.from_numpy(x[:days]), torch.from_numpy(target)
    for update in range(1, updates + 1):
        # Without the last days, whose targets are not known.
        starts = torch.randint(0, days - HYPER['window'] - HYPER['horizon'] + 1, (HYPER['batch'],)).tolist()
        batch, wanted = (torch.stack([values[s : s + HYPER['window']] for s in starts]) for values in (xs, ys))
        batch, wanted = superpose(batch, wanted)
        batch = batch + HYPER['input_noise'] * torch.randn_like(batch)
        loss = loss_of(model(batch)[:, HYPER['burn_in'] :], wanted[:, HYPER['burn_in'] :])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        decay = min(HYPER['average_decay'], update / (update + 10))
        with torch.no_grad():
            for kept, current in zip(average.parameters(), model.parameters()):
                kept.lerp_(current, 1 - decay)
        if update % HYPER['validate_every'] == 0 or update == updates:
            print(f'update {update:4d}  training loss {loss.item():.4f}', flush=True)
            yield update, average


def forecast(model, x):
    """y (days, 7): one run over the whole series, as a stream would."""
    with torch.no_grad():
        return model(torch.from_numpy(x)[None])[0].numpy()


def choose(x, target, wanted, year):
    """How many updates: those with the least squared error in `year`."""
    curve = []
    for update, model in train(x, target, HYPER['max_updates']):
        curve.append((np.nanmean((forecast(model, x)[year] - wanted[year]) ** 2), update))
        print(f'             on the year held back {curve[-1][0]:.4f}, with no network {np.nanmean(wanted[year] ** 2):.4f}', flush=True)
    return min(curve)[1]


def errors(forecasts, actual):
    e = forecasts - actual
    return {'mae': round(float(np.abs(e).mean()), 4), 'rmse': round(float(np.sqrt((e**2).mean())), 4)}


def scores(columns, normal, anomaly, norm, forecasts, first):
    """Errors in °C over every target day from index `first` on, of the model and of what it must beat."""
    actual, n = columns['temp_max'], len(columns['temp_max'])
    table = {}
    for k in (1, 7):
        day = np.arange(first, n)
        left = norm['temp_max']['scale'] * norm['persistence'][k - 1]
        table[f'+{k}'] = {
            'model': errors(forecasts[day - k, k - 1], actual[day]),
            'persistence': errors(actual[day - k], actual[day]),
            'damped_persistence': errors(normal[day] + left * anomaly[day - k], actual[day]),
            'seasonal_naive': errors(actual[day - 365], actual[day]),
            'climatology': errors(normal[day], actual[day]),
        }
    return table


def main():
    deterministic(torch, HYPER['seed'])
    days, columns = load(sys.argv[1] if len(sys.argv) > 1 else CSV)
    index = {name: days.index(date.fromisoformat(text)) for name, text in SPLIT.items()}
    assert index['first'] == 0 and index['last'] == len(days) - 1

    # How long to train: by the validation year, from the years before it alone.
    norm = fit_normalisation(columns, index['validation'])
    x, anomaly, _ = featurize(columns, norm)
    year = slice(index['validation'], index['held_out'])
    wanted = targets_of(anomaly, norm, index['held_out'])
    updates = choose(x[: year.stop], targets_of(anomaly, norm, index['validation']), wanted, year)
    print(f'best after {updates} updates; again, on every day before {SPLIT["held_out"]}', flush=True)

    norm = fit_normalisation(columns, index['held_out'])
    x, anomaly, normal = featurize(columns, norm)
    target = targets_of(anomaly, norm, index['held_out'])
    *_, (_, model) = train(x, target, updates)
    y = forecast(model, x)
    ahead = np.arange(len(days))[:, None] + np.arange(1, HYPER['horizon'] + 1)
    simple = np.array(norm['persistence']) * anomaly[:, None]
    forecasts = normal[ahead] + norm['temp_max']['scale'] * (simple + y.astype(np.float64))
    table = scores(columns, normal, anomaly, norm, forecasts, index['held_out'])
    print(json.dumps(table, indent=1))

    # Kept from the first forecast that looks into the held-out year: issued seven days before it.
    first = index['held_out'] - HYPER['horizon']
    write_state_dict(HERE / 'model.safetensors', model)
    write_safetensors(HERE / 'predictions.safetensors', {'outputs': y[first:]}, {'first_day': str(days[first]), 'torch': torch.__version__})
    settings = {
        'hyperparameters': HYPER,
        'updates': updates,
        'split': SPLIT,
        'features': ['temp_max anomaly', 'its mean over a month', 'log1p(precipitation)', 'wind'],
        'normalisation': norm,
        'held_out_scores': table,
        'versions': {'python': sys.version.split()[0], 'torch': torch.__version__, 'numpy': np.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings, indent=2) + '\n')


if __name__ == '__main__':
    main()
