"""Requests in a run's folder: taken once, whoever writes them, and never anything that is no request."""

import os
import socket
from pathlib import Path

import pytest

from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.requests import RequestInbox, RequestKind, is_waiting, send_request, withdraw

KINDS = [RequestKind.PAUSE, RequestKind.CONTINUE, RequestKind.STOP]


class Inbox(RequestInbox):
    """An inbox that records its problems."""

    def __init__(self, folder: RunFolder) -> None:
        self.problems: list[str] = []
        super().__init__(folder, self.problems.append)

    def kind(self) -> RequestKind | None:
        request = self.take()
        return request and request.request


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


@pytest.fixture
def inbox(folder: RunFolder) -> Inbox:
    return Inbox(folder)


def test_a_request_is_taken_once_and_its_writer_sees_it(folder: RunFolder, inbox: Inbox) -> None:
    assert inbox.take() is None
    for kind in KINDS:
        request = send_request(folder, kind)
        assert is_waiting(folder, request)
        assert inbox.take() == request
        assert not is_waiting(folder, request)
        assert inbox.take() is None
    assert os.listdir(folder.path) == []  # noqa: PTH208
    assert inbox.problems == []


def test_a_request_names_user_and_host(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "alice")
    request = send_request(folder, RequestKind.STOP)
    assert request.user == f"alice@{socket.gethostname()}"
    assert request.by.endswith(f" {os.getpid()}")


def test_the_last_of_two_writers_wins_and_the_other_waits_no_longer(folder: RunFolder, inbox: Inbox) -> None:
    first, second = send_request(folder, RequestKind.PAUSE), send_request(folder, RequestKind.STOP)
    assert not is_waiting(folder, first)
    withdraw(folder, first)
    assert inbox.take() == second


def test_a_request_that_arrives_while_another_is_read_is_not_lost(
    folder: RunFolder, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_request(folder, RequestKind.PAUSE)
    rename = Path.replace

    def replace(self: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "replace", rename)
        send_request(folder, RequestKind.STOP)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    assert inbox.kind() is RequestKind.STOP


def test_a_request_to_an_earlier_process_is_removed_unread(folder: RunFolder, inbox: Inbox) -> None:
    send_request(folder, RequestKind.STOP)
    inbox.clear()
    assert inbox.take() is None
    assert not folder.request_file.exists()


def test_a_request_that_arrives_while_an_old_one_is_removed_is_kept(
    folder: RunFolder, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_request(folder, RequestKind.PAUSE)
    rename = Path.replace

    def replace(self: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "replace", rename)
        send_request(folder, RequestKind.STOP)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    inbox.clear()
    assert inbox.kind() is RequestKind.STOP


def make(kind: str, file: Path) -> None:
    match kind:
        case "fifo":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "link to a request":
            folder = RunFolder(file.parent / "other")
            folder.path.mkdir()
            send_request(folder, RequestKind.STOP)
            file.symlink_to(folder.request_file)
        case "endless":
            file.symlink_to("/dev/zero")
        case "dangling":
            file.symlink_to(file.parent / "nowhere")
        case "huge":
            with file.open("wb") as stream:
                stream.truncate(1 << 30)
        case "unreadable":
            file.write_bytes(b"{}")
            file.chmod(0)
        case _:
            file.write_text(kind, encoding="utf-8")


FOREIGN = [
    *("fifo", "folder", "link to a request", "endless", "dangling", "huge", "unreadable", "", "stop", "[]", "{" * 4000),
    '{"request":"delete","time":1,"by":"x"}',
    '{"request":"stop","time":"nan","by":"x"}',
    '{"request":"stop","time":1,"by":"' + "x" * 300 + '"}',
]


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_request_is_ignored_and_stays_and_is_reported_once(
    folder: RunFolder, inbox: Inbox, kind: str
) -> None:
    make(kind, folder.request_file)
    inbox.clear()
    for _look in range(3):
        assert inbox.take() is None
    assert folder.request_file.is_symlink() or folder.request_file.exists()
    (problem,) = inbox.problems
    assert "request.json" in problem


def test_after_something_foreign_a_request_is_taken(folder: RunFolder, inbox: Inbox) -> None:
    folder.request_file.write_text("nonsense", encoding="utf-8")
    assert inbox.take() is None
    send_request(folder, RequestKind.PAUSE)
    assert inbox.kind() is RequestKind.PAUSE


def test_control_characters_in_the_name_of_the_writer_reach_nobody(folder: RunFolder, inbox: Inbox) -> None:
    text = '{"request":"stop","time":1,"by":"eve\\u001b[31m\\u202e@host 1"}'
    folder.request_file.write_text(text, encoding="utf-8")
    request = inbox.take()
    assert request is not None
    assert request.user == "eve [31m @host"


def test_a_request_that_cannot_be_removed_is_followed_once(
    folder: RunFolder, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> Path:
        raise PermissionError(1, "Operation not permitted")

    send_request(folder, RequestKind.PAUSE)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        assert [inbox.kind() for _look in range(3)] == [RequestKind.PAUSE, None, None]
    assert "can't be removed: Operation not permitted" in inbox.problems[0]
    send_request(folder, RequestKind.CONTINUE)
    assert inbox.kind() is RequestKind.CONTINUE


def test_a_folder_that_nobody_may_write_to_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="ask its owner for write access"):
        send_request(RunFolder(tmp_path / "gone"), RequestKind.STOP)
