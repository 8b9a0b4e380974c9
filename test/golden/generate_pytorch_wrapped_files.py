"""State dicts and checkpoints whose names have those of wrappers in them: DataParallel, DistributedDataParallel, torch.compile, AveragedModel, one
inside another, and what PyTorch Lightning saves. `inFile` has the path in the file for each one of the config.

Wants pytorch_lightning beside torch.
"""
import copy
import tempfile
import warnings

import pytorch_lightning as pl
import torch
import torch.distributed as dist
from pytorch_lightning.callbacks import EMAWeightAveraging
from torch import nn
from torch.nn.parallel import DataParallel, DistributedDataParallel
from torch.optim.swa_utils import AveragedModel

from pytorch_case import FOLDER, WIDTH, Net, case, config_of, drawn, saved, seeded, write
from versions import record

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
cases = []


def add(name, data, inner, front, **more):
    x = drawn(name)
    with torch.no_grad():
        y = inner.eval()(x)
    paths = front if isinstance(front, dict) else {key: front + key for key in ("rnn", "fc")}
    cases.append(case(name, data, config_of(), x, y, inFile=paths, **more))


def wrapped(name, wrap, front):
    inner = seeded(name, Net())
    add(name, saved(wrap(inner).state_dict()), inner, front)


dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
wrapped("data_parallel", DataParallel, "module.")
wrapped("distributed", DistributedDataParallel, "module.")
wrapped("compiled", torch.compile, "_orig_mod.")
wrapped("compiled_of_distributed", lambda m: torch.compile(DistributedDataParallel(m)), "_orig_mod.module.")
wrapped("distributed_of_compiled", lambda m: DistributedDataParallel(torch.compile(m)), "module._orig_mod.")
wrapped("parallel_twice", lambda m: DataParallel(DataParallel(m)), "module.module.")


def part(name, key, wrap):
    inner = seeded(name, Net())
    whole = copy.deepcopy(inner)
    setattr(whole, key, wrap(getattr(whole, key)))
    return inner, whole


inner, whole = part("compiled_part", "rnn", torch.compile)
add("compiled_part", saved(whole.state_dict()), inner, {"rnn": "rnn._orig_mod", "fc": "fc"})
inner, whole = part("parallel_part", "fc", DataParallel)
add("parallel_part", saved({"epoch": 2, "model": whole.state_dict()}), inner, {"rnn": "rnn", "fc": "fc.module"})

# The average of two sets of parameters: what computes is inside.
inner = seeded("averaged", Net())
average = AveragedModel(inner)
average.update_parameters(inner)
average.update_parameters(seeded("averaged, later", Net()))
add("averaged", saved(average.state_dict()), average.module, "module.")


# A module that its author called `module`, beside others: no wrapper.
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.module = nn.LSTM(WIDTH, 4, batch_first=True)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.module(x)[0])


own = seeded("own_module", Own())
x = drawn("own_module")
config = config_of()
config["layers"][0]["prefix"] = "module"
with torch.no_grad():
    cases.append(case("own_module", saved(own.state_dict()), config, x, own(x), inFile={"module": "module", "fc": "fc"}))


class Lightning(pl.LightningModule):
    def __init__(self, name, hidden=4, scale=1.0):
        super().__init__()
        self.save_hyperparameters()
        setattr(self, name, seeded(f"lightning_{name}", Net(hidden=hidden)))
        self.loss = nn.MSELoss()
        self.attribute = name

    def training_step(self, batch, _):
        x, y = batch
        return self.loss(getattr(self, self.attribute)(x), y)

    def train_dataloader(self):
        torch.manual_seed(5)
        return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(4, 3, WIDTH), torch.rand(4, 3, 2)), batch_size=2)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.1)


class Saver(pl.Callback):
    """At the end of an epoch: after the last one, averages are copied into the model."""

    def __init__(self, path):
        self.path = path

    def on_train_epoch_end(self, trainer, module):
        trainer.save_checkpoint(self.path)


def trained(name, attribute, change=lambda module: None, callbacks=(), front=None, **more):
    module = Lightning(attribute)
    change(module)
    with tempfile.TemporaryDirectory() as folder:
        callbacks = [*callbacks, Saver(f"{folder}/model.ckpt")]
        trainer = pl.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False, callbacks=callbacks)
        trainer.fit(module)
        data = open(f"{folder}/model.ckpt", "rb").read()
        state = torch.load(f"{folder}/model.ckpt", weights_only=False)["state_dict"]
    front = front or f"{attribute}."
    inner = Net()
    inner.load_state_dict({key[len(front):]: value for key, value in state.items()})
    add(name, data, inner, front, **more)


trained("lightning_model", "model")
trained("lightning_net", "net")
trained("lightning_other_name", "backbone", keep="backbone.")
trained("lightning_compiled", "model", lambda m: setattr(m, "model", torch.compile(m.model, backend="eager")), front="model._orig_mod.")
trained("lightning_average", "net", callbacks=[EMAWeightAveraging(decay=0.5)])
for one in cases:
    # Their names stay.
    if "keep" in one:
        for layer in one["config"]["layers"]:
            layer["prefix"] = one["inFile"][layer["prefix"]]
        one["inFile"] = {value: value for value in one["inFile"].values()}
        del one["keep"]

write("wrapped.json", cases)
record(FOLDER, "wrapped", torch=torch.__version__, pytorch_lightning=pl.__version__)
