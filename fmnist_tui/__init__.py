"""fmnist-tui: a terminal workbench for training image classifiers."""

__version__ = "0.2.0.dev0"
