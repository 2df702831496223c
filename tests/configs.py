"""Configs for tests that are not about the presets, whose values may change."""

from fmnist_tui.config import RunConfig

ONE_CYCLE = {"batch_size": 128, "optimizer": "adamw", "schedule": "one-cycle", "weight_decay": 1e-2}

MLP = RunConfig.from_flat({"model": "mlp", **ONE_CYCLE, "epochs": 12, "learning_rate": 3e-3})
CNN = RunConfig.from_flat({"model": "cnn", **ONE_CYCLE, "epochs": 5, "learning_rate": 1e-2})
