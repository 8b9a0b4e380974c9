"""Golden cases by TensorFlow's own LSTM operator, for what only it has: cell_clip, alone and with peepholes.

`LSTMBlockCell` is one timestep; its layout is one kernel (inputs + units, 4·units) with the gates i g f o, and one bias.
"""
import itertools
import os
import platform

os.environ.update(TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")

import numpy as np
import tensorflow as tf

from case import Case, write

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def lstm(clip, peephole, batch, time, features, units, state):
    case = Case(f"lstm-u{units}-i{features}-b{batch}-t{time}{f'-cellclip{clip}' if clip else ''}"
                f"{'-peephole' if peephole else ''}{'-state' if state else ''}")
    x = case.sequence("x", batch, time, features)
    tensors = case.cell_tensors("layer", "lstm", features, units, "ih")
    if peephole:
        tensors["peephole"] = case.tensor("layer.peephole", [3 * units], 0.8)
    case.node(name="layer", type="lstm", inputs=["x"], units=units, tensors=tensors, cellClip=clip)

    def gates(name):
        i, f, g, o = np.split(case.arrays[tensors[name]], 4)
        return np.concatenate([i, g, f, o])

    kernel = np.concatenate([gates("weightIh").T, gates("weightHh").T])
    wci, wcf, wco = np.split(case.arrays[tensors["peephole"]] if peephole else np.zeros(3 * units, np.float32), 3)
    h, c = np.zeros((2, batch, units), np.float32)
    if state:
        given = case.initial_state([("layer", batch, units, units)])[0]
        h, c = given["h"], given["c"]
    y = []
    for t in range(time):
        step = tf.raw_ops.LSTMBlockCell(x=x[:, t], cs_prev=c, h_prev=h, w=kernel, wci=wci, wcf=wcf, wco=wco,
                                        b=gates("biasIh"), forget_bias=0, cell_clip=clip or -1, use_peephole=peephole)
        h, c = step.h, step.cs
        y.append(h.numpy())
    case.output("layer", np.stack(y, 1))
    case.state("layer", h.numpy(), c.numpy())
    return case


def main():
    every = itertools.product((None, 0.15, 0.5), (False, True), ((2, 7, 4, 5), (5, 2, 1, 8), (1, 128, 3, 20)), (False, True))
    cases = [lstm(clip, peephole, *sizes, state) for clip, peephole, sizes, state in every]
    write("tensorflow", {"tensorflow": tf.__version__, "numpy": np.__version__, "python": platform.python_version()}, cases)


main()
