"""`fmnist-tui sweep work`: train the trials of a sweep."""

from signal import Signals
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fmnist_tui.cli.exit_codes import DONE, INTERRUPTED
from fmnist_tui.cli.slurm import Slurm, SlurmScript, job_request, work_as_job
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.sweep_arguments import Storage, SweepName, location_of
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.engine.signals import handled_stop_signals
from fmnist_tui.errors import UserError
from fmnist_tui.optional_packages import SWEEP, require_packages
from fmnist_tui.sanitize import printable

if TYPE_CHECKING:
    from fmnist_tui.sweeps.study import Sweep


def work(
    name: SweepName,
    *,
    storage: Storage = None,
    trials: Annotated[
        int | None, Parameter(help="End after this many trials; by default when the sweep is done.", metavar="INT")
    ] = None,
    continue_: Annotated[
        bool, Parameter(name="--continue", help="Continue a sweep that was stopped.", negative="")
    ] = False,
    slurm: Slurm = None,
    slurm_script: SlurmScript = None,
) -> int:
    """Train the trials of a sweep in this process until it is done.

    Any number of processes may work on a sweep, on all machines that reach its storage. If one of them dies, another
    continues its trial from the last checkpoint, if the run's folder is in its own home, too, or trains it again. The
    first Ctrl-C saves the run and leaves its trial to the next worker; a second one quits at once.
    """
    if trials is not None and trials < 1:
        raise UsageError(f"{trials} trials are too few", "Use 1 or more")
    job = job_request(slurm, slurm_script)
    require_packages(SWEEP)
    location = location_of(storage)
    from fmnist_tui.sweeps.study import open_sweep

    sweep = open_sweep(name, location, works=True)
    if continue_:
        sweep.unstop()
    elif by := sweep.stopped_by():
        raise UserError(f"sweep {name} was stopped {by}", f"Continue it with `fmnist-tui sweep work {name} --continue`")
    if job:
        return work_as_job(job, name, location, [] if trials is None else [f"--trials={trials}"])
    return work_on(sweep, trials)


def work_on(sweep: "Sweep", trials: int | None = None) -> int:
    """Train trials in this process, obey signals, and return the exit code.

    Args:
        sweep: The sweep, opened to work on it.
        trials: The number of trials after which to end; None for no limit.
    """
    from fmnist_tui.sweeps.overview import overview_of
    from fmnist_tui.sweeps.space import params_text
    from fmnist_tui.sweeps.worker import SweepWorker, WorkEnd

    worker = SweepWorker(sweep, _print_sentence, max_trials=trials)
    signals: list[Signals] = []

    def on_signal(number: Signals) -> None:
        signals.append(number)
        if len(signals) > 1:
            raise KeyboardInterrupt
        worker.interrupt(f"by {number.name}")
        print_stderr("saving the run; interrupt again to quit at once")

    with handled_stop_signals(on_signal):
        end = worker.run()
    if end is WorkEnd.DONE:
        found = overview_of(sweep, with_importances=False)
        _print_sentence(f"the sweep is done: {found.results} of {found.settings.trials} trials have a result")
        if found.best is not None:
            accuracy = f"{100 * (found.best.accuracy or 0.0):.2f} %"
            _print_sentence(f"the best is trial {found.best.number}, {accuracy}: {params_text(found.best.params)}")
    return INTERRUPTED if end is WorkEnd.INTERRUPTED else DONE


def _print_sentence(text: str) -> None:
    print(printable(f"{text[0].upper()}{text[1:]}."), flush=True)
