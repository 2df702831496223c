"""The line at the top: the views, and the state of the engine and the run."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.events import RunState
from fmnist_tui.formatting import percent
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.paragraph import Paragraph

if TYPE_CHECKING:
    from fmnist_tui.tui.views import View


class Tab(Static):
    """Opens a view on a click; the app's bindings open it by key."""

    def __init__(self, view: "View", *, is_current: bool) -> None:
        content = Content.assemble((f" {view.key} ", "bold $text-accent"), f"{view.title} ")
        super().__init__(content, id=f"tab-{view.name}", classes="-current" if is_current else "")
        self._view = view

    async def on_click(self) -> None:
        await self.run_action(f"app.switch_mode('{self._view.name}')")


class TabLine(Horizontal):
    """Follows the app's `snapshot` and `engine_status`."""

    def __init__(self, view: str) -> None:
        super().__init__()
        self._view = view
        self._brief = Paragraph(id="tab-run")

    def compose(self) -> ComposeResult:
        from fmnist_tui.tui.views import VIEWS  # late: a plugin's file may import a screen while views are collected

        for view in VIEWS.values():
            yield Tab(view, is_current=view.name == self._view)
        yield self._brief
        yield Paragraph(id="tab-engine")

    def on_mount(self) -> None:
        self.watch(self.app, "engine_status", self._show_engine)
        self.watch(self.app, "snapshot", self._show_run)

    def _show_engine(self, status: str) -> None:
        self.query_one("#tab-engine", Paragraph).update(Content(one_line(status)))

    def _show_run(self, snapshot: RunSnapshot | None) -> None:
        self._brief.update(Content("" if snapshot is None else _brief(snapshot)))
        self._brief.set_class(snapshot is not None and snapshot.state is RunState.PAUSED, "-paused")
        self._brief.set_class(snapshot is not None and snapshot.state.is_failure, "-failed")
        self.set_class(snapshot is not None, "-with-run")


def _brief(snapshot: RunSnapshot) -> str:
    """Return the short status of a run."""
    progress = f" {percent(snapshot.fraction, 0)}" if snapshot.state in (RunState.TRAINING, RunState.PAUSED) else ""
    parts = [f"{snapshot.state}{progress}"]
    if snapshot.best is not None:
        parts.append(f"best {percent(snapshot.best.validation_accuracy)}")
        if snapshot.dataset_mark:
            parts.append(snapshot.dataset_mark)
    return " · ".join(parts)
