"""Reports the end of a run to a user who is looking elsewhere."""

from fmnist_tui.formatting import measured_accuracy
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.tui.preferences import Notifications
from fmnist_tui.tui.terminal.features import TerminalFeatures
from fmnist_tui.tui.terminal.sequences import BELL, notification_sequence

SECONDS_UNTIL_AWAY = 60.0
"""How long after the last key the user counts as away: not every terminal reports that it lost the focus."""


def end_notice(snapshot: RunSnapshot, preference: Notifications, features: TerminalFeatures, name: str = "") -> str:
    """Return what is written to the terminal at the end of a run that nobody watches; `name` may be empty."""
    if preference == "off":
        return ""
    if preference == "bell":
        return BELL
    run = name or (snapshot.started.run if snapshot.started else "the run")
    text = f"{run} {snapshot.state}"
    if snapshot.best is not None and snapshot.started is not None:
        mark = f" ({snapshot.dataset_mark} data)" if snapshot.dataset_mark else ""
        accuracy = measured_accuracy(snapshot.best.validation_accuracy, snapshot.started.validation_images)
        text += f", best validation accuracy {accuracy}{mark}"
    return notification_sequence(features.notification, "fmnist-tui", text)
