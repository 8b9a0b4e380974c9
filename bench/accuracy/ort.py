"""What onnxruntime's quantize_dynamic makes of the models: python bench/accuracy/ort.py MODELS OUT, after inputs.mjs.

Writes OUT/<model>.<how>.npy-like float32 files: the outputs of the float32 model (f32), of quantize_dynamic as it comes (default),
and with per_channel=True (channel). See bench/README.md. Needs numpy, onnx, onnxruntime.
"""

import json
import struct
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

MODELS, OUT = sys.argv[1:3]


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def quantised(name):
    """(how, path) of the model as it is and of both kinds of quantisation."""
    path = f"{OUT}/{name}.onnx"
    paths = {"f32": path}
    for how, per_channel in (("default", False), ("channel", True)):
        paths[how] = f"{OUT}/{name}.{how}.onnx"
        quantize_dynamic(
            path, paths[how], per_channel=per_channel, weight_type=QuantType.QInt8,
            extra_options={"EnableSubgraph": True},
        )
    return paths.items()


def inputs(name, width):
    return np.fromfile(f"{OUT}/{name}.f32", np.float32).reshape(-1, width)


def save(name, how, outputs):
    np.concatenate([np.ravel(y) for y in outputs]).astype(np.float32).tofile(f"{OUT}/{name}.{how}.out")


def operators(path):
    """Operators of a file, those of branches among them."""
    def walk(graph):
        for node in graph.node:
            yield node.op_type
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    yield from walk(attribute.g)
    return sorted(set(walk(onnx.load(path).graph)))


def safetensors(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    at = 8 + length
    return {
        name: np.frombuffer(data[at + e["data_offsets"][0] : at + e["data_offsets"][1]], np.float32).reshape(e["shape"])
        for name, e in header.items()
    }


def save_model(name, nodes, ins, outs, constants):
    graph = helper.make_graph(
        nodes, name, ins, outs, [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in constants.items()]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, f"{OUT}/{name}.onnx")


def f32(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def to_iofc(a):
    i, f, g, o = np.split(a, 4)
    return np.concatenate([i, o, f, g])


def demo():
    w = safetensors("examples/weather/model.safetensors")
    constants, nodes, x = {}, [], "x"
    for layer in range(2):
        part = {k: w[f"lstm.{k}_l{layer}"] for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        constants[f"W{layer}"] = to_iofc(part["weight_ih"])[None]
        constants[f"R{layer}"] = to_iofc(part["weight_hh"])[None]
        constants[f"B{layer}"] = np.concatenate([to_iofc(part["bias_ih"]), to_iofc(part["bias_hh"])])[None]
        nodes.append(
            helper.make_node("LSTM", [x, f"W{layer}", f"R{layer}", f"B{layer}"], [f"Y{layer}"], hidden_size=64)
        )
        nodes.append(helper.make_node("Squeeze", [f"Y{layer}", "one"], [f"y{layer}"]))
        x = f"y{layer}"
    constants |= {"one": np.array([1], np.int64), "head": w["head.weight"].T, "bias": w["head.bias"]}
    nodes += [helper.make_node("MatMul", [x, "head"], ["m"]), helper.make_node("Add", ["m", "bias"], ["y"])]
    save_model("demo", nodes, [f32("x", ["T", 1, 4])], [f32("y", ["T", 1, 7])], constants)
    for how, path in quantised("demo"):
        print("demo", how, operators(path))
        save("demo", how, session(path).run(["y"], {"x": inputs("demo", 4)[:, None]}))


def silero():
    onnx.save(onnx.load(f"{MODELS}/silero-vad/silero_vad_16k_op15.onnx"), f"{OUT}/silero.onnx")
    for how, path in quantised("silero"):
        print("silero", how, operators(path))
        run, state, outputs = session(path), np.zeros((2, 1, 128), np.float32), []
        for frame in inputs("silero", 576):
            y, state = run.run(None, {"input": frame[None], "state": state, "sr": np.array(16000, np.int64)})
            outputs.append(y)
        save("silero", how, outputs)


def dtln():
    onnx.save(onnx.load(f"{MODELS}/dtln/model_1.onnx"), f"{OUT}/dtln.onnx")
    for how, path in quantised("dtln"):
        print("dtln", how, operators(path))
        run, state, outputs = session(path), np.zeros((1, 2, 128, 2), np.float32), []
        for frame in inputs("dtln", 257):
            y, state = run.run(None, {"input_2": frame[None, None], "input_3": state})
            outputs.append(y)
        save("dtln", how, outputs)


LETTERS = ["<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]


def g2p():
    """One step of a half as products, since onnxruntime quantises no GRU: (id, h) -> (h', scores)."""
    w = dict(np.load(f"{MODELS}/g2p/checkpoint20.npz"))
    for half in ("enc", "dec"):
        n = w[f"{half}_w_hh"].shape[1]
        constants = {
            "emb": w[f"{half}_emb"], "wi": w[f"{half}_w_ih"].T, "wh": w[f"{half}_w_hh"].T,
            "bi": w[f"{half}_b_ih"], "bh": w[f"{half}_b_hh"], "split": np.array([n] * 3, np.int64),
            "fc": w["fc_w"].T if half == "dec" else np.eye(n, dtype=np.float32)[:, :1], "fb": w["fc_b"] if half == "dec" else np.zeros(1, np.float32),
        }
        text = [
            ("Gather", "emb id", "x"), ("MatMul", "x wi", "xw"), ("Add", "xw bi", "xs"), ("MatMul", "h wh", "hw"), ("Add", "hw bh", "hs"),
            ("Split", "xs split", "xr xz xn"), ("Split", "hs split", "hr hz hn"),
            ("Add", "xr hr", "rr"), ("Sigmoid", "rr", "r"), ("Add", "xz hz", "zz"), ("Sigmoid", "zz", "z"),
            ("Mul", "r hn", "rn"), ("Add", "xn rn", "nn"), ("Tanh", "nn", "n"),
            ("Sub", "h n", "d"), ("Mul", "z d", "zd"), ("Add", "n zd", "next"), ("MatMul", "next fc", "sc"), ("Add", "sc fb", "scores"),
        ]
        nodes = [
            helper.make_node(op, a.split(), b.split(), **({"axis": 1} if op == "Split" else {})) for op, a, b in text
        ]
        ids = helper.make_tensor_value_info("id", TensorProto.INT64, [1])
        outs = [f32("next", [1, n]), f32("scores", [1, constants["fb"].shape[0]])]
        save_model(f"g2p-{half}", nodes, [ids, f32("h", [1, n])], outs, {k: v.astype(np.float32) if v.dtype != np.int64 else v for k, v in constants.items()})
    words = json.load(open(f"{MODELS}/g2p/reference.json"))
    phonemes = json.load(open(f"{OUT}/phonemes.json"))
    enc, dec = (dict(quantised(f"g2p-{half}")) for half in ("enc", "dec"))
    for how in enc:
        print("g2p", how, operators(dec[how]))
        reader, writer, outputs = session(enc[how]), session(dec[how]), []
        for word, said in words.items():
            h = np.zeros((1, 256), np.float32)
            for letter in [*word, "</s>"]:
                h, _ = reader.run(None, {"id": np.array([LETTERS.index(letter)], np.int64), "h": h})
            for phoneme in ["<s>", *said]:
                h, scores = writer.run(None, {"id": np.array([phonemes.index(phoneme)], np.int64), "h": h})
                outputs.append(scores)
        save("g2p", how, outputs)


for model in (demo, silero, dtln, g2p):
    model()
