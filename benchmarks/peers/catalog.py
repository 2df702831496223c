"""The libraries that are compared, and the workloads."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from benchmarks.peers.task import WorkloadName

HOW_TO_INSTALL = "not installed: pip install '.[bench]'"

ALL: tuple[WorkloadName, ...] = ("logistic", "mlp", "cnn")

BATCH_SIZES: dict[WorkloadName, int] = {"logistic": 32, "mlp": 64, "cnn": 64}
"""The hyperparameters of the published baseline."""


@dataclass(frozen=True, slots=True)
class Peer:
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


PEERS = (
    Peer("ours", "ours", remark="precision auto; with validation and checkpoints, which steady speed leaves out"),
    Peer("ours-fp32", "ours", "fp32"),
    Peer("baseline", "baseline", remark="the published baseline's loop, DataLoader without workers"),
    Peer("baseline-2-workers", "baseline", "workers"),
    Peer("skorch", "skorch_fit", needs=("skorch",)),
    Peer("lightning", "lightning_fit", needs=("lightning",)),
    Peer(
        "sklearn",
        "sklearn_fit",
        workloads=("logistic", "mlp"),
        needs=("sklearn",),
        remark="not quite the same work: the mlp has ReLU, not leaky ReLU; the logistic regression is SGDClassifier, "
        "plain SGD image by image and one class against the rest, for MLPClassifier must have a hidden layer",
    ),
    Peer("keras-torch", "keras_torch", needs=("keras",)),
    Peer("keras-jax", "keras_jax", needs=("keras", "jax")),
    Peer("keras-jax-steps", "keras_jax", "steps", needs=("keras", "jax"), remark="steps_per_execution=32"),
    Peer("jax-scan", "jax_scan", workloads=("logistic", "mlp"), needs=("jax",), remark="written by hand"),
    Peer("torch-eager", "torch_eager", remark="written by hand: tensors in memory, fused Adam"),
    Peer("torch-eager-channels-last", "torch_eager", "channels-last", workloads=("cnn",), remark="written by hand"),
)


def chosen(names: tuple[str, ...], workload: WorkloadName) -> Iterator[Peer]:
    """Return the peers in `names`, or all, that can train `workload`.

    Raises:
        ValueError: There is no peer of a name.
    """
    known = {peer.name for peer in PEERS}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"there is no peer {unknown[0]!r}; there are {', '.join(sorted(known))}")
    for peer in PEERS:
        if workload in peer.workloads and (not names or peer.name in names):
            yield peer
