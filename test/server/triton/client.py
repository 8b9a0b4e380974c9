"""Asks a server as `tritonclient[http]` does, and prints what came as JSON, float32 numbers as the hex of their bytes.

    client.py HOST:PORT < {"x": [...], "features": 4}
"""

import asyncio
import json
import sys

import numpy
import tritonclient.http as http
import tritonclient.http.aio as aio
from tritonclient.utils import InferenceServerException

address = sys.argv[1]
given = json.load(sys.stdin)
x = numpy.array(given["x"], dtype=numpy.float32).reshape(1, -1, given["features"])
client = http.InferenceServerClient(address, concurrency=4)


def hexed(array):
    return array.astype(numpy.float32).tobytes().hex()


def inputs_of(values, binary):
    tensor = http.InferInput("x", values.shape, "FP32")
    tensor.set_data_from_numpy(values, binary_data=binary)
    return [tensor]


def infer(values, binary=True, outputs=None, **more):
    return client.infer("lstm", inputs_of(values, binary), outputs=outputs, **more)


def whole(binary_in, binary_out, **more):
    outputs = [http.InferRequestedOutput("head", binary_data=binary_out)]
    result = infer(x, binary_in, outputs, request_id="7", **more)
    assert result.get_response()["id"] == "7"
    return {"shape": list(result.as_numpy("head").shape), "head": hexed(result.as_numpy("head"))}


def error_of(call):
    try:
        call()
    except InferenceServerException as error:
        return {"status": error.status(), "message": error.message()}
    return None


def sequence(identity, values, begin=True, end=True):
    """Timestep by timestep."""
    steps = values.shape[1]
    return "".join(
        hexed(
            infer(
                values[:, step : step + 1],
                sequence_id=identity,
                sequence_start=begin and step == 0,
                sequence_end=end and step == steps - 1,
            ).as_numpy("head")
        )
        for step in range(steps)
    )


def interleaved(identities):
    parts = {identity: "" for identity in identities}
    steps = x.shape[1]
    for step in range(steps):
        flags = {"sequence_start": step == 0, "sequence_end": step == steps - 1}
        calls = []
        for number, identity in enumerate(identities):
            values = x[:, step : step + 1] * numpy.float32(2.0**-number)
            calls.append((identity, client.async_infer("lstm", inputs_of(values, True), sequence_id=identity, **flags)))
        for identity, call in calls:
            parts[identity] += hexed(call.get_result().as_numpy("head"))
    return list(parts.values())


async def from_asyncio():
    other = aio.InferenceServerClient(address)
    try:
        result = await other.infer("lstm", inputs_of(x, True))
        return hexed(result.as_numpy("head"))
    finally:
        await other.close()


report = {
    "live": client.is_server_live(),
    "ready": client.is_server_ready(),
    "modelReady": client.is_model_ready("lstm"),
    "versionReady": client.is_model_ready("lstm", "1"),
    "otherReady": client.is_model_ready("nothing"),
    "server": client.get_server_metadata(),
    "model": client.get_model_metadata("lstm"),
    "whole": [whole(binary_in, binary_out) for binary_in in (True, False) for binary_out in (True, False)],
    "plain": hexed(infer(x).as_numpy("head")),
    "compressed": [
        whole(True, True, request_compression_algorithm=request, response_compression_algorithm=response)
        for request, response in (("gzip", None), ("deflate", None), (None, "gzip"), (None, "deflate"))
    ],
    "number": sequence(42, x),
    "text": sequence("a conversation", x),
    "again": sequence(42, x),
    "interleaved": interleaved([1, "two", 2**40]),
    "asyncio": asyncio.run(from_asyncio()),
    "errors": {
        "model": error_of(lambda: client.infer("nothing", inputs_of(x, True))),
        "ended": error_of(lambda: infer(x[:, :1], sequence_id=42)),
        "shape": error_of(lambda: infer(x[:, :, :2])),
        "output": error_of(lambda: infer(x, outputs=[http.InferRequestedOutput("nothing")])),
        "classes": error_of(lambda: infer(x, outputs=[http.InferRequestedOutput("head", class_count=2)])),
    },
}
json.dump(report, sys.stdout)
