"""Trains the demo's forecaster and writes model.safetensors, settings.json and predictions.safetensors.

    python3 train.py [path to seattle-weather.csv]

Seeded and single-threaded: the same torch version on the same processor writes the same bytes. Needs torch and numpy;
the demo itself needs neither.

Three years are few. What simple rules know is therefore left to them, and the network learns what they do not:

    forecast of day t+k  =  climatology(t+k) + scale * (persistence[k] * departure(t) + y[t][k])
    x[t] (4)  ->  LSTM 64  ->  LSTM 64  ->  linear  ->  y[t] (7)

`climatology` is the season's normal, two harmonics of the year; `departure` how far the day is from it, in units of `scale`; `persistence` how much
of a departure is left k days later (least squares). The season is in the features by that: the network reads departures from it.

The LSTMs are trained by gradient descent. The linear layer on top of them is then fitted anew in closed form, by ridge regression, with a
strength of its own for each of the seven days: far days are mostly noise, near ones can be learnt.

Nothing from the held-out year enters training. How many updates and which strengths is decided on the year before it, with a model that was
trained on the years before that.
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
    'window': 48,  # days per training sequence, cut at random places
    'burn_in': 14,  # first days of a window, whose forecasts are not scored: the state starts from zero
    'batch': 24,
    'learning_rate': 7e-4,
    'weight_decay': 1e-2,
    'dropout': 0.2,
    'input_noise': 0.2,  # standard deviation, in units of the normalised features
    'average_decay': 0.98,  # of the running average of the weights, which is what is kept
    'max_updates': 360,
    'validate_every': 40,
    'strengths': [1, 3, 10, 30, 100, 300, 1000, 3000],  # of the ridge regression, to choose from
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


def departures(columns, norm):
    """By name: anomaly (days), in units of its scale; climatology (days + horizon) in °C."""
    n = len(columns['temp_max'])
    basis = season(np.arange(n + HYPER['horizon']), HYPER['harmonics'])
    normal = {name: basis @ np.array(norm[name]['climatology']) for name in ('temp_max', 'temp_min')}
    return {name: (columns[name] - normal[name][:n]) / norm[name]['scale'] for name in normal}, normal


def fit_normalisation(columns, days):
    """Everything that turns a day into features, and what is known without a network, from the first `days` days only."""
    basis = season(np.arange(days), HYPER['harmonics'])
    norm = {}
    for name in ('temp_max', 'temp_min'):
        normal = np.linalg.lstsq(basis, columns[name][:days], rcond=None)[0]
        norm[name] = {'climatology': normal.tolist(), 'scale': float(np.std(columns[name][:days] - basis @ normal))}
    anomaly = departures(columns, norm)[0]['temp_max'][:days]
    norm['persistence'] = [float(anomaly[k:] @ anomaly[:-k] / (anomaly[:-k] @ anomaly[:-k])) for k in range(1, HYPER['horizon'] + 1)]
    for name, values in (('precipitation', np.log1p(columns['precipitation'])), ('wind', columns['wind'])):
        norm[name] = {'mean': float(values[:days].mean()), 'scale': float(values[:days].std())}
    return norm


def featurize(columns, norm):
    """x (days, 4) float32; of temp_max anomaly (days) and climatology (days + horizon)."""
    anomaly, normal = departures(columns, norm)
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


def superpose(batch, target):
    """Each window plus another of the batch, weighted cos θ and sin θ: departures from normal are nearly a linear process,
    whose sums are the same process again, with the same variance. Gives far more windows than the series has."""
    angle = torch.rand(len(batch), 1, 1) * torch.pi / 2
    other = torch.randperm(len(batch))
    mix = lambda values: torch.cos(angle) * values + torch.sin(angle) * values[other]
    return mix(batch), mix(target)


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
        starts = torch.randint(0, days - HYPER['window'] + 1, (HYPER['batch'],)).tolist()
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


def states(model, x):
    """h of the upper LSTM, (days, 64) float64: one run over the whole series, as a stream would."""
    with torch.no_grad():
        return model.lstm(torch.from_numpy(x)[None])[0][0].numpy().astype(np.float64)


def ridge(h, target, strength):
    """weight (64), bias of one day's forecast: nothing where `strength` has its way, least squares where it is 0."""
    known = ~np.isnan(target)
    known[: HYPER['burn_in']] = False
    mean = h[known].mean(0)
    centred = h[known] - mean
    weight = np.linalg.solve(centred.T @ centred + strength * np.eye(h.shape[1]), centred.T @ target[known])
    return weight, -mean @ weight


def choose(x, target, wanted, year):
    """How many updates, and the strength of each day: those with the least squared error in `year`."""
    best = (np.inf,)
    for update, model in train(x, target, HYPER['max_updates']):
        h = states(model, x)
        table = np.empty((len(HYPER['strengths']), HYPER['horizon']))
        for row, strength in enumerate(HYPER['strengths']):
            for k in range(HYPER['horizon']):
                weight, bias = ridge(h[: len(target)], target[:, k], strength)
                table[row, k] = np.nanmean((h[year] @ weight + bias - wanted[year, k]) ** 2)
        print(f'             on the year held back {table.min(0).mean():.4f}, with no network {np.nanmean(wanted[year] ** 2):.4f}', flush=True)
        best = min(best, (table.min(0).mean(), update, [HYPER['strengths'][row] for row in table.argmin(0)]), key=lambda one: one[0])
    return best[1:]


def forecast(model, x):
    """y (days, 7): one run over the whole series, as a stream would."""
    with torch.no_grad():
        return model(torch.from_numpy(x)[None])[0].numpy()


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

    # How long to train and how strongly to hold the last layer back: by the validation year, from the years before it alone.
    norm = fit_normalisation(columns, index['validation'])
    x, anomaly, _ = featurize(columns, norm)
    year = slice(index['validation'], index['held_out'])
    wanted = targets_of(anomaly, norm, index['held_out'])
    updates, strengths = choose(x[: year.stop], targets_of(anomaly, norm, index['validation']), wanted, year)
    print(f'best after {updates} updates, with strengths {strengths}; again, on every day before {SPLIT["held_out"]}', flush=True)

    norm = fit_normalisation(columns, index['held_out'])
    x, anomaly, normal = featurize(columns, norm)
    target = targets_of(anomaly, norm, index['held_out'])
    *_, (_, model) = train(x, target, updates)
    h = states(model, x)[: len(target)]
    with torch.no_grad():
        for k, strength in enumerate(strengths):
            weight, bias = ridge(h, target[:, k], strength)
            model.head.weight[k] = torch.from_numpy(weight)
            model.head.bias[k] = bias
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
        'strengths': strengths,
        'split': SPLIT,
        'features': ['temp_max anomaly', 'temp_min anomaly', 'log1p(precipitation)', 'wind'],
        'normalisation': norm,
        'held_out_scores': table,
        'versions': {'python': sys.version.split()[0], 'torch': torch.__version__, 'numpy': np.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings, indent=2) + '\n')


if __name__ == '__main__':
    main()
