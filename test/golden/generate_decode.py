"""What TensorFlow, Keras and pyctcdecode make of CTC scores: greedy paths, beam searches, probabilities of labels.

    python generate_decode.py        (keras, tensorflow, numpy; pyctcdecode and pygtrie, of which `pip install --no-deps` is enough)

Scores are logits from `prng.py`. `tensorflow` is `tf.nn`, whose beam search has its blank last; `keras` is `keras.ops.ctc_decode`, which lets the
caller choose; `exact` are the negative `tf.nn.ctc_loss` of the labels that the searches found, the sum over all alignments.
"""
import json
from importlib.metadata import version

import keras
import numpy as np
import tensorflow as tf
from pyctcdecode import build_ctcdecoder

import prng
from case import HERE
from versions import record

# name, batch, timesteps, classes, scale of the logits, width of the beam
CASES = [
    ("one timestep", 1, 1, 3, 2.0, 64),
    ("two classes", 2, 6, 2, 1.0, 128),
    ("every prefix", 3, 4, 3, 1.5, 256),
    ("unsure", 4, 8, 4, 0.5, 4096),
    ("sure", 4, 24, 8, 8.0, 100),
    ("digits", 3, 40, 11, 5.0, 100),
    ("letters", 2, 30, 28, 6.0, 64),
    ("narrow", 3, 20, 6, 4.0, 8),
    ("greedy width", 2, 12, 5, 6.0, 1),
]
NAMES = "abcdefghijklmnopqrstuvwxyzåß"


def rows_of(dense):
    return [[int(label) for label in row if label >= 0] for row in np.array(dense)]


def exact(logits, lengths, labels, blank):
    """-log p, of labels of each row."""
    longest = max(1, max(map(len, labels)))
    padded = np.array([row + [0] * (longest - len(row)) for row in labels], np.int32)
    loss = tf.nn.ctc_loss(padded, logits, [len(row) for row in labels], lengths, logits_time_major=False, blank_index=blank)
    return [-float(value) for value in loss]


def run(name, batch, time, classes, scale, width):
    seed = prng.seed_of(f"decode/{name}")
    logits = prng.uniform(seed, (batch, time, classes), scale)
    lengths = np.array([time, *(1 + prng.below(seed + 1, (batch - 1,), time))] if batch > 1 else [time], np.int32)
    log_probs = tf.nn.log_softmax(logits).numpy()
    time_major = np.transpose(log_probs, (1, 0, 2))
    case = {"name": name, "seed": seed, "shape": [batch, time, classes], "scale": scale, "width": width, "lengths": lengths.tolist()}
    for blank in (0, classes - 1):
        key = "first" if blank == 0 else "last"
        (paths,), negative = tf.nn.ctc_greedy_decoder(time_major, lengths, blank_index=blank)
        labels = rows_of(tf.sparse.to_dense(paths, default_value=-1))
        case[f"tensorflow greedy {key}"] = {"labels": labels, "logProb": [-float(value) for value in negative[:, 0]]}
        (dense,), _ = keras.ops.ctc_decode(logits, lengths, strategy="greedy", mask_index=blank)
        assert rows_of(dense) == labels, name
        case[f"exact {key}"] = {"labels": labels, "logProb": exact(logits, lengths, labels, blank)}
    top = min(3, width)
    found, log_prob = tf.nn.ctc_beam_search_decoder(time_major, lengths, beam_width=width, top_paths=top)
    hypotheses = [rows_of(tf.sparse.to_dense(one, default_value=-1)) for one in found]
    case["tensorflow beam"] = [{"labels": labels, "exact": exact(logits, lengths, labels, classes - 1)} for labels in hypotheses]
    case["tensorflow beam logProb"] = np.array(log_prob).T.tolist()
    dense, _ = keras.ops.ctc_decode(logits, lengths, strategy="beam_search", beam_width=width, top_paths=1, mask_index=0)
    case["keras beam"] = {"labels": rows_of(dense[0])}
    # It prunes by thresholds too, which are set so low here that nothing falls.
    decoder = build_ctcdecoder(["", *NAMES[: classes - 1]])
    beams = [decoder.decode_beams(row[:length], beam_width=width, beam_prune_logp=-1e9, token_min_logp=-1e9, prune_history=False)[0] for row, length in zip(log_probs, lengths)]
    case["pyctcdecode"] = {"text": [beam[0] for beam in beams], "logProb": [float(beam[-2]) for beam in beams]}
    return case


cases = [run(*case) for case in CASES]
folder = HERE / "decode-files"
folder.mkdir(exist_ok=True)
(folder / "ctc.json").write_text(json.dumps(cases, ensure_ascii=False) + "\n")
record(folder, "ctc", keras=keras.__version__, tensorflow=tf.__version__, numpy=np.__version__, pyctcdecode=version("pyctcdecode"))
