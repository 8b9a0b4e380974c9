"""One golden case: a ModelSpec without its numbers, what it is fed, and what a framework made of it.

The numbers of tensors and inputs come from `prng.py`; only outputs and final states are written out.
"""
import json
import math
from pathlib import Path

import numpy as np

import prng

HERE = Path(__file__).parent

# What the sizes of systematic cases are taken from.
SIZES = (1, 3, 4, 5, 8, 20, 31, 64, 128)
BATCHES = (1, 2, 5, 32)
TIMES = (1, 2, 7, 128)

# Outputs longer than this are thinned: rows 0, every, 2·every, … and the last.
KEPT_VALUES = 384


class Case:
    def __init__(self, name: str):
        self.id = name
        self.inputs, self.nodes, self.outputs = [], [], []
        self.tensors, self.fed, self.initial, self.mask_runs, self.lengths = {}, {}, None, None, None
        self.arrays, self.data, self.initial_arrays = {}, {}, None
        self.expected, self.states = [], []

    # --- what goes in -------------------------------------------------------------------------------------------

    def tensor(self, name: str, shape, scale: float) -> str:
        seed = prng.seed_of(f"{self.id}/{name}")
        assert name not in self.tensors
        self.tensors[name] = {"shape": list(shape), "seed": seed, "scale": scale}
        self.arrays[name] = prng.uniform(seed, shape, scale)
        return name

    def sequence(self, name: str, batch: int, time: int, features: int, pads=(), scale=1.0) -> np.ndarray:
        """A float32 input [batch, time, features]. `pads`: (runs, value, features) overwrite timesteps, see `padded`."""
        self.inputs.append({"name": name, "features": features})
        return self._feed(name, [batch, time, features], {"scale": scale}, pads)

    def vector(self, name: str, batch: int, features: int, scale=1.0) -> np.ndarray:
        self.inputs.append({"name": name, "features": features, "kind": "vector"})
        return self._feed(name, [batch, features], {"scale": scale}, ())

    def ids(self, name: str, batch: int, time: int, vocabulary: int, pads=()) -> np.ndarray:
        """Token ids in [1, vocabulary); 0 only where padded."""
        self.inputs.append({"name": name, "features": 1, "dtype": "int32"})
        return self._feed(name, [batch, time, 1], {"vocabulary": vocabulary}, pads)

    def _feed(self, name, shape, numbers, pads):
        seed = prng.seed_of(f"{self.id}/input/{name}")
        if "vocabulary" in numbers:
            data = prng.below(seed, shape, numbers["vocabulary"] - 1) + np.int32(1)
        else:
            data = prng.uniform(seed, shape, numbers["scale"])
        for pad in pads:
            data[..., : pad.get("features", shape[-1])][~from_runs(pad["runs"], shape[1])] = pad["value"]
        self.fed[name] = {"shape": shape, "seed": seed, **numbers, **({"pads": list(pads)} if pads else {})}
        self.data[name] = data
        return data

    @property
    def mask(self) -> np.ndarray:
        """The mask given with the run, boolean [batch, time]; `mask_runs` describes it."""
        return from_runs(self.mask_runs, sum(self.mask_runs[0]))

    def initial_state(self, layers) -> list:
        """layers: (name, batch, length of h, length of c or None) in node order. Returns [{h, c}]."""
        self.initial, self.initial_arrays = [], []
        for layer, batch, h, c in layers:
            entry, made = {"layer": layer}, {}
            for part, length in (("h", h), ("c", c)):
                if length is None:
                    continue
                seed = prng.seed_of(f"{self.id}/state/{layer}/{part}")
                entry[part] = {"shape": [batch, length], "seed": seed, "scale": 0.8}
                made[part] = prng.uniform(seed, [batch, length], 0.8)
            self.initial.append(entry)
            self.initial_arrays.append(made)
        return self.initial_arrays

    def node(self, **node) -> str:
        """Adds a node, leaving out fields that are None. Returns its first output's name."""
        node = {key: value for key, value in node.items() if value is not None}
        self.nodes.append(node)
        return node.get("outputs", [node["name"]])[0]

    def cell_tensors(self, prefix, kind, features, units, bias="both", projection=None, init=False) -> dict:
        """Tensors of a cell at the scale that PyTorch starts training from, 1/sqrt(units)."""
        gates, scale, h = {"lstm": 4, "gru": 3, "rnn": 1}[kind], 1 / math.sqrt(units), projection or units
        names = {
            "weightIh": self.tensor(f"{prefix}.weightIh", [gates * units, features], scale),
            "weightHh": self.tensor(f"{prefix}.weightHh", [gates * units, h], scale),
        }
        if bias in ("both", "ih"):
            names["biasIh"] = self.tensor(f"{prefix}.biasIh", [gates * units], scale)
        if bias == "both":
            names["biasHh"] = self.tensor(f"{prefix}.biasHh", [gates * units], scale)
        if projection:
            names["weightHr"] = self.tensor(f"{prefix}.weightHr", [projection, units], scale)
        if init:
            names["initialH"] = self.tensor(f"{prefix}.initialH", [h], 0.8)
            if kind == "lstm":
                names["initialC"] = self.tensor(f"{prefix}.initialC", [units], 0.8)
        return names

    # --- what comes out -----------------------------------------------------------------------------------------

    def output(self, name: str, values) -> None:
        self.outputs.append(name)
        self.expected.append(({"name": name}, np.asarray(values)))

    def state(self, layer: str, h, c=None) -> None:
        for part, values in (("h", h), ("c", c)):
            if values is not None:
                self.states.append(({"layer": layer, "part": part}, np.asarray(values)))

    def entry(self) -> dict:
        spec = {"inputs": self.inputs, "nodes": self.nodes, "outputs": self.outputs}
        entry = {"id": self.id, "spec": spec, "tensors": self.tensors, "inputs": self.fed}
        if self.mask_runs is not None:
            entry["mask"] = self.mask_runs
        if self.lengths is not None:
            entry["lengths"] = list(self.lengths)
        if self.initial is not None:
            entry["initialState"] = self.initial
        return entry


