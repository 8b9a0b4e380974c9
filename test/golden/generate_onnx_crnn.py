"""Readers of images (CRNN, Shi et al. 2015): [batch, channels, height, width], a stack of convolutions and pooling that leaves one row, columns as timesteps,
recurrent layers in both directions, scores for CTC. As people write them in PyTorch, by both of its exporters, the width open or fixed; with what ONNX Runtime makes
of each at several widths. And compositions drawn by a seed, `python generate_onnx_crnn.py COUNT FILE` for as many as are wanted.
"""
import json
import random
import sys
from pathlib import Path

import torch
from torch import nn

from onnx_recorded import B, Fixed, Network, T, both, write

CASES = []
CLASSES = 7


def plain(channels=1):
    """32 rows of pixels to one, as crnn.pytorch has it: the last pools are of rows alone, padded to the sides."""
    return nn.Sequential(
        nn.Conv2d(channels, 4, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d(2, 2),
        nn.Conv2d(4, 5, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d(2, 2),
        nn.Conv2d(5, 6, 3, 1, 1), nn.BatchNorm2d(6), nn.ReLU(True), nn.MaxPool2d((2, 2), (2, 1), (0, 1)),
        nn.Conv2d(6, 6, 3, 1, 1), nn.BatchNorm2d(6), nn.ReLU(True), nn.MaxPool2d((2, 2), (2, 1), (0, 1)),
        nn.Conv2d(6, 8, 2, 1, 0), nn.BatchNorm2d(8), nn.ReLU(True),
    )  # fmt: skip


def tall(channels=1):
    """16 rows to two, columns as they are."""
    return nn.Sequential(nn.Conv2d(channels, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1)), nn.Conv2d(4, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.LeakyReLU(0.1), nn.MaxPool2d((2, 1), (2, 1)), nn.Conv2d(6, 6, (2, 1), (2, 1)))


class Both(nn.Module):
    """As crnn.pytorch has it: a recurrent layer and a linear one over all timesteps of all rows at once."""

    def __init__(self, size, units, out):
        super().__init__()
        self.rnn, self.embedding = nn.LSTM(size, units, bidirectional=True), nn.Linear(2 * units, out)

    def forward(self, x):
        y, _ = self.rnn(x)
        steps, rows, size = y.size()
        return self.embedding(y.view(steps * rows, size)).view(steps, rows, -1)


def shi(net, x):
    x = net.cnn(x)
    b, c, h, w = x.size()
    assert h == 1
    return net.rnn(x.squeeze(2).permute(2, 0, 1))


def columns(net, x):
    """Rows and channels of a column are its features."""
    x = net.cnn(x).permute(0, 3, 1, 2)
    y, _ = net.rnn(x.reshape(x.size(0), x.size(1), x.size(2) * x.size(3)))
    return net.fc(y)


def flattened(net, x):
    y, _ = net.rnn(net.cnn(x).permute(3, 0, 1, 2).flatten(2))
    return net.fc(y).log_softmax(2)


def viewed(net, x):
    x = net.cnn(x)
    b, c, h, w = x.shape
    y, _ = net.rnn(x.reshape(b, c * h, w).permute(2, 0, 1))
    return torch.log_softmax(net.fc(y), dim=2)


def last_rows(net, x):
    x = net.cnn(x)
    y, _ = net.rnn(x.view(x.size(0), -1, x.size(3)).transpose(1, 2))
    return net.fc(y).softmax(2)


def pooled_columns(net, x):
    """As deep-text-recognition-benchmark has it."""
    x = net.pool(net.cnn(x).permute(0, 3, 1, 2)).squeeze(3)
    y, _ = net.rnn(x)
    y = net.linear(y)
    y, _ = net.rnn2(y)
    return net.fc(net.linear2(y))


def pooled_rows(net, x):
    y, _ = net.rnn(net.pool(net.cnn(x)).squeeze(2).permute(0, 2, 1))
    return net.fc(y)


def mean_rows(net, x):
    y, _ = net.rnn(net.cnn(x).mean(2).permute(0, 2, 1))
    return net.fc(y)


def highest_rows(net, x):
    y, _ = net.rnn(net.cnn(x).amax(dim=2).permute(2, 0, 1))
    return net.fc(y)


def mapped(net, x):
    """A linear layer between image and time."""
    x = net.cnn(x).permute(0, 3, 2, 1).flatten(2)
    y, _ = net.rnn(torch.relu(net.map(x)))
    return net.fc(y).permute(1, 0, 2)


def add(name, run, height, outputs, channels=1, sizes=None, width=None, batch=None, exporters=("dynamo", "legacy"), **modules):
    """sizes: of the runs, `left` being the timesteps that come out; width, batch: that the file fixes."""
    dims = [B if batch is None else Fixed("batch", batch), channels, height, T if width is None else Fixed("time", width)]
    sizes = sizes or [{"batch": 2, "time": 24, "left": 24}, {"batch": 1, "time": 31, "left": 31}]
    for exporter, opset in (("dynamo", None), ("legacy", 17), ("legacy", 11)):
        if exporter in exporters:
            title = f"{name}_{opset}" if opset else name
            both(CASES, "crnn", title, Network(run, **modules), [("image", dims, None)], [outputs], sizes if width is None else sizes[:1], names=("scores",), exporters=(exporter,), opset=opset)


# Through two pools of two columns and two that pad the sides, and a window of two.
SHI = [{"batch": 2, "time": 24, "left": 7}, {"batch": 1, "time": 33, "left": 9}, {"batch": 3, "time": 42, "left": 11}]
ROWS, COLUMNS = [B, "left", CLASSES], ["left", B, CLASSES]
# The older exporter has no means over an open size.
NEW = ("dynamo",)
OLD = ("legacy",)


def lstm(size, first=True, **more):
    return nn.LSTM(size, 5, bidirectional=True, batch_first=first, **more)


def shis(channels=1):
    return dict(cnn=plain(channels), rnn=nn.Sequential(Both(8, 5, 6), Both(6, 5, CLASSES)))


def options():
    fc = lambda size=10: nn.Linear(size, CLASSES)
    add("crnn", shi, 32, COLUMNS, sizes=SHI, **shis())
    add("colour", shi, 32, COLUMNS, channels=3, sizes=SHI, exporters=NEW, **shis(3))
    add("columns", columns, 16, ROWS, cnn=tall(), rnn=lstm(12, num_layers=2), fc=fc())
    add("flattened", flattened, 16, COLUMNS, exporters=NEW, cnn=tall(), rnn=lstm(12, False), fc=fc())
    add("viewed", viewed, 16, COLUMNS, exporters=OLD, cnn=tall(), rnn=nn.GRU(12, 5, bidirectional=True), fc=fc())
    add("last_rows", last_rows, 16, ROWS, exporters=NEW, cnn=tall(), rnn=nn.GRU(12, 5, bidirectional=True, batch_first=True), fc=fc())
    add("pooled_columns", pooled_columns, 16, ROWS, exporters=NEW, cnn=tall(), pool=nn.AdaptiveAvgPool2d((None, 1)), rnn=lstm(6), linear=nn.Linear(10, 4), rnn2=lstm(4), linear2=nn.Linear(10, 4), fc=fc(4))
    add("pooled_rows", pooled_rows, 16, ROWS, exporters=NEW, cnn=tall(), pool=nn.AdaptiveAvgPool2d((1, None)), rnn=lstm(6), fc=fc())
    add("mean_rows", mean_rows, 16, ROWS, exporters=OLD, cnn=tall(), rnn=lstm(6), fc=fc())
    add("highest_rows", highest_rows, 16, COLUMNS, exporters=NEW, cnn=tall(), rnn=lstm(6, False), fc=fc())
    add("mapped", mapped, 16, COLUMNS, channels=3, exporters=OLD, cnn=tall(3), map=nn.Linear(12, 5), rnn=lstm(5), fc=fc())
    # Traced at one width, with one batch too: as most files are that people have.
    add("crnn_fixed", shi, 32, COLUMNS, width=24, sizes=SHI, **shis())
    add("colour_fixed", shi, 32, COLUMNS, channels=3, width=24, sizes=SHI, exporters=OLD, **shis(3))
    add("columns_fixed", columns, 16, ROWS, width=24, cnn=tall(), rnn=lstm(12, num_layers=2), fc=fc())
    add("pooled_columns_fixed", pooled_columns, 16, ROWS, width=24, exporters=NEW, cnn=tall(), pool=nn.AdaptiveAvgPool2d((None, 1)), rnn=lstm(6), linear=nn.Linear(10, 4), rnn2=lstm(4), linear2=nn.Linear(10, 4), fc=fc(4))
    one = [{"batch": 1, "time": 24, "left": 7}]
    add("crnn_traced", shi, 32, COLUMNS, width=24, batch=1, sizes=one, **shis())
    add("colour_traced", shi, 32, COLUMNS, channels=3, width=24, batch=1, sizes=one, exporters=OLD, **shis(3))
    add("columns_traced", columns, 16, ROWS, width=24, batch=1, sizes=[{"batch": 1, "time": 24, "left": 24}], cnn=tall(), rnn=lstm(12), fc=fc())


def drawn(count):
    """Stacks, ways to columns and recurrent layers, as a seed has them."""
    for index in range(count):
        dice = random.Random(f"crnn {index}")
        channels, height, layers = dice.choice([1, 3]), dice.choice([8, 12, 16]), []
        now, rows = channels, height
        for _ in range(dice.randint(1, 3)):
            wide = dice.randint(2, 6)
            kernel = dice.choice([3, (3, 1), (1, 3), (3, 5)])
            layers.append(nn.Conv2d(now, wide, kernel, padding=1 if kernel == 3 else tuple(k // 2 for k in kernel), bias=dice.random() < 0.7, groups=1))
            if dice.random() < 0.5:
                layers.append(nn.BatchNorm2d(wide))
            layers.append(dice.choice([nn.ReLU(), nn.LeakyReLU(0.2), nn.Hardtanh(0, 6), nn.SiLU(), nn.PReLU(wide)]))
            pools = [nn.MaxPool2d((2, 1)), nn.MaxPool2d(2), nn.MaxPool2d((2, 2), (2, 1), (0, 1)), nn.AvgPool2d((2, 1)), nn.MaxPool2d((3, 1), (2, 1), (1, 0))]
            if rows >= 4:
                layers.append(dice.choice(pools))
                rows = (rows + 1) // 2 if layers[-1].kernel_size == (3, 1) else rows // 2
            now = wide
        cnn = nn.Sequential(*layers)
        how = dice.choice([columns, flattened, viewed, last_rows, mean_rows, highest_rows, pooled_rows])
        once = how in (mean_rows, highest_rows, pooled_rows)
        first = how not in (flattened, viewed, highest_rows)
        kind, both_ = dice.choice([nn.LSTM, nn.GRU]), dice.random() < 0.7
        rnn = kind(now if once else now * rows, 4, bidirectional=both_, batch_first=first, num_layers=dice.randint(1, 2))
        sizes = []
        for size in ({"batch": 2, "time": 20}, {"batch": 1, "time": 27}):
            left = cnn(torch.zeros(1, channels, height, size["time"])).shape[3]
            sizes.append({**size, "left": left})
        width = dice.choice([None, None, 20])
        pool = {"pool": nn.AdaptiveAvgPool2d((1, None))} if how is pooled_rows else {}
        exporter = "dynamo" if how is pooled_rows else dice.choice(["dynamo", "legacy"])
        add(f"drawn_{index}", how, height, ROWS if first else COLUMNS, channels=channels, sizes=sizes, width=width, exporters=(exporter,), cnn=cnn, rnn=rnn, fc=nn.Linear(8 if both_ else 4, CLASSES), **pool)


def main():
    if len(sys.argv) > 2:
        drawn(int(sys.argv[1]))
        return Path(sys.argv[2]).write_text(json.dumps(CASES))
    options()
    drawn(12)
    write("crnn", CASES)


if __name__ == "__main__":
    main()
