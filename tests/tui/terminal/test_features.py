"""Which terminals get which sequences: one that does not know a sequence may show it."""

import pytest

from fmnist_tui.tui.terminal.features import TerminalFeatures, terminal_features

XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environment", "has_progress"),
    [
        ({}, False),
        ({"WT_SESSION": "0a1b"}, True),
        ({"ConEmuANSI": "ON"}, True),
        ({"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203"}, True),
        ({"TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.2.0"}, True),
        ({"TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.1.3"}, False),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.6"}, True),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.5.14"}, False),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "new"}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"VTE_VERSION": "8000"}, True),
        ({"VTE_VERSION": "7603"}, False),
        ({"VTE_VERSION": "²"}, False),
        ({"VTE_VERSION": "8000", "TMUX": "/tmp/tmux-0/default,1,0"}, False),
        ({"WT_SESSION": "0a1b", "STY": "1.pts"}, False),
        ({"TMUX": "/tmp/tmux-0/default,1,0", "FMNIST_TUI_PROGRESS": "1"}, True),
        ({"WT_SESSION": "0a1b", "FMNIST_TUI_PROGRESS": "0"}, False),
    ],
)
def test_progress_is_shown_where_it_is_known_to_work(environment: dict[str, str], has_progress: bool) -> None:
    assert terminal_features(XTERM | environment).has_progress is has_progress


@pytest.mark.parametrize(
    ("environment", "notification"),
    [
        ({}, None),
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"TERM": "xterm-ghostty"}, "osc9"),
        ({"TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "foot"}, "osc777"),
        ({"VTE_VERSION": "7603"}, "osc777"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux-0/default,1,0"}, None),
        ({"TERM": "screen-256color", "TERM_PROGRAM": "iTerm.app"}, None),
    ],
)
def test_each_terminal_has_its_own_notifications(environment: dict[str, str], notification: str | None) -> None:
    assert terminal_features(XTERM | environment).notification == notification


@pytest.mark.parametrize("term", ["linux", "dumb"])
def test_a_terminal_without_a_window_has_no_title(term: str) -> None:
    assert terminal_features({"TERM": term}) == TerminalFeatures()
