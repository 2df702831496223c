"""Reading on a thread that nobody waits for."""

import threading
from collections.abc import Callable

import pytest

from fmnist_tui.errors import UserError
from fmnist_tui.tui import polling
from fmnist_tui.tui.polling import Polling


def until(is_so: Callable[[], bool]) -> None:
    for _attempt in range(2000):
        if is_so():
            return
        threading.Event().wait(0.001)
    pytest.fail("never became true")


def test_a_failed_read_leaves_what_was_read_before() -> None:
    answers: list[object] = ["first", UserError("the database is gone", "Start it"), "second"]

    def read() -> object:
        answer = answers.pop(0)
        if isinstance(answer, UserError):
            raise answer
        return answer

    found = Polling(read, 0.0)
    until(found.poll)
    assert (found.newest, found.problem) == ("first", "")
    until(found.poll)
    assert (found.newest, found.problem) == ("first", "the database is gone. Start it.")
    until(found.poll)
    assert (found.newest, found.problem) == ("second", "")


def test_a_read_that_hangs_is_reported_and_not_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "PATIENCE_SECONDS", 0.0)
    may_end, reads = threading.Event(), []

    def read() -> str:
        reads.append(1)
        may_end.wait(10)
        return "late"

    found = Polling(read, 0.0)
    until(lambda: found.poll() and "no answer" in found.problem)
    assert not found.poll() or found.newest is None
    assert len(reads) == 1
    may_end.set()
    until(lambda: found.poll() and found.newest == "late")
    assert found.problem == ""
