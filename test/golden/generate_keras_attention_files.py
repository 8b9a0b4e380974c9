"""Attention over the model's own timesteps and over another input's, with masks, as several versions of Keras save it.

    python generate_keras_attention_files.py keras3 [STEM]      STEM keras3-attention; other versions by another name
    python generate_keras_attention_files.py keras2
"""
import sys

from generate_keras_files import FEATURES, L, TIME, VERSION, case, functional, keras, write

# Attention of 3.9 fails over a masked value.
KINDS = ("heads",) if len(sys.argv) > 2 else ("Attention", "AdditiveAttention", "concat", "heads")
STEM = sys.argv[2] if len(sys.argv) > 2 else f"{VERSION}-attention"
BOTH = [["keras"], ["h5"]]
OTHER = 9


def padded(shape=(TIME,)):
    """A sequence that carries a mask: of token ids, 0 being none."""
    ids = keras.Input(shape, name="ids")
    return ids, L.Embedding(7, 4, mask_zero=True)(ids)


def attend(kind, units, **options):
    """One of the layers as a function of query, value and key, called as each is."""
    if kind == "heads":
        layer = L.MultiHeadAttention(2, 3, **options)
        return lambda *values, **named: layer(*values, **named)
    layer = L.Attention(score_mode="concat", **options) if kind == "concat" else getattr(L, kind)(**options)
    return lambda *values, **named: layer(list(values), **named)


def of(kind):
    few = {} if kind == "heads" else {"use_scale": kind != "AdditiveAttention"}
    name = lambda text: f"{kind}_{text}"
    x = keras.Input((None, FEATURES), name="x")
    case(name("self"), functional(x, attend(kind, 4, **few)(x, x)), BOTH[0])
    x = keras.Input((TIME, FEATURES), name="x")
    h = L.LSTM(5, return_sequences=True)(x)
    case(name("causal"), functional(x, L.GRU(3)(attend(kind, 5)(h, h, use_causal_mask=True))), BOTH[1])
    h = L.Bidirectional(L.LSTM(3, return_sequences=True))(x)
    case(name("pooled"), functional(x, L.Dense(2)(L.GlobalAveragePooling1D()(attend(kind, 6, **few)(h, h)))), BOTH[0])
    keyed = attend(kind, 5, **few)
    case(name("key"), functional(x, keyed(L.Dense(5)(x), L.Dense(3)(x), L.Dense(5)(x))), BOTH[1])
    # An encoder's timesteps beside a decoder's, as many or not (Luong).
    for text, open_ in (("luong", True), ("luong_fixed", False)):
        a, b = keras.Input((None if open_ else TIME, FEATURES), name="a"), keras.Input((None if open_ else OTHER, 3), name="b")
        e, *state = L.LSTM(4, return_sequences=True, return_state=True)(a)
        d = L.LSTM(4, return_sequences=True)(b, initial_state=state)
        y = L.Concatenate()([d, attend(kind, 4)(d, e)])
        case(name(text), functional([a, b], L.Dense(3, activation="softmax")(y)), BOTH[open_], times=[TIME, OTHER])
    # Masks: of both, causal too, of the query alone, of the value alone; nothing left of the first timesteps where the sequence begins with padding.
    for text, more in (("masked", {}), ("masked_causal", {"use_causal_mask": True})):
        ids, e = padded()
        h = L.LSTM(4, return_sequences=True)(e)
        y = attend(kind, 4, **few)(h, h, **more)
        case(name(text), functional(ids, [y, L.GRU(2)(y), L.GlobalAveragePooling1D()(y)]), BOTH[text == "masked"], ids=3)
    # Of values: row 0 ends with padding, the last one begins with it. Convolutions hand no mask on.
    x = keras.Input((TIME, FEATURES), name="x")
    masked = L.LSTM(4, return_sequences=True)(L.Masking(0.0)(x))
    plain = lambda units: L.Conv1D(units, 1)(x)
    pads = lambda text, y, form: case(name(f"padded_{text}"), functional(x, y), BOTH[form], pads=True)
    pads("both", attend(kind, 4)(masked, masked, use_causal_mask=True), 0)
    pads("query", L.LSTM(3, return_sequences=True)(attend(kind, 4)(masked, plain(4))), 1)
    pads("value", attend(kind, 4)(plain(4), masked, masked), 0)
    # Nothing is left for the first timesteps of the last row.
    pads("first", attend(kind, 4)(plain(4), masked, use_causal_mask=True), 1)
    pads("key", attend(kind, 4)(plain(4), plain(4 if kind == "AdditiveAttention" else 5), masked), 1)
    longer = L.UpSampling1D(2)(plain(4))
    pads("memory", attend(kind, 4, **few)(longer, L.Bidirectional(L.GRU(2, return_sequences=True))(masked), masked), 0)


def heads():
    x = keras.Input((TIME, FEATURES), name="x")
    def one(text, form, call=None, **options):
        layer = L.MultiHeadAttention(**{"num_heads": 2, "key_dim": 3, **options})
        case(f"heads_{text}", functional(x, call(layer) if call else layer(x, x)), BOTH[form])
    one("value_dim", 0, value_dim=5)
    one("no_bias", 1, use_bias=False)
    one("output_shape", 0, output_shape=7)
    one("output_shape_list", 1, output_shape=(7,))
    one("one", 0, num_heads=1, key_dim=4)
    one("dropout", 1, dropout=0.4)
    one("named", 0, lambda layer: layer(query=x, key=L.Dense(3)(x), value=L.Dense(5)(x)))
    one("axes", 1, attention_axes=1)
    shared = L.MultiHeadAttention(3, 2)
    case("heads_shared", functional(x, shared(shared(x, x), x)), BOTH[0])
    inner = functional((i := keras.Input((TIME, FEATURES))), L.LayerNormalization()(L.Add()([i, L.MultiHeadAttention(2, 2)(i, i)])))
    case("heads_in_model", functional(x, L.LSTM(3)(inner(x))), BOTH[1])
    ids, e = padded()
    case("heads_dropout_masked", functional(ids, L.MultiHeadAttention(2, 3, dropout=0.2)(e, L.LSTM(3, return_sequences=True)(e))), BOTH[0], ids=3)


for kind in KINDS:
    of(kind)
heads()
write(STEM)
