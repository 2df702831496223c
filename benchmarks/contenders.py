"""The libraries that are compared, and the workloads."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from benchmarks.peers.contract import WorkloadName

HOW_TO_INSTALL = "not installed: pip install '.[bench]'"

ALL: tuple[WorkloadName, ...] = ("logistic", "mlp", "cnn")

BATCH_SIZES: dict[WorkloadName, int] = {"logistic": 32, "mlp": 64, "cnn": 64}
"""The hyperparameters of the published baseline."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to train.

    Attributes:
        name: Its name in tables.
        module: Its file in `benchmarks/peers`.
        variant: Which of its ways is meant.
        workloads: What it can train.
        needs: The libraries that it can't do without.
        remark: What one has to know to compare it fairly.
    """

    name: str
    module: str
    variant: str = ""
    workloads: tuple[WorkloadName, ...] = ALL
    needs: tuple[str, ...] = ()
    remark: str = ""

    def is_installed(self) -> bool:
        """Return whether its libraries are installed, without importing them."""
        return all(find_spec(library) is not None for library in self.needs)


CONTENDERS = (
    Contender("ours", "ours", remark="precision auto; with validation and checkpoints, which steady speed leaves out"),
    Contender("ours-fp32", "ours", "fp32"),
    Contender("baseline", "baseline", remark="the published baseline's loop, DataLoader without workers"),
    Contender("baseline-2-workers", "baseline", "workers"),
    Contender("skorch", "skorch_fit", needs=("skorch",)),
    Contender("lightning", "lightning_fit", needs=("lightning",)),
    Contender(
        "sklearn",
        "sklearn_fit",
        workloads=("logistic", "mlp"),
        needs=("sklearn",),
        remark="not quite the same work: the mlp has ReLU, not leaky ReLU; the logistic regression is SGDClassifier, "
        "plain SGD image by image and one class against the rest, for MLPClassifier must have a hidden layer",
    ),
    Contender("keras-torch", "keras_torch", needs=("keras",)),
    Contender("keras-jax", "keras_jax", needs=("keras", "jax")),
    Contender("keras-jax-steps", "keras_jax", "steps", needs=("keras", "jax"), remark="steps_per_execution=32"),
    Contender("jax-scan", "jax_scan", workloads=("logistic", "mlp"), needs=("jax",), remark="written by hand"),
    Contender("torch-eager", "torch_eager", remark="written by hand: tensors in memory, fused Adam"),
    Contender(
        "torch-eager-channels-last", "torch_eager", "channels-last", workloads=("cnn",), remark="written by hand"
    ),
)


def chosen(names: tuple[str, ...], workload: WorkloadName) -> Iterator[Contender]:
    """Return the contenders in `names`, or all, that can train `workload`.

    Raises:
        ValueError: There is no contender of a name.
    """
    known = {contender.name for contender in CONTENDERS}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"there is no contender {unknown[0]!r}; there are {', '.join(sorted(known))}")
    for contender in CONTENDERS:
        if workload in contender.workloads and (not names or contender.name in names):
            yield contender
