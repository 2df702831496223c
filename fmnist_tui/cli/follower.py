"""What the processes do that train with a leader, started by a launcher such as torchrun: they print nothing."""

from collections.abc import Sequence
from signal import Signals

from fmnist_tui.cli.exit_codes import DONE, FAILED, INTERRUPTED
from fmnist_tui.engine.signals import handled_stop_signals
from fmnist_tui.training.control import Control
from fmnist_tui.training.launch import Launch, this_launch

FOLLOWED = ("train", "resume")
"""The commands that several processes run together."""


def follower(arguments: Sequence[str]) -> Launch | None:
    """Return the place of this process if it has to follow a leader: None if it leads or is alone."""
    launch = this_launch()
    is_followed = arguments[:1] and arguments[0] in FOLLOWED and not {"--help", "-h"} & set(arguments)
    return launch if launch is not None and not launch.is_leader and is_followed else None


def run_as_follower(launch: Launch) -> int:
    """Train with the leader; return the exit code."""
    from fmnist_tui.engine.distributed import run_follower

    control = Control()
    received: list[Signals] = []

    def on_signal(number: Signals) -> None:
        received.append(number)
        if len(received) > 1:
            raise KeyboardInterrupt
        control.stop()

    with handled_stop_signals(on_signal):
        is_good = run_follower(launch, control)
    if not is_good:
        return FAILED
    return INTERRUPTED if received else DONE
