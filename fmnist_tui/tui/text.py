"""Texts for errors and reports."""

import logging

from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.sanitize import one_line

logger = logging.getLogger(__name__)


def subject_of(report: Report) -> str:
    """Return what a report is about."""
    return f"{one_line(report.run)} · {report.checkpoint} of epoch {report.epoch} · {report.split} set"


def explain(error: BaseException) -> str:
    """Return an error on one line; log it and name its type if it is a bug."""
    if isinstance(error, UserError):
        return one_line(error.line())
    logger.error("unexpected error", exc_info=error)
    return one_line(f"internal error: {type(error).__name__}: {error}")
