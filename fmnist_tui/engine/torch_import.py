"""Import torch and other large libraries without pauses for garbage collection.

Torch brings a quarter of a million objects that stay. To search them for garbage takes a tenth of a second in which
neither the interface nor the training moves: so they are not searched while they are imported, and never afterwards.
"""

import atexit
import gc
import sys
from collections.abc import Callable
from typing import TypeVar

from fmnist_tui.engine.protocol import EngineInfo

T = TypeVar("T")


def load_engine() -> EngineInfo:
    """Import what a run needs. The caller has turned garbage collection off; it is on afterwards, whatever happens."""
    try:
        import torch

        import fmnist_tui.engine.resume_plan
        import fmnist_tui.engine.session
        import fmnist_tui.evaluation.evaluator
        import fmnist_tui.training.loop  # noqa: F401 - imported now, so that a run does not wait for it
    finally:
        gc.freeze()
        gc.enable()
        atexit.register(gc.unfreeze)  # else libraries complain about objects that were never collected
    device = next((name for name in ("cuda", "mps") if getattr(torch, name).is_available()), "cpu")
    return EngineInfo(torch.__version__, device, torch.get_num_threads())


def freezing_imports(job: Callable[[], T]) -> T:
    """Run a job for which a model may import a library of its own."""
    modules, was_enabled = len(sys.modules), gc.isenabled()
    gc.disable()
    try:
        return job()
    finally:
        if len(sys.modules) > modules:
            gc.freeze()
        if was_enabled:
            gc.enable()
