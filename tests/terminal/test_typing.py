"""Typing at any speed: keys in one read act as if typed slowly."""

import time
from pathlib import Path

import pytest
from terminal import Terminal

from fmnist_tui.config import RunConfig
from fmnist_tui.runs.resolve import resolve_run

ESCAPE = "\x1b"
UP, DOWN, RIGHT, LEFT, CTRL_S = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x13"

WHOLE_FORM = [
    *(UP, "\r"),  # from the cnn to the mlp, and into its form
    *(DOWN, "32 16", DOWN, "0.1"),  # hidden units, dropout
    *(DOWN, "7", DOWN, "64", DOWN, RIGHT, DOWN, "0.01", DOWN, LEFT, DOWN, "0.3", DOWN, "0.8", DOWN, "500"),
    *(DOWN, "0.001", DOWN, "0.05", DOWN, "1", DOWN, "3"),
    *(DOWN, RIGHT, DOWN, "2", DOWN, "0.25", DOWN, RIGHT),
    *(DOWN, "2", DOWN, "42", DOWN, DOWN, RIGHT, DOWN, "1", CTRL_S),
]
"""The keys that set every field of the mlp except the device and the data."""


def config_after(home: Path, *reads: str) -> RunConfig:
    """Start a run by typing in the form of the first start; return its config."""
    (home / "interface.json").unlink(missing_ok=True)  # the form of the last start
    terminal = Terminal(home, "--data", "demo", columns=120, lines=40)
    try:
        terminal.wait_for("thread", "batch size")
        for read in reads:
            terminal.press(read)
        terminal.wait_for("TRAINING")
        terminal.press("x")
        terminal.wait_for("STOPPED")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        return resolve_run("latest").config()
    finally:
        terminal.child.close(force=True)


@pytest.mark.exhaustive
def test_a_whole_form_in_one_write_equals_the_form_typed_slowly(home: Path) -> None:
    slowly = config_after(home, *WHOLE_FORM)
    assert (slowly.model_name, slowly.epochs, slowly.batch_size, slowly.seed, slowly.threads) == ("mlp", 7, 64, 42, 1)
    time.sleep(1.1)  # so that the next run is the newer one
    (home / "interface.json").unlink()  # the last form, from which the next one would begin
    assert config_after(home, "".join(WHOLE_FORM)) == slowly


def test_escape_and_a_letter_in_one_read_are_two_keys(home: Path) -> None:
    config = config_after(home, UP, "\r", f"{DOWN}8{ESCAPE}s")  # out of the field, and the run begins
    assert config.to_flat()["hidden_units"] == (8,)


def test_invalid_utf_8_and_pasted_escape_characters_press_no_keys(home: Path) -> None:
    terminal = Terminal(home, "--data", "demo")
    try:
        terminal.wait_for("thread")
        terminal.child.send(b"\xff\xc3\x28\x80")
        terminal.press(f"\x1b[200~{ESCAPE}q{ESCAPE}u{ESCAPE}[B\r\x1b[201~")
        terminal.press("u")
        terminal.wait_for("No runs yet")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    finally:
        terminal.child.close(force=True)
