"""The config of the run that is shown: read-only, grouped like the form, with changes from the preset marked."""

from itertools import groupby

from textual.containers import VerticalScroll
from textual.content import Content

from fmnist_tui.config import RunConfig
from fmnist_tui.fields import FieldSpec
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.config_draft import Draft, preset_texts
from fmnist_tui.tui.widgets.paragraph import Paragraph

LABEL_WIDTH = 16

CHOSEN_AT_START = ("device", "precision", "threads")
"""Fields in which a run replaces "auto" by what it has chosen: that is no change by the user."""

CHANGED = "•"
"""Marks a value that differs from the preset's."""


class RunConfigPanel(VerticalScroll):
    """Shows a config beside its run; the form has the config of the next one."""

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Config of this run"
        self._text = Paragraph()
        self._config: RunConfig | None = None

    @property
    def text(self) -> str:
        """The text without its styles."""
        return str(self._text.content)

    async def mount_fields(self) -> None:
        """Add the text, which is hidden at first and would delay the first frame."""
        await self.mount(self._text)

    def show(self, config: RunConfig) -> None:
        """Show a config; do nothing if it is shown already."""
        if config is self._config:
            return
        self._config = config
        draft = Draft.of(config)
        self.border_subtitle = draft.title
        self._text.update(Content("\n").join(_lines(config, draft)))


def _lines(config: RunConfig, draft: Draft) -> list[Content]:
    lines: list[Content] = []
    values, preset = config.to_flat(), preset_texts(draft.base, draft.model)
    for group, members in groupby(draft.specs, key=lambda spec: spec.hint.group):
        lines.append(Content.styled(group, "bold $text-primary"))
        if not lines[1:]:
            lines.append(Content.assemble((f"{'model':<{LABEL_WIDTH}}  ", "$foreground-muted"), config.model_name))
        for spec in members:
            text = one_line(spec.describe(values[spec.name]))
            is_changed = draft.is_changed(spec) and spec.name not in CHOSEN_AT_START
            was = preset[spec.name] if is_changed else None
            lines.append(_line(spec, text, was, is_ineffective=bool(draft.ineffective(spec))))
    return lines


def _line(spec: FieldSpec, text: str, was: str | None, *, is_ineffective: bool) -> Content:
    label = f"{spec.label:<{LABEL_WIDTH}.{LABEL_WIDTH}}"
    if was is None:
        style = "$foreground-disabled" if is_ineffective else ""
        return Content.assemble((f"{label}  ", style or "$foreground-muted"), (text, style))
    accent = "bold $text-accent"
    return Content.assemble(
        (label, "$foreground-muted"), (f"{CHANGED} ", accent), (text, accent), (f" ({was})", "$foreground-disabled")
    )
