"""The app's own engine: every call becomes a job on the compute thread, so the interface never touches torch."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from fmnist_tui.config import RunConfig
from fmnist_tui.evaluation.report import Report, Split
from fmnist_tui.events import Sink
from fmnist_tui.models import Architecture
from fmnist_tui.models.summary import ModelSummary, summarise
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.training.compute_thread import ComputeThread
from fmnist_tui.training.control import Control
from fmnist_tui.tui.engine import EngineInfo, RunHandle


class ComputeEngine:
    """Trains and measures on one long-lived thread; errands are done between the batches of a run under way."""

    def __init__(self) -> None:
        self._thread = ComputeThread()

    def load(self) -> Future[EngineInfo]:
        return self._thread.submit(_load)

    def summarise(self, model: Architecture) -> Future[ModelSummary]:
        return self._thread.errands.submit(lambda: summarise(model))

    def check_data(self, data: str) -> Future[str]:
        return self._thread.errands.submit(lambda: _check_data(data))

    def train(self, config: RunConfig, sink: Sink) -> RunHandle:
        control = Control(self._thread.errands)

        def job() -> None:
            from fmnist_tui.runs.conduct import conduct

            conduct(config, control, [sink])

        self._thread.submit(job)
        return control

    def evaluate(
        self, run: Path, checkpoint: str, split: Split, on_progress: Callable[[int, int], None]
    ) -> Future[Report]:
        def errand() -> Report:
            from fmnist_tui.runs.examine import examine

            return examine(RunFolder(run), checkpoint, split, on_progress=on_progress)

        return self._thread.errands.submit(errand)


def _load() -> EngineInfo:
    import torch

    import fmnist_tui.evaluation.measure
    import fmnist_tui.training.loop  # noqa: F401 - whatever a run needs is loaded now, not at its start

    device = next((name for name in ("cuda", "mps") if getattr(torch, name).is_available()), "cpu")
    return EngineInfo(torch.__version__, device, torch.get_num_threads())


def _check_data(data: str) -> str:
    from fmnist_tui.data.source import find_source

    return "the demo data" if data == "demo" else find_source(data).origin
