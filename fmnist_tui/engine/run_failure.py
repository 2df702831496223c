"""The last event of a run that broke: what it had reached by then, and the reason in words."""

import logging
import traceback

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError, memory_error
from fmnist_tui.events import RunEnded, RunState
from fmnist_tui.runs.run_progress import RunProgress
from fmnist_tui.sanitize import quote

logger = logging.getLogger(__name__)


def failed_to_start(error: Exception) -> RunEnded:
    """Return the last event of a run that broke before it could emit any."""
    reason = error.line() if isinstance(error, UserError) else f"{type(error).__name__}: {quote(error, 300)}"
    return RunProgress().ended(RunState.FAILED, reason)


def failure_reason(error: Exception, config: RunConfig) -> str:
    """Return in one line why a run of this config broke, and what to do about it; log what looks like a bug."""
    out_of_memory = memory_error(error)
    match error:
        case UserError():
            return error.line()
        case OSError() | ImportError() if out_of_memory:  # a library that could not be loaded
            return out_of_memory.line()
        case OSError():
            place = f" at {quote(error.filename, 200)}" if error.filename else ""
            problem = f"the disk failed{place}: {error.strerror or error}"
            remedy = "Free some space, or set FMNIST_TUI_HOME to a folder that you may write to; saved files are whole"
            return UserError(problem, remedy).line()
        case ImportError():
            return UserError(f"torch can't be loaded: {quote(error, 300)}", "Install it again").line()
    if out_of_memory:
        problem = f"memory ran out with batch size {config.batch_size} and model {config.model_name}"
        return UserError(problem, "Use a smaller batch size or a smaller model").line()
    logger.error("a run broke", exc_info=error)
    place = traceback.extract_tb(error.__traceback__)[-1].name
    problem = f"internal error in {place}: {type(error).__name__} {quote(error, 300)}"
    return UserError(problem, "Please report it").line()
