"""What a terminal can do, by its environment variables: no terminal can be asked for these features.

A terminal that does not know a sequence may show it, or take it for another one: `OSC 9` is a notification in some
and, followed by `4`, progress in others. So a sequence is written only to terminals that are known to support it.
"""

import os
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

PROGRESS_VARIABLE = "FMNIST_TUI_PROGRESS"
"""1 to show the progress in the task bar, 0 not to; without it, the terminal decides."""

WITHOUT_TITLE = ("linux", "dumb", "unknown")
"""Values of TERM for terminals without a window."""

OLDEST_VTE = 8000
"""VTE 0.80, the first version with progress; the variable holds 8000 for it."""

OLDEST_ITERM = (3, 6, 6)
OLDEST_GHOSTTY = (1, 2)

Notification = Literal["osc9", "osc99", "osc777"]


class TerminalFeatures(NamedTuple):
    """What the terminal supports.

    Attributes:
        has_title: Whether it has a window whose title can be set.
        has_progress: Whether it shows progress by `OSC 9;4`.
        notification: The sequence that it shows a desktop notification for; None if it has none.
    """

    has_title: bool = False
    has_progress: bool = False
    notification: Notification | None = None


def terminal_features(environment: Mapping[str, str] = os.environ) -> TerminalFeatures:
    """Return what the terminal with these environment variables supports."""
    term = environment.get("TERM", "")
    is_multiplexed = bool(environment.get("TMUX") or environment.get("STY")) or term.startswith(("tmux", "screen"))
    choice = environment.get(PROGRESS_VARIABLE)
    has_progress = choice == "1" if choice in ("0", "1") else not is_multiplexed and _has_progress(environment)
    # tmux and screen drop notifications, but forward the bell.
    notification = None if is_multiplexed else _notification(environment)
    return TerminalFeatures(term not in WITHOUT_TITLE, has_progress, notification)


def _has_progress(environment: Mapping[str, str]) -> bool:
    if environment.get("WT_SESSION") or environment.get("ConEmuANSI") == "ON":
        return True
    version = _version(environment.get("TERM_PROGRAM_VERSION", ""))
    match environment.get("TERM_PROGRAM"):
        case "WezTerm":
            return True
        case "ghostty":
            return version >= OLDEST_GHOSTTY
        case "iTerm.app":
            return version >= OLDEST_ITERM
    return _vte(environment) >= OLDEST_VTE


def _notification(environment: Mapping[str, str]) -> Notification | None:
    term = environment.get("TERM", "")
    if term == "xterm-kitty" or environment.get("KITTY_WINDOW_ID"):
        return "osc99"
    if environment.get("TERM_PROGRAM") in ("ghostty", "iTerm.app", "WezTerm") or term == "xterm-ghostty":
        return "osc9"
    if term.startswith(("foot", "rxvt-unicode")) or _vte(environment):
        return "osc777"
    return None


def _vte(environment: Mapping[str, str]) -> int:
    version = environment.get("VTE_VERSION", "")
    return int(version) if re.fullmatch(r"\d{1,6}", version, re.ASCII) else 0


def _version(text: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with: "3.6.6beta1" is (3, 6, 6)."""
    return tuple(int(number) for number in re.findall(r"\d{1,9}", text)[:3])
