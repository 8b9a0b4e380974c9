"""The ONNX standard's own test cases of recurrent operators, as the `onnx` package makes them: what comes out is its reference's, not ONNX Runtime's."""
import base64
import json

import numpy as np
import onnx
from onnx import numpy_helper as nh
from onnx.backend.test.case.node import collect_testcases

from onnx_case import HERE
from onnx_recorded import array, packed
from versions import record

WANTED = ("test_lstm_", "test_gru_", "test_rnn_", "test_simple_rnn_")
# What a run brings; all other inputs are weights, which a file holds.
GIVEN = {"X", "sequence_lens"}


def case(one):
    model = onnx.ModelProto()
    model.CopyFrom(one.model)
    (given, wanted), = one.data_sets
    names = [value.name for value in model.graph.input]
    inputs = {}
    for name, value in zip(names, given, strict=True):
        if name not in GIVEN:
            model.graph.initializer.append(nh.from_array(np.asarray(value), name))
            continue
        value = np.asarray(value)
        inputs[name] = {"dims": list(value.shape), "values": value.flatten().tolist(), **({} if value.dtype.kind == "f" else {"type": str(value.dtype)})}
    kept = [value for value in model.graph.input if value.name in GIVEN]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    outputs = [array(value, list(np.shape(value))) for value in wanted]
    run = {"batch": 1, "time": 1, "sizes": {}, "inputs": inputs, "outputs": outputs}
    return {"kind": "nodes", "name": one.name, "model": packed(model.SerializeToString()), "options": {}, "fixed": [], "outputs": [value.name for value in model.graph.output], "runs": [run]}


def main():
    cases = [case(one) for one in collect_testcases(None) if one.name.startswith(WANTED)]
    (HERE / "nodes.json").write_text("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in cases) + "\n]\n")
    print(len(cases), "cases", [one["name"] for one in cases], (HERE / "nodes.json").stat().st_size // 1024, "KB")
    record(HERE, "nodes", onnx=onnx.__version__, numpy=np.__version__)


if __name__ == "__main__":
    main()
