"""The optimizers: torch's fused kernels on one flat tensor of all parameters, and Muon.

`torch.optim` loops over the parameters in Python and checks each, which takes longer than a small network's arithmetic.
"""

from collections.abc import Mapping

from fmnist_tui.config import RunConfig
from fmnist_tui.hyperparameters import Precision
from fmnist_tui.training.flat_parameters import FlatParameters
from fmnist_tui.training.optimizers.fused import Adam, RmsProp, Sgd
from fmnist_tui.training.optimizers.muon import Muon
from fmnist_tui.training.optimizers.optimizer import Optimizer


def build_optimizer(config: RunConfig, flat: FlatParameters, precision: Precision) -> Optimizer:
    """Return the optimizer that the config names, for all parameters."""
    if config.optimizer == "muon":
        return Muon(config, flat, precision)
    kinds: Mapping[str, type[Optimizer]] = {"adam": Adam, "adamw": Adam, "sgd": Sgd, "rmsprop": RmsProp}
    return kinds[config.optimizer](config, flat)
