"""Files whose state comes in and goes out, under the names that people give it; streams of several calls, each with the state that the one before gave;
with what ONNX Runtime makes of them. Policies with a flag that resets the state."""
import torch
from torch import nn

from onnx_recorded import OLD, B, Fixed, Network, T, both, write

# name: (data in, h in, c in) → (data out, h out, c out); c only for LSTMs.
NAMES = {
    "hx_hy": ("x hx cx", "y hy cy"),
    "numbered": ("x h.1 c.1", "y h.3 c.3"),
    "numbered_by_torch": ("input hx.1 hx.3", "output hx.5 hx.7"),
    "old_plain": ("x old_h old_c", "y h c"),
    "before": ("x h_t_1 c_t_1", "y h_t c_t"),
    "minus": ("x_t h_tm1 c_tm1", "y_t h_t c_t"),
    "state_in_out": ("x state_in_h state_in_c", "y state_out_h state_out_c"),
    "in_out_last": ("x h_in c_in", "y h_out c_out"),
    "in_out_first": ("x in_h in_c", "y out_h out_c"),
    "h0_hn": ("x h0 c0", "y hn cn"),
    "h_0_h_n": ("input h_0 c_0", "output h_n c_n"),
    "data_paired": ("audio_in h_in c_in", "audio_out h_out c_out"),
    "data_alike": ("input input_h input_c", "output output_h output_c"),
    "past_present": ("x past_h past_c", "y present_h present_c"),
    "past_key": ("x past_key_values.0 past_key_values.1", "y present.0 present.1"),
    "prev_next": ("x prev_h prev_c", "y next_h next_c"),
    "last_new": ("x last_hidden last_cell", "y new_hidden new_cell"),
    "hidden": ("x hidden_in cell_in", "y hidden_out cell_out"),
    "init_final": ("x initial_h initial_c", "y final_h final_c"),
    "camel": ("x hiddenIn cellIn", "y hiddenOut cellOut"),
    "words": ("x hidden_state cell_state", "y new_hidden_state new_cell_state"),
    "updated": ("x h c", "y h_updated c_updated"),
    "primed": ("x h c", "y h' c'"),
    "counted": ("x h1 c1", "y h2 c2"),
    "rnn_state": ("x rnn_state_h rnn_state_c", "y rnn_state_h_new rnn_state_c_new"),
    "recurrent": ("obs recurrent_in_h recurrent_in_c", "action recurrent_out_h recurrent_out_c"),
    "memories": ("obs_0 recurrent_in recurrent_in_cell", "continuous_actions recurrent_out recurrent_out_cell"),
    "silero": ("input h c", "output hn cn"),
}
ROW, FRAME = Fixed(B, 1), Fixed(T, 1)
FRAMES = [{"batch": 1, "time": 1}]
SEVERAL = [{"batch": 1, "time": 3}]


def split(text):
    return text.split()


def lstm(m, x, h, c):
    y, (h, c) = m.rnn(x, (h, c))
    return m.head(y), h, c


def gru(m, x, h):
    y, h = m.rnn(x, h)
    return m.head(y), h


def network(kind, layers=1, out=2, first=True):
    make = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[kind]
    return Network(lstm if kind == "lstm" else gru, rnn=make(4, 5, layers, batch_first=first), head=nn.Linear(5, out))


