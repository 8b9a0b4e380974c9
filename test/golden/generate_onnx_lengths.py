"""`pack_padded_sequence` and other uses of lengths that are an input of the file, with what ONNX Runtime makes of them.

PyTorch cuts the padded output off at the longest row; the exported graph leaves it as long as the input, so runs whose longest row is shorter than
the input are held to ONNX Runtime alone.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from onnx_recorded import OLD, B, Fixed, Network, T, both, write

ROW, T5 = Fixed(B, 1), Fixed(T, 5)
SIZES = [{"batch": 3, "time": 5}, {"batch": 4, "time": 7}]
SORTED = {0: [5, 3, 2], 1: [7, 7, 4, 1]}
MIXED = {0: [2, 5, 3], 1: [1, 7, 4, 7]}
SHORT = {0: [4, 3, 2], 1: [1, 3, 5, 2]}
CLAMPED = {0: [0, 5, 3], 1: [1, 7, 0, 7]}


def network(head, make=nn.LSTM, way=lambda n: n, first=True, ordered=False, total=False, width=4, **more):
    """way: what becomes of the lengths before they are used; head: (module, y, lengths, h) → outputs."""

    sides = 2 if more.get("bidirectional") else 1

    def run(m, x, n):
        own = way(n)
        bag = pack_padded_sequence(x, own.cpu(), batch_first=first, enforce_sorted=ordered)
        # The state of zeros that PyTorch makes by itself has as many rows as lengths[0] says once 1.13 has exported it; and 2.15 does not export it
        # where nothing but the last state is used.
        start = torch.zeros(sides * more.get("num_layers", 1), x.shape[0 if first else 1], 5)
        out, state = m.rnn(bag, *(((start, start) if make is nn.LSTM else start,) if OLD or head in (FINAL, TWO_ENDS) else ()))
        y, given = pad_packed_sequence(out, batch_first=first, **({"total_length": x.shape[1 if first else 0]} if total else {}))
        return head(m, y, own, state[0] if isinstance(state, tuple) else state, given)

    return Network(run, rnn=make(width, 5, batch_first=first, **more), head=nn.Linear(5 * sides, 2))


SEQUENCE = lambda m, y, n, h, given: m.head(y)
FINAL = lambda m, y, n, h, given: m.head(h[-1])
TWO_ENDS = lambda m, y, n, h, given: m.head(torch.cat([h[-2], h[-1]], -1))
RETURNED = lambda m, y, n, h, given: (m.head(y), given)
MEAN = lambda m, y, n, h, given: m.head(y.sum(1) / n.unsqueeze(1).to(y.dtype))
MEAN_WHOLE = lambda m, y, n, h, given: m.head(y.sum(1) / n.view(-1, 1))
MOST = lambda m, y, n, h, given: m.head(y.max(1).values)
GATHERED = lambda m, y, n, h, given: m.head(y.gather(1, (n - 1).view(-1, 1, 1).expand(-1, 1, y.shape[2])).squeeze(1))
INDEXED = lambda m, y, n, h, given: m.head(y[torch.arange(y.shape[0]), n - 1])
GATHERED_TIME_FIRST = lambda m, y, n, h, given: m.head(y.gather(0, (n - 1).view(1, -1, 1).expand(1, -1, y.shape[2])).squeeze(0))
STATES = lambda m, y, n, h, given: (m.head(y), h)


def mask(m, x, n):
    return torch.arange(x.shape[1]).unsqueeze(0) < n.unsqueeze(1)


def masked_mean(m, x, n):
    own = mask(m, x, n).unsqueeze(-1).to(x.dtype)
    return m.head((m.rnn(x)[0] * own).sum(1) / own.sum(1))


def attention(m, x, n):
    y = m.rnn(x)[0]
    scores = m.score(y).squeeze(-1).masked_fill(~mask(m, x, n), float("-inf"))
    return m.head((torch.softmax(scores, 1).unsqueeze(-1) * y).sum(1))


def main():
    cases = []

    def add(name, module, outputs, lengths=MIXED, whole="int64", first=True, exact=True, sizes=None, x=None, exporters=("legacy",), **more):
        kind = torch.int32 if whole == "int32" else torch.int64
        values = {key: torch.tensor(one, dtype=kind).numpy() for key, one in lengths.items()}
        inputs = [("x", x or ([B, T, 4] if first else [T, B, 4]), None), ("lengths", [B if not x else x[0 if first else 1]], values)]
        both(cases, "lengths", name, module, inputs, outputs, sizes or SIZES, names=("y", "z"), exporters=exporters, exact=exact, **more)

    BTO, TBO, BO = [[B, T, 2]], [[T, B, 2]], [[B, 2]]
    old = OLD
    for kind, make in (("lstm", nn.LSTM), ("gru", nn.GRU)):
        add(f"{kind}_sequence", network(SEQUENCE, make), BTO)
        add(f"{kind}_final", network(FINAL, make), BO)
        if old:
            add(f"{kind}_sorted_int32", network(SEQUENCE, make, ordered=True), BTO, SORTED, whole="int32")
            continue
        add(f"{kind}_sequence_sorted", network(SEQUENCE, make, ordered=True), BTO, SORTED)
        add(f"{kind}_final_sorted", network(FINAL, make, ordered=True), BO, SORTED)
        add(f"{kind}_sequence_time_first", network(SEQUENCE, make, first=False), TBO, first=False)
        add(f"{kind}_final_time_first_sorted", network(FINAL, make, first=False, ordered=True), BO, SORTED, first=False)
        add(f"{kind}_sequence_int32", network(SEQUENCE, make), BTO, whole="int32")
        add(f"{kind}_final_int32_sorted", network(FINAL, make, ordered=True), BO, SORTED, whole="int32")
        add(f"{kind}_two_sided", network(SEQUENCE, make, bidirectional=True), BTO)
        add(f"{kind}_two_sided_final", network(TWO_ENDS, make, bidirectional=True), BO)
        add(f"{kind}_stacked", network(SEQUENCE, make, num_layers=2), BTO)
        add(f"{kind}_stacked_two_sided_final", network(TWO_ENDS, make, num_layers=2, bidirectional=True), BO)
        add(f"{kind}_states", network(STATES, make), [[B, T, 2], [1, B, 5]])
    add("rnn_sequence", network(SEQUENCE, nn.RNN), BTO)
    if old:
        add("returned", network(RETURNED), [*BTO, [B]])
        add("mean", network(MEAN), BO)
        add("clamped", network(SEQUENCE, way=lambda n: n.clamp(min=1)), BTO, CLAMPED)
        add("gathered", network(GATHERED), BO)
        add("total", network(SEQUENCE, total=True), BTO, SHORT)
        return write("lengths", cases)
    add("clamped", network(SEQUENCE, way=lambda n: n.clamp(min=1)), BTO, CLAMPED)
    add("clamped_final_int32", network(FINAL, way=lambda n: n.clamp(min=1)), BO, CLAMPED, whole="int32")
    add("clamped_both_sides", network(SEQUENCE, way=lambda n: n.clamp(1, 7)), BTO, CLAMPED)
    add("cast", network(SEQUENCE, way=lambda n: n.to(torch.int64)), BTO, whole="int32")
    add("cast_to_int32", network(FINAL, way=lambda n: n.to(torch.int32)), BO)
    add("minus_one", network(FINAL, way=lambda n: n - 1), BO, {0: [3, 6, 4], 1: [2, 8, 5, 8]})
    # What a convolution of stride 2 leaves of them.
    add("halved", network(FINAL, way=lambda n: torch.div(n + 1, 2, rounding_mode="floor")), BO, {0: [3, 10, 6], 1: [1, 13, 8, 4]}, exact=False)
    add("returned", network(RETURNED), [*BTO, [B]])
    add("returned_sorted_int32", network(RETURNED, nn.GRU, ordered=True), [*BTO, [B]], SORTED, whole="int32")
    add("returned_time_first", network(RETURNED, first=False), [*TBO, [B]], first=False)
    add("mean", network(MEAN), BO)
    add("mean_gru_int32", network(MEAN, nn.GRU), BO, whole="int32")
    add("mean_whole", network(MEAN_WHOLE), BO)
    add("mean_clamped", network(MEAN, way=lambda n: n.clamp(min=1)), BO, CLAMPED)
    add("most", network(MOST), BO)
    add("gathered", network(GATHERED), BO)
    add("gathered_gru_sorted", network(GATHERED, nn.GRU, ordered=True), BO, SORTED)
    add("gathered_two_sided", network(GATHERED, bidirectional=True), BO)
    add("gathered_time_first", network(GATHERED_TIME_FIRST, first=False), BO, first=False)
    add("indexed", network(INDEXED), BO)
    add("total", network(SEQUENCE, total=True), BTO)
    add("total_short", network(SEQUENCE, total=True), BTO, SHORT)
    add("total_short_mean", network(MEAN, total=True), BO, SHORT)
    add("total_two_sided_short", network(SEQUENCE, nn.GRU, total=True, bidirectional=True), BTO, SHORT)
    add("total_fixed", network(SEQUENCE, total=True), [[B, T5, 2]], {0: SHORT[0]}, x=[B, T5, 4], sizes=SIZES[:1])
    add("short", network(SEQUENCE), BTO, SHORT, exact=False)
    add("one_row", network(FINAL), [[ROW, 2]], {0: [3], 1: [6]}, x=[ROW, T, 4], sizes=[{"batch": 1, "time": 5}, {"batch": 1, "time": 7}])
    add("one_row_sequence", network(SEQUENCE, total=True), [[ROW, T, 2]], {0: [3], 1: [6]}, x=[ROW, T, 4], sizes=[{"batch": 1, "time": 5}, {"batch": 1, "time": 7}])
    add("all_fixed", network(FINAL), [[Fixed(B, 3), 2]], {0: MIXED[0]}, x=[Fixed(B, 3), T5, 4], sizes=[{"batch": 3}])
    ids = Network(lambda m, ids, n: m.head(m.rnn(pack_padded_sequence(m.embedding(ids), n.cpu(), batch_first=True, enforce_sorted=False), 2 * (torch.zeros(1, ids.shape[0], 5),))[1][0][-1]), embedding=nn.Embedding(11, 4, padding_idx=0), rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2))
    both(cases, "lengths", "ids", ids, [("ids", [B, T], 11), ("lengths", [B], {k: torch.tensor(v).numpy() for k, v in MIXED.items()})], BO, SIZES, exporters=("legacy",))
    padded = {0: torch.tensor([[3, 4, 0, 0, 0], [1, 2, 3, 4, 5], [9, 8, 7, 0, 0]]).numpy(), 1: torch.tensor([[5, 0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7], [9, 8, 7, 6, 0, 0, 0], [3, 1, 3, 1, 3, 1, 3]]).numpy()}
    counted = Network(lambda m, ids: m.head(m.rnn(pack_padded_sequence(m.embedding(ids), (ids != 0).sum(1).cpu(), batch_first=True, enforce_sorted=False), torch.zeros(1, ids.shape[0], 5))[1][-1]), embedding=nn.Embedding(11, 4, padding_idx=0), rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 2))
    both(cases, "lengths", "counted", counted, [("ids", [B, T], padded)], BO, SIZES, exporters=("legacy",))
    # Lengths that mask by themselves, and lengths that do nothing.
    both_exporters = {"exporters": ("legacy", "dynamo")}  # The newer one exports no packed sequences.
    plain = lambda run, **more: Network(run, rnn=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 2), **more)
    add("masked_mean", plain(masked_mean), BO, **both_exporters)
    add("masked_attention", plain(attention, score=nn.Linear(5, 1)), BO, **both_exporters)
    add("masked_output", plain(lambda m, x, n: m.head(m.rnn(x)[0]) * mask(m, x, n).unsqueeze(-1)), BTO, **both_exporters)
    add("only_gathered", plain(lambda m, x, n: GATHERED(m, m.rnn(x)[0], n, None, None)), BO, **both_exporters)
    add("only_indexed", plain(lambda m, x, n: INDEXED(m, m.rnn(x)[0], n, None, None)), BO, **both_exporters)
    add("nothing", plain(lambda m, x, n: m.head(m.rnn(x)[0])), BTO, exporters=("dynamo",))
    add("nothing_lstm_last", Network(lambda m, x, n: m.head(m.rnn(x)[0][:, -1]), rnn=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2)), BO, exporters=("dynamo",))
    add("handed_on", plain(lambda m, x, n: (m.head(m.rnn(x)[0]), n + 0)), [*BTO, [B]], **both_exporters)
    write("lengths", cases)


if __name__ == "__main__":
    main()
