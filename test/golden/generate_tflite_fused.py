"""What the LiteRT interpreter computes of files of one fused layer each: `python generate_tflite_fused.py FOLDER`.

The files are made by `test/importers/tflite/fused.ts`: with FUSED_FOLDER set, `test/importers/tflite/fused.test.ts` writes them there.
"""
import base64
import gzip
import json
import sys
from pathlib import Path

import ai_edge_litert
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import prng
from case import HERE
from versions import record

OUT = HERE / "tflite-files"


def main():
    cases = []
    for path in sorted(Path(sys.argv[1]).glob("*.tflite")):
        made = path.read_bytes()
        # XNNPACK, which is the default, has kernels of its own for these.
        own = path.stem.startswith(("hybrid_dense", "hybrid_conv"))
        resolver = OpResolverType.AUTO if own else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        interpreter = Interpreter(model_content=made, experimental_op_resolver_type=resolver)
        interpreter.allocate_tensors()
        (detail,) = interpreter.get_input_details()
        shape = [int(s) for s in detail["shape"]]
        runs = []
        for call in range(2):
            interpreter.reset_all_variables()
            x = prng.uniform(prng.seed_of(f"{path.stem}/{call}"), shape, 1.0)
            if detail["dtype"] is np.int8:
                x = np.clip(np.round(128 * x), -128, 127).astype(np.int8)
            interpreter.set_tensor(detail["index"], x)
            interpreter.invoke()
            outputs = [{"name": d["name"], "dims": [int(s) for s in d["shape"]], "data": [float(f"{v:.9g}") for v in interpreter.get_tensor(d["index"]).flatten()]} for d in interpreter.get_output_details()]
            runs.append({"inputs": [{"name": detail["name"], "dims": shape, "data": x.astype(float).flatten().tolist()}], "outputs": outputs})
        cases.append({"name": path.stem, "how": "integers" if detail["dtype"] is np.int8 else "dynamic" if path.stem.startswith("hybrid") else "float", "model": base64.b64encode(gzip.compress(made, 9, mtime=0)).decode(), "runs": runs})
        print(path.stem, flush=True)
    (OUT / "fused.json").write_text("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n")
    record(OUT, "fused", litert=ai_edge_litert.__version__, numpy=np.__version__)


main()
