"""Files whose time comes first (PyTorch's default), turned ones, and files with several times, with what ONNX Runtime makes of them in the FILE's
own order of axes."""
import torch
from torch import nn

from onnx_recorded import OLD, B, Fixed, Network, T, both, write

BOTH_SIZES = [{"batch": 3, "time": 5}, {"batch": 2, "time": 7}]
ONE_ROW = [{"batch": 1, "time": 5}, {"batch": 1, "time": 7}]
ONE, THREE, FOUR = (Fixed(B, size) for size in (1, 3, 4))
T4, T5, T7 = (Fixed(T, size) for size in (4, 5, 7))
L5, L7 = (Fixed("later", size) for size in (5, 7))
MAKE = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


# What is stored of an older PyTorch.
STORED = ("lstm_one_row", "gru_rows_open", "lstm_last_one_row", "gru_all_fixed", "square", "two_sided_one_row", "sequence_and_last_one_row", "turned_in_and_out_one_row", "turned_out_rows_open", "no_batch")


def sequence(kind="lstm", width=4, **more):
    return Network(lambda m, x: m.head(m.rnn(x)[0]), rnn=MAKE[kind](width, 5, **more), head=nn.Linear(10 if more.get("bidirectional") else 5, 2))


def last(kind="lstm", **more):
    return Network(lambda m, x: m.head(m.rnn(x)[0][-1]), rnn=MAKE[kind](4, 5, **more), head=nn.Linear(10 if more.get("bidirectional") else 5, 2))


def time_first():
    cases = []

    def add(name, module, inputs, outputs, sizes=None, **more):
        if OLD and name not in STORED:
            return
        dims = [n for one in inputs for n in one[1]]
        sizes = sizes or (BOTH_SIZES if T in dims else BOTH_SIZES[:1]) if B in dims else (ONE_ROW if T in dims else ONE_ROW[:1])
        both(cases, "time_first", name, module, [(*one, None) if len(one) == 2 else one for one in inputs], outputs, sizes, **more)

    for kind in MAKE:
        add(f"{kind}_one_row", sequence(kind), [("x", [T, ONE, 4])], [[T, ONE, 2]])
        add(f"{kind}_rows_open", sequence(kind), [("x", [T, B, 4])], [[T, B, 2]])
        add(f"{kind}_last_one_row", last(kind), [("x", [T, ONE, 4])], [[ONE, 2]])
        add(f"{kind}_last_rows_open", last(kind), [("x", [T, B, 4])], [[B, 2]])
        add(f"{kind}_all_fixed", sequence(kind), [("x", [T5, ONE, 4])], [[T5, ONE, 2]])
    add("three_rows", sequence(), [("x", [T, THREE, 4])], [[T, THREE, 2]])
    add("rows_and_time_fixed", sequence("gru"), [("x", [T5, THREE, 4])], [[T5, THREE, 2]])
    add("time_fixed", sequence(), [("x", [T5, B, 4])], [[T5, B, 2]])
    add("last_all_fixed", last("gru"), [("x", [T5, ONE, 4])], [[ONE, 2]])
    add("square", sequence(), [("x", [T4, FOUR, 4])], [[T4, FOUR, 2]])
    add("two_sided_one_row", sequence(bidirectional=True, num_layers=2), [("x", [T, ONE, 4])], [[T, ONE, 2]])
    add("stacked_rows_open", last("gru", num_layers=2), [("x", [T, B, 4])], [[B, 2]])
    pair = lambda m, x: (m.head(m.rnn(x)[0]), m.last(m.rnn(x)[0][-1]))
    for name, dims in (("one_row", [T, ONE]), ("rows_open", [T, B])):
        row = dims[1]
        net = lambda run, width=4, **more: Network(run, rnn=nn.GRU(width, 5), head=nn.Linear(5, 2), **more)
        add(f"sequence_and_last_{name}", net(pair, last=nn.Linear(5, 3)), [("x", [*dims, 4])], [[*dims, 2], [row, 3]])
        add(f"final_state_{name}", net(lambda m, x: m.head(m.rnn(x)[1][-1])), [("x", [*dims, 4])], [[row, 2]])
        add(f"mean_{name}", net(lambda m, x: m.head(m.rnn(x)[0].mean(0))), [("x", [*dims, 4])], [[row, 2]])
        add(f"two_inputs_{name}", net(lambda m, x, z: m.head(m.rnn(torch.cat([x, z], 2))[0]), 6), [("x", [*dims, 4]), ("z", [*dims, 2])], [[*dims, 2]])
        add(f"conditioned_{name}", net(lambda m, x, z: m.head(m.rnn(x)[0][-1]) + m.beside(z), beside=nn.Linear(3, 2)), [("x", [*dims, 4]), ("z", [row, 3])], [[row, 2]])
        add(f"state_out_{name}", net(lambda m, x: (m.head(m.rnn(x)[0]), m.rnn(x)[1])), [("x", [*dims, 4])], [[*dims, 2], [1, row, 5]])
        add(f"ids_{name}", Network(lambda m, ids: m.head(m.rnn(m.embedding(ids))[0]), embedding=nn.Embedding(11, 4), rnn=nn.LSTM(4, 5), head=nn.Linear(5, 2)), [("ids", dims, 11)], [[*dims, 2]])
        # Turned: what the axes are told by the graph alone.
        add(f"turned_in_and_out_{name}", Network(lambda m, x: m.head(m.rnn(x.transpose(0, 1))[0]).transpose(0, 1), rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("x", [*dims, 4])], [[*dims, 2]])
        add(f"turned_out_{name}", Network(lambda m, x: m.head(m.rnn(x)[0]).transpose(0, 1), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("x", [row, T, 4])], [[T, row, 2]])
        add(f"turned_before_{name}", Network(lambda m, x: m.head(m.rnn(x.transpose(0, 1))[0]), rnn=nn.RNN(4, 5), head=nn.Linear(5, 2)), [("x", [row, T, 4])], [[T, row, 2]])
        add(f"channels_out_{name}", Network(lambda m, x: m.head(m.rnn(x)[0]).permute(1, 2, 0), rnn=nn.RNN(4, 5), head=nn.Linear(5, 2)), [("x", [*dims, 4])], [[row, 2, T]])
    add("batch_first_one_row", sequence(batch_first=True), [("x", [ONE, T, 4])], [[ONE, T, 2]])
    add("batch_first_time_fixed", sequence(batch_first=True), [("x", [B, T5, 4])], [[B, T5, 2]])
    # A sequence without a batch, as nn.LSTM takes it too; the recurrence over rows that were meant as time.
    add("no_batch", sequence(), [("x", [T, 4])], [[T, 2]])
    add("no_batch_last", last("gru"), [("x", [T, 4])], [[2]])
    add("series", Network(lambda m, x: m.head(m.rnn(x.unsqueeze(-1))[0]).squeeze(-1), rnn=nn.LSTM(1, 5), head=nn.Linear(5, 1)), [("x", [T, B])], [[T, B]])
    write("time-first", cases)


