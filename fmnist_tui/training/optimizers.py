"""The optimisers, each in torch's fastest form for the device."""

from torch import nn, optim

from fmnist_tui.config import RunConfig


def build_optimizer(config: RunConfig, network: nn.Module) -> optim.Optimizer:
    """The optimiser that the config names, over all of the network's parameters.

    Fused where torch has a fused kernel: one pass over the parameters instead of a dozen small operations.
    """
    parameters = network.parameters()
    rate, decay = config.learning_rate, config.weight_decay
    match config.optimizer:
        case "adam":
            return optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)
        case "adamw":
            return optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=True)
        case "sgd":
            return optim.SGD(parameters, lr=rate, weight_decay=decay, momentum=config.momentum, fused=True)
        case "rmsprop":
            return optim.RMSprop(parameters, lr=rate, weight_decay=decay, momentum=config.momentum, foreach=True)
