"""Trains the encoder-decoder that reads dates as people write them and writes them as 2024-10-03; writes model.keras.

    python train.py

Seeded and single-threaded: the same Keras and TensorFlow on the same processor give the same weights. Needs keras and tensorflow;
the example itself needs neither. What is saved is the model as it was trained, with teacher forcing: two inputs, the text and the answer so far.

    text (n letters)   ->  embedding  ->  LSTM  ->  h, c
    answer so far (m)  ->  embedding  ->  LSTM from h, c  ->  dense, softmax  ->  the next letter of the answer (m)
"""

import json
import os
import random
import sys
from datetime import date, timedelta
from pathlib import Path

os.environ['KERAS_BACKEND'] = 'tensorflow'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import keras
import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent
SEED = 20241003
UNITS = 64
UPDATES = 6000
BATCH = 128
RATE = 4e-3  # at first; falls to nothing along a cosine
# 0 is padding in both. Position in the string is the id.
LETTERS = '\0 ,./-0123456789abcdefghijklmnopqrstuvwxyz'
ANSWER = '\0^-0123456789'
MONTHS = 'january february march april may june july august september october november december'.split()
DAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split()
FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)


def ordinal(n):
    return f"{n}{'th' if n % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def written(day, rng):
    """A date as somebody might write it; where it is all numbers the day comes first, unless the year does."""
    month, weekday = MONTHS[day.month - 1], DAYS[day.weekday()]
    if rng.random() < 0.5:
        month = month[:3]
    d = ordinal(day.day) if rng.random() < 0.3 else str(day.day)
    form = rng.choice(
        ['{d} {month} {y}', '{month} {d}, {y}', '{weekday}, {d} {month} {y}', '{weekday} {month} {d} {y}', '{n}.{m}.{y}', '{n}/{m}/{y}', '{y}/{m}/{n}', '{d} of {month} {y}']
    )
    pad = rng.random() < 0.5
    number = lambda value: f'{value:02d}' if pad else str(value)
    return form.format(d=d, month=month, weekday=weekday, n=number(day.day), m=number(day.month), y=day.year)


def batch_of(days, rng):
    texts = [written(day, rng) for day in days]
    x = np.zeros((len(texts), max(map(len, texts))), 'int32')
    for row, text in enumerate(texts):
        x[row, : len(text)] = [LETTERS.index(letter) for letter in text]
    answers = np.array([[ANSWER.index(letter) for letter in '^' + day.isoformat()] for day in days], 'int32')
    return texts, x, answers


def build():
    text = keras.Input((None,), dtype='int32', name='text')
    x = keras.layers.Embedding(len(LETTERS), 16, mask_zero=True, name='letters')(text)
    _, h, c = keras.layers.LSTM(UNITS, return_state=True, name='encoder')(x)
    so_far = keras.Input((None,), dtype='int32', name='so_far')
    y = keras.layers.Embedding(len(ANSWER), 8, name='figures')(so_far)
    y = keras.layers.LSTM(UNITS, return_sequences=True, name='decoder')(y, initial_state=[h, c])
    y = keras.layers.Dense(len(ANSWER), activation='softmax', name='next')(y)
    return keras.Model([text, so_far], y, name='dates')


def decode(model, x):
    """Greedy: the likeliest letter, fed back in."""
    answer = np.full((len(x), 1), ANSWER.index('^'), 'int32')
    for _ in range(10):
        answer = np.concatenate([answer, model([x, answer], training=False).numpy()[:, -1:].argmax(-1).astype('int32')], 1)
    return answer


def main():
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    rng = random.Random(SEED)
    every = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    rng.shuffle(every)
    held_out, known = every[:2000], every[2000:]  # no form of these days is seen in training

    model = build()
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, UPDATES), clipnorm=1.0)
    loss_of = keras.losses.SparseCategoricalCrossentropy()

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, 11), tf.int32)])
    def update(x, answers):
        with tf.GradientTape() as tape:
            loss = loss_of(answers[:, 1:], model([x, answers[:, :-1]], training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_weights), model.trainable_weights))
        return loss

    for step in range(1, UPDATES + 1):
        _, x, answers = batch_of(rng.sample(known, BATCH), rng)
        loss = update(x, answers)
        if step % 250 == 0:
            print(f'update {step:5d}  loss {float(loss):.5f}', flush=True)

    texts, x, answers = batch_of(held_out, rng)
    got = decode(model, x)
    right = (got == answers).all(1)
    print(f'{right.sum()} of {len(right)} days that were never seen are right')
    for row in np.flatnonzero(~right)[:8]:
        print(f'  {texts[row]}: {"".join(ANSWER[i] for i in got[row, 1:])}')

    model.save(HERE / 'model.keras')
    # What the example checks itself against: what Keras itself made of some of these days.
    keep = range(0, 2000, 10)
    settings = {
        'units': UNITS,
        'letters': LETTERS[1:],
        'answer': ANSWER[1:],
        'right': f'{right.sum()} of {len(right)}',
        'held_out': [[texts[row], held_out[row].isoformat(), ''.join(ANSWER[i] for i in got[row, 1:])] for row in keep],
        'probabilities': model([x[:1], answers[:1, :-1]], training=False).numpy()[0].astype(float).round(7).tolist(),
        'versions': {'python': sys.version.split()[0], 'keras': keras.__version__, 'tensorflow': tf.__version__, 'numpy': np.__version__},
    }
    (HERE / 'settings.json').write_text(json.dumps(settings) + '\n')


if __name__ == '__main__':
    main()
