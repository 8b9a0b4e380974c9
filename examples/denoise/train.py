"""Trains the demo's denoiser and writes model.onnx, settings.json and reference.safetensors.

    python3 train.py

Seeded and single-threaded: the same torch on the same processor writes the same bytes. Needs torch, numpy and onnx, and Node for the sounds,
which are all made by `training-sounds.mjs`; the demo needs Node alone.

    |X[t]|  ->  log  ->  convolutions over (time, frequency)  ->  GRU  ->  transposed convolutions  ->  mask[t]

The encoder halves or quarters the frequencies three times, and sees one frame before the one at hand in two of its convolutions, none after it; the
decoder goes back, with a sum over the encoder's own values at each width. A mask is one factor in [0, 1] per frequency: the noisy spectrum times the mask is
what is left of it, with the noisy phase. Trained for what is heard in the end: the scale-invariant signal-to-distortion ratio of the samples.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / 'shared'))
from training import deterministic, write_safetensors

HYPER = {
    'seed': 16000,
    'rate': 16000,
    'window': 512,  # samples of a frame, 32 ms; the square root of a Hann window, before and after
    'hop': 256,
    'floor': 1e-7,  # of the power, before its logarithm
    'channels': [12, 16, 16],
    'hidden_size': 64,
    'speech_clips': 240,
    'noise_clips': 24,  # of each kind
    'clip_seconds': 5,
    'cut': 2.5,  # seconds per training example, cut at random places
    'snr': [-5, 15],  # dB
    'level': [-38, -14],  # dB, of the speech
    'two_noises': 0.25,  # how often a second noise is added to the first
    'batch': 8,
    'learning_rate': 3e-3,
    'updates': 1400,
}
BINS = HYPER['window'] // 2  # the constant part, bin 0, is always noise
REFERENCE = 20  # frames
WINDOW = torch.hann_window(HYPER['window']).sqrt()


class Denoiser(nn.Module):
    """(batch, time, frequency) log powers to masks of the same shape."""

    def __init__(self):
        super().__init__()
        a, b, c = HYPER['channels']
        self.encoder = nn.ModuleList(
            nn.Sequential(nn.ZeroPad2d((*frequency, past, 0)), nn.Conv2d(i, o, (past + 1, width), (1, stride), bias=False), nn.BatchNorm2d(o), nn.PReLU(o))
            for i, o, past, width, stride, frequency in ((1, a, 1, 8, 4, (2, 2)), (a, b, 1, 4, 2, (1, 1)), (b, c, 0, 4, 2, (1, 1)))
        )
        self.wide = BINS // 16
        self.gru = nn.GRU(c * self.wide, HYPER['hidden_size'], batch_first=True)
        self.spread = nn.Linear(HYPER['hidden_size'], c * self.wide)
        up = lambda i, o, width, stride: nn.ConvTranspose2d(i, o, (1, width), (1, stride), (0, (width - stride) // 2))
        self.decoder = nn.ModuleList(
            (nn.Sequential(up(c, b, 4, 2), nn.PReLU(b)), nn.Sequential(up(b, a, 4, 2), nn.PReLU(a)), nn.Sequential(up(a, 1, 8, 4), nn.Sigmoid()))
        )

    def forward(self, x):
        x, kept = x.unsqueeze(1), []
        for layer in self.encoder:
            x = layer(x)
            kept.append(x)
        channels = x.shape[1]
        x = x.transpose(1, 2).flatten(2)
        x = self.spread(self.gru(x)[0])
        x = x.unflatten(2, (channels, self.wide)).transpose(1, 2)
        for layer in self.decoder:
            x = layer(x + kept.pop())
        return x.squeeze(1)


def spectra(samples):
    """(batch, samples) to (batch, frames, frequencies): frame t ends with the t-th hop of new samples, so the first is half silence."""
    padded = F.pad(samples, (HYPER['window'] - HYPER['hop'], HYPER['hop']))
    return torch.fft.rfft(padded.unfold(1, HYPER['window'], HYPER['hop']) * WINDOW)


def samples_of(spectrum):
    """Back again, by overlap and add."""
    hop = HYPER['hop']
    frames = torch.fft.irfft(spectrum, n=HYPER['window']) * WINDOW
    return (frames[:, :-1, hop:] + frames[:, 1:, :hop]).flatten(1)


def features(spectrum):
    power = spectrum.real.square() + spectrum.imag.square()
    return torch.log10(power[..., 1:] + HYPER['floor'])


def denoise(model, noisy):
    spectrum = spectra(noisy)
    mask = model(features(spectrum))
    return samples_of(spectrum * F.pad(mask, (1, 0)))


def si_sdr(got, clean):
    """Of each row, in dB (Le Roux et al. 2019, "SDR: half-baked or well done?")."""
    scale = (got * clean).sum(1, keepdim=True) / clean.square().sum(1, keepdim=True)
    target = scale * clean
    return 10 * torch.log10(target.square().sum(1) / ((got - target).square().sum(1) + 1e-12) + 1e-12)


def sounds(seed, clips, noise_clips):
    """(clips, samples) of speech and of noises, as `training-sounds.mjs` makes them, of loudness 1."""
    command = ['node', HERE / 'training-sounds.mjs', seed, clips, noise_clips, HYPER['clip_seconds']]
    made = subprocess.run([str(part) for part in command], check=True, capture_output=True).stdout
    all_clips = torch.from_numpy(np.frombuffer(made, '<f4').copy()).view(-1, HYPER['clip_seconds'] * HYPER['rate'])
    return all_clips[:clips], all_clips[clips:]


def mixtures(speech, noises, count):
    """Noisy and clean cuts, (count, samples) each."""
    length = int(HYPER['cut'] * HYPER['rate']) // HYPER['hop'] * HYPER['hop']

    def cuts(clips):
        rows = torch.randint(len(clips), (count,)).tolist()
        starts = torch.randint(clips.shape[1] - length + 1, (count,)).tolist()
        return torch.stack([clips[row, start : start + length] for row, start in zip(rows, starts)])

    def uniform(low, high):
        return low + (high - low) * torch.rand(count, 1)

    def loudness(clips):
        return clips.square().mean(1, keepdim=True).sqrt() + 1e-3

    clean = cuts(speech)
    clean = clean / loudness(clean)
    noise = cuts(noises)
    noise = noise + (torch.rand(count, 1) < HYPER['two_noises']) * uniform(0.2, 1) * cuts(noises)
    noise = noise / loudness(noise)
    gain = 10 ** (uniform(*HYPER['level']) / 20)
    return gain * (clean + 10 ** (-uniform(*HYPER['snr']) / 20) * noise), gain * clean


def train(model, speech, noises):
    optimizer = torch.optim.Adam(model.parameters(), lr=HYPER['learning_rate'])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, HYPER['learning_rate'], total_steps=HYPER['updates'])
    begin, gains = time.time(), []
    for update in range(1, HYPER['updates'] + 1):
        noisy, clean = mixtures(speech, noises, HYPER['batch'])
        got = si_sdr(denoise(model, noisy), clean)
        loss = -got.mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 3.0)
        optimizer.step()
        schedule.step()
        gains.append((got - si_sdr(noisy, clean)).mean().item())
        if update % 50 == 0:
            print(f'update {update:5d}  gain {np.mean(gains[-50:]):6.2f} dB  {time.time() - begin:5.0f} s', flush=True)
    return float(np.mean(gains[-50:]))


def write_model(model, x):
    """The ONNX file, for any batch and time."""
    names = {'input_names': ['log_power'], 'output_names': ['mask']}
    axes = {name: {0: 'batch', 1: 'time'} for name in ('log_power', 'mask')}
    path = HERE / 'model.onnx'
    torch.onnx.export(model, (x,), str(path), opset_version=17, dynamo=False, dynamic_axes=axes, **names)
    onnx.checker.check_model(onnx.load(path))


def main():
    deterministic(torch, HYPER['seed'])
    model = Denoiser()
    parameters = sum(weight.numel() for weight in model.parameters())
    print(parameters, 'parameters', flush=True)
    speech, noises = sounds(HYPER['seed'], HYPER['speech_clips'], HYPER['noise_clips'])
    print(f'{speech.numel() / HYPER["rate"] / 60:.0f} minutes of speech, {noises.numel() / HYPER["rate"] / 60:.0f} of noises', flush=True)
    gain = train(model, speech, noises)
    model.eval()

    with torch.no_grad():
        # Other clips: what a stream must give, frame by frame.
        noisy, _ = mixtures(*sounds(HYPER['seed'] + 1, 2, 1), 2)
        x = features(spectra(noisy))
        mask = model(x)
        write_model(model, x)
    first = {'inputs': x[0, :REFERENCE].numpy(), 'outputs': mask[0, :REFERENCE].numpy()}
    write_safetensors(HERE / 'reference.safetensors', first, {'torch': torch.__version__})
    settings = {
        'hyperparameters': HYPER,
        'parameters': parameters,
        'gain_in_training': round(gain, 2),  # dB of SI-SDR, the mean of the last 50 updates
        'versions': {'python': sys.version.split()[0], 'torch': torch.__version__, 'numpy': np.__version__, 'onnx': onnx.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings, indent=2) + '\n')


if __name__ == '__main__':
    main()
