"""Learning-rate schedules: pure functions of the step, so that a resumed run needs no state for them."""

from math import cos, pi

from fmnist_tui.config import RunConfig

ONE_CYCLE_START = 1 / 25
ONE_CYCLE_END = 1 / 10_000
STEP_MILESTONES = (0.5, 0.75)


def learning_rate_at(config: RunConfig, step: int, total_steps: int) -> float:
    """Return the learning rate of one optimizer step.

    one-cycle rises along a cosine from 1/25 of the peak to the peak and falls along another to 1/10,000 of it, as in
    L. N. Smith and N. Topin, "Super-convergence" (2019); cosine rises linearly and falls along a half cosine to 0, as
    in I. Loshchilov and F. Hutter, "SGDR" (2017); step divides it by ten after half and again after three quarters of
    all steps, as in K. He et al., "Deep residual learning" (2016).

    Args:
        config: Names the schedule, its peak and the share of steps that rise to it.
        step: The step, counted from 0 over the whole run.
        total_steps: Steps of the whole run.
    """
    peak = config.learning_rate
    progress = step / max(1, total_steps - 1)
    falling = (progress - config.warmup_fraction) / (1.0 - config.warmup_fraction)
    match config.schedule:
        case "constant":
            return peak
        case "step":
            return peak * 0.1 ** sum(step / total_steps >= milestone for milestone in STEP_MILESTONES)
        case "one-cycle":
            if progress < config.warmup_fraction:
                return peak * _cosine(ONE_CYCLE_START, 1.0, progress / config.warmup_fraction)
            return peak * _cosine(1.0, ONE_CYCLE_END, falling)
        case "cosine":
            rising = config.warmup_fraction * total_steps
            if step < rising:
                return peak * (step + 1) / (rising + 1)
            return peak * _cosine(1.0, 0.0, falling)


def _cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1.0 + cos(pi * min(1.0, max(0.0, progress)))) / 2.0
