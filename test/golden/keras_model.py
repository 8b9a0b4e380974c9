"""A Keras 3 functional model from a case's ModelSpec: each node becomes the Keras layer it stands for.

Here Keras' own layouts are made from the canonical ones: kernels transposed, GRU gates z r h from r z n.
"""
import keras
import numpy as np
from keras import layers

ACTIVATIONS = {"exp": "exponential", "gelu_tanh": lambda x: keras.activations.gelu(x, approximate=True)}
# What Keras means by the name alone.
PARAMETERS = {
    "hard_sigmoid": {"alpha": 1 / 6, "beta": 0.5},
    "leaky_relu": {"alpha": 0.2},
    "elu": {"alpha": 1.0},
}


def activation_spec(name):
    """The spec's activation for Keras' name of it."""
    name = {"exponential": "exp"}.get(name, name)
    return {"type": name, **PARAMETERS[name]} if name in PARAMETERS else name


def activation(spec, default):
    """Keras' name for the spec's activation."""
    if spec is None:
        return default
    name = spec if isinstance(spec, str) else spec["type"]
    if name in PARAMETERS:
        assert spec == {"type": name, **PARAMETERS[name]}, spec
    return ACTIVATIONS.get(name, name)


class GivenMask(layers.Layer):
    """[x, mask] → x carrying the mask: a mask that is given with the run."""

    def call(self, inputs):
        return keras.ops.copy(inputs[0])

    def compute_mask(self, inputs, previous_mask=None):
        return keras.ops.cast(inputs[1], "bool")

    def compute_output_shape(self, input_shape):
        return input_shape[0]


def run(case, outputs):
    """Computes the case's outputs, by name, and the final states of all its recurrent layers."""
    built = Builder(case)
    names = [node["name"] for node in case.nodes if node["type"] in ("lstm", "gru", "rnn", "bidirectional")]
    found = built.model([built.values[name] for name in outputs], [built.states[name] for name in names])
    for name, values in zip(outputs, found[0]):
        case.output(name, values)
    for name, parts in zip(names, found[1]):
        halves = built.halves[name]
        each = len(parts) // len(halves)
        for index, half in enumerate(halves if parts else []):
            case.state(half, *parts[index * each : (index + 1) * each])


