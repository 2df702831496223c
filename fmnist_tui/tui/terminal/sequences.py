"""The control sequences for title, progress and notifications. All text in them is free of control characters."""

from enum import IntEnum

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.terminal.features import Notification, TerminalFeatures

MAX_TEXT = 200

BELL = "\a"

PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Save the window's title on the terminal's own stack, and restore it."""


class Progress(IntEnum):
    """The states of progress, by their numbers in the sequence."""

    NONE = 0
    NORMAL = 1
    ERROR = 2
    UNKNOWN = 3
    PAUSED = 4


def title_sequence(text: str) -> str:
    """Return the sequence that sets the window's title."""
    return f"\x1b]2;{one_line(text)[:MAX_TEXT]}{BELL}"


def progress_sequence(state: Progress, share: float = 0.0) -> str:
    """Return the sequence that shows progress; the share, from 0 to 1, counts in some states only."""
    return f"\x1b]9;4;{state:d};{round(100 * min(1.0, max(0.0, share)))}{BELL}"


def notification_sequence(kind: Notification | None, title: str, text: str) -> str:
    """Return the sequence of a desktop notification; the bell if the terminal has none."""
    title, text = (one_line(part)[:MAX_TEXT].replace(";", ",") for part in (title, text))
    match kind:
        case "osc9":
            return f"\x1b]9;{title}: {text}{BELL}"
        case "osc777":
            return f"\x1b]777;notify;{title};{text}{BELL}"
        case "osc99":  # in two parts of one notification, which the second one completes
            return f"\x1b]99;i=fmnist-tui:d=0;{title}\x1b\\\x1b]99;i=fmnist-tui:d=1:p=body;{text}\x1b\\"
    return BELL


def opening_sequence(features: TerminalFeatures) -> str:
    """Return what is written when the interface takes the terminal."""
    return PUSH_TITLE if features.has_title else ""


def closing_sequence(features: TerminalFeatures) -> str:
    """Return what is written before the interface gives the terminal back."""
    progress = progress_sequence(Progress.NONE) if features.has_progress else ""
    # A terminal without a stack of titles keeps the empty one, until the shell sets its own.
    return progress + (title_sequence("") + POP_TITLE if features.has_title else "")
