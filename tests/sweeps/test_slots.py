"""What all workers of a sweep derive from its list of trials."""

import random

from fmnist_tui.sweeps.slots import (
    MAX_LOST_WORKERS,
    Attempt,
    NextAttempt,
    TrialState,
    is_done,
    is_duplicate,
    next_attempts,
    results,
    successors,
)

WAITING, RUNNING, COMPLETE = TrialState.WAITING, TrialState.RUNNING, TrialState.COMPLETE
PRUNED, FAILED, LOST = TrialState.PRUNED, TrialState.FAILED, TrialState.LOST


def missing(*attempts: Attempt, slots: int = 1, repeats_failed: bool = True) -> list[NextAttempt]:
    return next_attempts(attempts, slots, repeats_failed=repeats_failed)


def test_each_slot_begins_with_a_first_attempt() -> None:
    assert missing(Attempt(0, 1, 0, WAITING), slots=3) == [NextAttempt(0, 0), NextAttempt(2, 0)]


def test_a_lost_trial_is_continued_once() -> None:
    lost = Attempt(0, 0, 0, LOST)
    assert missing(lost) == [NextAttempt(0, 1, continues=0, lost_workers=1)]
    assert not missing(lost, Attempt(1, 0, 1, WAITING, lost_workers=1))


def test_of_two_trials_for_the_same_attempt_the_first_counts() -> None:
    attempts = [Attempt(0, 0, 0, LOST), Attempt(2, 0, 1, COMPLETE), Attempt(1, 0, 1, RUNNING)]
    assert is_duplicate(2, attempts)
    assert not is_duplicate(1, attempts)
    assert results(attempts) == 0
    assert successors(attempts) == {0: 1}
    assert not is_done(attempts, 1, repeats_failed=True)


def test_a_trial_that_has_failed_gets_other_values_but_a_point_of_a_grid_does_not() -> None:
    failed = Attempt(0, 0, 0, FAILED)
    assert missing(failed) == [NextAttempt(0, 1)]
    assert not missing(failed, repeats_failed=False)
    assert is_done([failed], 1, repeats_failed=False)


def test_a_sweep_whose_trials_all_fail_ends() -> None:
    attempts: list[Attempt] = []
    while added := missing(*attempts, slots=5):
        attempts += [Attempt(len(attempts) + i, one.slot, one.attempt, FAILED) for i, one in enumerate(added)]
    assert 5 < len(attempts) <= 10


def test_a_trial_that_kills_its_workers_is_given_up_but_not_one_that_progresses_or_was_released() -> None:
    assert not missing(Attempt(2, 0, 2, LOST, lost_workers=MAX_LOST_WORKERS - 1), repeats_failed=False)
    assert missing(Attempt(2, 0, 2, LOST, lost_workers=MAX_LOST_WORKERS - 1)) == [NextAttempt(0, 3)]
    for progress in ({"has_progressed": True}, {"is_released": True}):
        attempt = Attempt(2, 0, 2, LOST, lost_workers=MAX_LOST_WORKERS - 1, **progress)
        assert missing(attempt, repeats_failed=False)[0].continues == 2


def test_whatever_happens_to_workers_every_slot_gets_one_result() -> None:
    """Workers that add, claim, lose and finish trials in any order, from lists that may be out of date."""
    for seed in range(200):
        draw, trials, slots = random.Random(seed), list[Attempt](), 4
        stale: list[Attempt] = []
        for _step in range(400):
            stale = draw.choice([stale, list(trials)])
            for one in next_attempts(stale, slots, repeats_failed=True):
                trials.append(Attempt(len(trials), one.slot, one.attempt, WAITING, one.lost_workers))
                if draw.random() < 0.5:
                    break  # this worker dies while it adds
            active = [index for index, trial in enumerate(trials) if trial.state in (WAITING, RUNNING)]
            if not active:
                continue
            index = draw.choice(active)
            trial = trials[index]
            after = RUNNING if trial.state is WAITING else draw.choice([LOST, COMPLETE, PRUNED])
            if after is RUNNING and is_duplicate(trial.number, trials):
                after = FAILED
            trials[index] = Attempt(trial.number, trial.slot, trial.attempt, after, trial.lost_workers)
        has_result = [trial.slot for trial in trials if trial.state.has_result]
        assert len(has_result) == len(set(has_result)), f"seed {seed}: a slot was counted twice"
        assert results(trials) == len(has_result)
        assert is_done(trials, slots, repeats_failed=True) == (len(has_result) == slots), f"seed {seed}"
