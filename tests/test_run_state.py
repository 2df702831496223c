"""The order of a run's states."""

import pytest

from fmnist_tui.run_state import RunState, RunStatus

FINAL = {RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.CRASHED}


def test_only_the_final_states_are_over() -> None:
    assert {state for state in RunState if state.is_over} == FINAL


@pytest.mark.parametrize(
    ("state", "following"),
    [
        (RunState.STARTING, {RunState.STARTING, RunState.TRAINING, RunState.STOPPED, RunState.FAILED}),
        (RunState.PAUSED, {RunState.TRAINING, RunState.STOPPING, RunState.STOPPED, RunState.FAILED}),
        (RunState.STOPPING, {RunState.STOPPED, RunState.FAILED}),
        (RunState.STOPPED, set()),
    ],
)
def test_a_state_is_followed_only_by_what_the_table_lists(state: RunState, following: set[RunState]) -> None:
    assert {other for other in RunState if state.may_become(other)} == following


def test_a_run_is_listed_by_its_final_state_or_as_running_queued_or_crashed() -> None:
    assert {str(status) for status in RunStatus} == {*map(str, FINAL), "running", "queued"}
