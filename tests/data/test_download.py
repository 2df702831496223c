import errno
import io
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fake_files import IMAGES_FILE, PACKED, SPEC

from fmnist_tui.data import download
from fmnist_tui.data.download import DownloadCancelled, fetch_dataset, fetch_unless_good, find_or_fetch
from fmnist_tui.data.locate import DataNotFound, dataset_cache, find_source
from fmnist_tui.datasets import DATASETS, DatasetSpec
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.errors import UserError

IMAGES_GZ = f"{IMAGES_FILE.name}.gz"


class Mirror:
    """A web server on this machine that serves `bodies`, with faults on request."""

    def __init__(self) -> None:
        self.bodies = dict(PACKED)
        self.asked: list[str] = []
        self.misbehave: Callable[[BaseHTTPRequestHandler, str], bool] = lambda _handler, _name: False
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/")
                mirror.asked.append(name)
                if mirror.misbehave(self, name):
                    return
                if name not in mirror.bodies:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(mirror.bodies[name])))
                self.end_headers()
                self.wfile.write(mirror.bodies[name])

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def mirrors() -> Iterator[tuple[Mirror, Mirror]]:
    pair = (Mirror(), Mirror())
    threads = [threading.Thread(target=mirror.server.serve_forever, args=(0.01,), daemon=True) for mirror in pair]
    for thread in threads:
        thread.start()
    yield pair
    for mirror in pair:
        mirror.server.shutdown()
        mirror.server.server_close()


