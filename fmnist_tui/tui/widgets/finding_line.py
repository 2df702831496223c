"""The most severe problem of the run, and the key that applies the suggested fix."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from fmnist_tui.runs.diagnosis import Finding
from fmnist_tui.sanitize import one_line


class FindingLine(Static):
    """Shows the first finding; hidden without findings."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, ...] = ()

    def on_mount(self) -> None:
        self.display = False

    def show(self, findings: Sequence[Finding]) -> None:
        """Show findings, most severe first."""
        shown = tuple(f"{finding.text} {finding.remedy}" for finding in findings)
        if shown == self._shown:
            return
        self._shown = shown
        self.display = bool(findings)
        if findings:
            first, *others = findings
            more = f" ({len(others)} more)" if others else ""
            self.update(
                Content.assemble(
                    ("△ ", "bold $text-warning"),
                    (one_line(first.text), "$text-warning"),
                    f"{more}. ",
                    ("a", "bold $text-accent"),
                    f" next run: {one_line(first.remedy)}",
                )
            )