def main():
    cases = []

    def add(name, module, inputs, outputs, pairs, sizes, names, exporters=("legacy",), **more):
        both(cases, "states", name, module, [(*one, None) if len(one) == 2 else one for one in inputs], outputs, sizes, names=names, exporters=exporters, options={"states": []}, states=pairs, steps=4, **more)

    def scheme(name, told, kind, layers=1, frame=True, rows=ROW, exporters=("legacy",), first=True, title=None, out=2):
        ins, outs = map(split, NAMES[told])
        ins, outs = (ins, outs) if kind == "lstm" else (ins[:2], outs[:2])
        time = FRAME if frame else T
        x = [rows, time, 4] if first else [time, rows, 4]
        y = [*x[:2], out]
        sizes = FRAMES if frame else SEVERAL
        sizes = [{**sizes[0], "batch": 2}] if rows is B else sizes
        add(title or f"{name}_{kind}", network(kind, layers, out, first), [(ins[0], x), *[(one, [layers, rows, 5]) for one in ins[1:]]], [y, *[[layers, rows, 5]] * (len(outs) - 1)], list(zip(ins[1:], outs[1:])), sizes, outs, exporters, explicit=title is not None)

    some = list(NAMES) if not OLD else ["hx_hy", "numbered", "data_paired"]
    for told in some:
        scheme(told, told, "gru")
        scheme(told, told, "lstm", frame=False)
    if OLD:
        return write("states", cases)
    for told in ("hx_hy", "data_paired", "h0_hn", "past_present", "numbered"):
        scheme(told, told, "lstm", 2, title=f"{told}_lstm_stacked", exporters=("legacy", "dynamo"))
        scheme(told, told, "gru", rows=B, frame=False, title=f"{told}_gru_rows_open")
        scheme(told, told, "rnn", first=False, frame=False, title=f"{told}_rnn_time_first")
    scheme("in_out_last", "in_out_last", "lstm", frame=False, title="in_out_last_lstm_open", exporters=("dynamo",))
    # As wide out as in: an autoregressive model, whose output is no state of its input.
    scheme("data_paired", "data_paired", "gru", title="data_paired_same_width", out=4)
    scheme("in_out_last", "hx_hy", "lstm", title="hx_hy_same_width", out=4)

    ONE = [{"batch": 1}]

    def cells(m, x, h, c):
        h, c = m.cell(x, (h, c))
        return m.head(h), h, c

    add("lstm_cell", Network(cells, cell=nn.LSTMCell(4, 5), head=nn.Linear(5, 2)), [("x", [ROW, 4]), ("h", [ROW, 5]), ("c", [ROW, 5])], [[ROW, 2], [ROW, 5], [ROW, 5]], [("h", "h_out"), ("c", "c_out")], ONE, ("y", "h_out", "c_out"), ("legacy", "dynamo"))
    add("gru_cell", Network(lambda m, x, h: (m.head(m.cell(x, h)), m.cell(x, h)), cell=nn.GRUCell(4, 5), head=nn.Linear(5, 2)), [("x", [ROW, 4]), ("hx", [ROW, 5])], [[ROW, 2], [ROW, 5]], [("hx", "hy")], ONE, ("y", "hy"), ("legacy", "dynamo"))

    def two(m, x, a, b):
        y, p = m.one(x, a)
        y, q = m.two(y, b)
        return m.head(y), p, q

    add("two_layers_apart", Network(two, one=nn.GRU(4, 5, batch_first=True), two=nn.GRU(5, 3, batch_first=True), head=nn.Linear(3, 2)), [("x", [ROW, FRAME, 4]), ("h1", [1, ROW, 5]), ("h2", [1, ROW, 3])], [[ROW, FRAME, 2], [1, ROW, 5], [1, ROW, 3]], [("h1", "h1_out"), ("h2", "h2_out")], FRAMES, ("y", "h1_out", "h2_out"))

    def stacked(m, x, state):
        y, (h, c) = m.rnn(x, (state[0], state[1]))
        return m.head(y), torch.stack([h, c])

    add("h_and_c_in_one", Network(stacked, rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("input", [ROW, FRAME, 4]), ("state", [2, 1, ROW, 5])], [[ROW, FRAME, 2], [2, 1, ROW, 5]], [("state", "stateN")], FRAMES, ("output", "stateN"))

    def joined(m, x, state):
        y, (h, c) = m.rnn(x, (state[:, :, :5].contiguous(), state[:, :, 5:].contiguous()))
        return m.head(y), torch.cat([h, c], 2)

    add("h_and_c_beside", Network(joined, rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("obs", [ROW, FRAME, 4]), ("recurrent_in", [1, ROW, 10])], [[ROW, FRAME, 2], [1, ROW, 10]], [("recurrent_in", "recurrent_out")], FRAMES, ("action", "recurrent_out"))

    # Policies: a flag says that a new episode begins, and the state with it.
    def policy(m, obs, start, h):
        h = h * (1 - start)
        h = m.cell(torch.tanh(m.body(obs)), h)
        return m.logits(h), m.value(h), h

    def policy_lstm(m, obs, h, c, mask):
        own = mask.reshape(1, -1, 1)
        y, (h, c) = m.rnn(m.body(obs).unsqueeze(0), (h * own, c * own))
        return m.logits(y.squeeze(0)), h, c

    def policy_where(m, obs, done, h):
        h = torch.where(done.reshape(1, -1, 1) > 0.5, torch.zeros_like(h), h)
        y, h = m.rnn(obs.unsqueeze(1), h)
        return m.logits(y.squeeze(1)), h

    parts = lambda **more: dict(body=nn.Linear(4, 6), logits=nn.Linear(5, 3), **more)
    flags = {"values": [0.0], 2: [1.0], 3: [0.0]}
    kept = {"values": [1.0], 2: [0.0], 3: [1.0]}
    for rows in (ROW, B):
        title = "one_row" if rows is ROW else "rows_open"
        own = ONE if rows is ROW else [{"batch": 2}]
        flag = flags if rows is ROW else {"values": [0.0, 0.0], 1: [1.0, 0.0], 2: [0.0, 1.0]}
        mask = kept if rows is ROW else {"values": [1.0, 1.0], 1: [0.0, 1.0], 2: [1.0, 0.0]}
        each = ("legacy", "dynamo")
        add(f"policy_gru_cell_{title}", Network(policy, cell=nn.GRUCell(6, 5), value=nn.Linear(5, 1), **parts()), [("obs", [rows, 4]), ("start", [rows, 1], flag), ("h_in", [rows, 5])], [[rows, 3], [rows, 1], [rows, 5]], [("h_in", "h_out")], own, ("logits", "value", "h_out"), each)
        add(f"policy_lstm_{title}", Network(policy_lstm, rnn=nn.LSTM(6, 5), **parts()), [("obs", [rows, 4]), ("hx", [1, rows, 5]), ("cx", [1, rows, 5]), ("masks", [rows, 1], mask)], [[rows, 3], [1, rows, 5], [1, rows, 5]], [("hx", "hx_out"), ("cx", "cx_out")], own, ("action", "hx_out", "cx_out"), each)
        add(f"policy_where_{title}", Network(policy_where, rnn=nn.GRU(4, 5, batch_first=True), logits=nn.Linear(5, 3)), [("obs", [rows, 4]), ("done", [rows], flag), ("state_in", [1, rows, 5])], [[rows, 3], [1, rows, 5]], [("state_in", "state_out")], own, ("logits", "state_out"), each)
    write("states", cases)


if __name__ == "__main__":
    main()
