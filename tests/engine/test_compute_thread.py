import threading

import pytest

from fmnist_tui.engine.compute_thread import ComputeThread
from fmnist_tui.training.control import Control, Request
from fmnist_tui.training.job_queue import JobQueue


def test_long_and_short_jobs_run_on_one_thread() -> None:
    compute = ComputeThread()
    futures = [submit(threading.get_ident) for submit in (compute.submit, compute.jobs.submit, compute.submit)]
    assert len({future.result(5) for future in futures}) == 1
    assert futures[0].result() != threading.get_ident()


def test_a_short_job_runs_in_a_gap_of_a_long_one() -> None:
    compute = ComputeThread()
    has_begun, may_end, order = threading.Event(), threading.Event(), []

    def long_job() -> None:
        order.append("begun")
        has_begun.set()
        assert may_end.wait(5)
        compute.jobs.run()
        order.append("ended")

    job = compute.submit(long_job)
    assert has_begun.wait(5)
    job = compute.jobs.submit(lambda: order.append("short"))
    may_end.set()
    job.result(5)
    job.result(5)
    assert order == ["begun", "short", "ended"]


def test_an_error_is_passed_on_and_the_thread_survives() -> None:
    compute = ComputeThread()
    broken = compute.submit(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        broken.result(5)
    assert compute.submit(lambda: "alive").result(5) == "alive"


def test_a_pause_lasts_until_unpause_and_short_jobs_run_meanwhile() -> None:
    jobs = JobQueue()
    control = Control(jobs)
    control.pause()
    waiting = threading.Thread(target=control.wait_while_paused)
    waiting.start()
    assert jobs.submit(lambda: "done").result(5) == "done"
    assert waiting.is_alive()
    control.unpause()
    waiting.join(5)
    assert not waiting.is_alive()


@pytest.mark.parametrize("end", [Request.STOP, Request.ABANDON])
def test_a_stop_cannot_be_undone(end: Request) -> None:
    control = Control()
    {Request.STOP: control.stop, Request.ABANDON: control.abandon}[end]()
    control.unpause()
    control.pause()
    assert control.request is end
    control.wait_while_paused()


def test_a_stop_can_be_followed_by_abandon() -> None:
    control = Control()
    control.stop()
    control.abandon()
    assert control.request is Request.ABANDON
