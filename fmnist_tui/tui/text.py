"""How errors and reports are named on the screen."""

import logging
from typing import TYPE_CHECKING

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import one_line

if TYPE_CHECKING:
    from fmnist_tui.evaluation.report import Report

logger = logging.getLogger(__name__)


def subject_of(report: "Report") -> str:
    """What a report is about."""
    return f"{one_line(report.run)} · {report.checkpoint} of epoch {report.epoch} · {report.split} set"


def explain(error: BaseException) -> str:
    """An error on one line: in its own words where it is meant for a person, with its type where it is a bug."""
    if isinstance(error, UserError):
        return one_line(error.line())
    logger.error("an error that nobody foresaw", exc_info=error)
    return one_line(f"an error of fmnist-tui itself: {type(error).__name__}: {error}")
