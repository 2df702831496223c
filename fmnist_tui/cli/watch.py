"""`fmnist-tui watch`: show a run of another process as its log grows."""

import time
from contextlib import ExitStack
from signal import Signals
from typing import Annotated, NoReturn

from cyclopts import Parameter

from fmnist_tui.cli.arguments import JsonEvents, Plain, RunningRun
from fmnist_tui.cli.exit_codes import DONE, FAILED, INTERRUPTED
from fmnist_tui.cli.output import Output
from fmnist_tui.cli.sinks import RunSentences, output_sink
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.engine.signals import handled_stop_signals
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunEnded, RunState, StepsDone
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.follow import LogUpdate
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.runs.watch import RunWatcher
from fmnist_tui.sanitize import printable, quote

POLL_SECONDS = 0.2


def watch(
    run: RunningRun,
    *,
    wait: Annotated[
        bool,
        Parameter(
            help="Continue until the run is finished: wait for one that has not begun, and when it is stopped or "
            "crashes, until it is resumed.",
            negative="",
        ),
    ] = False,
    json: JsonEvents = False,
    plain: Plain = False,
) -> int:
    """Watch a run that another process trains, here or on another machine.

    What it prints comes from the run's log alone, as `train` prints it. It ends with the run: with exit code 1 if that
    has failed or crashed. Ctrl-C ends the watch, not the run.
    """
    output = Output.of(json=json, plain=plain)
    folder = resolve_run(run, is_wanted=lambda summary: summary.is_running)
    try:
        with handled_stop_signals(_interrupt):
            ended = _Watch(folder, output, waits=wait).until_it_is_over()
    except KeyboardInterrupt:
        print_stderr(f"run {printable(folder.run)} is no longer watched; whatever trains it continues")
        return INTERRUPTED
    if ended.state.is_failure:
        print_stderr(_problem(folder, ended))
        return FAILED
    return DONE


class _Watch:
    """Prints the events of a run.

    Args:
        folder: The run.
        output: How they are printed.
        waits: Whether a run that is not finished is waited for.
    """

    def __init__(self, folder: RunFolder, output: Output, *, waits: bool) -> None:
        self._folder, self._output, self._waits = folder, output, waits
        self._watcher = RunWatcher(folder)
        self._begin()

    def _begin(self) -> None:
        self._snapshot = RunSnapshot()
        self._is_history = True  # whether the events come from before the watch

    def until_it_is_over(self) -> RunEnded:
        """Print until the run is over; return its end.

        Raises:
            UserError: The run has not begun, and is not waited for.
        """
        with ExitStack() as opened:
            sink = opened.enter_context(output_sink(self._output))
            while True:
                update = self._watcher.poll()
                if update.is_restart:
                    opened.close()
                    print_stderr("the log was replaced, and is read again")
                    sink = opened.enter_context(output_sink(self._output))
                    self._begin()
                self._print(update, sink)
                if update.is_at_end:
                    if (ended := self._end_of_watch(update)) is not None:
                        return ended
                    time.sleep(POLL_SECONDS)

    def _end_of_watch(self, update: LogUpdate) -> RunEnded | None:
        """Return the run's end if there is nothing more to wait for."""
        ended = self._snapshot.ended
        if is_being_written(self._folder):  # also a run that is over and is being resumed
            return None
        if not self._waits and (absence := self._watcher.absence):
            problem = f"there is nothing to watch of run {quote(self._folder.run)}: {absence}, and no process trains it"
            raise UserError(problem, "Give --wait to wait for it")
        if ended is None or not self._waits or ended.state is RunState.FINISHED:
            return ended
        if ended in update.events:
            print_stderr(f"{_problem(self._folder, ended)} Waiting for that; Ctrl-C ends the watch.")
        return None

    def _print(self, update: LogUpdate, sink: EventSink) -> None:
        """Print what is new; of the time before the watch only what is still of interest."""
        for event in update.events:
            self._snapshot = self._snapshot.after(event)
        if self._output is Output.JSON or not self._is_history:
            printed = update.events
        elif isinstance(sink, RunSentences):
            printed = ()
            if update.is_at_end:
                sink.catch_up(self._snapshot)
        else:
            # A progress bar that jumped would promise an early end.
            printed = tuple(event for event in update.events if not isinstance(event, StepsDone))
            if update.is_at_end and self._snapshot.latest is not None and self._snapshot.ended is None:
                printed = (*printed, self._snapshot.latest)
        for event in printed:
            sink(event)
        self._is_history = self._is_history and not update.is_at_end


def _problem(folder: RunFolder, ended: RunEnded) -> str:
    """Return why a run is not finished, and how it is resumed."""
    run = printable(folder.run)
    if ended.state is RunState.CRASHED:
        problem = f"run {run} crashed: {ended.reason}"
    elif ended.state is RunState.FAILED:
        problem = f"run {run} failed: {ended.reason}"
    else:
        problem = f"run {run} was {ended.state}: {ended.reason}"
    return UserError(problem, f"Resume it with `fmnist-tui resume {run}`" if folder.is_run else "").line()


def _interrupt(_number: Signals) -> NoReturn:
    """End the command as Ctrl-C does, so that the terminal is left in order."""
    raise KeyboardInterrupt
