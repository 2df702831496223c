"""Packages that only some commands need: they are not installed with the program."""

import re
from collections.abc import Sequence
from importlib.util import find_spec

from fmnist_tui.errors import UserError

ONNX = ("onnx>=1.18", "onnxruntime>=1.22", "onnxscript>=0.5")
SWEEP = ("optuna>=4.0",)
SERVE = ("textual-serve>=1.1.3",)
TENSORBOARD = ("tensorboard>=2.19",)


def require_packages(requirements: Sequence[str]) -> None:
    """Check that optional packages are installed, without importing them.

    Args:
        requirements: What `pip install` takes, such as "onnx>=1.18".

    Raises:
        UserError: One of them is missing.
    """
    names = [re.split(r"[<>=!~\[; ]", requirement)[0] for requirement in requirements]
    missing = [name for name in names if find_spec(name.replace("-", "_")) is None]
    if missing:
        subject = f"package {missing[0]} is" if len(missing) == 1 else f"packages {', '.join(missing)} are"
        wanted = " ".join(f"'{requirement}'" for requirement in requirements)
        raise UserError(f"the {subject} not installed", f"Run `pip install {wanted}`")
