"""Trains a small GRU to spell American airports, letter by letter; writes model.safetensors and settings.json.

    python3 train.py [path to airports.csv]

Seeded and single-threaded: the same torch and BLAS on the same processor write the same bytes. Needs torch and numpy; the example
itself needs neither. The text is the names of airports.csv as npm's vega-datasets carries it (data of the U.S. government, free of
copyright), one a line, in a new order each time it is read.

    letter t  ->  embedding 24  ->  GRU 96  ->  linear  ->  scores of letter t+1
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

CSV = HERE / '../../node_modules/vega-datasets/data/airports.csv'
HYPER = {'seed': 1903, 'embedding_dim': 24, 'hidden_size': 96, 'updates': 450, 'batch': 64, 'learning_rate': 8e-3, 'weight_decay': 1e-2, 'dropout': 0.25}


def load(path):
    """Names in ASCII, each once, in the order of the file."""
    with open(path, newline='', encoding='utf-8') as file:
        names = [row['name'].strip() for row in csv.DictReader(file)]
    return list(dict.fromkeys(name for name in names if name.isascii() and 3 <= len(name) <= 32))


class Speller(nn.Module):
    def __init__(self, letters):
        super().__init__()
        self.embedding = nn.Embedding(letters, HYPER['embedding_dim'])
        self.gru = nn.GRU(HYPER['embedding_dim'], HYPER['hidden_size'], batch_first=True)
        self.dropout = nn.Dropout(HYPER['dropout'])
        self.head = nn.Linear(HYPER['hidden_size'], letters)

    def forward(self, ids):
        return self.head(self.dropout(self.gru(self.dropout(self.embedding(ids)))[0]))


def padded(names, letters):
    """ids (names, longest + 1): a newline, then the name; targets: the name, then a newline; -100 where there is nothing to say."""
    width = max(map(len, names)) + 1
    ids, targets = torch.zeros(len(names), width, dtype=torch.long), torch.full((len(names), width), -100)
    for row, name in enumerate(names):
        spelled = torch.tensor([letters.index(letter) for letter in '\n' + name + '\n'])
        ids[row, : len(name) + 1], targets[row, : len(name) + 1] = spelled[:-1], spelled[1:]
    return ids, targets


def main():
    deterministic(torch, HYPER['seed'])
    names = load(sys.argv[1] if len(sys.argv) > 1 else CSV)
    letters = ''.join(sorted(set(''.join(names)) | {'\n'}))
    order = torch.randperm(len(names)).tolist()
    held_out, known = [names[i] for i in order[:300]], [names[i] for i in order[300:]]
    model = Speller(len(letters))
    optimizer = torch.optim.AdamW(model.parameters(), lr=HYPER['learning_rate'], weight_decay=HYPER['weight_decay'])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, HYPER['updates'])
    loss_of = nn.CrossEntropyLoss()

    def score(some):
        """Bits a letter."""
        model.eval()
        ids, targets = padded(some, letters)
        with torch.no_grad():
            loss = loss_of(model(ids).flatten(0, 1), targets.flatten()).item() / np.log(2)
        model.train()
        return round(loss, 4)

    for update in range(1, HYPER['updates'] + 1):
        picked = torch.randint(0, len(known), (HYPER['batch'],)).tolist()
        ids, targets = padded([known[i] for i in picked], letters)
        loss = loss_of(model(ids).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if update % 150 == 0:
            print(f'update {update:5d}  bits a letter: known {score(known[:300])}, held out {score(held_out)}', flush=True)

    model.eval()
    sample = held_out[0]
    with torch.no_grad():
        scores = model(padded([sample], letters)[0])[0].numpy()
    write_state_dict(HERE / 'model.safetensors', model)
    settings = {
        'hyperparameters': HYPER,
        'letters': letters,
        'names': {'known': len(known), 'held_out': len(held_out)},
        'bits_a_letter': {'known': score(known), 'held_out': score(held_out)},
        # What the test holds the engine to: scores of each next letter of a name that was never seen.
        'reference': {'name': sample, 'scores': [[round(float(value), 6) for value in row] for row in scores]},
        'versions': {'python': sys.version.split()[0], 'torch': torch.__version__, 'numpy': np.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings) + '\n')


if __name__ == '__main__':
    main()
