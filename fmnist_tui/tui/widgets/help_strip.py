"""Help on the focused field: its meaning, its valid values, and advice."""

from textual.content import Content
from textual.widgets import Static

from fmnist_tui.config import PRESET_SUMMARIES
from fmnist_tui.fields import FieldSpec
from fmnist_tui.tui.config_draft import CUSTOM, Draft


class HelpStrip(Static):
    """Three or four lines below the form."""

    def __init__(self) -> None:
        super().__init__(id="help-strip")

    def show_field(self, spec: FieldSpec, draft: Draft) -> None:
        """Show help on a field, or its problem."""
        problem = draft.problem(spec)
        if problem:
            rest = Content.styled(f"✗ {problem}", "$text-error")
        else:
            advice = f"  ·  {spec.hint.advice}." if spec.hint.advice else ""
            constraint = spec.constraint[:1].upper() + spec.constraint[1:]
            keys = "" if spec.kind in ("choice", "switch") else "  ·  ctrl+s starts"  # letters are text there
            rest = Content.assemble(constraint, (advice, "$foreground-muted"), (keys, "dim"))
        self._write(spec.label, spec.help, rest)

    def show_preset(self, draft: Draft) -> None:
        """Show help on the current preset."""
        preset = draft.preset()
        if preset is None:
            self._write("preset", f"{CUSTOM}: your own values.", Content("← → return to a preset."))
        else:
            keys = "← → change it  ·  ↓ to the settings  ·  Esc to the models  ·  s starts"
            self._write("preset", f"{preset}: {PRESET_SUMMARIES[preset]}.", Content(keys))

    def show_models(self) -> None:
        """Show help on the model list."""
        keys = "↑ ↓ choose a model  ·  Enter, → or Tab to its settings  ·  s starts"
        self._write("model", "The network to train. The summary follows its options.", Content(keys))

    def show_problem(self, problem: str) -> None:
        """Show a problem of the form as a whole."""
        self._write("config", "", Content.styled(f"✗ {problem}", "$text-error"))

    def _write(self, title: str, text: str, rest: Content) -> None:
        self.update(Content.assemble((title, "bold $text-accent"), "  ", text, "\n", rest))
