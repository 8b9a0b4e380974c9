"""The demo's clip: sentences by espeak-ng among noise, tones and breaths, with the intervals in which somebody speaks.

    python make_clip.py        needs numpy and espeak-ng (https://github.com/espeak-ng/espeak-ng)
"""
import io
import json
import subprocess
import wave
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
RATE = 16000
# Silence before, voice, speed, sentence.
LINES = [
    (1.2, "en-us", 150, "A unit is one hidden neuron, one element of the state."),
    (1.6, "en-gb", 165, "A cell is the function of one timestep, for all units at once."),
    (2.1, "en-us+f3", 155, "The same cell runs at every timestep."),
    (1.4, "en-gb+m3", 145, "So it hears you, frame by frame."),
]
TAIL = 1.3


def speak(voice, speed, text):
    """float64 at 16 kHz, without the silence around it, of loudness 1 (RMS)."""
    data = subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text], check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(data)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(10**8), "<i2").astype(float)
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    samples = samples[loud[0] : loud[-1] + 1]
    # Band-limited resampling: the spectrum cut at the new half rate.
    spectrum = np.fft.rfft(samples)
    length = int(len(samples) * RATE / rate)
    cut = np.zeros(length // 2 + 1, complex)
    keep = min(len(cut), len(spectrum))
    cut[:keep] = spectrum[:keep]
    samples = np.fft.irfft(cut, length)
    return samples / np.sqrt(np.mean(samples**2))


def main():
    rng = np.random.default_rng(20261124)
    parts, speech, at = [], [], 0
    for pause, voice, speed, text in LINES:
        parts.append(np.zeros(int(pause * RATE)))
        at += len(parts[-1])
        said = 0.09 * speak(voice, speed, text)
        speech.append({"start": round(at / RATE, 3), "end": round((at + len(said)) / RATE, 3), "text": text})
        parts.append(said)
        at += len(said)
    parts.append(np.zeros(int(TAIL * RATE)))
    clip = np.concatenate(parts)
    # Noise that falls off with frequency, everywhere.
    white = np.fft.rfft(rng.standard_normal(len(clip)))
    pink = np.fft.irfft(white / np.sqrt(np.maximum(np.arange(len(white)), 1)), len(clip))
    clip += 0.006 * pink / pink.std()
    # A melody of plain tones in the second pause, breaths in the others.
    gaps = [(0, speech[0]["start"])] + [(a["end"], b["start"]) for a, b in zip(speech, speech[1:])]
    for index, (begin, end) in enumerate(gaps):
        begin, end = int((begin + 0.35) * RATE), int((end - 0.35) * RATE)
        t = np.arange(end - begin) / RATE
        shape = np.sin(np.pi * np.arange(len(t)) / len(t)) ** 2
        if index == 2:
            tone = np.sin(2 * np.pi * 440 * 2 ** (np.floor(t * 5) / 12) * t)
            clip[begin:end] += 0.03 * shape * tone
        else:
            clip[begin:end] += 0.02 * shape * rng.standard_normal(len(t))
    data = np.clip(np.round(clip * 32767), -32768, 32767).astype("<i2")
    with wave.open(str(HERE / "clip.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(data.tobytes())
    (HERE / "clip.json").write_text(json.dumps({"rate": RATE, "seconds": round(len(data) / RATE, 3), "speech": speech}, indent=2) + "\n")
    print(len(data) / RATE, "s", speech)


if __name__ == "__main__":
    main()
