"""The run's state, name and dataset on one line."""

from textual.content import Content

from fmnist_tui.config import RunConfig
from fmnist_tui.datasets import mark_of
from fmnist_tui.engine.controller import RunSource
from fmnist_tui.events import RunState
from fmnist_tui.formatting import measured_accuracy
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.paragraph import Paragraph

BADGES: dict[RunState, str] = {
    RunState.STARTING: "bold reverse $text-accent",
    RunState.TRAINING: "bold reverse $text-success",
    RunState.PAUSED: "bold reverse $text-warning",
    RunState.STOPPING: "bold reverse $text-warning",
    RunState.FINISHED: "bold reverse $text-success",
    RunState.STOPPED: "bold reverse $text-primary",
    RunState.FAILED: "bold reverse $text-error",
    RunState.CRASHED: "bold reverse $text-error",
}

MARK_STYLE = "bold reverse $text-warning"
SOURCE_STYLE = "reverse $text-accent"


def source_text(source: RunSource | None, snapshot: RunSnapshot, *, can_resume: bool) -> str:
    """Return where a run comes from, in words; empty for a run of this process."""
    if source is not RunSource.WATCHED:
        return ""
    if snapshot.state.is_over:
        return "watched · r resumes it" if can_resume else "watched"
    started = snapshot.started
    return f"watched · process {started.pid} on {started.host}" if started and started.host else "watched"


class RunStatusLine(Paragraph):
    """Shows the run's state; the reason of a failure is never cut off."""

    def show(self, snapshot: RunSnapshot, config: RunConfig, source: str = "", name: str = "") -> None:
        """Show a run's state, where the run comes from if that is not this process, and its name if it has one."""
        title = name or (snapshot.started.run if snapshot.started else config.model_name)
        mark = snapshot.dataset_mark if snapshot.started else mark_of(config.dataset)
        parts: list[str | tuple[str, str]] = [
            (f" {snapshot.state.upper()} ", BADGES[snapshot.state]),
            "  ",
            (one_line(title), "bold"),
        ]
        if source:
            parts += ["  ", (f" {one_line(source)} ", SOURCE_STYLE)]
        if mark:
            parts += ["  ", (f" {mark} ", MARK_STYLE)]
        if snapshot.detail:
            style = "$text-error" if snapshot.state.is_failure else "$foreground-muted"
            detail = snapshot.detail.removeprefix(f"{snapshot.state} ")  # the state is in the badge
            parts += ["  ", (one_line(detail), style)]
        if snapshot.best and snapshot.started:
            # While it may still improve, the figure stands alone.
            images = snapshot.started.validation_images if snapshot.ended else None
            accuracy = measured_accuracy(snapshot.best.validation_accuracy, images)
            best = f"best validation {accuracy} in epoch {snapshot.best.epoch}"
            is_room = Content.assemble(*parts).cell_length + len(best) + 2 <= self.size.width
            parts += [
                "  " if is_room else "\n",
                ("best validation ", "$foreground-muted"),
                (accuracy, "bold $text-accent"),
            ]
            parts += [(f" in epoch {snapshot.best.epoch}", "$foreground-muted")]
        self.update(Content.assemble(*parts))
