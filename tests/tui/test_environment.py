"""Which terminals are drawn in ASCII."""

import pytest

from fmnist_tui.tui.environment import needs_ascii


@pytest.mark.parametrize(
    "environment",
    [
        {"LANG": "C"},
        {"LANG": "C", "LC_CTYPE": "C.UTF-8"},  # Python wrote the latter
        {"LANG": "POSIX"},
        {"LC_ALL": "C", "LANG": "en_US.UTF-8"},
        {"LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "en_US.UTF-8"},
        {"LANG": "en_US"},
        {"LANG": "en_US.UTF-8", "TERM": "linux"},
        {"LANG": "en_US.UTF-8", "TERM": "dumb"},
        {"LANG": "en_US.UTF-8", "TERM": "xterm-256color", "FMNIST_TUI_ASCII": "1"},
    ],
)
def test_terminals_without_unicode_are_drawn_in_ascii(environment: dict[str, str]) -> None:
    assert needs_ascii(environment)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"LANG": "en_US.UTF-8", "TERM": "xterm-256color"},
        {"LANG": "de_DE.utf8"},
        {"LC_CTYPE": "UTF-8"},
        {"LC_ALL": "C.UTF-8", "LANG": "C"},
        {"LANG": "C", "TERM": "linux", "FMNIST_TUI_ASCII": "0"},
        {"LANG": "C.UTF-8", "FMNIST_TUI_ASCII": ""},
    ],
)
def test_other_terminals_are_drawn_in_unicode(environment: dict[str, str]) -> None:
    assert not needs_ascii(environment)
