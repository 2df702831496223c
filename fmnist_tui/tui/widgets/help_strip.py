"""What the field that has the keys is for: its help, its legal values, and what to do when it goes wrong."""

from textual.content import Content
from textual.widgets import Static

from fmnist_tui.config import PRESET_SUMMARIES
from fmnist_tui.fields import FieldSpec
from fmnist_tui.tui.draft import CUSTOM, Draft


class HelpStrip(Static):
    """Three or four lines at the foot of the form."""

    def __init__(self) -> None:
        super().__init__(id="help-strip")

    def show_field(self, spec: FieldSpec, draft: Draft) -> None:
        """Explains a field, and what is wrong with it where something is."""
        problem = draft.problem(spec)
        if problem:
            self._write(spec.label, spec.help, Content.styled(f"✗ {problem}", "$text-error"))
        else:
            advice = f"  ·  {spec.hint.advice}." if spec.hint.advice else ""
            constraint = spec.constraint[:1].upper() + spec.constraint[1:]
            keys = "" if spec.kind in ("choice", "switch") else "  ·  ctrl+s starts"  # a letter is typed there
            self._write(
                spec.label, spec.help, Content.assemble(constraint, (advice, "$foreground-muted"), (keys, "dim"))
            )

    def show_preset(self, draft: Draft) -> None:
        """Explains the preset that the form stands at."""
        preset = draft.preset()
        if preset is None:
            self._write("preset", f"{CUSTOM}: your own values.", Content("← → goes back to a preset."))
        else:
            self._write(
                "preset",
                f"{preset}: {PRESET_SUMMARIES[preset]}.",
                Content("← → change it  ·  ↓ to the settings  ·  Esc to the models  ·  s starts"),
            )

    def show_models(self) -> None:
        """Explains the model list."""
        keys = "↑ ↓ choose a model  ·  Enter, → or Tab to its settings  ·  s starts"
        self._write("model", "What is trained. The figures follow its options.", Content(keys))

    def show_problem(self, problem: str) -> None:
        """Says what keeps the form as a whole from being a config."""
        self._write("config", "", Content.styled(f"✗ {problem}", "$text-error"))

    def _write(self, title: str, text: str, rest: Content) -> None:
        self.update(Content.assemble((title, "bold $text-accent"), "  ", text, "\n", rest))
