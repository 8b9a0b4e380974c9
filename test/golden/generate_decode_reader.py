"""A small reader of digits in noisy images, trained here by CTC (Graves et al. 2006), and what PyTorch reads in images that it has not seen.

    python generate_decode_reader.py        (torch, onnx, onnxscript, numpy)

Image [batch, 1, 8, width] in, columns as timesteps, scores [time, batch, 11] out, the blank first. Digits are drawn in a raster of 3 by 5, as below.
"""
import base64
import gzip
import io
import json
import warnings

import numpy as np
import onnx
import torch
from torch import nn

from case import HERE
from onnx_case import strip
from versions import record

warnings.filterwarnings("ignore")
GLYPHS = """
### .#. ### ### #.# ### ### ### ### ###
#.# ##. ..# ..# #.# #.. #.. ..# #.# #.#
#.# .#. ### .## ### ### ### .#. ### ###
#.# .#. #.. ..# ..# ..# #.# .#. #.# ..#
### ### ### ### ..# ### ### .#. ### ###
""".split("\n")[1:6]
HEIGHT, WIDTH, CLASSES = 8, 40, 11


def glyph(digit):
    return np.array([[float(mark == "#") for mark in row.split()[digit]] for row in GLYPHS], np.float32)


def draw(dice, width=WIDTH):
    """A line of text and its image: bytes, 255 where it is all ink."""
    image, text, at = np.zeros((HEIGHT, width), np.float32), [], int(dice.integers(1, 4))
    while at + 3 < width and len(text) < 8:
        digit, top = int(dice.integers(10)), int(dice.integers(HEIGHT - 5 + 1))
        image[top : top + 5, at : at + 3] = glyph(digit)
        text.append(digit)
        at += 3 + int(dice.integers(1, 4))
    noisy = image * dice.uniform(0.6, 1, image.shape) + dice.uniform(0, 0.3, image.shape)
    return text, np.round(np.clip(noisy, 0, 1) * 255).astype(np.uint8)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1)), nn.Conv2d(6, 10, 3, padding=1), nn.BatchNorm2d(10), nn.ReLU(), nn.MaxPool2d((2, 1)))
        self.rnn = nn.LSTM(20, 10, bidirectional=True)
        self.fc = nn.Linear(20, CLASSES)

    def forward(self, image):
        y, _ = self.rnn(self.cnn(image).permute(3, 0, 1, 2).flatten(2))
        return self.fc(y)


def batch(dice, count, width=WIDTH):
    texts, images = zip(*(draw(dice, width) for _ in range(count)))
    return texts, np.stack(images)[:, None]


def fed(images):
    return torch.from_numpy(images.astype(np.float32) / np.float32(255))


def read(scores):
    """The likeliest class of each timestep, repeats once, without blanks."""
    return ["".join(str(label - 1) for label in torch.unique_consecutive(row).tolist() if label > 0) for row in scores.argmax(2).T]


def trained():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    dice, net = np.random.default_rng(1), Reader()
    loss = nn.CTCLoss()
    steps = 900
    adam = torch.optim.Adam(net.parameters(), 1e-2)
    rate = torch.optim.lr_scheduler.OneCycleLR(adam, 1.5e-2, steps)
    for _ in range(steps):
        texts, images = batch(dice, 32)
        scores = net(fed(images)).log_softmax(2)
        lengths = torch.tensor([len(text) for text in texts])
        labels = torch.tensor([digit + 1 for text in texts for digit in text])
        value = loss(scores, labels, torch.full((len(texts),), WIDTH), lengths)
        adam.zero_grad()
        value.backward()
        adam.step()
        rate.step()
    return net.eval()


net = trained()
dice = np.random.default_rng(2)
runs = []
with torch.no_grad():
    texts, images = batch(dice, 200)
    right = sum(got == "".join(map(str, text)) for got, text in zip(read(net(fed(images))), texts))
    for count, width in ((4, 40), (1, 57)):
        texts, images = batch(dice, count, width)
        runs.append({"shape": list(images.shape), "image": base64.b64encode(images.tobytes()).decode(), "drawn": ["".join(map(str, text)) for text in texts], "read": read(net(fed(images)))})
buffer = io.BytesIO()
torch.onnx.export(net, (torch.zeros(1, 1, HEIGHT, WIDTH),), buffer, input_names=["image"], output_names=["scores"], dynamic_axes={"image": {0: "batch", 3: "width"}}, opset_version=17, dynamo=False)
blob = strip(onnx.load_from_string(buffer.getvalue())).SerializeToString()
whole = {"right": right, "of": 200, "model": base64.b64encode(gzip.compress(blob, 9, mtime=0)).decode(), "runs": runs}
(HERE / "decode-files" / "reader.json").write_text(json.dumps(whole) + "\n")
print(right, "of 200 read;", [(run["drawn"], run["read"]) for run in runs])
record(HERE / "decode-files", "reader", torch=torch.__version__, onnx=onnx.__version__, numpy=np.__version__)
