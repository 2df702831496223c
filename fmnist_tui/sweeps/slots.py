"""The slots of a sweep: each is one result that is wanted, and has a trial for each attempt to get it.

An Optuna study is a growing list of trials. What every worker must agree on is derived from that list alone, by the
functions here, so there is nothing that two workers could store differently:

- A trial belongs to a slot and has an attempt. If two workers add the same attempt at once, the trial with the lower
  number counts, and nobody trains the other one.
- A trial that has failed without a reason has lost its worker. The next attempt has its values, and continues its run.
- A trial that has failed for a reason, such as a diverged loss, is not repeated. The next attempt has other values;
  in a grid, there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MAX_LOST_WORKERS = 3
"""A trial that has lost this many workers in a row, without an epoch in between, is given up."""


class TrialState(StrEnum):
    """The state of a trial.

    A lost trial has no worker any more, because that was interrupted or killed; its slot's next attempt continues it.
    """

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"
    LOST = "interrupted"

    @property
    def has_result(self) -> bool:
        """Whether the trial counts as one of those that the sweep is to have."""
        return self in (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A trial as the slots need it.

    Attributes:
        number: The number of the trial in its study.
        slot: The number of the slot, from 0.
        attempt: The number of the attempt, from 0.
        state: The trial's state; a failed one without a reason is lost.
        lost_workers: The number of workers in a row that were lost before this attempt.
        is_released: Whether its worker has ended in order, and left it to another one.
        has_progressed: Whether an epoch was finished in this attempt.
    """

    number: int
    slot: int
    attempt: int
    state: TrialState
    lost_workers: int = 0
    is_released: bool = False
    has_progressed: bool = False

    @property
    def losses(self) -> int:
        """The number of workers in a row that were lost, this attempt's included."""
        if self.state is not TrialState.LOST or self.is_released:
            return 0
        return 1 if self.has_progressed else self.lost_workers + 1


@dataclass(frozen=True, slots=True)
class NextAttempt:
    """An attempt that is to be added.

    Attributes:
        slot: The slot.
        attempt: The number of the attempt.
        continues: The number of the trial whose values and run it takes over; None for other values.
        lost_workers: The number of workers in a row that the trial has lost.
    """

    slot: int
    attempt: int
    continues: int | None = None
    lost_workers: int = 0


def without_duplicates(attempts: Iterable[Attempt]) -> dict[tuple[int, int], Attempt]:
    """Return the trial that counts by slot and number of the attempt: the first that was added for it."""
    firsts: dict[tuple[int, int], Attempt] = {}
    for attempt in sorted(attempts, key=lambda attempt: attempt.number):
        firsts.setdefault((attempt.slot, attempt.attempt), attempt)
    return firsts


def newest_attempts(attempts: Iterable[Attempt]) -> dict[int, Attempt]:
    """Return the newest attempt of each slot."""
    firsts = without_duplicates(attempts)
    return {slot: firsts[slot, number] for slot, number in sorted(firsts)}


def is_duplicate(number: int, attempts: Sequence[Attempt]) -> bool:
    """Return whether another trial counts for the same attempt."""
    return number not in {attempt.number for attempt in without_duplicates(attempts).values()}


def next_attempts(attempts: Sequence[Attempt], slots: int, *, repeats_failed: bool) -> list[NextAttempt]:
    """Return what is missing for each slot to get its result.

    Args:
        attempts: All trials of the study.
        slots: The number of slots.
        repeats_failed: Whether a slot whose trial has failed tries other values, which ends when more trials have
            failed than there are slots.
    """
    newest, missing = newest_attempts(attempts), []
    failures = sum(map(_has_failed, without_duplicates(attempts).values()))
    for slot in range(slots):
        last = newest.get(slot)
        if last is None:
            missing.append(NextAttempt(slot, 0))
        elif last.state is TrialState.LOST and last.losses < MAX_LOST_WORKERS:
            missing.append(NextAttempt(slot, last.attempt + 1, last.number, last.losses))
        elif _has_failed(last) and repeats_failed and failures <= slots:
            missing.append(NextAttempt(slot, last.attempt + 1))
    return missing


def is_done(attempts: Sequence[Attempt], slots: int, *, repeats_failed: bool) -> bool:
    """Return whether no trial is missing, waiting or running."""
    active = (TrialState.WAITING, TrialState.RUNNING)
    return not next_attempts(attempts, slots, repeats_failed=repeats_failed) and not any(
        attempt.state in active for attempt in newest_attempts(attempts).values()
    )


def results(attempts: Iterable[Attempt]) -> int:
    """Return the number of slots that have their result."""
    return sum(attempt.state.has_result for attempt in newest_attempts(attempts).values())


def successors(attempts: Sequence[Attempt]) -> Mapping[int, int]:
    """Return for each lost trial the number of the trial that continues it."""
    firsts = without_duplicates(attempts)
    return {
        attempt.number: firsts[attempt.slot, attempt.attempt + 1].number
        for attempt in attempts
        if attempt.state is TrialState.LOST and (attempt.slot, attempt.attempt + 1) in firsts
    }


def _has_failed(attempt: Attempt) -> bool:
    """Return whether an attempt has failed for good, by itself or by the loss of all its workers."""
    return attempt.state is TrialState.FAILED or attempt.losses >= MAX_LOST_WORKERS
