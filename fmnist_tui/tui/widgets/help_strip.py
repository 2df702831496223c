"""Help on the focused field: its meaning, its valid values, and advice."""

from textual.content import Content

from fmnist_tui.config import PRESET_SUMMARIES
from fmnist_tui.errors import UserError
from fmnist_tui.tui.config_draft import Draft, preset_texts
from fmnist_tui.tui.widgets.field_row import FieldInput, FieldRow
from fmnist_tui.tui.widgets.paragraph import Paragraph


class HelpStrip(Paragraph):
    """Three or four lines below the form."""

    def __init__(self) -> None:
        super().__init__(id="help-strip")

    def show_field(self, row: FieldRow, draft: Draft) -> None:
        """Show help on a field; on an invalid value, what is wrong with it in place of the advice."""
        spec = row.spec
        problem, ineffective = draft.problem(spec), draft.ineffective(spec)
        parts = [] if spec.kind == "text" else [Content(spec.constraint[:1].upper() + spec.constraint[1:])]
        if draft.dimension(spec) is not None and problem is not None:
            parts = [Content.styled(f"{problem.remedy}.", "$text-accent")]
        elif problem is not None:
            parts = [Content.styled(f"✗ {problem.line()}", "$text-error")]
        elif ineffective:
            parts.append(Content.styled(f"No effect: {ineffective}.", "$text-warning"))
        elif spec.hint.advice:
            parts.append(Content.styled(f"{spec.hint.advice}.", "$foreground-muted"))
        if draft.is_changed(spec):
            preset = preset_texts(draft.base, draft.model)[spec.name]
            parts.append(Content.styled(f"ctrl+r resets it to {preset}", "$text-accent"))
        if isinstance(row.editor, FieldInput):
            parts.append(Content.styled("ctrl+s starts", "$foreground-disabled"))  # letters are text there
        self._write(spec.label, spec.help, Content("  ·  ").join(parts))

    def show_preset(self, draft: Draft) -> None:
        """Show help on the current preset."""
        keys = "← → change it  ·  ↓ to the settings  ·  Esc to the models  ·  s starts"
        if draft.changes:
            keys = f"← or ctrl+r: {draft.base} again  ·  → the next preset  ·  ctrl+z undoes  ·  s starts"
        self._write("preset", f"{draft.title}: {PRESET_SUMMARIES[draft.base]}.", Content(keys))

    def show_models(self) -> None:
        """Show help on the model list."""
        keys = "↑ ↓ choose a model  ·  Enter, → or Tab to its settings  ·  s starts"
        self._write("model", "The network to train. The summary follows its options.", Content(keys))

    def show_problem(self, problem: UserError) -> None:
        """Show a problem of the form as a whole."""
        self._write("config", "", Content.styled(f"✗ {problem.line()}", "$text-error"))

    def _write(self, title: str, text: str, rest: Content) -> None:
        self.update(Content.assemble((title, "bold $text-accent"), "  ", text, "\n", rest))