def fetch(folder: Path, *addresses: str, should_stop: Callable[[], bool] = lambda: False) -> list[tuple[str, int, int]]:
    progress: list[tuple[str, int, int]] = []
    fetch_dataset(replace(SPEC, mirrors=addresses), folder, lambda *report: progress.append(report), should_stop)
    return progress


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_fetches_verified_files_and_reports_progress(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    folder = tmp_path / "new" / "folder"
    progress = fetch(folder, mirrors[0].address)
    assert contents(folder) == PACKED
    for name, body in PACKED.items():
        done = [done for reported, done, total in progress if reported == name]
        assert done == sorted(done)
        assert done[-1] == len(body)
    assert {total for name, _done, total in progress if name == IMAGES_GZ} == {len(PACKED[IMAGES_GZ])}
    assert len(progress) > 3  # also during the download, not only at its end


def test_files_have_the_usual_permissions(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    fetch(tmp_path, mirrors[0].address)
    (tmp_path / "ordinary").write_bytes(b"")
    assert (tmp_path / IMAGES_GZ).stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_valid_files_stay_and_invalid_ones_are_replaced(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    fetch(tmp_path, mirrors[0].address)
    (tmp_path / IMAGES_GZ).write_bytes(b"damaged")
    mirrors[0].asked.clear()
    fetch(tmp_path, mirrors[0].address)
    assert mirrors[0].asked == [IMAGES_GZ]
    assert contents(tmp_path) == PACKED


def test_second_mirror_serves_what_the_first_lacks(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    mirrors[0].bodies.clear()
    fetch(tmp_path, mirrors[0].address, mirrors[1].address)
    assert contents(tmp_path) == PACKED
    assert len(mirrors[0].asked) == 1, "a mirror that lacks a file is not asked again"


def test_second_mirror_serves_when_the_first_refuses(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    fetch(tmp_path, unused_address(), mirrors[1].address)
    assert contents(tmp_path) == PACKED


def test_broken_transfer_is_tried_again(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    mirrors[0].misbehave = lambda handler, _name: len(mirrors[0].asked) == 1 and cut_off(handler)
    fetch(tmp_path, mirrors[0].address)
    assert contents(tmp_path) == PACKED
    assert mirrors[0].asked[:2] == [IMAGES_GZ, IMAGES_GZ]


def unused_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def cut_off(handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(PACKED[IMAGES_GZ])))
    handler.end_headers()
    handler.wfile.write(PACKED[IMAGES_GZ][:100_000])
    return True


def busy(handler: BaseHTTPRequestHandler) -> bool:
    handler.send_error(503)
    return True


def silent(_handler: BaseHTTPRequestHandler) -> bool:
    time.sleep(0.5)
    return True


def endless(handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(bytes(400_000))
    return True


@pytest.fixture
def tight_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "READ_SECONDS", 0.2)
    monkeypatch.setattr(download, "MAX_CONTENT_BYTES", 350_000)


@pytest.mark.usefixtures("tight_limits")
@pytest.mark.parametrize(
    ("misbehave", "finding", "asked"),
    [
        (cut_off, f"closed the connection after 65,536 of {len(PACKED[IMAGES_GZ]):,} bytes", 2),
        (busy, "responded with HTTP status 503", 2),
        (silent, "did not respond in time", 1),
        (endless, "sends more than 350,000 bytes", 1),
    ],
)
def test_mirror_that_misbehaves(
    tmp_path: Path,
    mirrors: tuple[Mirror, Mirror],
    misbehave: Callable[[BaseHTTPRequestHandler], bool],
    finding: str,
    asked: int,
) -> None:
    mirrors[0].misbehave = lambda handler, _name: misbehave(handler)
    message = not_found(tmp_path, mirrors[0].address)
    assert f"127.0.0.1:{mirrors[0].server.server_port} {finding}" in message
    assert len(mirrors[0].asked) == asked


def not_found(folder: Path, *addresses: str) -> str:
    with pytest.raises(DataNotFound) as caught:
        fetch(folder, *addresses)
    message = caught.value.line()
    assert f"no mirror of Fashion-MNIST sent {IMAGES_GZ}" in message
    assert "name the folder that holds the files with --data" in message
    assert "--dataset demo" in message
    assert contents(folder) == {}, "nothing half-written may stay"
    return message


def test_wrong_content(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    mirrors[0].bodies[IMAGES_GZ] = b"<html>sign in to this network</html>"
    mirrors[1].bodies[IMAGES_GZ] = PACKED[IMAGES_GZ][:5000]
    message = not_found(tmp_path, mirrors[0].address, mirrors[1].address)
    assert "sent a bad file: it is not an IDX file of bytes" in message
    assert "sent a bad file: it ends too early" in message


def test_missing_everywhere(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    mirrors[0].bodies.clear()
    assert "responded with HTTP status 404" in not_found(tmp_path, mirrors[0].address)


def test_no_network_fails_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    assert "can't be reached" in not_found(tmp_path, unused_address(), unused_address())
    assert time.monotonic() - began < 3


def test_stop_in_the_middle_leaves_nothing(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    seen: list[int] = []
    with pytest.raises(DownloadCancelled) as caught:
        fetch_dataset(
            replace(SPEC, mirrors=(mirrors[0].address,)),
            tmp_path,
            lambda _file, done, _total: seen.append(done),
            lambda: len(seen) == 2,
        )
    assert f"the download of {IMAGES_GZ} was cancelled" in caught.value.line()
    assert 0 < seen[-1] < len(PACKED[IMAGES_GZ])
    assert contents(tmp_path) == {}


def test_stop_before_the_start_sends_no_request(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    with pytest.raises(DownloadCancelled):
        fetch(tmp_path, mirrors[0].address, should_stop=lambda: True)
    assert mirrors[0].asked == []


def test_a_failing_progress_callback_leaves_nothing(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    def fail(_file: str, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_dataset(replace(SPEC, mirrors=(mirrors[0].address,)), tmp_path, fail, lambda: False)
    assert contents(tmp_path) == {}


class FullDisk(io.FileIO):
    def write(self, _data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk(tmp_path: Path, mirrors: tuple[Mirror, Mirror], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "open", lambda path, _mode: FullDisk(path, "w"))
    with pytest.raises(UserError) as caught:
        fetch(tmp_path, mirrors[0].address, mirrors[1].address)
    monkeypatch.undo()
    message = caught.value.line()
    assert f"the disk is full: Fashion-MNIST needs 30 MB in '{tmp_path}'" in message
    assert "Free some space" in message
    assert not isinstance(caught.value, DataNotFound)
    assert mirrors[1].asked == [], "another mirror can't help"
    assert contents(tmp_path) == {}


def test_disk_full_at_the_flush(
    tmp_path: Path, mirrors: tuple[Mirror, Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match="the disk is full"):
        fetch(tmp_path, mirrors[0].address)
    assert contents(tmp_path) == {}


def test_cache_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError) as caught:
        fetch(tmp_path / "file" / "cache", unused_address())
    assert f"can't write to '{tmp_path / 'file' / 'cache'}': Not a directory" in caught.value.line()
    assert "FMNIST_TUI_HOME" in caught.value.remedy


def test_files_left_by_a_killed_process_are_removed(tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    old, young = tmp_path / ".old.gz.1.part", tmp_path / ".young.gz.2.part"
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    fetch(tmp_path, mirrors[0].address)
    assert contents(tmp_path) == {**PACKED, young.name: b"half"}


def test_named_folder_is_never_fetched(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        find_or_fetch(FASHION_MNIST, str(tmp_path / "gone"), lambda *_progress: None, lambda: False)


@pytest.mark.usefixtures("empty_machine")
def test_auto_fetches_into_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def fake_fetch(_spec: DatasetSpec, folder: Path, *_callbacks: object) -> None:
        folder.mkdir(parents=True)
        for file in FASHION_MNIST.files:
            (folder / f"{file.name}.gz").write_bytes(b"")

    monkeypatch.setattr(download, "fetch_dataset", fake_fetch)
    source = find_or_fetch(DATASETS["fashion-mnist"], "auto", lambda *_progress: None, lambda: False)
    assert source.folder == dataset_cache(FASHION_MNIST)


@pytest.mark.usefixtures("empty_machine")
def test_bad_files_are_fetched_anew_where_fetching_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Path] = []
    dataset_cache(FASHION_MNIST).mkdir(parents=True)
    for file in FASHION_MNIST.files:
        (dataset_cache(FASHION_MNIST) / f"{file.name}.gz").write_bytes(b"damaged")
    monkeypatch.setattr(download, "fetch_dataset", lambda _spec, folder, *_callbacks: fetched.append(folder))
    assert fetch_unless_good(FASHION_MNIST, lambda *_progress: None).folder == dataset_cache(FASHION_MNIST)
    assert fetched == [dataset_cache(FASHION_MNIST)]


def test_bad_files_in_a_folder_that_the_variable_names_are_reported_instead_of_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in FASHION_MNIST.files:
        (tmp_path / file.name).write_bytes(b"damaged")
    monkeypatch.setenv("FMNIST_TUI_DATA", str(tmp_path))
    monkeypatch.setattr(download, "fetch_dataset", lambda *_arguments: pytest.fail("nothing is to be fetched"))
    with pytest.raises(UserError) as caught:
        fetch_unless_good(FASHION_MNIST, lambda *_progress: None)
    assert f"'{tmp_path / FASHION_MNIST.files[0].name}'" in caught.value.line()
    assert caught.value.line().endswith("unset FMNIST_TUI_DATA, which names that folder.")
    for bad in (tmp_path / FASHION_MNIST.files[0].name, tmp_path / "nowhere"):
        monkeypatch.setenv("FMNIST_TUI_DATA", str(bad))
        with pytest.raises(UserError, match="which FMNIST_TUI_DATA names"):
            fetch_unless_good(FASHION_MNIST, lambda *_progress: None)


@pytest.mark.real_data
def test_good_files_are_not_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "fetch_dataset", lambda *_arguments: pytest.fail("nothing is to be fetched"))
    good = find_source(FASHION_MNIST, "auto").files
    assert fetch_unless_good(FASHION_MNIST, lambda *_progress: None).files == good