class Builder:
    def __init__(self, case):
        self.case, self.values, self.states, self.halves = case, {}, {}, {}
        self.inputs, self.fed, self.weights = [], [], []
        for entry in case.inputs:
            data = case.data[entry["name"]]
            if entry.get("dtype") == "int32":
                data = data[..., 0]
            value = self._input(data)
            if case.mask_runs is not None and entry.get("kind") != "vector":
                value = GivenMask()([value, self._input(case.mask)])
            self.values[entry["name"]] = value
        self.given = iter(case.initial_arrays or ())
        for node in case.nodes:
            made = getattr(self, f"_{node['type']}")(node, [self.values[name] for name in node["inputs"]])
            names = node.get("outputs", [node["name"]])
            for name, value in zip(names, made if isinstance(made, (list, tuple)) else [made]):
                self.values[name] = value

    def model(self, outputs, states):
        model = keras.Model(self.inputs, [outputs, states])
        for layer, weights in self.weights:
            layer.set_weights(weights)
        outputs, states = model(self.fed)
        return [np.asarray(value) for value in outputs], [[np.asarray(part) for part in parts] for parts in states]

    def _input(self, data):
        value = keras.Input(batch_shape=data.shape, dtype=data.dtype.name)
        self.inputs.append(value)
        self.fed.append(keras.ops.convert_to_tensor(data))
        return value

    def _array(self, tensors, field):
        return self.case.arrays[tensors[field]] if field in tensors else None

    # --- cells --------------------------------------------------------------------------------------------------

    def _cell(self, cell, backwards=False, states=True):
        options = {
            "units": cell["units"],
            "use_bias": "biasIh" in cell["tensors"],
            "return_sequences": cell.get("returnSequences", True),
            "return_state": states,
            "go_backwards": cell.get("goBackwards", backwards),
            "zero_output_for_mask": cell.get("zeroOutputForMask", False),
        }
        chosen = cell.get("activations", {})
        if cell["type"] == "lstm":
            assert chosen.get("i") == chosen.get("f") == chosen.get("o") and chosen.get("g") == chosen.get("output")
            return layers.LSTM(activation=activation(chosen.get("g"), "tanh"),
                               recurrent_activation=activation(chosen.get("i"), "sigmoid"), **options)
        if cell["type"] == "gru":
            assert chosen.get("r") == chosen.get("z")
            return layers.GRU(activation=activation(chosen.get("n"), "tanh"), reset_after=cell["resetAfter"],
                              recurrent_activation=activation(chosen.get("r"), "sigmoid"), **options)
        return layers.SimpleRNN(activation=activation(cell.get("activation"), "tanh"), **options)

    def _cell_weights(self, cell):
        units, tensors = cell["units"], cell["tensors"]

        def gates(array):
            """Along the first axis, from r z n to z r h."""
            if cell["type"] != "gru":
                return array
            r, z, n = array[:units], array[units : 2 * units], array[2 * units :]
            return np.concatenate([z, r, n])

        weights = [gates(self._array(tensors, "weightIh")).T, gates(self._array(tensors, "weightHh")).T]
        if "biasIh" in tensors:
            bias = gates(self._array(tensors, "biasIh"))
            if cell["type"] == "gru" and cell["resetAfter"]:
                bias = np.stack([bias, gates(self._array(tensors, "biasHh"))])
            else:
                assert "biasHh" not in tensors
            weights.append(bias)
        return weights

    def _recurrent(self, node, inputs):
        layer = self._cell(node)
        self.weights.append((layer, self._cell_weights(node)))
        state = inputs[1:] or self._given_states(1)
        y, *final = self._call(layer, inputs[0], state)
        self.states[node["name"]], self.halves[node["name"]] = final, [node["name"]]
        return [y, *final]

    _lstm = _gru = _rnn = _recurrent

    def _bidirectional(self, node, inputs):
        forward, backward = node["forward"], node["backward"]
        plain = [{key: value for key, value in half.items() if key != "tensors"} for half in (forward, backward)]
        merge = None if node["merge"] == "none" else node["merge"]
        # The wrapper makes the backward half itself, unless it is another one.
        other = None if plain[0] == plain[1] else self._cell(backward, backwards=True, states=False)
        # With halves of two kinds the wrapper miscounts their states.
        layer = layers.Bidirectional(self._cell(forward, states=other is None), merge_mode=merge, backward_layer=other)
        for half, cell in ((layer.forward_layer, forward), (layer.backward_layer, backward)):
            # Keras' own doing; the case must say the same.
            assert half.zero_output_for_mask == cell.get("zeroOutputForMask", False)
        self.weights.append((layer, self._cell_weights(forward) + self._cell_weights(backward)))
        state = self._given_states(2)
        made = self._call(layer, inputs[0], state)
        outputs = 2 if merge is None else 1
        made = made if isinstance(made, (list, tuple)) else [made]
        self.states[node["name"]] = list(made[outputs:])
        self.halves[node["name"]] = [f"{node['name']}.forward", f"{node['name']}.backward"]
        return list(made[:outputs])

    def _call(self, layer, x, state):
        if not state:
            return layer(x)
        # Keras 3 forgets the mask that x carries as soon as an initial state is given too, unless it is said.
        return layer(x, initial_state=state, mask=keras.src.backend.get_keras_mask(x))

    def _given_states(self, cells):
        if self.case.initial is None:
            return None
        return [self._input(entry[part]) for entry in [next(self.given) for _ in range(cells)] for part in entry]

    # --- the rest -----------------------------------------------------------------------------------------------

    def _dense(self, node, inputs):
        bias = self._array(node["tensors"], "bias")
        layer = layers.Dense(node["units"], activation(node.get("activation"), None), use_bias=bias is not None)
        self.weights.append((layer, [self._array(node["tensors"], "weight").T] + ([] if bias is None else [bias])))
        return layer(inputs[0])

    def _embedding(self, node, inputs):
        table = self._array(node["tensors"], "weight")
        layer = layers.Embedding(*table.shape, mask_zero=node.get("maskZero", False))
        self.weights.append((layer, [table]))
        return layer(inputs[0])

    def _masking(self, node, inputs):
        return layers.Masking(node["maskValue"])(inputs[0])

    def _layer_norm(self, node, inputs):
        parts = [self._array(node["tensors"], part) for part in ("gamma", "beta")]
        layer = layers.LayerNormalization(epsilon=node["epsilon"], scale=parts[0] is not None, center=parts[1] is not None)
        self.weights.append((layer, [part for part in parts if part is not None]))
        return layer(inputs[0])

    def _activation(self, node, inputs):
        return layers.Activation(activation(node["activation"], None))(inputs[0])

    def _softmax(self, node, inputs):
        # The Softmax layer would take a time mask for a mask of the features; the function does not.
        return layers.Activation("softmax")(inputs[0])

    def _dropout(self, node, inputs):
        return layers.Dropout(0.5)(inputs[0])

    def _add(self, node, inputs):
        return layers.Add()(inputs)

    def _multiply(self, node, inputs):
        return layers.Multiply()(inputs)

    def _concatenate(self, node, inputs):
        return layers.Concatenate()(inputs)