def times():
    cases = []
    two = [{"batch": 3, "time": 5, "later": 7}, {"batch": 2, "time": 6, "later": 4}]

    def add(name, module, inputs, outputs, sizes=None, **more):
        both(cases, "times", name, module, [(*one, None) if len(one) == 2 else one for one in inputs], outputs, sizes or two, **more)

    windows = lambda: Network(lambda m, a, b: m.head(torch.cat([m.one(a)[0][:, -1], m.two(b)[0][:, -1]], 1)), one=nn.LSTM(4, 5, batch_first=True), two=nn.GRU(3, 4, batch_first=True), head=nn.Linear(9, 2))
    add("two_windows", windows(), [("a", [B, T5, 4]), ("b", [B, L7, 3])], [[B, 2]], two[:1])
    add("two_windows_one_row", windows(), [("a", [ONE, T5, 4]), ("b", [ONE, L7, 3])], [[ONE, 2]], [{"batch": 1}])
    add("two_windows_open", windows(), [("a", [B, T, 4]), ("b", [B, "later", 3])], [[B, 2]])
    sequences = lambda: Network(lambda m, a, b: (m.one(a)[0], m.two(b)[0]), one=nn.GRU(4, 3, batch_first=True), two=nn.GRU(3, 2, batch_first=True))
    add("two_sequences", sequences(), [("a", [B, T5, 4]), ("b", [B, L7, 3])], [[B, T5, 3], [B, L7, 2]], two[:1])
    add("two_sequences_open", sequences(), [("a", [B, T, 4]), ("b", [B, "later", 3])], [[B, T, 3], [B, "later", 2]])
    add("window_and_open", windows(), [("a", [B, T, 4]), ("b", [B, L7, 3])], [[B, 2]])

    def translate(m, x, y):
        return m.head(m.decoder(y, m.encoder(x)[1])[0])

    seq2seq = lambda kind=nn.GRU: Network(translate, encoder=kind(4, 5, batch_first=True), decoder=kind(3, 5, batch_first=True), head=nn.Linear(5, 3))
    for kind, make in (("gru", nn.GRU), ("lstm", nn.LSTM)):
        add(f"encoder_decoder_{kind}", seq2seq(make), [("source", [B, T7, 4]), ("target", [B, L5, 3])], [[B, L5, 3]], two[:1])
        add(f"encoder_decoder_{kind}_open", seq2seq(make), [("source", [B, T, 4]), ("target", [B, "later", 3])], [[B, "later", 3]])
    add("encoder_decoder_one_row_open", seq2seq(), [("source", [ONE, T, 4]), ("target", [ONE, "later", 3])], [[ONE, "later", 3]], [{**one, "batch": 1} for one in two])
    add("encoder_decoder_time_first", Network(translate, encoder=nn.GRU(4, 5), decoder=nn.GRU(3, 5), head=nn.Linear(5, 3)), [("source", [T, B, 4]), ("target", ["later", B, 3])], [["later", B, 3]])

    def attend(m, x, y):
        own, states = m.encoder(x), m.decoder(y)[0]
        weights = torch.softmax(torch.matmul(states, own[0].transpose(1, 2)), -1)
        return m.head(torch.cat([states, torch.matmul(weights, own[0])], -1))

    attention = lambda: Network(attend, encoder=nn.GRU(4, 5, batch_first=True), decoder=nn.GRU(3, 5, batch_first=True), head=nn.Linear(10, 3))
    add("attention", attention(), [("source", [B, T7, 4]), ("target", [B, L5, 3])], [[B, L5, 3]], two[:1])
    add("attention_open", attention(), [("source", [B, T, 4]), ("target", [B, "later", 3])], [[B, "later", 3]])
    # As many steps as the input has by chance, and other numbers of them.
    repeat = lambda steps: Network(lambda m, x: m.head(m.decoder(m.encoder(x)[1][-1].unsqueeze(1).repeat(1, steps, 1))[0]), encoder=nn.GRU(4, 5, batch_first=True), decoder=nn.LSTM(5, 4, batch_first=True), head=nn.Linear(4, 4))
    for steps in (3, 5):
        add(f"repeat_{steps}", repeat(steps), [("x", [B, T5, 4])], [[B, steps, 4]], two[:1])
        add(f"repeat_{steps}_open", repeat(steps), [("x", [B, T, 4])], [[B, steps, 4]], two if steps == 3 else [{"batch": 3, "time": 7}, {"batch": 2, "time": 5}])
    add("repeat_beside", Network(lambda m, x: torch.cat([m.decoder(m.encoder(x)[1][-1].unsqueeze(1).repeat(1, 5, 1))[0], m.skip(x)], -1), encoder=nn.GRU(4, 5, batch_first=True), decoder=nn.GRU(5, 4, batch_first=True), skip=nn.Linear(4, 3)), [("x", [B, T5, 4])], [[B, T5, 7]], two[:1])
    around = lambda steps: Network(lambda m, x: x + m.head(m.decoder(m.encoder(x)[1][-1].unsqueeze(1).expand(-1, steps or x.shape[1], -1))[0]), encoder=nn.GRU(4, 5, batch_first=True), decoder=nn.GRU(5, 6, batch_first=True), head=nn.Linear(6, 4))
    add("residual_autoencoder", around(5), [("x", [B, T5, 4])], [[B, T5, 4]], two[:1])
    add("residual_autoencoder_open", around(None), [("x", [B, T, 4])], [[B, T, 4]])
    add("forecast", Network(lambda m, x: m.head(m.rnn(x)[1][-1]).reshape(-1, 3, 2), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 6)), [("x", [B, T7, 4])], [[B, 3, 2]], two[:1])
    add("tail", Network(lambda m, x: m.head(m.rnn(x)[0][:, -3:]), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("x", [B, T7, 4])], [[B, 3, 2]], two[:1])
    add("joined", Network(lambda m, a, b: m.head(m.rnn(torch.cat([a, b], 1))[0]), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 2)), [("a", [B, T5, 4]), ("b", [B, 2, 4])], [[B, 7, 2]], two[:1])
    add("joined_after", Network(lambda m, a, b: m.head(torch.cat([m.one(a)[0], m.two(b)[0]], 1)), one=nn.GRU(4, 5, batch_first=True), two=nn.GRU(3, 5, batch_first=True), head=nn.Linear(5, 2)), [("a", [B, T5, 4]), ("b", [B, L7, 3])], [[B, 12, 2]], two[:1])
    write("times", cases)


if __name__ == "__main__":
    time_first()
    if not OLD:
        times()
