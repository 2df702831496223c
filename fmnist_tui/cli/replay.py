"""`fmnist-tui replay`: watch a run again, in the interface or line by line."""

from time import monotonic, sleep
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.arguments import JsonEvents, Plain, Run
from fmnist_tui.cli.output import Output
from fmnist_tui.cli.sinks import output_sink
from fmnist_tui.cli.streams import has_reader, print_stderr
from fmnist_tui.cli.terminal import terminal_problem
from fmnist_tui.cli.usage_errors import UsageError, usage_errors
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.engine.replay_player import SPEEDS, speed_for
from fmnist_tui.events import NonFiniteFound, RunEnded, RunState
from fmnist_tui.interface_options import InterfaceOptions, ReplayOptions
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.timeline import Timeline, read_timeline
from fmnist_tui.sanitize import quote

MAX = "max"
"""The speed without waiting."""


def replay(
    run: Run,
    *,
    speed: Annotated[
        str | None,
        Parameter(
            help="How many times as fast as the training (1 … 50), or max to print without waiting; by default the "
            "fastest that takes ten seconds or more.",
            metavar="FLOAT",
            allow_leading_hyphen=True,
        ),
    ] = None,
    from_epoch: Annotated[
        int, Parameter(help="Begin with this epoch; what came before is shown at once.", metavar="INT")
    ] = 1,
    table: Annotated[
        bool, Parameter(help="Print the table that `train` prints, instead of opening the interface.", negative="")
    ] = False,
    json: JsonEvents = False,
    plain: Plain = False,
) -> int | InterfaceOptions:
    """Replay a run: watch it again as it was trained, faster.

    On a terminal, open the interface at the replay, where it can be paused and set to any epoch or step. With one of
    --table, --plain and --json, or in a pipe, print what `train` printed, paced like the training. Pauses, crashes and
    the time until a resume are shortened to two seconds. Nothing is trained, and the run is not changed.
    """
    output = Output.of(json=json, plain=plain)
    if table and output is not Output.TABLES:
        raise UsageError(f"--table and --{'json' if json else 'plain'} exclude each other", "Give one of them")
    factor = _speed(speed)
    if from_epoch < 1:
        raise UsageError(f"--from-epoch is {from_epoch}, but must be 1 or more")
    folder = resolve_run(run)
    if not table and output is Output.TABLES and terminal_problem() is None:
        if speed == MAX:
            raise UsageError("--speed max goes with --table, --plain or --json", f"Use at most {SPEEDS[-1]:.0f} here")
        return InterfaceOptions(replay=ReplayOptions(folder.path, factor, from_epoch))
    timeline = read_timeline(folder)
    with usage_errors():
        start = timeline.start_of(from_epoch)
    if speed != MAX:
        factor = factor or speed_for(timeline.duration)
    with output_sink(output) as sink:
        _play(timeline, sink, start, factor, is_history=output is not Output.JSON)
    ended = timeline.end.ended
    if ended is not None and ended.state is RunState.FAILED and output is not Output.JSON:
        print_stderr(f"the run failed: {ended.reason}")
    return 0


def _speed(text: str | None) -> float | None:
    """Return the speed that was given; None for no number.

    Raises:
        UsageError: It is neither "max" nor a number in range.
    """
    if text is None or text == MAX:
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not SPEEDS[0] <= speed <= SPEEDS[-1]:
        raise UsageError(f"--speed is {quote(text)}, but must be a number of 1 … {SPEEDS[-1]:.0f}, or max")
    return speed


def _play(timeline: Timeline, sink: EventSink, start: float, speed: float | None, *, is_history: bool) -> None:
    """Pass the events to a sink, each when it is due.

    Args:
        timeline: The events.
        sink: Receives them.
        start: The moment with which waiting begins.
        speed: How many times as fast as the training; None to wait for nothing.
        is_history: Whether to leave out what a later resume takes back, as `resume` does when it prints the history.
    """
    began = monotonic()
    for index, (moment, event) in enumerate(timeline.events()):
        if is_history and index < timeline.last_start and isinstance(event, RunEnded | NonFiniteFound):
            continue
        if speed is not None and moment > start:
            sleep(max(0.0, began + (moment - start) / speed - monotonic()))
        sink(event)
        if not has_reader():
            return
