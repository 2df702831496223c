"""The slim line at the top: the three views, and what the engine and the run are doing meanwhile."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.events import RunState
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.tui.text import one_line, percent

VIEWS = {"train": "t", "evaluate": "v", "runs": "u"}
"""The views by their mode's name, with the key that leads there."""


class Tab(Static):
    """Leads to a view by a click; keys lead there from the app's bindings."""

    def __init__(self, view: str, key: str, *, is_current: bool) -> None:
        content = Content.assemble((f" {key} ", "bold $text-accent"), f"{view.capitalize()} ")
        super().__init__(content, id=f"tab-{view}", classes="-current" if is_current else "")
        self._view = view

    async def on_click(self) -> None:
        await self.run_action(f"app.view('{self._view}')")


class TabLine(Horizontal):
    """Follows the app's `snapshot` and `engine_status`."""

    def __init__(self, view: str) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        for view, key in VIEWS.items():
            yield Tab(view, key, is_current=view == self._view)
        yield Static(id="tab-run")
        yield Static(id="tab-engine")

    def on_mount(self) -> None:
        self.watch(self.app, "engine_status", self._show_engine)
        self.watch(self.app, "snapshot", self._show_run)

    def _show_engine(self, status: str) -> None:
        self.query_one("#tab-engine", Static).update(Content(one_line(status)))

    def _show_run(self, snapshot: Snapshot | None) -> None:
        text = Content("") if snapshot is None else _brief(snapshot)
        label = self.query_one("#tab-run", Static)
        if text != label.content:
            label.update(text, layout=False)
        self.set_class(snapshot is not None, "-with-run")


def _brief(snapshot: Snapshot) -> Content:
    if snapshot.state in (RunState.TRAINING, RunState.PAUSED):
        parts = [f"{snapshot.state} {percent(snapshot.fraction, 0)}"]
    else:
        parts = [str(snapshot.state)]
    if snapshot.best is not None:
        parts.append(f"best {percent(snapshot.best.validation_accuracy)}")
        if snapshot.is_demo:
            parts.append("DEMO")
    return Content(" · ".join(parts))
