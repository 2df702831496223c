"""Who handles the signals that stop a run."""

import signal
from collections.abc import Iterator

import pytest

from fmnist_tui.engine.signals import handled_stop_signals


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_signals_are_handled_within_the_context_only() -> None:
    inside: list[signal.Signals] = []
    outside: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: outside.append(number))
    with pytest.raises(KeyError), handled_stop_signals(inside.append):
        signal.raise_signal(signal.SIGTERM)
        raise KeyError
    signal.raise_signal(signal.SIGTERM)
    assert (inside, outside) == ([signal.SIGTERM], [signal.SIGTERM])


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """As those that `nohup` and a shell's background jobs ignore."""
    handled: list[signal.Signals] = []
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with handled_stop_signals(handled.append):
        signal.raise_signal(signal.SIGHUP)
    assert handled == []