def thinned(values: np.ndarray):
    """The kept rows of an output (rows run over batch and time), and every how many one was kept."""
    rows = values.reshape(-1, values.shape[-1])
    every = math.ceil(values.size / max(KEPT_VALUES, 4 * values.shape[-1]))
    # A step that shares no factor with the time length meets every timestep, not always the same ones.
    while every > 1 and math.gcd(every, values.shape[-2]) != 1:
        every += 1
    kept = sorted({*range(0, len(rows), every), len(rows) - 1})
    return rows[kept], every


def write(framework: str, versions: dict, cases) -> None:
    """Writes `<framework>.json` (one case a line) and `<framework>.bin` (little-endian float32, in that order)."""
    lines, blob, seen = [], bytearray(), set()
    for case in cases:
        assert case.id not in seen, case.id
        seen.add(case.id)
        entry = case.entry()
        for key, parts in (("outputs", case.expected), ("states", case.states)):
            entry[key] = []
            for label, values in parts:
                assert values.dtype == np.float32, (case.id, label, values.dtype)
                assert np.isfinite(values).all(), (case.id, label)
                kept, every = thinned(values)
                entry[key].append({**label, "dims": list(values.shape), "every": every, "at": len(blob) // 4})
                blob += kept.astype("<f4").tobytes()
        lines.append(json.dumps(entry, separators=(",", ":")))
    head = json.dumps({"framework": framework, "versions": versions, "values": f"{framework}.bin"})[1:-1]
    text = "{" + head + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n"
    (HERE / f"{framework}.json").write_text(text)
    (HERE / f"{framework}.bin").write_bytes(blob)
    print(f"{framework}: {len(lines)} cases, {len(text) // 1024} KB of index, {len(blob) // 1024} KB of values")


# --- masks ------------------------------------------------------------------------------------------------------


def from_runs(runs, time: int) -> np.ndarray:
    """Rows of run lengths, valid and masked in turn beginning with valid, as a boolean [batch, time]."""
    mask = np.zeros((len(runs), time), bool)
    for row, lengths in zip(mask, runs):
        assert sum(lengths) == time
        at = 0
        for index, length in enumerate(lengths):
            row[at : at + length] = index % 2 == 0
            at += length
    return mask


def mask_runs(kind: str, batch: int, time: int, seed: int = 0):
    """`pre`, `post` or `mid` padding of different length in every row; one row in it is whole, one all masked."""
    amounts = prng.below(prng.seed_of(f"{kind}/{batch}/{time}/{seed}"), [batch, 3], 1 << 16).tolist()
    rows = []
    for index, (a, b, c) in enumerate(amounts):
        masked = a % max(time, 2)
        if index == 1:
            masked = 0
        if index == 3:
            masked = time
        if kind == "pre":
            rows.append([0, masked, time - masked])
        elif kind == "post":
            rows.append([time - masked, masked])
        else:
            holes = [index != 1 and (value >> 3) % 3 == 0 for value in mid_bits(a, b, c, time)]
            rows.append(runs_of(holes))
    return rows


def mid_bits(a, b, c, time):
    return prng.below(a ^ (b << 8) ^ c, [time], 1 << 16).tolist()


def runs_of(holes):
    runs, masked, count = [], False, 0
    for hole in holes:
        if hole != masked:
            runs.append(count)
            masked, count = hole, 0
        count += 1
    return [*runs, count]


def pad(runs, value=0.0, features=None) -> dict:
    """Overwrites the masked timesteps of an input (its first `features` numbers) with a value."""
    return {"runs": runs, "value": value, **({} if features is None else {"features": features})}
